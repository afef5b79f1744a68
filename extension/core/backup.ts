/**
 * A backup: what of a person moves to another browser, as JSON, and what becomes of it there. Recent calls stay behind:
 * they are kept only in the browser that made them. Pure.
 */
import * as v from 'valibot';
import { type Address, isAddress } from '../../relay/protocol.ts';
import { type IdentityKey, identityKeySchema } from './identity-key.ts';
import { type Kept, migrate, STEPS } from './migrate.ts';
import {
  contactSchema,
  inviteSchema,
  type Ledger,
  ledgerSchema,
  outboxEntrySchema,
  profileSchema,
  SCHEMA_VERSION,
  settingsSchema,
  timeMs,
  wishSchema,
} from './stored.ts';

export const BACKUP_FORMAT = 'sidecall backup';
const LEDGER = 'ledger:';

/** What is carried, under the names it is kept by, besides a ledger for each person. */
const carriedSchema = v.object({
  profile: profileSchema,
  settings: settingsSchema,
  contacts: v.record(v.string(), contactSchema),
  invites: v.array(inviteSchema),
  wishes: v.array(wishSchema),
  missedOutbox: v.array(outboxEntrySchema),
});
type Carried = v.InferOutput<typeof carriedSchema>;
type Ledgers = Record<`ledger:${Address}`, Ledger>;

const headSchema = v.object({
  format: v.literal(BACKUP_FORMAT),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
const bodySchema = v.object({
  savedAt: timeMs,
  identity: identityKeySchema,
  kept: v.record(v.string(), v.unknown()),
});

/** What is carried of the store. */
export type CarriedState = Carried & Ledgers;

export interface Backup {
  /** When it was saved, in ms since the epoch. */
  savedAt: number;
  identity: IdentityKey;
  kept: CarriedState;
}

/** `newer`: of a version this one can't know. `foreign`: no backup. `damaged`: a backup that can't be true. */
export type BackupProblem = 'newer' | 'foreign' | 'damaged';
export type ReadBackup = { ok: true; backup: Backup } | { ok: false; problem: BackupProblem };

/** @returns the backup as text, not locked yet. */
export const writeBackup = ({ savedAt, identity, kept }: Backup): string =>
  JSON.stringify({ format: BACKUP_FORMAT, version: SCHEMA_VERSION, savedAt, identity, kept });

/** Reads what was in a file, all or nothing. Never throws. */
export function readBackup(text: string): ReadBackup {
  const head = v.safeParse(headSchema, parseJson(text));
  if (!head.success) return { ok: false, problem: 'foreign' };
  if (head.output.version > SCHEMA_VERSION) return { ok: false, problem: 'newer' };
  const body = v.safeParse(bodySchema, parseJson(text));
  if (!body.success) return { ok: false, problem: 'damaged' };
  const { savedAt, identity } = body.output;
  const kept = readKept(migrate(body.output.kept, head.output.version, SCHEMA_VERSION, STEPS), identity.x);
  return kept ? { ok: true, backup: { savedAt, identity, kept } } : { ok: false, problem: 'damaged' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readKept(kept: Kept, me: Address): CarriedState | null {
  const carried = v.safeParse(carriedSchema, kept);
  if (!carried.success || !isConsistent(carried.output, me)) return null;
  const ledgers: Ledgers = {};
  for (const [key, value] of Object.entries(kept)) {
    if (!key.startsWith(LEDGER)) continue;
    const address = key.slice(LEDGER.length);
    if (!isAddress(address) || !v.is(ledgerSchema, value)) return null;
    ledgers[`ledger:${address}`] = value;
  }
  return { ...carried.output, ...ledgers };
}

/** Nobody is on their own list, and everybody stands under their own address. */
const isConsistent = ({ profile, contacts }: Carried, me: Address): boolean =>
  profile.address === me &&
  profile.name !== '' &&
  Object.entries(contacts).every(([key, { address }]) => key === address && address !== me);

/**
 * @param now ms since the epoch
 * @returns what `storage.local` is to hold instead of everything it held. Mail numbered before `now` counts no more:
 *   what arrived after the backup was saved is not in it, and might be sent again.
 */
export const successorOf = ({ kept, savedAt }: Backup, now: number): Kept => ({
  ...kept,
  profile: { ...kept.profile, welcomed: true },
  replayFloor: now,
  lastBackupAt: savedAt,
  schemaVersion: SCHEMA_VERSION,
});
