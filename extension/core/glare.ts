/**
 * Both ring at once: the ring of the smaller address survives, so both sides come to the same call without a word more.
 */
import { type Address, fromBase64url } from '../../relay/protocol.ts';

/** @returns whether the ring of `mine` survives the ring of `theirs`: the bytewise smaller address wins. */
export function isSurvivor(mine: Address, theirs: Address): boolean {
  const a = fromBase64url(mine);
  const b = fromBase64url(theirs);
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
