/**
 * A new state takes the place of everything that is kept: a backup that is restored, or nothing at all, to start over. It
 * is done at the start of the worker, before anything is read, and from the top again should it be interrupted: whoever
 * looks afterwards finds all of the old or all of the new. Pure.
 */
import type { Kept } from './migrate.ts';

/** A whole new state. Once it is in line it is going to be, whatever crashes; before, nothing of it is. */
export interface Successor {
  /** Null: the next start makes a new pair. */
  keys: CryptoKeyPair | null;
  /** What `storage.local` is to hold. */
  local: Kept;
}

/** What is read and written meanwhile. */
export interface Places {
  successor(): Promise<Successor | null>;
  /** Nothing of the old state is shown, running or waiting any more. */
  quieten(): Promise<void>;
  replaceLocal(local: Kept): Promise<void>;
  /** These keys are the identity from now on, and no successor is in line: both or neither. */
  settleKeys(keys: CryptoKeyPair | null): Promise<void>;
}

/** @returns what has taken over, or null if nothing was to. */
export async function takeSuccessor(places: Places): Promise<'restored' | 'fresh' | null> {
  const next = await places.successor();
  if (!next) return null;
  await places.quieten();
  await places.replaceLocal(next.local);
  // Last: until then the next start does it all again.
  await places.settleKeys(next.keys);
  return next.keys ? 'restored' : 'fresh';
}
