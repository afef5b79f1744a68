/** What somebody asked to be told after a call that did not come about. Pure: when a wish comes true. */
import type { Presence, Wish } from '../storage.ts';
import type { Address } from '../../relay/protocol.ts';

/** After how long a reminder comes, in milliseconds. */
export const REMIND_AFTER_MS = 10 * 60_000;

/**
 * For how long somebody must have been seen free, in milliseconds: who has just come into sight is taken to be available until
 * they have said what they are (`background/status.ts`), which after every start of this worker is everybody.
 */
export const FREE_FOR_MS = 5000;

/** @returns the wishes with a new one; of each kind there is one for a person. */
export const wishFor = (wishes: readonly Wish[], wish: Wish): Wish[] => [
  ...wishes.filter(({ peer, ask }) => !(peer === wish.peer && ask === wish.ask)),
  wish,
];

/** @returns whether the wish has come true at `now` ms. */
export function isFulfilled(wish: Wish, presence: Presence | undefined, now: number): boolean {
  switch (wish.ask) {
    case 'back':
      return presence?.online === true;
    case 'free':
      return (
        presence?.online === true && presence.status === 'available' && now - presence.since >= FREE_FOR_MS
      );
    case 'remind':
      return now >= wish.at;
  }
}

/**
 * @returns when to look again at `now` ms, in ms since the epoch; null if only a change of presence can make one come true.
 * What is due already is looked at at once.
 */
export function nextLook(
  wishes: readonly Wish[],
  presence: Readonly<Record<string, Presence>>,
  now: number,
): number | null {
  const times = wishes.flatMap((wish) => {
    if (wish.ask === 'remind') return [wish.at];
    const there = presence[wish.peer];
    if (wish.ask === 'free' && there?.online && there.status === 'available')
      return [there.since + FREE_FOR_MS];
    return [];
  });
  return times.length === 0 ? null : Math.max(now, Math.min(...times));
}

/** @returns the wishes of everybody but one person. */
export const forgetWishes = (wishes: readonly Wish[], peer: Address): Wish[] =>
  wishes.filter((wish) => wish.peer !== peer);
