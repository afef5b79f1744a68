/** A call host whose calls are as the scene says, with drawn people instead of cameras. */
import type {
  Call,
  CallHost,
  CallSnapshot,
  Hindrance,
  HostSnapshot,
} from '../../extension/call/call-host.ts';
import { NOTHING_SHOWN } from '../../extension/core/share.ts';
import { fakeTalk, type TalkScene } from './fake-talk.ts';
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

/** @returns a still page of text and lines, as somebody shows it. */
function sheet(): MediaStream {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1440, 900];
  const pen = canvas.getContext('2d');
  const draw = () => {
    if (!pen) return;
    pen.fillStyle = '#f7f5f0';
    pen.fillRect(0, 0, 1440, 900);
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, 1440, 110);
    pen.fillStyle = '#3b3a36';
    pen.font = '600 44px sans-serif';
    pen.fillText('Summer house', 60, 72);
    pen.strokeStyle = '#8d887c';
    pen.lineWidth = 8;
    pen.font = '36px sans-serif';
    for (const [word, x, y, w, h] of [
      ['Kitchen', 120, 180, 330, 360],
      ['Living room', 450, 180, 520, 360],
      ['Study', 970, 180, 350, 360],
      ['Terrace', 120, 540, 1200, 260],
    ] as const) {
      pen.fillStyle = word === 'Terrace' ? '#e6f1ea' : '#fff';
      pen.fillRect(x, y, w, h);
      pen.strokeRect(x, y, w, h);
      pen.fillStyle = '#55524a';
      pen.fillText(word, x + 40, y + h / 2);
    }
  };
  draw();
  setInterval(draw, 200);
  return canvas.captureStream(5);
}

const theirs = () => portrait('#e3dcc5', '#c96a48', '#f0b48c');
const own = () => portrait('#5a7184', '#dfd2b0', '#8a5a3c');

function fakeCall(first: CallSnapshot, changed: () => void, talk?: TalkScene): Call {
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
    ...fakeTalk(talk),
    ownStream: own(),
    theirPicture: first.kind === 'video' ? theirs() : new MediaStream(),
    theirScreen: first.sharing.theirs ? sheet() : new MediaStream(),
    share: () =>
      change({ sharing: { ...snapshot.sharing, own: { step: 'on', surface: 'screen', sound: true } } }),
    stopSharing: () => change({ sharing: { ...snapshot.sharing, own: NOTHING_SHOWN } }),
    subscribe: () => () => undefined,
    answer: () => change({ state: { phase: 'active', since: Date.now() } }),
    decline: end,
    hangUp: end,
    hold: () => change({ hold: 'mine' }),
    takeUp: () => change({ hold: 'none' }),
    details: () =>
      Promise.resolve({
        path: 'direct',
        roundTripMs: 42,
        lossOut: 0.001,
        lossIn: 0.004,
        pictureOut: { codec: 'VP8', width: 1280, height: 720, frameRate: 30 },
        pictureIn: { codec: 'VP8', width: 640, height: 480, frameRate: 20 },
        soundCodec: 'opus',
      }),
    setMicrophone: (on) => change({ microphone: { on, problem: null } }),
    setCamera: (on) => change({ camera: { on, problem: null } }),
    confirmSafety: () =>
      change({ safety: { state: 'pictures', pictures: PICTURES.slice(14, 21), isConfirmed: true } }),
    rejectSafety: () => change({ safety: { state: 'different', for: 'me' } }),
    reviewSafety: () =>
      change({ safety: { state: 'pictures', pictures: PICTURES.slice(14, 21), isConfirmed: false } }),
    dismissNews: () => change({ news: null }),
    retryDevices: () =>
      change({
        microphone: { ...snapshot.microphone, problem: null },
        camera: { ...snapshot.camera, problem: null },
      }),
  };
}

export function fakeHost(
  snapshots: readonly CallSnapshot[],
  first: Hindrance | null,
  talk?: TalkScene,
): CallHost {
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
  calls = snapshots.map((snapshot) => fakeCall(snapshot, changed, talk));
  return host;
}
