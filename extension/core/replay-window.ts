/**
 * No mail counts twice. The receiver keeps the highest sequence numbers it saw from each contact; a number that is
 * among them, or below them all once the window is full, is refused.
 */

/** How many sequence numbers are kept for each contact. */
export const WINDOW_SIZE = 256;

export type Admission =
  | { ok: true; seen: number[] }
  /** `behind`: below the whole window, so the sender's own counter is too low; `highest` tells it where to go on. */
  | { ok: false; reason: 'seen' | 'behind'; highest: number };

/**
 * @param seen the numbers seen so far, ascending
 * @param floor up to which all count as seen, since a restore
 * @returns the window after `seq`, or why it is refused.
 */
export function admit(seen: readonly number[], seq: number, floor = -1): Admission {
  const highest = Math.max(seen.at(-1) ?? 0, floor);
  if (seen.includes(seq)) return { ok: false, reason: 'seen', highest };
  if (seq <= floor || (seen.length >= WINDOW_SIZE && seq < (seen[0] ?? 0)))
    return { ok: false, reason: 'behind', highest };
  const after = [...seen, seq].sort((a, b) => a - b).slice(-WINDOW_SIZE);
  return { ok: true, seen: after };
}

/** How many numbers are reserved on disk at a time, so that not every mail waits for a write. */
export const RESERVE_BLOCK = 64;

/** Sequence numbers to one contact: `last` was used, all up to `reserved` are on disk as used. */
export interface Counter {
  last: number;
  reserved: number;
}

/** @returns the counter after taking the next number: strictly growing, and never below the clock's milliseconds. */
export function take(counter: Counter, now: number): Counter {
  const last = Math.max(counter.last + 1, now);
  return last <= counter.reserved
    ? { last, reserved: counter.reserved }
    : { last, reserved: last + RESERVE_BLOCK };
}
