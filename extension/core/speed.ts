/** How fast something goes, and how long the rest will take. Pure. */

/** Over about this time the speed is averaged, in milliseconds: long enough to be calm, short enough to be true. */
const AVERAGED_MS = 4000;
/** Looks closer together than this say nothing, in milliseconds. */
const APART_MS = 200;
/** Before so long nothing is said: the first moments are those of getting up to speed, in milliseconds. */
const SETTLED_MS = 1500;

export interface Speed {
  /** When it began, in ms. */
  readonly since: number;
  /** When it was looked at last, in ms, and how far it was, in bytes. */
  readonly at: number;
  readonly bytes: number;
  /** Bytes per millisecond; null until it has been looked at twice. */
  readonly rate: number | null;
}

/** @returns the speed after one more look. Going back, as on a fresh transport, begins anew. */
export function measure(before: Speed | undefined, bytes: number, now: number): Speed {
  if (!before || bytes < before.bytes) return { since: now, at: now, bytes, rate: null };
  const passed = now - before.at;
  if (passed < APART_MS) return before;
  const rate = (bytes - before.bytes) / passed;
  const weight = 1 - Math.exp(-passed / AVERAGED_MS);
  const averaged = before.rate === null ? rate : before.rate + weight * (rate - before.rate);
  return { since: before.since, at: now, bytes, rate: averaged };
}

/** @returns how long the rest takes at this speed, in ms; null while that can't be said. */
export const leftMs = ({ rate, since, at }: Speed, rest: number): number | null =>
  rate === null || rate <= 0 || at - since < SETTLED_MS ? null : rest / rate;
