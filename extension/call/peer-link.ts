/**
 * One transport of a call: a simple-peer connection, the only place that knows the library. It is disposable: simple-peer
 * destroys itself when ICE fails, the call goes on with the next link.
 *
 * Both directions of sound and picture are negotiated at once, without tracks: nobody is seen or heard until a track is put
 * in with `setTrack`, and that needs no second negotiation.
 */
import SimplePeer from 'simple-peer';
import { type Candidate, MAX_CANDIDATES } from '../../relay/mail.ts';
import type { IceServer } from '../../relay/protocol.ts';
import type { Stat } from '../core/call-stats.ts';
import type { PeerSignal } from '../core/link-book.ts';
import { byPreference, describeStereo, forScreens, tuneDescription } from '../core/description.ts';
import { hideInCandidate, hideInDescription } from '../core/hidden-address.ts';
import type { IcePlan } from '../core/ice-policy.ts';
import { carriedBy, MEDIA_LINES, type TrackKind } from '../core/media-lines.ts';
import { type BulkEvents, openBulkChannel } from './bulk-channel.ts';
import { createFirstPicture, type FirstPicture } from './first-picture.ts';
import { type Fingerprints, fingerprintsOf } from './certificates.ts';
import { bytesReceived, type FailingPeer, surviveFailure } from './link-health.ts';
import { tuneForScreen } from './screen-line.ts';

/** Candidates that are found within this time travel in one signal, in milliseconds. */
const GATHER_TOGETHER_MS = 20;

export interface PeerLinkEvents extends BulkEvents {
  /** Something for the other side. */
  onSignal(signal: PeerSignal): void;
  /** The transport stands and `send` may be used. */
  onLinked(): void;
  /** The transport is gone for good. */
  onLost(): void;
  /** The other side's track of a kind: silent and dark until they put theirs in. */
  onTrack(kind: TrackKind, track: MediaStreamTrack): void;
  onControl(text: string): void;
}

export interface PeerLink {
  feed(signal: PeerSignal): void;
  /** Sends text on the control channel. @returns whether it stands. */
  send(text: string): boolean;
  /** Whether the bulk channel stands and what waits in it is little; if not, `onBulkRoom` says when it is. */
  hasBulkRoom(): boolean;
  /** Sends a frame on the bulk channel, which carries what nothing else may wait behind. */
  sendBulk(frame: Uint8Array<ArrayBuffer>): void;
  /** Sends a placeholder until a picture is put in. */
  warmUp(placeholder: MediaStreamTrack): void;
  /** Puts a track in, or takes it out with null. */
  setTrack(kind: TrackKind, track: MediaStreamTrack | null): void;
  /** Takes fresh TURN servers for when the path is looked for again. The policy stays what it was made with. */
  useServers(turn: IceServer[]): void;
  /** What the browser reports of the connection; null if it can't be told. */
  stats(): Promise<Stat[] | null>;
  /** How many bytes have come in so far, of whatever kind; null if it can't be told. */
  received(): Promise<number | null>;
  /** The certificates at both ends, once the transport stands; null if they can't be told for sure. */
  fingerprints(): Promise<Fingerprints | null>;
  close(): void;
}

/** What is used of simple-peer 9.11.1 beyond its types; its version is pinned. */
interface PeerInternals extends FailingPeer {
  readonly _pc: RTCPeerConnection;
}

/**
 * @param role the caller makes the offer
 * @param plan its policy holds from the first candidate on; with `relay` nothing but addresses of TURN servers leaves
 */
export function createPeerLink(role: 'caller' | 'callee', plan: IcePlan, events: PeerLinkEvents): PeerLink {
  const { iceTransportPolicy } = plan;
  const peer = new SimplePeer({
    initiator: role === 'caller',
    trickle: true,
    sdpTransform: describeStereo,
    // Always given: simple-peer would ask other companies' servers by default.
    config: { iceTransportPolicy, iceServers: plan.iceServers.map(toRtcIceServer) },
  });
  const describe = (sdp: string): string => (plan.hides ? hideInDescription(sdp) : sdp);
  const internals = peer as unknown as PeerInternals;
  const pc = internals._pc;
  surviveFailure(internals);
  const bulk = openBulkChannel(pc, events);
  // One stream for both tracks keeps lips and voice together at the far end; a screen and its sound have another.
  const face = new MediaStream();
  const screen = new MediaStream();
  const wanted = new Map<TrackKind, MediaStreamTrack | null>();
  const candidates: Candidate[] = [];
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  let picture: FirstPicture | undefined;
  let placeholder: MediaStreamTrack | undefined;

  /** The media descriptions of this connection, by what they carry. */
  const lines = (): Map<TrackKind, RTCRtpTransceiver> => {
    const all = pc.getTransceivers();
    const found = new Map<TrackKind, RTCRtpTransceiver>();
    carriedBy(all.map(({ receiver }) => receiver.track.kind)).forEach((kind, at) => {
      const transceiver = all[at];
      if (kind && transceiver) found.set(kind, transceiver);
    });
    return found;
  };
  const streamOf = (kind: TrackKind): MediaStream => (isOfScreen(kind) ? screen : face);

  if (role === 'caller') {
    for (const { kind, carries } of MEDIA_LINES)
      preferCodecs(carries, pc.addTransceiver(kind, { direction: 'sendrecv', streams: [streamOf(carries)] }));
  } else {
    // The offer's transceivers exist from here on, and simple-peer has not made its answer yet (WebRTC 1.0, 4.4.1.5).
    pc.addEventListener('signalingstatechange', () => {
      if (pc.signalingState !== 'have-remote-offer') return;
      for (const [kind, transceiver] of lines()) {
        transceiver.direction = 'sendrecv';
        transceiver.sender.setStreams(streamOf(kind));
        preferCodecs(kind, transceiver);
      }
    });
  }

  const flush = (): void => {
    gathering = undefined;
    while (candidates.length > 0 && !isClosed)
      events.onSignal({ candidates: candidates.splice(0, MAX_CANDIDATES) });
  };

  const swap = (kind: TrackKind, track: MediaStreamTrack | null): void => {
    const sender = lines().get(kind)?.sender;
    // A connection that closes meanwhile needs no track.
    sender?.replaceTrack(track).catch(() => undefined);
    if (sender && kind === 'screen' && track) tuneForScreen(sender).catch(() => undefined);
  };

  const putIn = (kind: TrackKind, track: MediaStreamTrack | null): void => {
    swap(kind, track);
    if (kind !== 'video') return;
    if (track) picture?.begin();
    else picture?.prepare();
  };

  const rest = (): void => {
    isClosed = true;
    clearTimeout(gathering);
    picture?.close();
  };

  const lose = (): void => {
    if (isClosed) return;
    rest();
    events.onLost();
  };

  pc.addEventListener('track', ({ track, transceiver }) => {
    for (const [kind, each] of lines()) if (each === transceiver) events.onTrack(kind, track);
  });
  pc.addEventListener('signalingstatechange', () => {
    if (pc.signalingState !== 'stable') return;
    const video = lines().get('video');
    if (video) picture ??= createFirstPicture(video.sender);
    picture?.prepare();
    if (placeholder && !wanted.has('video')) swap('video', placeholder);
    for (const [kind, track] of wanted) putIn(kind, track);
  });
  peer.on('signal', (data: SimplePeer.SignalData) => {
    if (data.type === 'offer' && data.sdp !== undefined) events.onSignal({ offer: describe(data.sdp) });
    else if (data.type === 'answer' && data.sdp !== undefined)
      events.onSignal({ answer: describe(data.sdp) });
    else if (data.type === 'candidate') {
      const candidate = toCandidate(data.candidate);
      const leaving = plan.hides ? hideInCandidate(candidate) : candidate;
      if (!leaving) return;
      candidates.push(leaving);
      gathering ??= setTimeout(flush, GATHER_TOGETHER_MS);
    }
  });
  peer.on('connect', () => events.onLinked());
  peer.on('data', (data: Uint8Array) => events.onControl(new TextDecoder().decode(data)));
  peer.on('error', lose);
  peer.on('close', lose);

  return {
    feed(signal) {
      if (isClosed) return;
      if ('offer' in signal) peer.signal({ type: 'offer', sdp: tuneDescription(signal.offer) });
      else if ('answer' in signal) peer.signal({ type: 'answer', sdp: tuneDescription(signal.answer) });
      else
        for (const candidate of signal.candidates)
          peer.signal({ type: 'candidate', candidate: fromCandidate(candidate) });
    },
    send(text) {
      if (isClosed || !peer.connected) return false;
      peer.send(text);
      return true;
    },
    hasBulkRoom: () => bulk.hasRoom(),
    sendBulk: (frame) => bulk.send(frame),
    warmUp(track) {
      placeholder = track;
      if (pc.signalingState === 'stable' && pc.remoteDescription && !wanted.has('video'))
        swap('video', track);
    },
    setTrack(kind, track) {
      // Each change of a sender is a turn of the thread that also sends: none for nothing.
      if ((wanted.get(kind) ?? null) === track && !(kind === 'video' && placeholder)) return;
      if (kind === 'video') placeholder = undefined;
      wanted.set(kind, track);
      putIn(kind, track);
    },
    useServers(turn) {
      const others = plan.iceServers.filter(({ username }) => username === undefined);
      if (!isClosed)
        pc.setConfiguration({
          ...pc.getConfiguration(),
          iceServers: [...others, ...turn].map(toRtcIceServer),
        });
    },
    stats: () => statsOf(pc),
    received: () => bytesReceived(pc),
    fingerprints: () => fingerprintsOf(pc),
    close() {
      rest();
      peer.destroy();
    },
  };
}

async function statsOf(pc: RTCPeerConnection): Promise<Stat[] | null> {
  const stats: Stat[] = [];
  // A connection that closes meanwhile reports nothing.
  const report = await pc.getStats().catch(() => null);
  report?.forEach((stat: Stat) => stats.push(stat));
  return report && stats;
}

const isOfScreen = (kind: TrackKind): boolean => kind === 'screen' || kind === 'screen-sound';

function preferCodecs(carries: TrackKind, transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities(transceiver.receiver.track.kind)?.codecs;
  if (codecs)
    transceiver.setCodecPreferences(isOfScreen(carries) ? forScreens(codecs) : byPreference(codecs));
}

const toRtcIceServer = ({ urls, username, credential }: IceServer): RTCIceServer => ({
  urls,
  ...(username !== undefined && { username }),
  ...(credential !== undefined && { credential }),
});

const toCandidate = ({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): Candidate => ({
  candidate,
  sdpMid,
  sdpMLineIndex,
});

// simple-peer hands it to `new RTCIceCandidate`, which takes the plain form.
const fromCandidate = (candidate: Candidate): RTCIceCandidate => candidate as unknown as RTCIceCandidate;
