/**
 * Silence is not delivery: mail of a call is sent again after 1, 2, 4 and 8 s, then at each login, until the other side
 * has said `got`. Pure; the shell sends what is due and keeps the list on disk.
 */
import type { CallId, CallMail, ReliableType } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import { unreachable } from './call-state.ts';

/** Waits before each repeat, in milliseconds. */
export const REPEAT_AFTER_MS = [1000, 2000, 4000, 8000] as const;
/** How much mail waits for one person at most; the oldest gives way. */
export const MAX_WAITING = 64;

export interface Posted {
  to: Address;
  body: CallMail;
  tries: number;
  /** ms since the epoch; null waits for the next login. */
  nextAt: number | null;
}

/** @returns the type if mail of it is repeated until `got`, else null. */
export function reliableType(body: CallMail): ReliableType | null {
  switch (body.type) {
    case 'signal':
    case 'got':
      return null;
    case 'ring':
    case 'ringing':
    case 'accept':
    case 'decline':
    case 'cancel':
    case 'busy':
    case 'hangup':
    case 'missed':
      return body.type;
    default:
      return unreachable(body);
  }
}

const ENDINGS: readonly CallMail['type'][] = ['decline', 'cancel', 'busy', 'hangup'];
/** @returns whether mail of this type ends its call. */
export const isEnding = (type: CallMail['type']): boolean => ENDINGS.includes(type);

const isSame = (a: Posted, b: Posted): boolean =>
  a.to === b.to && a.body.type === b.body.type && a.body.call === b.body.call;

/** @returns the outbox after `body` has been sent for the first time at `now`. An ending takes the place of what it makes moot. */
export function post(outbox: readonly Posted[], to: Address, body: CallMail, now: number): Posted[] {
  if (reliableType(body) === null) return [...outbox];
  const entry: Posted = { to, body, tries: 1, nextAt: now + REPEAT_AFTER_MS[0] };
  const moot = (other: Posted) =>
    isSame(other, entry) ||
    (isEnding(body.type) && other.to === to && other.body.call === body.call && other.body.type !== 'missed');
  const kept = outbox.filter((other) => !moot(other));
  const oldest =
    kept.filter((other) => other.to === to).length >= MAX_WAITING
      ? kept.find((other) => other.to === to)
      : undefined;
  return [...kept.filter((other) => other !== oldest), entry];
}

/** @returns what is due at `now`, and the outbox after it has been sent. */
export function takeDue(outbox: readonly Posted[], now: number): { due: Posted[]; outbox: Posted[] } {
  const isDue = ({ nextAt }: Posted) => nextAt !== null && nextAt <= now;
  return {
    due: outbox.filter(isDue),
    outbox: outbox.map((entry) => {
      if (!isDue(entry)) return entry;
      const wait = REPEAT_AFTER_MS[entry.tries];
      return { ...entry, tries: entry.tries + 1, nextAt: wait === undefined ? null : now + wait };
    }),
  };
}

/** @returns the outbox with everything to `to` (or to everybody) due at once: after a login, or when somebody comes online. */
export const wake = (outbox: readonly Posted[], now: number, to?: Address): Posted[] =>
  outbox.map((entry) =>
    to === undefined || entry.to === to
      ? { ...entry, tries: Math.max(1, entry.tries - 1), nextAt: now }
      : entry,
  );

/** @returns the outbox after `from` has said `got`. */
export const acknowledge = (
  outbox: readonly Posted[],
  from: Address,
  call: CallId,
  of: ReliableType,
): Posted[] => outbox.filter(({ to, body }) => !(to === from && body.call === call && body.type === of));

/** @returns the outbox without mail of a call that no longer waits for an answer: its ring, its accept. */
export const withdraw = (outbox: readonly Posted[], call: CallId): Posted[] =>
  outbox.filter(({ body }) => body.call !== call || isEnding(body.type) || body.type === 'missed');

/** @returns the outbox without mail to somebody. */
export const forget = (outbox: readonly Posted[], recipient: Address): Posted[] =>
  outbox.filter(({ to }) => to !== recipient);

/** @returns when the next mail is due, in ms since the epoch, or null. */
export function nextDue(outbox: readonly Posted[]): number | null {
  const times = outbox.flatMap(({ nextAt }) => (nextAt === null ? [] : [nextAt]));
  return times.length === 0 ? null : Math.min(...times);
}
