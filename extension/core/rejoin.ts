/** How a person goes back into a call that an earlier host of theirs died in, while the other side still waits in it. Pure. */
import { type Desk, type DeskCall, isLive, type Outcome, remakeLink } from './desk.ts';
import { emptyBook } from './link-book.ts';
import type { Talk } from './stored.ts';

/**
 * The call goes on under its id, as one that has lost its path a moment ago. How many links it had is forgotten: the callee asks
 * for one, which the caller numbers; the caller learns the number from the callee, who asks every second.
 */
export function rejoin(desk: Desk, talk: Talk, now: number): Outcome {
  // Whoever talks with somebody else by now has not gone back.
  if (desk.calls.some(isLive)) return { desk, send: [], links: [] };
  const { call: id, peer, direction, kind, since } = talk;
  const back: DeskCall = {
    id,
    peer,
    direction,
    kind,
    own: kind,
    state: { phase: 'reconnecting', since, lostAt: now },
    aliases: [],
    rival: null,
    book: emptyBook(direction === 'out' ? 'caller' : 'callee'),
    preconnect: true,
    isHeld: false,
  };
  return remakeLink({ ...desk, calls: [back, ...desk.calls] }, id);
}
