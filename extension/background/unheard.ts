/**
 * Rings that have left and of which nothing has been heard yet. Should this browser end before that, the call still becomes
 * a missed one for both: who was rung may never have known.
 */
import type { CallId, CallMail } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import type { Ask } from '../messages.ts';
import { get, update } from './store.ts';

/** The ring has left. Written after it, so that no ring waits for a disk. */
export const ringLeft = async (peer: Address, ring: Extract<CallMail, { type: 'ring' }>): Promise<void> => {
  const { call, kind } = ring;
  await update('unheard', (all) => [...all, { call, peer, kind, at: Date.now() }]);
};

/** Something has been heard of it, or it is over here: whoever must know does, or is told another way. */
export const ringHeard = async (...calls: readonly CallId[]): Promise<void> => {
  if ((await get('unheard')).length === 0) return;
  await update('unheard', (all) => {
    const left = all.filter(({ call }) => !calls.includes(call));
    return left.length === all.length ? all : left;
  });
};

/**
 * No host has the rings that are noted now: each ends as its host would have told it.
 * @param end what a host's call that is over comes to. What it writes is on the disk before the note goes: a browser that dies in
 *   between does it once more.
 */
export async function endLostRings(
  end: (ended: Ask<'background', 'call.ended'>) => Promise<void>,
): Promise<void> {
  for (const ring of await get('unheard')) {
    await end({
      entry: { ...ring, direction: 'out', outcome: 'failed', talkedMs: 0, seen: true },
      ending: { type: 'cancel', call: ring.call },
      others: [],
      noticed: false,
    });
    await ringHeard(ring.call);
  }
}
