/** A call host whose calls are as the scene says, with drawn people instead of cameras. */
import type {
  Call,
  CallHost,
  CallSnapshot,
  Hindrance,
  HostSnapshot,
} from '../../extension/call/call-host.ts';
import { PICTURES } from '../../extension/core/safety-pictures.ts';

/** @returns a moving picture of nobody in particular. */
function portrait(background: string, clothes: string, skin: string): MediaStream {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [480, 640];
  const pen = canvas.getContext('2d');
  let tick = 0;
  const draw = () => {
    if (!pen) return;
    tick += 1;
    const sway = Math.sin(tick / 10) * 4;
    pen.fillStyle = background;
    pen.fillRect(0, 0, 480, 640);
    pen.fillStyle = clothes;
    pen.beginPath();
    pen.ellipse(240 + sway, 640, 200, 220, 0, 0, Math.PI * 2);
    pen.fill();
    pen.fillStyle = skin;
    pen.beginPath();
    pen.ellipse(240 + sway, 300, 100, 130, 0, 0, Math.PI * 2);
    pen.fill();
  };
  draw();
  setInterval(draw, 100);
  return canvas.captureStream(10);
}

const theirs = () => portrait('#e3dcc5', '#c96a48', '#f0b48c');
const own = () => portrait('#5a7184', '#dfd2b0', '#8a5a3c');

function fakeCall(first: CallSnapshot, changed: () => void): Call {
  let snapshot = first;
  const change = (part: Partial<CallSnapshot>) => {
    snapshot = { ...snapshot, ...part };
    changed();
  };
  const end = () =>
    change({
      state: {
        phase: 'ended',
        at: Date.now(),
        reason: 'hung-up',
        talkedMs: 768_000,
        ending: { type: 'hangup', call: first.id },
      },
    });
  return {
    get snapshot() {
      return snapshot;
    },
    ownStream: own(),
    theirPicture: first.kind === 'video' ? theirs() : new MediaStream(),
    subscribe: () => () => undefined,
    answer: () => change({ state: { phase: 'active', since: Date.now() } }),
    decline: end,
    hangUp: end,
    setMicrophone: (on) => change({ microphone: { on, problem: null } }),
    setCamera: (on) => change({ camera: { on, problem: null } }),
    confirmSafety: () =>
      change({ safety: { state: 'pictures', pictures: PICTURES.slice(14, 21), isConfirmed: true } }),
    rejectSafety: () => change({ safety: { state: 'different', for: 'me' } }),
    reviewSafety: () =>
      change({ safety: { state: 'pictures', pictures: PICTURES.slice(14, 21), isConfirmed: false } }),
    retryDevices: () =>
      change({
        microphone: { ...snapshot.microphone, problem: null },
        camera: { ...snapshot.camera, problem: null },
      }),
  };
}

export function fakeHost(snapshots: readonly CallSnapshot[], first: Hindrance | null): CallHost {
  const listeners = new Set<(snapshot: HostSnapshot) => void>();
  let calls: readonly Call[] = [];
  let hindrance = first;
  const host: CallHost = {
    get snapshot() {
      return { calls, hindrance };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dial: (peer, kind, path) => console.log('dial', peer, kind, path),
    dismiss() {
      calls = calls.filter(({ snapshot }) => snapshot.state.phase !== 'ended');
      hindrance = null;
      changed();
    },
    look: () => undefined,
  };
  const changed = () => listeners.forEach((listener) => listener(host.snapshot));
  calls = snapshots.map((snapshot) => fakeCall(snapshot, changed));
  return host;
}
