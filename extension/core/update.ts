/** When an update that waits may be taken: never in front of anybody. */
import type { CallSummary, OutboxEntry } from './stored.ts';

/** What an update would end. */
export interface Going {
  calls: readonly CallSummary[];
  /** Mail that is still being repeated: an ending that the other side has not confirmed. */
  outbox: readonly OutboxEntry[];
  /** Pages of the extension that somebody has open. */
  pages: number;
}

/** @returns whether the extension may start anew: no call, nobody looks at it, and nothing has yet to be said. */
export const mayUpdate = ({ calls, outbox, pages }: Going): boolean =>
  pages === 0 &&
  calls.every(({ phase }) => phase === 'ended') &&
  // What waits for somebody to come online is not in a hurry, and its call is over for both by then.
  outbox.every(({ nextAt }) => nextAt === null);
