/** When to try the relay again, how long to wait for its answer, and when a link that says nothing is doubted. */

/**
 * What became of an attempt. `refused`: an answer came at once, that nobody listens or nobody knows the name; soon at first, then less
 * often, never all people at the same moment. `silent`: none came; the way there is cut, which costs the relay nothing to try often.
 */
export type AttemptEnd = 'refused' | 'silent';

/** The first wait, in milliseconds. */
export const FIRST_WAIT_MS = 500;
/** The longest wait, in milliseconds. The alarm of a worker that died while waiting rings as often. */
export const LONGEST_WAIT_MS = 30_000;
/** The wait after silence, in milliseconds: with the patience below a way that is there again is found within 2 s as a rule. */
export const SILENT_WAIT_MS = 500;

/**
 * How long the first attempt of a row may take to reach the relay, in milliseconds. Lost packets are sent again after 1 s, 2 s more and
 * 4 s more (RFC 6298): what waits long for an answer asks for one less and less often.
 */
export const REACH_PATIENCE_MS = 3500;
/** The same for those that follow: a first packet is lost and sent again once, and no second is lost. */
export const SHORT_PATIENCE_MS = 1900;
/** The same for the last of a row: on a very slow way TCP, TLS and upgrade take their four round trips. */
export const LONG_PATIENCE_MS = 10_000;
/** So many attempts are a row; the next begins anew. */
export const ROW = 6;

/** The wait after an attempt while a call needs the relay to find its path, in milliseconds. */
export const HURRIED_WAIT_MS = 100;
/** So many refusals are tried again as soon: an address that is not there yet is one, for a moment. */
export const HURRIED_REFUSALS = 4;
/** How often a hurried attempt is as patient as others, for a way that is slow rather than cut: one in so many. */
const PATIENT_EVERY = 5;

/** A relay says something every 20 s. A link without a word for so long is asked for one, in milliseconds. */
export const DOUBT_MS = 25_000;
/** How long a link that was asked for a word has to say it, in milliseconds. */
export const PROBE_PATIENCE_MS = 3000;

/**
 * @param failures attempts in a row that failed, at least 1
 * @param random from 0 to 1, for the jitter
 * @returns milliseconds to wait: after refusals doubling from 0.5 s to 30 s, of which each waits between a half and the whole.
 */
export function reconnectWait(end: AttemptEnd, failures: number, random: number): number {
  const doubled = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 16));
  return Math.round((end === 'silent' ? SILENT_WAIT_MS : doubled) * (0.5 + random / 2));
}

/** @param failures attempts that failed since the last success @returns milliseconds the next one may take to reach the relay. */
export function reachPatience(failures: number): number {
  if (failures % ROW === 0) return REACH_PATIENCE_MS;
  return failures % ROW === ROW - 1 ? LONG_PATIENCE_MS : SHORT_PATIENCE_MS;
}

/** @param failures attempts in a row that failed @returns milliseconds the next one may take while a call needs it. */
export const hurriedPatience = (failures: number): number =>
  failures % PATIENT_EVERY === PATIENT_EVERY - 1 ? REACH_PATIENCE_MS : SHORT_PATIENCE_MS;

/** How often the clock is looked at, in milliseconds. */
export const LOOK_EVERY_MS = 1000;
/** A look that comes so much later than it should was slept through, in milliseconds. */
const SLEPT_MS = 5000;

/** @returns whether the computer slept, or its clock was set, between two looks at it, in ms since the epoch. */
export const hasSlept = (before: number, now: number): boolean =>
  now - before > LOOK_EVERY_MS + SLEPT_MS || now < before - SLEPT_MS;
