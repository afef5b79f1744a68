import { describe, expect, it } from 'vitest';
import { FREE_FOR_MS, forgetWishes, isFulfilled, nextLook, wishFor } from '../../extension/core/wish.ts';
import type { Presence, Wish } from '../../extension/storage.ts';
import { ALICE, BOB } from './two-people.ts';

const NOW = 1_000_000;
const wish = (ask: Wish['ask'], peer = BOB): Wish => ({ peer, ask, kind: 'video', at: NOW });
const there = (status: Presence['status'], since = 0): Presence => ({
  online: true,
  status,
  until: null,
  since,
});

describe('a wish to be told', () => {
  it('that somebody is back comes true when they are online, whatever they do', () => {
    expect(isFulfilled(wish('back'), undefined, NOW)).toBe(false);
    expect(isFulfilled(wish('back'), { ...there('available'), online: false }, NOW)).toBe(false);
    expect(isFulfilled(wish('back'), there('call'), NOW)).toBe(true);
  });

  it('that somebody is free comes true when nothing keeps them', () => {
    expect(isFulfilled(wish('free'), there('call'), NOW)).toBe(false);
    expect(isFulfilled(wish('free'), there('dnd'), NOW)).toBe(false);
    expect(isFulfilled(wish('free'), there('available'), NOW)).toBe(true);
  });

  it('that somebody is free waits for what they say of themselves when they come into sight', () => {
    const justSeen = there('available', NOW);
    expect(isFulfilled(wish('free'), justSeen, NOW)).toBe(false);
    expect(isFulfilled(wish('free'), justSeen, NOW + FREE_FOR_MS)).toBe(true);
    expect(nextLook([wish('free')], { [BOB]: justSeen }, NOW)).toBe(NOW + FREE_FOR_MS);
  });

  it('is looked at when it is due, and only a change of presence helps the rest', () => {
    expect(nextLook([], {}, NOW)).toBeNull();
    expect(nextLook([wish('back'), wish('free')], { [BOB]: there('call') }, NOW)).toBeNull();
    const later = { ...wish('remind'), at: NOW + 600_000 };
    expect(nextLook([wish('back'), later], {}, NOW)).toBe(NOW + 600_000);
    expect(nextLook([later], {}, NOW + 700_000)).toBe(NOW + 700_000);
  });

  it('to be reminded comes true at its time, whoever is there', () => {
    expect(isFulfilled(wish('remind'), undefined, NOW - 1)).toBe(false);
    expect(isFulfilled(wish('remind'), undefined, NOW)).toBe(true);
  });

  it('is kept once for each person and kind, and forgotten with the person', () => {
    const wishes = [wish('back'), wish('back'), wish('free'), wish('back', ALICE)].reduce(
      wishFor,
      [] as Wish[],
    );
    expect(wishes.map(({ ask }) => ask)).toEqual(['back', 'free', 'back']);
    expect(forgetWishes(wishes, BOB)).toEqual([wish('back', ALICE)]);
  });
});
