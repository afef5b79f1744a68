import { describe, expect, it } from 'vitest';
import { figuresOf, lineOf, type MeasuredCall } from '../bench/figures.ts';
import type { Flow } from '../bench/flows.ts';
import { percentile } from '../bench/statistics.ts';

/** A call whose later picture comes so long after Answer, and whose ring so long after the click. */
const call = (flow: Flow, rtt: number, ring: number, picture: number): MeasuredCall => ({
  flow,
  rtt,
  times: {
    clicked: 1000,
    shown: 1000 + ring,
    answered: 5000,
    hungUp: 9000,
    caller: { picture: 5000 + picture, sound: 5010, idle: 9010 },
    callee: { picture: 5001, sound: 5020, idle: 9020 },
  },
});

describe('percentiles', () => {
  it('are values that were measured', () => {
    expect(percentile([3, 1, 2], 0.5)).toBe(2);
    expect(percentile([4, 3, 2, 1], 0.5)).toBe(2);
    expect(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95)).toBe(10);
    expect(percentile([], 0.5)).toBeNull();
  });
});

describe('the line of a round trip', () => {
  it('divides medians, and counts the later of both sides', () => {
    const calls = [
      call('sidecall', 80, 128, 200),
      call('tutorial', 80, 320, 500),
      call('floor', 80, 40, 160),
    ];
    expect(figuresOf(calls).map(lineOf)).toEqual([
      'rtt 80 answer-to-picture tutorial 0.40 floor 1.25 click-to-ring tutorial 0.40 trip 1.6',
    ]);
  });

  it('has a dash where there is nothing to divide by', () => {
    const calls = [call('sidecall', 0, 60, 100), call('tutorial', 0, 120, 200)];
    expect(figuresOf(calls).map(lineOf)).toEqual([
      'rtt 0 answer-to-picture tutorial 0.50 floor - click-to-ring tutorial 0.50 trip -',
    ]);
  });
});
