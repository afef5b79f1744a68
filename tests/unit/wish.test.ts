import { describe, expect, it } from 'vitest';
import { forgetWishes, isFulfilled, wishFor } from '../../extension/core/wish.ts';
import type { Presence, Wish } from '../../extension/storage.ts';
import { ALICE, BOB } from './two-people.ts';

const NOW = 1_000_000;
const wish = (ask: Wish['ask'], peer = BOB): Wish => ({ peer, ask, kind: 'video', at: NOW });
const there = (status: Presence['status']): Presence => ({ online: true, status, until: null });

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
