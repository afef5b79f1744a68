/**
 * What IndexedDB keeps: this person's key pair, and what is to take the place of everything at the next start. Messages
 * can't carry a `CryptoKey`, so this is also how a page hands one to the background.
 */
import { openDB } from 'idb';
import type { Successor } from './core/successor.ts';

const STORE = 'keys';
const IDENTITY = 'identity';
const SUCCESSOR = 'successor';

const database = () =>
  openDB('sidecall', 1, {
    upgrade(db) {
      db.createObjectStore(STORE);
    },
  });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const isKeyPair = (value: unknown): value is CryptoKeyPair =>
  isObject(value) && 'publicKey' in value && 'privateKey' in value;
const isSuccessor = (value: unknown): value is Successor =>
  isObject(value) && (value['keys'] === null || isKeyPair(value['keys'])) && isObject(value['local']);

/** @returns this person's key pair, made at the first start. @throws if the disk takes no key. */
export async function keyPair(): Promise<CryptoKeyPair> {
  const db = await database();
  const kept: unknown = await db.get(STORE, IDENTITY);
  if (isKeyPair(kept)) return kept;
  // Extractable, because a backup exports it.
  const made = await crypto.subtle.generateKey({ name: 'X25519' }, true, ['deriveBits', 'deriveKey']);
  if (!isKeyPair(made)) throw new Error('no X25519 key pair could be made');
  // The first to write wins, should two workers ever start at once.
  const transaction = db.transaction(STORE, 'readwrite');
  const raced: unknown = await transaction.store.get(IDENTITY);
  if (isKeyPair(raced)) return raced;
  await transaction.store.put(made, IDENTITY);
  await transaction.done;
  return made;
}

/** Puts a successor in line. @throws if the disk takes none: then nothing changes. */
export async function putSuccessor(successor: Successor): Promise<void> {
  await (await database()).put(STORE, successor, SUCCESSOR);
}

/** @returns what is to take the place of everything, or null. */
export async function successor(): Promise<Successor | null> {
  const kept: unknown = await (await database()).get(STORE, SUCCESSOR);
  return isSuccessor(kept) ? kept : null;
}

/** The successor's keys are the identity from now on, and no successor is in line: both or neither. */
export async function settleKeys(keys: CryptoKeyPair | null): Promise<void> {
  const transaction = (await database()).transaction(STORE, 'readwrite');
  if (keys) await transaction.store.put(keys, IDENTITY);
  else await transaction.store.delete(IDENTITY);
  await transaction.store.delete(SUCCESSOR);
  await transaction.done;
}
