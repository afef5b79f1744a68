/** This person's own ringtone: one sound file, in IndexedDB, as no store of the browser's holds one. In no backup. */
import { MAX_SOUND_BYTES } from './core/ringtones.ts';

const DATABASE = 'sidecall-sounds';
const STORE = 'sounds';
const KEY = 'ringtone';

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('the database failed')));
  });

async function within<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE));
  const database = await done(opening);
  try {
    return await done(act(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** @returns the sound, or null if there is none. */
export async function readOwnSound(): Promise<ArrayBuffer | null> {
  const kept: unknown = await within('readonly', (store) => store.get(KEY));
  return kept instanceof ArrayBuffer && kept.byteLength <= MAX_SOUND_BYTES ? kept : null;
}

/** Keeps a sound in place of the one before. @throws if the disk is full; the old one stays. */
export const saveOwnSound = (sound: ArrayBuffer): Promise<unknown> =>
  within('readwrite', (store) => store.put(sound, KEY));

/** Keeps none any more. */
export const forgetOwnSound = (): Promise<unknown> => within('readwrite', (store) => store.clear());
