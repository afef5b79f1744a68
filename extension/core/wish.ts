/** What somebody asked to be told after a call that did not come about. Pure: when a wish comes true. */
import type { Presence, Wish } from '../storage.ts';
import type { Address } from '../../relay/protocol.ts';

/** After how long a reminder comes, in milliseconds. */
export const REMIND_AFTER_MS = 10 * 60_000;

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
      return presence?.online === true && presence.status === 'available';
    case 'remind':
      return now >= wish.at;
  }
}

/** @returns the wishes of everybody but one person. */
export const forgetWishes = (wishes: readonly Wish[], peer: Address): Wish[] =>
  wishes.filter((wish) => wish.peer !== peer);
