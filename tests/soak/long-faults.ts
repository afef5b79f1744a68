/** What befalls the long call, and a draw that a seed repeats. */
export const LONG_FAULTS = ['cut', 'block', 'caller moves', 'callee moves', 'worker dies', 'loss'] as const;
export type LongFault = (typeof LONG_FAULTS)[number];

/** @returns numbers from 0 to 1, the same for the same seed (mulberry32). */
export function drawFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
