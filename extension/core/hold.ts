/**
 * Who is on hold. One talks in one call at a time: whatever else goes on waits, with its transport, in silence. Pure.
 *
 *   talking ── another is answered or dialled, "Hold" ──→ held
 *   held ── "Swap", "Resume", or the call in front ends ──→ talking, in front
 *
 * A call that rings can't be held: it is in the way of the one that is taken up, and ends.
 */
import type { CallId } from '../../relay/mail.ts';
import { isTalking } from './call-state.ts';
import type { Desk, DeskCall } from './desk.ts';

/** What becomes of the calls that go on when another is answered. */
export type Others = 'hold' | 'hang-up';

const isLive = ({ state }: DeskCall): boolean => state.phase !== 'ended';
const isOwnRing = ({ state }: DeskCall): boolean => state.phase === 'calling' || state.phase === 'ringing';
/** Somebody is spoken with or rung from here: it has this person's attention. */
const isEngaged = (call: DeskCall): boolean => isTalking(call.state) || isOwnRing(call);

const withHold = (call: DeskCall, isHeld: boolean): DeskCall =>
  call.isHeld === isHeld ? call : { ...call, isHeld };

const each = (desk: Desk, change: (call: DeskCall) => DeskCall): Desk => ({
  ...desk,
  calls: desk.calls.map(change),
});

/** @returns the desk with call `id` in front. */
export const inFront = (desk: Desk, id: CallId): Desk => ({
  ...desk,
  calls: [...desk.calls].sort((a, b) => Number(b.id === id) - Number(a.id === id)),
});

/** @returns the desk with everybody this person talks with on hold, but those of call `id`. */
export const holdOthers = (desk: Desk, id: CallId): Desk =>
  each(desk, (call) => (call.id !== id && isTalking(call.state) ? withHold(call, true) : call));

/** @returns the desk with call `id` on hold, if people talk in it. */
export const hold = (desk: Desk, id: CallId): Desk =>
  each(desk, (call) => (call.id === id && isTalking(call.state) ? withHold(call, true) : call));

/** @returns the desk with call `id` taken up again, in front, and whoever else is talked with on hold. */
export function takeUp(desk: Desk, id: CallId): Desk {
  const call = desk.calls.find((other) => other.id === id);
  if (!call || !isTalking(call.state)) return desk;
  const freed = each(desk, (other) => (other.id === id ? withHold(other, false) : other));
  return inFront(holdOthers(freed, id), id);
}

/** @returns the calls that end because call `id` is answered or taken up: those that can't wait, or that may not. */
export const inTheWay = (desk: Desk, id: CallId, others: Others): CallId[] =>
  desk.calls
    .filter((call) => call.id !== id && (others === 'hang-up' ? isEngaged(call) : isOwnRing(call)))
    .map((call) => call.id);

/** @returns whether somebody may be rung: who is rung already comes first, who is talked with can wait. */
export const mayDial = (desk: Desk, most: number): boolean =>
  desk.calls.filter(isLive).length < most && !desk.calls.some(isOwnRing);

/**
 * Call `ended` is over. If it was the one in front, whoever was on hold for it is taken up again; who was held by hand while
 * nobody else was there stays so.
 * @param before the call as it was, which says whether it was in front
 */
export function bringBack(desk: Desk, before: DeskCall): Desk {
  if (before.isHeld || !isEngaged(before)) return desk;
  if (desk.calls.some((call) => isEngaged(call) && !call.isHeld)) return desk;
  const waiting = desk.calls.find((call) => call.isHeld && isTalking(call.state));
  return waiting ? takeUp(desk, waiting.id) : desk;
}

/** @returns the call that an ending has brought back, and the one that ended; null if none was. */
export function broughtBack(before: Desk, after: Desk): { back: DeskCall; ended: DeskCall } | null {
  const was = (id: CallId): DeskCall | undefined => before.calls.find((call) => call.id === id);
  const back = after.calls.find((call) => !call.isHeld && isLive(call) && was(call.id)?.isHeld);
  const ended = after.calls.find((call) => {
    const earlier = was(call.id);
    return earlier !== undefined && isEngaged(earlier) && !earlier.isHeld && !isLive(call);
  });
  return back && ended ? { back, ended } : null;
}
