/** Brings what an older version kept up to the shapes of this one, a step for each version, before anything is read. */
import browser from 'webextension-polyfill';
import { type Kept, migrate, STEPS } from '../core/migrate.ts';
import { SCHEMA_VERSION } from '../core/stored.ts';

/** Migrates this browser's store once. What a newer version kept is left as it is: unreadable parts count as their defaults. */
export async function migrateStore(): Promise<void> {
  const kept: Kept = await browser.storage.local.get(null);
  const from = typeof kept['schemaVersion'] === 'number' ? kept['schemaVersion'] : SCHEMA_VERSION;
  if (from > SCHEMA_VERSION || kept['schemaVersion'] === SCHEMA_VERSION) return;
  await browser.storage.local.set({
    ...migrate(kept, from, SCHEMA_VERSION, STEPS),
    schemaVersion: SCHEMA_VERSION,
  });
}
