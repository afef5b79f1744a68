/** When to try the relay again: soon at first, then less often, never all at the same moment. */

/** The first wait, in milliseconds. */
export const FIRST_WAIT_MS = 500;
/** The longest wait, in milliseconds. The alarm of a worker that died while waiting rings as often. */
export const LONGEST_WAIT_MS = 30_000;

/**
 * @param failures attempts in a row that failed, at least 1
 * @param random from 0 to 1, for the jitter
 * @returns milliseconds to wait: doubling from 0.5 s to 30 s, of which each waits between a half and the whole.
 */
export function reconnectWait(failures: number, random: number): number {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 16));
  return Math.round(whole * (0.5 + random / 2));
}
