/**
 * The two pages that Sidecall is measured beside. Each function is sent to a page as text, so it may use nothing from outside
 * itself but what `installWatches` left there.
 */
import type SimplePeer from 'simple-peer';
import type { PlainPage } from './in-page.ts';

/**
 * The flow that tutorials teach: the offer waits for camera and all candidates, everybody is told of everything, and camera and
 * negotiation begin at the callee only after Answer.
 */
export function installTutorial(): Promise<void> {
  const CONSTRAINTS = { video: true, audio: true };
  const [theirs, mine] = ['theirs', 'mine'].map((id) => document.getElementById(id) as HTMLVideoElement);
  const me = crypto.randomUUID();
  let peer: SimplePeer.Instance | undefined;
  let stream: MediaStream | undefined;
  let offered: SimplePeer.SignalData | undefined;

  const socket = new WebSocket(`ws://${location.host}/`);
  const tell = (signal: SimplePeer.SignalData): void => socket.send(JSON.stringify({ from: me, signal }));

  const begin = async (initiator: boolean): Promise<SimplePeer.Instance> => {
    stream = await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
    if (mine) mine.srcObject = stream;
    if (!window.SimplePeer) throw new Error('simple-peer is not there');
    // Without the default servers, which cannot be reached here and would only make the tutorial slower.
    const begun = new window.SimplePeer({ initiator, trickle: false, stream, config: { iceServers: [] } });
    const { seen } = page;
    begun.on('signal', tell);
    begun.on('stream', (far: MediaStream) => {
      if (!theirs) return;
      theirs.srcObject = far;
      window.benchWatches?.picture(theirs, seen, 640);
      for (const track of far.getAudioTracks()) window.benchWatches?.sound(track, seen);
    });
    begun.on('error', () => undefined);
    begun.on('close', () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
      seen.idle = Date.now();
    });
    return begun;
  };

  socket.onmessage = ({ data }) => {
    const { from, signal } = JSON.parse(String(data)) as { from: string; signal: SimplePeer.SignalData };
    if (from === me) return;
    if (signal.type === 'answer') return peer?.signal(signal);
    offered = signal;
    document.title = 'Somebody is calling';
    page.seen.shown = Date.now();
  };

  const page: PlainPage = {
    seen: {},
    prepare() {
      this.seen = {};
      if (theirs) theirs.srcObject = null;
      return Promise.resolve();
    },
    call() {
      const at = Date.now();
      void begin(true).then((begun) => (peer = begun));
      return at;
    },
    answer() {
      const at = Date.now();
      void begin(false).then((begun) => {
        peer = begun;
        if (offered) begun.signal(offered);
      });
      return at;
    },
    hangUp() {
      const at = Date.now();
      peer?.destroy();
      return at;
    },
  };
  window.benchPage = page;
  return new Promise((resolve) => (socket.onopen = () => resolve()));
}

/**
 * The floor: devices that are open already, small pictures, a connection that already stands, and a data channel that says when
 * to swap the tracks in.
 */
export async function installFloor(): Promise<void> {
  const CONSTRAINTS = { video: { width: 320, height: 180 }, audio: true };
  const KINDS = ['audio', 'video'] as const;
  const theirs = document.getElementById('theirs') as HTMLVideoElement;
  const me = crypto.randomUUID();
  let stream: MediaStream | undefined;
  let pc: RTCPeerConnection | undefined;
  let line: RTCDataChannel | undefined;
  const socket = new WebSocket(`ws://${location.host}/`);
  const tell = (word: object): void => socket.send(JSON.stringify({ from: me, ...word }));

  const swap = (on: boolean): void => {
    for (const { sender, receiver } of pc?.getTransceivers() ?? [])
      void sender.replaceTrack(
        (on && stream?.getTracks().find(({ kind }) => kind === receiver.track.kind)) || null,
      );
  };
  /** The devices too: a camera that stays open gives every other page this size. */
  const close = (): void => {
    swap(false);
    for (const track of stream?.getTracks() ?? []) track.stop();
  };
  const hear = (word: string): void => {
    if (word === 'ring') page.seen.shown = Date.now();
    else if (word === 'answer') swap(true);
    else {
      close();
      page.seen.idle = Date.now();
    }
  };
  const open = (): RTCPeerConnection => {
    pc?.close();
    const fresh = new RTCPeerConnection();
    const far = new MediaStream();
    const { seen } = page;
    pc = fresh;
    line = fresh.createDataChannel('line', { negotiated: true, id: 1 });
    line.onmessage = ({ data }) => hear(String(data));
    fresh.onicecandidate = ({ candidate }) => candidate && tell({ candidate });
    fresh.ontrack = ({ track, transceiver }) => {
      transceiver.direction = 'sendrecv';
      far.addTrack(track);
      if (track.kind === 'audio') window.benchWatches?.sound(track, seen);
    };
    theirs.srcObject = far;
    window.benchWatches?.picture(theirs, seen, 320);
    return fresh;
  };
  const describe = async (kind: 'offer' | 'answer'): Promise<void> => {
    await pc?.setLocalDescription();
    tell({ [kind]: pc?.localDescription?.sdp });
  };

  // One after another: a candidate must not overtake the offer it belongs to.
  let turn: Promise<unknown> = Promise.resolve();
  socket.onmessage = ({ data }) => {
    const word = JSON.parse(String(data)) as {
      from: string;
      offer?: string;
      answer?: string;
      candidate?: RTCIceCandidateInit;
    };
    if (word.from === me) return;
    turn = turn
      .then(async () => {
        if (word.offer !== undefined) {
          open();
          await pc?.setRemoteDescription({ type: 'offer', sdp: word.offer });
          await describe('answer');
        } else if (word.answer !== undefined)
          await pc?.setRemoteDescription({ type: 'answer', sdp: word.answer });
        else await pc?.addIceCandidate(word.candidate);
      })
      .catch(() => undefined);
  };

  const page: PlainPage = {
    seen: {},
    async prepare(isCaller) {
      this.seen = {};
      stream = await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
      if (!isCaller) return;
      const fresh = open();
      for (const kind of KINDS) fresh.addTransceiver(kind, { direction: 'sendrecv' });
      await describe('offer');
      await new Promise((resolve) => line?.addEventListener('open', resolve));
    },
    call() {
      const at = Date.now();
      line?.send('ring');
      return at;
    },
    answer() {
      const at = Date.now();
      line?.send('answer');
      swap(true);
      return at;
    },
    hangUp() {
      const at = Date.now();
      line?.send('hang-up');
      close();
      this.seen.idle = Date.now();
      return at;
    },
  };
  window.benchPage = page;
  await new Promise<void>((resolve) => (socket.onopen = () => resolve()));
}
