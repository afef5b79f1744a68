/** A list that several people fill has room for each of them: nobody can push out what the others left there. Pure. */
import type { Address } from '../../relay/protocol.ts';

/**
 * @param entries oldest first
 * @returns the entries, `max` at most. What goes is the oldest of whoever has the most, so that who has no more than an equal
 * share loses nothing.
 */
export function withinShare<Entry extends { peer: Address }>(
  entries: readonly Entry[],
  max: number,
): Entry[] {
  const kept = [...entries];
  const shares = new Map<Address, number>();
  for (const { peer } of kept) shares.set(peer, (shares.get(peer) ?? 0) + 1);
  while (kept.length > max) {
    const largest = Math.max(...shares.values());
    const at = kept.findIndex(({ peer }) => shares.get(peer) === largest);
    const [gone] = kept.splice(at, 1);
    if (gone) shares.set(gone.peer, largest - 1);
  }
  return kept;
}
