/** Waiting for the thing itself: who waits is asked again whenever something has changed, and never in between. */
export interface Waiting {
  /** Says that something has changed. */
  changed(): void;
  /**
   * Resolves with what `look` finds, now or after a later change.
   * @throws after `timeout` milliseconds, with the sentence of `missing`.
   */
  wait<T>(look: () => T | undefined, timeout: number, missing: () => string): Promise<T>;
}

export function createWaiting(): Waiting {
  const watchers = new Set<() => void>();
  return {
    changed() {
      for (const watcher of [...watchers]) watcher();
    },
    wait(look, timeout, missing) {
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          watchers.delete(watch);
          reject(new Error(missing()));
        }, timeout);
        const watch = (): void => {
          const found = look();
          if (found === undefined) return;
          watchers.delete(watch);
          clearTimeout(late);
          resolve(found);
        };
        watchers.add(watch);
        watch();
      });
    },
  };
}
