/** Sending everybody away little by little, so that they do not all knock elsewhere at once. */
import type { Clock } from './clock.ts';

/** How often a part of them is sent, in milliseconds. */
const STEP_MS = 20;

/**
 * Calls `act` once for each item, evenly over `ms` milliseconds: the first at once; with `ms` 0 all at once.
 * @returns when the last was called.
 */
export function spread<T>(
  items: readonly T[],
  ms: number,
  clock: Clock,
  act: (item: T) => void,
): Promise<void> {
  const startMs = clock.monotonicMs();
  let done = 0;
  const step = (): boolean => {
    const elapsed = clock.monotonicMs() - startMs;
    const due = elapsed >= ms ? items.length : 1 + Math.floor((elapsed / ms) * items.length);
    for (const item of items.slice(done, due)) act(item);
    done = Math.max(done, due);
    return done >= items.length;
  };
  if (step()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = clock.every(STEP_MS, () => {
      if (!step()) return;
      stop();
      resolve();
    });
  });
}
