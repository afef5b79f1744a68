/** Feeds the targets: so many inputs, from one seed, and measures how long each takes and what stays behind. */
import * as fc from 'fast-check';
import { Chance } from './mutations.ts';
import { Broken, spoil, type Target } from './targets.ts';

/** An input may take so long at most, in milliseconds; what takes longer is fed again, as the machine may have been busy. */
export const HANG_MS = 100;
/** How many fit inputs are drawn from the grammar at a time, and how often each is used. */
const POOL = 200;
const USES = 25;

export interface Count {
  frames: number;
  /** The slowest input, in milliseconds. */
  slowestMs: number;
}

/** An input that did what none may do. */
export class Finding extends Error {
  constructor(target: Target, input: string | Uint8Array, why: unknown) {
    const shown = typeof input === 'string' ? JSON.stringify(input) : Buffer.from(input).toString('base64');
    super(
      `${target.name}: ${why instanceof Error ? `${why.name}: ${why.message}` : String(why)}\n  input: ${shown.slice(0, 4000)}`,
    );
  }
}

/** Feeds `frames` inputs to one target. @throws {Finding} */
export function feedTarget(
  target: Target,
  frames: number,
  seed: number,
  onRound: () => void = () => undefined,
): Count {
  const chance = new Chance(seed);
  const count: Count = { frames: 0, slowestMs: 0 };
  for (let round = 0; count.frames < frames; round++) {
    const pool = fc.sample(target.fit, { numRuns: POOL, seed: (seed + round) | 0 });
    for (let use = 0; use < POOL * USES && count.frames < frames; use++, count.frames++)
      count.slowestMs = Math.max(count.slowestMs, feed(target, spoil(chance.of(pool), chance)));
    onRound();
  }
  return count;
}

function feed(target: Target, input: string | Uint8Array): number {
  const first = timed(target, input);
  if (first <= HANG_MS) return first;
  const again = Math.min(timed(target, input), timed(target, input), timed(target, input));
  if (again > HANG_MS) throw new Finding(target, input, new Broken(`${again.toFixed(0)} ms`));
  return again;
}

function timed(target: Target, input: string | Uint8Array): number {
  const start = performance.now();
  try {
    target.feed(input);
  } catch (error) {
    throw new Finding(target, input, error);
  }
  return performance.now() - start;
}
