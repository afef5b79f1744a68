import { expect, it } from 'vitest';
import { atEase, grow, type Growth, MAX_BITS } from '../../extension/core/picture-growth.ts';

/** What is set while a path carries so much, by the second; the encoder is to send what is learned of it, up to the limit. */
function limits(pathBits: number, seconds: number, from: Growth = atEase) {
  const set: { at: number; limit: number }[] = [];
  let growth = from;
  let known = Math.min(60_000, pathBits);
  for (let at = 1000; at <= seconds * 1000; at += 1000) {
    const before = growth.limit;
    growth = grow(growth, { isNarrow: true, target: Math.min(known, growth.limit) }, at);
    if (growth.limit === before) continue;
    set.push({ at, limit: growth.limit });
    // Another limit has the browser look how much of it the path carries.
    known = Math.min(pathBits, growth.limit * 2);
  }
  return { set, growth };
}

it('a picture that is as it should be has the highest limit, and nothing is asked', () => {
  expect(grow(atEase, { isNarrow: false, target: 2_000_000 }, 5000)).toBe(atEase);
  const narrow = limits(60_000, 10).growth;
  expect(narrow.limit).toBeLessThan(MAX_BITS);
  expect(grow(narrow, { isNarrow: false, target: 300_000 }, 11_000).limit).toBe(MAX_BITS);
});

it('while the path stays narrow little is asked of it, and less and less often', () => {
  const { set } = limits(60_000, 120);
  expect(set.every(({ limit }) => limit <= 400_000)).toBe(true);
  const gaps = set.slice(1).map(({ at }, i) => at - (set[i]?.at ?? 0));
  expect(gaps.slice(-5).every((gap) => gap >= 8000)).toBe(true);
  expect(new Set(set.slice(-2).map(({ limit }) => limit)).size).toBe(2);
});

it('a path that is wide again is known within seconds of the next question', () => {
  const { growth } = limits(60_000, 60);
  const { set } = limits(5_000_000, 90, { ...growth, askAt: 0 });
  const whole = set.find(({ limit }) => limit === MAX_BITS);
  expect(whole?.at).toBeLessThan(15_000);
  expect(set.at(-1)).toEqual(whole);
});
