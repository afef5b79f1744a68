/**
 * What the extension keeps, declared once: `local` outlives the browser, `session` outlives the worker.
 * Only the background writes; views read and watch. Everything is parsed on the way in, so an older or a broken
 * entry becomes its default instead of a crash, and its raw value is kept aside.
 */
import * as v from 'valibot';
import browser from 'webextension-polyfill';
import type { Address } from '../relay/protocol.ts';
import * as shapes from './core/stored.ts';

export type {
  Availability,
  CallSummary,
  Claim,
  Contact,
  Errand,
  HistoryEntry,
  Invite,
  KeptEnding,
  Ledger,
  LinkState,
  OutboxEntry,
  Presence,
  Profile,
  Settings,
  Talk,
  Wish,
} from './core/stored.ts';

const RELAY_HOST_AT_BUILD = new URL(__RELAY_URL__).host;

const byAddress = <T extends v.GenericSchema>(value: T) => v.record(v.string(), value);

const local = {
  schemaVersion: { schema: v.number(), initial: shapes.SCHEMA_VERSION },
  profile: {
    schema: shapes.profileSchema,
    initial: { address: null, name: '', relay: RELAY_HOST_AT_BUILD, welcomed: false },
  },
  settings: { schema: shapes.settingsSchema, initial: v.getDefaults(shapes.settingsSchema) },
  contacts: { schema: byAddress(shapes.contactSchema), initial: {} },
  invites: { schema: v.array(shapes.inviteSchema), initial: [] },
  history: { schema: v.array(shapes.historyEntrySchema), initial: [] },
  endings: { schema: v.array(shapes.keptEndingSchema), initial: [] },
  wishes: { schema: v.array(shapes.wishSchema), initial: [] },
  /** Rings that have left and of which nothing has been heard. */
  unheard: { schema: v.array(shapes.unheardSchema), initial: [] },
  missedOutbox: { schema: v.array(shapes.outboxEntrySchema), initial: [] },
  /** Since a restore no mail numbered up to this counts. */
  replayFloor: { schema: v.number(), initial: 0 },
  /** Whether another browser with the same identity has taken the link, which this one leaves to it until told otherwise. */
  isReplaced: { schema: v.boolean(), initial: false },
  /** The call this person is in, which is still here if the browser dies in it. */
  talk: { schema: v.nullable(shapes.talkSchema), initial: null },
  /** When a backup was saved last, in ms since the epoch. */
  lastBackupAt: { schema: v.nullable(shapes.timeMs), initial: null },
} as const;

const session = {
  link: { schema: shapes.linkStateSchema, initial: { state: 'off' } },
  presence: { schema: byAddress(shapes.presenceSchema), initial: {} },
  resumeTokens: { schema: v.record(v.string(), v.string()), initial: {} },
  calls: { schema: v.array(shapes.callSummarySchema), initial: [] },
  outbox: { schema: v.array(shapes.outboxEntrySchema), initial: [] },
  /** A call that this browser died in and the other side still waits in: its person is asked whether to go back. */
  wayBack: { schema: v.nullable(shapes.talkSchema), initial: null },
  errand: { schema: shapes.errandSchema, initial: { do: 'nothing' } },
  /** Whether the browser has an update of the extension in hand. */
  updateWaits: { schema: v.boolean(), initial: false },
} as const;

const entries = { ...local, ...session };
type Entries = typeof entries;
/** One entry for each contact: written with every mail, so not all of them at once. */
type LedgerKey = `ledger:${Address}`;
export type StoreKey = keyof Entries | LedgerKey;
export type Stored<K extends StoreKey> = K extends keyof Entries
  ? v.InferOutput<Entries[K]['schema']>
  : shapes.Ledger;

const ledgerEntry = { schema: shapes.ledgerSchema, initial: { reserved: 0, seen: [] } };
const isLedger = (key: StoreKey): key is LedgerKey => key.startsWith('ledger:');
const entryOf = (key: StoreKey): { schema: v.GenericSchema; initial: unknown } =>
  isLedger(key) ? ledgerEntry : entries[key];
const areaNameOf = (key: StoreKey): 'local' | 'session' => (key in session ? 'session' : 'local');
const areaOf = (key: StoreKey) => browser.storage[areaNameOf(key)];

function parse<K extends StoreKey>(key: K, raw: unknown): Stored<K> {
  const { schema, initial } = entryOf(key);
  if (raw === undefined) return structuredClone(initial) as Stored<K>;
  const parsed = v.safeParse(schema, raw);
  if (parsed.success) return parsed.output as Stored<K>;
  return structuredClone(initial) as Stored<K>;
}

/** @returns what is stored under `key`, or its initial value where nothing fit to read is stored. */
export async function read<K extends StoreKey>(key: K): Promise<Stored<K>> {
  const raw = (await areaOf(key).get(key))[key];
  const { schema } = entryOf(key);
  if (raw !== undefined && !v.is(schema, raw)) await areaOf(key).set({ [`unreadable:${key}`]: raw });
  return parse(key, raw);
}

/** Replaces what is stored under `key`. @throws if the disk is full; the old value stays. */
export const write = <K extends StoreKey>(key: K, value: Stored<K>): Promise<void> =>
  areaOf(key).set({ [key]: value });

/**
 * Calls `listener` with the value under `key`, now and after every change, until `signal` aborts.
 * @returns when the first value has been handed over.
 */
export async function watch<K extends StoreKey>(
  key: K,
  listener: (value: Stored<K>) => void,
  signal: AbortSignal,
): Promise<void> {
  const area = areaNameOf(key);
  const onChanged = (changes: Record<string, { newValue?: unknown }>, changedArea: string) => {
    const change = changes[key];
    if (changedArea === area && change) listener(parse(key, change.newValue));
  };
  browser.storage.onChanged.addListener(onChanged);
  signal.addEventListener('abort', () => browser.storage.onChanged.removeListener(onChanged), { once: true });
  const value = await read(key);
  if (!signal.aborted) listener(value);
}
