/**
 * The background's hand on the stored values. It is their only writer: changes to one key run one after another, and
 * what was read is kept while the worker lives.
 */
import { read, type Stored, type StoreKey, write } from '../storage.ts';

const cache = new Map<StoreKey, unknown>();
const queues = new Map<StoreKey, Promise<unknown>>();

/** @returns what is stored under `key`. Not to be changed in place. */
export async function get<K extends StoreKey>(key: K): Promise<Stored<K>> {
  if (!cache.has(key)) {
    const value = await read(key);
    // A change may have been written meanwhile.
    if (!cache.has(key)) cache.set(key, value);
  }
  return cache.get(key) as Stored<K>;
}

/** @returns what this worker knows of `key` without waiting, or undefined if it has not read it yet. */
export const known = <K extends StoreKey>(key: K): Stored<K> | undefined =>
  cache.get(key) as Stored<K> | undefined;

/**
 * Changes what is stored under `key`. `change` gets the current value and gives the next; giving the same one back
 * writes nothing.
 * @returns the new value, once it is on disk.
 */
export function update<K extends StoreKey>(
  key: K,
  change: (value: Stored<K>) => Stored<K>,
): Promise<Stored<K>> {
  const turn = (queues.get(key) ?? Promise.resolve()).then(async () => {
    const before = await get(key);
    const after = change(before);
    if (after === before) return before;
    // Before the write, because whoever hears of the change from the browser may read it at once.
    cache.set(key, after);
    await write(key, after).catch((error: unknown) => {
      cache.set(key, before);
      throw error;
    });
    return after;
  });
  queues.set(
    key,
    turn.catch(() => undefined),
  );
  return turn;
}
