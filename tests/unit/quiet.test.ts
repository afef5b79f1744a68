import { describe, expect, it } from 'vitest';
import { quietAt } from '../../extension/core/quiet.ts';
import { quietFor } from '../../extension/core/reach.ts';

const at = (hour: number, minute = 0, day = 3): number => new Date(2026, 5, day, hour, minute).getTime();
const NIGHT = { on: true, from: 22 * 60, to: 7 * 60 };
const LUNCH = { on: true, from: 12 * 60, to: 13 * 60 };
const wishes = {
  availability: { status: 'available' },
  quietHours: { ...NIGHT, on: false },
  whoMayRing: 'everyone',
} as const;

describe('quiet hours', () => {
  it.each([
    ['before they begin', LUNCH, at(11, 59), null],
    ['as they begin', LUNCH, at(12), at(13)],
    ['in their last minute', LUNCH, at(12, 59), at(13)],
    ['as they end', LUNCH, at(13), null],
    ['over midnight, in the evening', NIGHT, at(23), at(7, 0, 4)],
    ['over midnight, in the morning', NIGHT, at(6, 59), at(7)],
    ['over midnight, by day', NIGHT, at(7), null],
    ['turned off', { ...NIGHT, on: false }, at(23), null],
    ['without an hour in them', { on: true, from: 60, to: 60 }, at(1), null],
  ])('%s', (_when, quietHours, now, until) => {
    expect(quietAt({ ...wishes, quietHours }, now)).toEqual(until === null ? null : { until });
  });

  it('and what was asked for by hand last until the later of both ends', () => {
    const now = at(23);
    const dnd = (until: number | null) =>
      quietAt({ ...wishes, quietHours: NIGHT, availability: { status: 'dnd', until } }, now);
    expect(dnd(null)).toEqual({ until: null });
    expect(dnd(at(8, 0, 4))).toEqual({ until: at(8, 0, 4) });
    expect(dnd(at(23, 30))).toEqual({ until: at(7, 0, 4) });
    // One that is over asks for nothing.
    expect(dnd(at(22))).toEqual({ until: at(7, 0, 4) });
  });
});

describe('who may ring', () => {
  const stranger = { checkedAt: null };
  const friend = { checkedAt: at(1) };

  it('everybody, unless said otherwise', () => {
    for (const who of [stranger, friend]) expect(quietFor(who, wishes, at(12))).toBeNull();
  });
  it('only who was checked', () => {
    const checked = { ...wishes, whoMayRing: 'checked' } as const;
    expect(quietFor(stranger, checked, at(12))).toEqual({ until: null });
    expect(quietFor(friend, checked, at(12))).toBeNull();
    expect(quietFor(friend, { ...checked, quietHours: LUNCH }, at(12))).toEqual({ until: at(13) });
    expect(quietAt(checked, at(12))).toBeNull();
  });
  it('nobody', () => {
    expect(quietFor(friend, { ...wishes, whoMayRing: 'nobody' }, at(12))).toEqual({ until: null });
  });
});
