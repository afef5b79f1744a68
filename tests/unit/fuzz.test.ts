/** A short run of the fuzzer; `npm run fuzz` is the long one. A new seed each time, said when something is found. */
import { describe, expect, it } from 'vitest';
import { feedTarget, Finding } from '../fuzz/run.ts';
import { TARGETS } from '../fuzz/targets.ts';

const FRAMES = 2000;
const seed = (Math.random() * 2 ** 31) | 0;

describe('whatever comes in', () => {
  it.each(TARGETS)('neither breaks nor holds up $name', { timeout: 30_000 }, (target) => {
    try {
      feedTarget(target, FRAMES, seed);
    } catch (error) {
      throw new Error(`seed ${String(seed)}`, { cause: error });
    }
  });

  it('is found out when it does', () => {
    const broken = {
      ...TARGETS[0],
      name: 'broken',
      feed: (input: string | Uint8Array) => void JSON.parse(String(input)),
    };
    expect(() => feedTarget(broken as (typeof TARGETS)[number], FRAMES, 1)).toThrow(Finding);
    let spins = 0;
    const slow = { ...TARGETS[0], name: 'slow', feed: () => void spin(() => ++spins > 0, 150) };
    expect(() => feedTarget(slow as (typeof TARGETS)[number], 1, 1)).toThrow(/ms/);
  });
});

function spin(step: () => boolean, ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end && step(););
}
