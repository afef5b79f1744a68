/** From what an older version kept to the shapes of this one: a step for each version. Pure. */

export type Kept = Record<string, unknown>;
/** From the version that is its key to the next: what `storage.local` held goes in, what it holds then comes out. */
export type Steps = Readonly<Record<number, (kept: Kept) => Kept>>;

/** One step for each version there was. */
export const STEPS: Steps = {};

/** @returns what was kept by version `from`, in the shapes of version `to`. A step that is not there changes nothing. */
export function migrate(kept: Kept, from: number, to: number, steps: Steps): Kept {
  let migrated = kept;
  for (let version = from; version < to; version++) migrated = steps[version]?.(migrated) ?? migrated;
  return migrated;
}
