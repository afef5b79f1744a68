/**
 * All calls of one person at the call host, and what mail, clicks, transports and time do to them. Pure: each function
 * takes the desk as it was and says what it becomes, what to send, and what to do to peer connections. At most two
 * calls live; the first in the list is in front.
 */
import type { CallId, CallKind, CallMail } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import {
  beginCalling,
  beginIncoming,
  type CallEvent,
  type CallState,
  deadlineOf,
  isTalking,
  step,
} from './call-state.ts';
import { isSurvivor } from './glare.ts';
import * as hold from './hold.ts';
import * as links from './link-book.ts';
import { asksForEnding } from './ring-policy.ts';

/** How many calls may live at once: one in front, one that waits. */
export const MAX_CALLS = 2;

type Ring = Extract<CallMail, { type: 'ring' }>;

export interface DeskCall {
  id: CallId;
  peer: Address;
  direction: 'out' | 'in';
  /** What the ring asked for. */
  kind: CallKind;
  /** What this person chose: whether their camera opens. */
  own: CallKind;
  state: CallState;
  /** Ids of dropped rings whose mail is read as this call's. */
  aliases: CallId[];
  /** The other side's ring that lost against this one's; it rings after all if they decline this call. */
  rival: Ring | null;
  book: links.LinkBook;
  /** Whether a transport may be made before this person answers. */
  preconnect: boolean;
  /** Whether this person has put the other on hold (`core/hold.ts`). */
  isHeld: boolean;
}

export interface Desk {
  me: Address;
  calls: DeskCall[];
}

export interface Outcome {
  desk: Desk;
  send: { to: Address; body: CallMail }[];
  links: { call: CallId; act: links.LinkAct }[];
}

/** What became of a mail: `unknown` is answered by whoever keeps the endings. */
export type Verdict = 'ring' | 'second' | 'busy' | 'known' | 'unknown';

export const emptyDesk = (me: Address): Desk => ({ me, calls: [] });
export const isLive = (call: DeskCall): boolean => call.state.phase !== 'ended';

/** @returns the call that mail for `id` belongs to. */
export const callOf = (desk: Desk, id: CallId): DeskCall | undefined =>
  desk.calls.find((call) => call.id === id || call.aliases.includes(id));

const mayOpenLink = (call: DeskCall): boolean => call.preconnect || isTalking(call.state);
const still = (desk: Desk): Outcome => ({ desk, send: [], links: [] });
const replace = (desk: Desk, call: DeskCall): Desk => ({
  ...desk,
  calls: desk.calls.map((other) => (other.id === call.id ? call : other)),
});

function merge(first: Outcome, second: Outcome): Outcome {
  return {
    desk: second.desk,
    send: [...first.send, ...second.send],
    links: [...first.links, ...second.links],
  };
}

/**
 * This person rings `peer`. Somebody who is ringing here is answered instead; somebody already in a call is taken up; whoever
 * else is talked with is put on hold first.
 * @param id a fresh id for the call, should it come to one
 */
export function dial(desk: Desk, peer: Address, id: CallId, kind: CallKind, now: number): Outcome {
  const there = desk.calls.find((call) => call.peer === peer && isLive(call));
  if (there)
    return there.state.phase === 'incoming' ? answer(desk, there.id, kind, now) : takeUp(desk, there.id, now);
  if (!hold.mayDial(desk, MAX_CALLS)) return still(desk);
  const link = links.renew(links.emptyBook('caller'));
  const call: DeskCall = {
    id,
    peer,
    direction: 'out',
    kind,
    own: kind,
    state: beginCalling(now),
    aliases: [],
    rival: null,
    book: link.book,
    preconnect: true,
    isHeld: false,
  };
  return {
    desk: { ...desk, calls: [call, ...hold.holdOthers(desk, id).calls] },
    send: [{ to: peer, body: { type: 'ring', call: id, kind } }],
    links: link.acts.map((act) => ({ call: id, act })),
  };
}

/** This person answers call `id` with the devices of `kind`. Whoever they talk with is on hold from then on, or hung up on. */
export function answer(
  desk: Desk,
  id: CallId,
  kind: CallKind,
  now: number,
  others: hold.Others = 'hold',
): Outcome {
  const call = callOf(desk, id);
  if (call?.state.phase !== 'incoming') return still(desk);
  const cleared = clearFor(desk, call.id, others, now);
  const free = hold.holdOthers(replace(cleared.desk, { ...call, own: kind }), call.id);
  return merge(cleared, apply(hold.inFront(free, call.id), call.id, { type: 'answer' }, now));
}

/** This person goes on with call `id`, which is on hold. */
export function takeUp(desk: Desk, id: CallId, now: number): Outcome {
  const call = callOf(desk, id);
  if (!call || !isTalking(call.state)) return still(desk);
  const cleared = clearFor(desk, call.id, 'hold', now);
  return { ...cleared, desk: hold.takeUp(cleared.desk, call.id) };
}

function clearFor(desk: Desk, id: CallId, others: hold.Others, now: number): Outcome {
  return hold
    .inTheWay(desk, id, others)
    .reduce(
      (cleared, other) => merge(cleared, apply(cleared.desk, other, { type: 'hang-up' }, now)),
      still(desk),
    );
}

/** Applies an event of this side to call `id`. */
export function apply(desk: Desk, id: CallId, given: CallEvent, now: number): Outcome {
  const before = callOf(desk, id);
  if (!before) return still(desk);
  const event = isOverdueSecond(desk, before, given, now) ? ({ type: 'turn-away' } as const) : given;
  const { state, send } = step(before.id, before.state, event, now);
  if (state === before.state) return still(desk);
  // Once people talk, a ring that lost against this call has had its answer.
  const call = { ...before, state, rival: isTalking(state) ? null : before.rival };
  const outcome: Outcome = {
    desk: replace(desk, call),
    send: send.map((body) => ({ to: call.peer, body })),
    links: [],
  };
  // They ended it by the id of a dropped ring, so they may not know that it is this call.
  if (!isLive(call) && event.type === 'mail' && event.body.call !== call.id)
    outcome.send.push({ to: call.peer, body: { type: 'hangup', call: call.id } });
  if (!isLive(call)) {
    const closed = merge(outcome, afterEnd(outcome.desk, call, event, now));
    return { ...closed, desk: hold.bringBack(closed.desk, before) };
  }
  const isAgreed = isTalking(call.state) && !isTalking(before.state);
  return isAgreed ? merge(outcome, ensureLink(outcome.desk, call)) : outcome;
}

/** A second call that nobody answered was no missed chance to talk: this person was on another call. */
const isOverdueSecond = (desk: Desk, call: DeskCall, event: CallEvent, now: number): boolean =>
  event.type === 'tick' &&
  call.state.phase === 'incoming' &&
  now >= (deadlineOf(call.state) ?? Infinity) &&
  desk.calls.some((other) => other.id !== call.id && isTalking(other.state));

/** Both have said yes: whatever transport there is goes on, and one that was lost while it rang is made again. */
function ensureLink(desk: Desk, call: DeskCall): Outcome {
  if (call.book.isOpen) return still(desk);
  const isLost = call.book.n > 0 && !call.book.isDescribed && call.book.held.length === 0;
  return isLost ? remakeLink(desk, call.id) : openLink(desk, call);
}

/** The notification of an incoming call is on the screen: its transport may be made now, if this person allows that. */
export function allowLink(desk: Desk, id: CallId): Outcome {
  const call = callOf(desk, id);
  if (call?.state.phase !== 'incoming' || call.preconnect) return still(desk);
  return openLink(replace(desk, { ...call, preconnect: true }), { ...call, preconnect: true });
}

function openLink(desk: Desk, call: DeskCall): Outcome {
  return carryOut(desk, call, links.open(call.book));
}

/** The transport is closed. A ring that had lost against this call is told, or rings after all if they only refused this one. */
function afterEnd(desk: Desk, call: DeskCall, event: CallEvent, now: number): Outcome {
  const closed: Outcome = {
    desk: replace(desk, { ...call, book: links.closed(call.book) }),
    send: [],
    links: links.allOf(call.book).map((n) => ({ call: call.id, act: { do: 'close', n } })),
  };
  if (!call.rival) return closed;
  const refused = event.type === 'mail' && event.body.type !== 'cancel' && event.body.call === call.id;
  if (refused) {
    const freed = { ...call, rival: null, aliases: [], book: links.closed(call.book) };
    return merge(closed, ringIn(replace(desk, freed), call.peer, call.rival, now));
  }
  return { ...closed, send: [{ to: call.peer, body: { type: 'cancel', call: call.rival.call } }] };
}

/** Authentic mail of a call from `from`. */
export function receive(
  desk: Desk,
  from: Address,
  body: CallMail,
  now: number,
): Outcome & { verdict: Verdict } {
  const call = callOf(desk, body.call);
  if (call && call.peer !== from) return { ...still(desk), verdict: 'unknown' };
  if (call) return { ...onKnown(desk, call, body, now), verdict: 'known' };
  if (body.type !== 'ring') return { ...still(desk), verdict: 'unknown' };
  return onRing(desk, from, body, now);
}

function onKnown(desk: Desk, call: DeskCall, body: CallMail, now: number): Outcome {
  if (call.state.phase === 'ended') return onEnded(desk, call, body);
  const known =
    body.type === 'accept' && body.instead !== undefined ? withAlias(desk, call, body.instead) : desk;
  const heard = apply(known, call.id, { type: 'mail', body }, now);
  if (body.type !== 'signal') return heard;
  // A dropped ring's connection is closed: its signals belong to nothing.
  if (body.call !== call.id) return heard;
  const current = callOf(heard.desk, call.id) ?? call;
  return merge(
    heard,
    carryOut(heard.desk, current, links.receive(current.book, body, mayOpenLink(current), now)),
  );
}

/** They dropped a ring of theirs for this call: should it still arrive, it rings nobody. */
const withAlias = (desk: Desk, call: DeskCall, alias: CallId): Desk =>
  call.aliases.includes(alias) ? desk : replace(desk, { ...call, aliases: [...call.aliases, alias] });

/** Who still believes in an ended call hears how it ended. */
function onEnded(desk: Desk, call: DeskCall, body: CallMail): Outcome {
  if (call.state.phase !== 'ended' || !asksForEnding(body)) return still(desk);
  return { ...still(desk), send: [{ to: call.peer, body: { ...call.state.ending, call: body.call } }] };
}

function onRing(desk: Desk, from: Address, ring: Ring, now: number): Outcome & { verdict: Verdict } {
  const there = desk.calls.find((call) => call.peer === from && isLive(call));
  const isGlare = there?.state.phase === 'calling' || there?.state.phase === 'ringing';
  if (there && isGlare) return { ...onGlare(desk, there, ring, now), verdict: 'known' };
  // They ring anew, so for them the older call is over, whatever mail of it is still on its way.
  const cleared = there
    ? apply(desk, there.id, { type: 'mail', body: { type: 'hangup', call: there.id } }, now)
    : still(desk);
  const others = cleared.desk.calls.filter(isLive);
  if (others.length >= MAX_CALLS)
    return {
      ...merge(cleared, {
        ...still(cleared.desk),
        send: [{ to: from, body: { type: 'busy', call: ring.call } }],
      }),
      verdict: 'busy',
    };
  const isSecond = others.length > 0;
  const rung = ringIn(cleared.desk, from, ring, now);
  return { ...merge(cleared, rung), verdict: isSecond ? 'second' : 'ring' };
}

function ringIn(desk: Desk, from: Address, ring: Ring, now: number): Outcome {
  const call: DeskCall = {
    id: ring.call,
    peer: from,
    direction: 'in',
    kind: ring.kind,
    own: ring.kind,
    state: beginIncoming(now),
    aliases: [],
    rival: null,
    book: links.emptyBook('callee'),
    preconnect: false,
    isHeld: false,
  };
  const others = desk.calls.filter(isLive);
  const ended = desk.calls.filter((other) => !isLive(other));
  const rung = { ...desk, calls: [...others, call, ...ended] };
  if (ring.offer === undefined) return still(rung);
  return onKnown(rung, call, { type: 'signal', call: ring.call, link: 1, offer: ring.offer }, now);
}

function onGlare(desk: Desk, mine: DeskCall, ring: Ring, now: number): Outcome {
  if (isSurvivor(desk.me, mine.peer))
    return still(replace(desk, { ...mine, rival: ring, aliases: [...mine.aliases, ring.call] }));
  const call: DeskCall = {
    ...mine,
    id: ring.call,
    direction: 'in',
    kind: ring.kind,
    state: { phase: 'connecting', since: now },
    aliases: [...mine.aliases, mine.id],
    rival: null,
    book: links.emptyBook('callee'),
    preconnect: true,
  };
  const swapped: Outcome = {
    desk: { ...desk, calls: desk.calls.map((other) => (other === mine ? call : other)) },
    send: [{ to: mine.peer, body: { type: 'accept', call: ring.call, instead: mine.id } }],
    links: [{ call: mine.id, act: { do: 'close', n: mine.book.n } }],
  };
  if (ring.offer === undefined) return swapped;
  const fed = onKnown(
    swapped.desk,
    call,
    { type: 'signal', call: ring.call, link: 1, offer: ring.offer },
    now,
  );
  return merge(swapped, fed);
}

/** The transport of link `n` of call `id` stands. */
export function linked(desk: Desk, id: CallId, n: number, now: number): Outcome {
  const call = callOf(desk, id);
  if (!call || call.book.n !== n || !isLive(call)) return still(desk);
  const took = carryOut(desk, call, links.stood(call.book, n));
  return merge(took, apply(took.desk, id, { type: 'linked' }, now));
}

/** The transport of link `n` of call `id` is gone. While people talk, one that carried them is made anew at once. */
export function linkLost(desk: Desk, id: CallId, n: number, now: number): Outcome {
  const call = callOf(desk, id);
  if (!call || !isLive(call)) return still(desk);
  const book = links.lost(call.book, n);
  const gone = replace(desk, { ...call, book });
  // Before anything stood, the newest is what there was.
  if (n !== (call.book.standing ?? call.book.n)) return still(gone);
  const told = apply(gone, id, { type: 'link-lost' }, now);
  const after = callOf(told.desk, id);
  const isNeeded = after && isTalking(after.state) && n === call.book.standing && !links.isMaking(book);
  return isNeeded ? merge(told, remakeLink(told.desk, id)) : told;
}

/** Nothing has been heard for a while of the link that stands: the call goes on if it is heard again. */
export const fellSilent = (desk: Desk, id: CallId, now: number): Outcome =>
  apply(desk, id, { type: 'link-lost' }, now);

/** The link that stands is heard again. */
export function heardAgain(desk: Desk, id: CallId, now: number): Outcome {
  const call = callOf(desk, id);
  if (!call || call.book.standing === null || !isLive(call)) return still(desk);
  const kept = carryOut(desk, call, links.recovered(call.book));
  return merge(kept, apply(kept.desk, id, { type: 'linked' }, now));
}

const carryOut = (desk: Desk, call: DeskCall, { book, acts }: links.LinkStep): Outcome => ({
  desk: replace(desk, { ...call, book }),
  send: [],
  links: acts.map((act) => ({ call: call.id, act })),
});

/** Asks for a fresh transport of a call: made here by the caller, wanted from them by the callee. */
export function remakeLink(desk: Desk, id: CallId): Outcome {
  const call = callOf(desk, id);
  if (!call || !isLive(call)) return still(desk);
  if (call.direction === 'out') return carryOut(desk, call, links.renew(call.book));
  const want: CallMail = { type: 'signal', call: call.id, link: Math.max(1, call.book.n), want: true };
  return { ...still(desk), send: [{ to: call.peer, body: want }] };
}

/** Says again what may not have reached the other side of the link that is being made. */
export function askAgain(desk: Desk, id: CallId): Outcome {
  const call = callOf(desk, id);
  if (!call || !isLive(call)) return still(desk);
  if (call.direction === 'in') return links.isMaking(call.book) ? still(desk) : remakeLink(desk, id);
  return links.isUnanswered(call.book)
    ? { ...still(desk), links: [{ call: call.id, act: { do: 'repeat', n: call.book.n } }] }
    : still(desk);
}

/** @returns the desk without call `id`, which must be over. */
export const dismiss = (desk: Desk, id: CallId): Desk => ({
  ...desk,
  calls: desk.calls.filter((call) => call.id !== id || isLive(call)),
});
