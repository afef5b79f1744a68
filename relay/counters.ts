/** What a relay counts: plain numbers that the hot path adds to, and that nobody looks at before a scrape. */
import type { UndeliveredReason } from './protocol.ts';

/** Why a link ended: the code of our close, `silent`, or `left` if the client went by itself. */
export const END_REASONS = [
  'malformed',
  'replaced',
  'not-authentic',
  'slow-reader',
  'going-away',
  'too-fast',
  'silent',
  'left',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** The statuses that an upgrade is refused with. */
export const REFUSAL_STATUSES = [400, 403, 404, 421, 429, 503] as const;
export type RefusalStatus = (typeof REFUSAL_STATUSES)[number];

function zeros<K extends string | number>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}

export class Counters {
  mailsReceived = 0;
  mailBytesReceived = 0;
  mailsDelivered = 0;
  mailBytesDelivered = 0;
  /** What senders were told. A stranger's mail is delivered, and counts as `offline` as well. */
  readonly undelivered: Record<UndeliveredReason, number> = { offline: 0, rate: 0, full: 0 };

  watches = 0;
  presencesShown = 0;

  loginsResumed = 0;
  loginsProved = 0;
  /** Links that ended before they were logged in. */
  readonly loginsEnded = zeros(END_REASONS);
  /** Links that ended after they were logged in. */
  readonly linksEnded = zeros(END_REASONS);

  readonly refusedUpgrades = zeros(REFUSAL_STATUSES);
  refusedForLinks = 0;
  refusedForLogins = 0;
  /** Connections closed unread because there are too many. */
  droppedConnections = 0;

  /** Counts a link out. */
  ended(wasOnline: boolean, reason: EndReason): void {
    (wasOnline ? this.linksEnded : this.loginsEnded)[reason] += 1;
  }
}
