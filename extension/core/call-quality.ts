/**
 * How good a call's connection is, and whose side is weak. Pure: samples of what WebRTC measures go in, three words come out.
 *
 * Each direction is judged by itself: what this side sends by the reports of the other (RFC 3550, receiver reports) and by what
 * the path is estimated to carry; what it receives by its own losses, and by what the other says of its sending. It takes
 * two samples in a row to become worse and four to become better, so that a hiccup does not change the word.
 */

export type Quality = 'good' | 'fair' | 'weak';

/** What was measured in the two seconds before; null where nothing was sent or nothing is known. */
export interface Sample {
  /** There and back, in milliseconds. */
  roundTripMs: number | null;
  /** Lost on the way to the other side, 0 to 1. */
  lossOut: number | null;
  /** Lost on the way here, 0 to 1. */
  lossIn: number | null;
  /** How unevenly packets come in, in milliseconds. */
  jitterMs: number | null;
  /** What the path is estimated to carry from here, in kbit/s. */
  roomOutKbps: number | null;
  /** Whether a picture leaves from here. */
  sendsPicture: boolean;
}

interface Trend {
  level: Quality;
  /** What the last samples said instead, and how many in a row. */
  towards: Quality;
  count: number;
}

export interface QualityState {
  out: Trend | null;
  in: Trend | null;
}

/** What views show: the word for the call, and whose connection it is if it is weak. */
export interface CallQuality {
  level: Quality;
  weak: 'mine' | 'theirs' | null;
}

/** How many samples in a row make it worse, and better. */
const WORSE_AFTER = 2;
const BETTER_AFTER = 4;

/** From where on a measure is fair, and weak. */
const LOSS = { fair: 0.03, weak: 0.1 };
const ROUND_TRIP_MS = { fair: 350, weak: 800 };
const JITTER_MS = { fair: 60, weak: 200 };
/** Below which room a direction is fair, and weak, in kbit/s: a small picture wants 150, Opus some 32. */
const PICTURE_KBPS = { fair: 350, weak: 150 };
const SOUND_KBPS = { fair: 48, weak: 24 };

const RANK: Record<Quality, number> = { good: 0, fair: 1, weak: 2 };
const worse = (a: Quality, b: Quality): Quality => (RANK[a] >= RANK[b] ? a : b);

const above = (value: number | null, limits: { fair: number; weak: number }): Quality =>
  value === null || value < limits.fair ? 'good' : value < limits.weak ? 'fair' : 'weak';
const below = (value: number | null, limits: { fair: number; weak: number }): Quality =>
  value === null || value >= limits.fair ? 'good' : value >= limits.weak ? 'fair' : 'weak';

const judgeOut = (sample: Sample): Quality =>
  [
    above(sample.lossOut, LOSS),
    above(sample.roundTripMs, ROUND_TRIP_MS),
    below(sample.roomOutKbps, sample.sendsPicture ? PICTURE_KBPS : SOUND_KBPS),
  ].reduce(worse);

const judgeIn = (sample: Sample): Quality =>
  [above(sample.lossIn, LOSS), above(sample.jitterMs, JITTER_MS)].reduce(worse);

function follow(trend: Trend | null, now: Quality): Trend {
  if (!trend) return { level: now, towards: now, count: 0 };
  if (now === trend.level) return { ...trend, towards: now, count: 0 };
  const isSameWay =
    trend.count > 0 && RANK[now] > RANK[trend.level] === RANK[trend.towards] > RANK[trend.level];
  // Of what the samples in a row said, the least far from the word as it was.
  const nearer = Math.abs(RANK[now] - RANK[trend.level]) <= Math.abs(RANK[trend.towards] - RANK[trend.level]);
  const towards = isSameWay && !nearer ? trend.towards : now;
  const count = isSameWay ? trend.count + 1 : 1;
  const enough = RANK[towards] > RANK[trend.level] ? WORSE_AFTER : BETTER_AFTER;
  return count >= enough ? { level: towards, towards, count: 0 } : { level: trend.level, towards, count };
}

/** @returns what is known of a call before its first sample. */
export const unknownQuality: QualityState = { out: null, in: null };

/** @returns what is known after one more sample. */
export const takeSample = (state: QualityState, sample: Sample): QualityState => ({
  out: follow(state.out, judgeOut(sample)),
  in: follow(state.in, judgeIn(sample)),
});

/** @returns how good this side's sending is, to be told to the other; null before the first sample. */
export const sendingQuality = ({ out }: QualityState): Quality | null => out?.level ?? null;

/**
 * @param told what the other side says of its own sending
 * @returns what to show; null before the first sample. Where both directions are weak it is this side's that can be helped.
 */
export function showQuality(state: QualityState, told: Quality | null): CallQuality | null {
  if (!state.out || !state.in) return null;
  const theirs = worse(state.in.level, told ?? 'good');
  const level = worse(state.out.level, theirs);
  const weak = level !== 'weak' ? null : state.out.level === 'weak' ? 'mine' : 'theirs';
  return { level, weak };
}
