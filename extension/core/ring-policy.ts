/** What a ring may do here: who is let through, and who hears "not now". */
import type { KeptEnding } from '../storage.ts';
import type { CallId, CallMail, Ending } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import { withinShare } from './fair-share.ts';
import type { Quiet } from './quiet.ts';

/** A ring older than this is noted as missed and does not ring, in milliseconds. */
export const STALE_RING_MS = 60_000;
/** How long it is known how a call ended, in milliseconds. */
export const KEEP_ENDINGS_MS = 24 * 3600 * 1000;
/** How many endings are kept at most; when there are more, the oldest of whoever has the most goes. */
export const MAX_ENDINGS = 500;

export type Admission =
  /** The call is over: whoever still believes in it hears how it ended. */
  | { do: 'over'; tell: Ending | null }
  /** Nobody is disturbed; noted as missed. */
  | { do: 'miss'; tell: Ending | null }
  | { do: 'pass' };

export interface Circumstances {
  /** Whether this caller's ring disturbs nobody now. */
  quiet: Quiet | null;
  endings: readonly KeptEnding[];
  /** Whether the host has this call already: then this is only a repeat. */
  isKnown: boolean;
  /** Since when this person talks with the sender, in ms since the epoch, or null. */
  talkingSince: number | null;
  now: number;
}

/** What happens to mail of a call from a contact, written at `at` ms (by this side's clock). */
export function admit(body: CallMail, from: Address, at: number, here: Circumstances): Admission {
  const ended = here.endings.find((kept) => kept.call === body.call && kept.peer === from);
  if (ended) return { do: 'over', tell: asksForEnding(body) ? { ...ended.ending, call: body.call } : null };
  if (body.type !== 'ring' || here.isKnown) return { do: 'pass' };
  if (here.now - at > STALE_RING_MS) return { do: 'miss', tell: null };
  // A ring from before the call that goes on: a relay held it back, and it must not end what came after it.
  if (here.talkingSince !== null && at < here.talkingSince) return { do: 'over', tell: null };
  if (here.quiet === null) return { do: 'pass' };
  const { until } = here.quiet;
  return {
    do: 'miss',
    tell: { type: 'decline', call: body.call, reason: 'dnd', ...(until !== null && { until }) },
  };
}

/** @returns the endings with a new one, without those older than a day. */
export function keepEnding(
  endings: readonly KeptEnding[],
  calls: readonly CallId[],
  peer: Address,
  ending: Ending,
  now: number,
): KeptEnding[] {
  const added = calls.map((call): KeptEnding => ({ call, peer, ending: { ...ending, call }, at: now }));
  const kept = endings.filter((old) => now - old.at < KEEP_ENDINGS_MS && !calls.includes(old.call));
  return withinShare([...kept, ...added], MAX_ENDINGS);
}

/**
 * @returns whether mail of a call that was never seen here is answered `hangup unknown`. Not the signals of a first link:
 * they travel with a ring that is still on its way or is repeated.
 */
export const claimsCall = (body: CallMail): boolean => {
  if (body.type === 'signal') return body.link > 1 || body.want === true;
  return body.type === 'ringing' || body.type === 'accept';
};

/** @returns whether this mail shows that its sender believes the call is alive. */
export const asksForEnding = (body: CallMail): boolean =>
  body.type === 'ring' || body.type === 'signal' || body.type === 'ringing' || body.type === 'accept';
