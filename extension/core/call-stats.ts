/**
 * What is read of the statistics of a connection (W3C, Identifiers for WebRTC's Statistics API): a sample for the quality and
 * the details for the curious. Pure. Of addresses, ports and keys nothing is ever taken over: only what is named here leaves.
 */
import type { Sample } from './call-quality.ts';

/** One entry of an `RTCStatsReport`, as the browser gives it. */
export type Stat = Readonly<Record<string, unknown>>;

/** Counters that only grow: a sample is the difference of two. */
export interface Counters {
  packetsIn: number;
  lostIn: number;
  packetsOut: number;
  lostOut: number;
}

export interface PictureDetails {
  codec: string | null;
  width: number | null;
  height: number | null;
  /** Frames a second. */
  frameRate: number | null;
}

/** What a call's connection is like, for whoever wants to know. Nothing in it tells where anybody is. */
export interface CallDetails {
  /** Whether it goes straight, or through a TURN server on either side; null before there is a path. */
  path: 'direct' | 'relayed' | null;
  /** There and back, in milliseconds. */
  roundTripMs: number | null;
  /** Lost in all since the link stands, 0 to 1. */
  lossOut: number | null;
  lossIn: number | null;
  pictureOut: PictureDetails | null;
  pictureIn: PictureDetails | null;
  soundCodec: string | null;
}

/** Fewer packets than this in a sample say nothing about loss: a single lost one would be a fifth of a silence. */
const FEWEST_PACKETS = 20;
/** Names of codecs are words like `video/VP8`; whatever else stands there is not shown. */
const CODEC = /^(?:audio|video)\/([A-Za-z0-9.-]{1,20})$/;

const numberOf = (stat: Stat | undefined, key: string): number | null => {
  const value = stat?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
};
const count = (stat: Stat | undefined, key: string): number => Math.max(0, numberOf(stat, key) ?? 0);
const sum = (stats: readonly Stat[], key: string): number =>
  stats.reduce((total, stat) => total + count(stat, key), 0);
const ofType = (stats: readonly Stat[], type: string): Stat[] =>
  stats.filter((stat) => stat['type'] === type);
const byId = (stats: readonly Stat[], id: unknown): Stat | undefined =>
  id === undefined ? undefined : stats.find((stat) => stat['id'] === id);
const inMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000);
const fraction = (lost: number, all: number): number | null =>
  all <= 0 ? null : Math.min(1, Math.max(0, lost / all));

/** The pair of candidates in use: the transport names it. */
const selectedPair = (stats: readonly Stat[]): Stat | undefined =>
  byId(stats, ofType(stats, 'transport')[0]?.['selectedCandidatePairId']);

/** @returns what has been counted so far. */
export function countersOf(stats: readonly Stat[]): Counters {
  const received = ofType(stats, 'inbound-rtp');
  const sent = ofType(stats, 'outbound-rtp');
  const reported = ofType(stats, 'remote-inbound-rtp');
  return {
    packetsIn: sum(received, 'packetsReceived'),
    lostIn: sum(received, 'packetsLost'),
    packetsOut: sum(sent, 'packetsSent'),
    lostOut: sum(reported, 'packetsLost'),
  };
}

/** @returns what the counters say of the time between two looks; null where too little was sent to say anything. */
function lossBetween(lost: number, packets: number): number | null {
  return lost + packets < FEWEST_PACKETS ? null : fraction(lost, lost + packets);
}

/** @returns the sample of the time since `before`. */
export function sampleOf(stats: readonly Stat[], before: Counters | null): Sample {
  const now = countersOf(stats);
  const pair = selectedPair(stats);
  const since = (key: keyof Counters): number => Math.max(0, now[key] - (before?.[key] ?? 0));
  const jitters = ofType(stats, 'inbound-rtp').map((stat) => numberOf(stat, 'jitter') ?? 0);
  const room = numberOf(pair, 'availableOutgoingBitrate');
  const pictures = ofType(stats, 'outbound-rtp').filter((stat) => stat['kind'] === 'video');
  return {
    roundTripMs: inMs(numberOf(pair, 'currentRoundTripTime')),
    // Reports speak of packets that left before: of those that left since, the most can be missing.
    lossOut: before ? lossBetween(since('lostOut'), since('packetsOut') - since('lostOut')) : null,
    lossIn: before ? lossBetween(since('lostIn'), since('packetsIn')) : null,
    jitterMs: jitters.length === 0 ? null : inMs(Math.max(...jitters)),
    roomOutKbps: room === null ? null : room / 1000,
    sendsPicture: pictures.some((stat) => count(stat, 'framesPerSecond') > 0),
  };
}

function pictureOf(stats: readonly Stat[], type: 'inbound-rtp' | 'outbound-rtp'): PictureDetails | null {
  // A camera has its own line, and a shown screen another: the first on which something is seen.
  const stat = ofType(stats, type).find(
    (each) => each['kind'] === 'video' && count(each, 'framesPerSecond') > 0,
  );
  const width = numberOf(stat, 'frameWidth');
  const frameRate = numberOf(stat, 'framesPerSecond');
  if (!stat || width === null || !frameRate) return null;
  return { codec: codecOf(stats, stat), width, height: numberOf(stat, 'frameHeight'), frameRate };
}

function codecOf(stats: readonly Stat[], rtp: Stat | undefined): string | null {
  const name = byId(stats, rtp?.['codecId'])?.['mimeType'];
  return typeof name === 'string' ? (CODEC.exec(name)?.[1] ?? null) : null;
}

function pathOf(stats: readonly Stat[]): CallDetails['path'] {
  const pair = selectedPair(stats);
  if (!pair) return null;
  const ends = [byId(stats, pair['localCandidateId']), byId(stats, pair['remoteCandidateId'])];
  return ends.some((end) => end?.['candidateType'] === 'relay') ? 'relayed' : 'direct';
}

/** @returns the details of a connection as it is now. */
export function detailsOf(stats: readonly Stat[]): CallDetails {
  const { packetsIn, lostIn, packetsOut, lostOut } = countersOf(stats);
  const sound = ofType(stats, 'outbound-rtp').find((stat) => stat['kind'] === 'audio');
  return {
    path: pathOf(stats),
    roundTripMs: inMs(numberOf(selectedPair(stats), 'currentRoundTripTime')),
    lossOut: fraction(lostOut, packetsOut),
    lossIn: fraction(lostIn, lostIn + packetsIn),
    pictureOut: pictureOf(stats, 'outbound-rtp'),
    pictureIn: pictureOf(stats, 'inbound-rtp'),
    soundCodec: codecOf(stats, sound),
  };
}
