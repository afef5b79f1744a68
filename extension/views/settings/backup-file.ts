/** Saves this person to a file, and reads one: what moves between what is kept here, the keys, and a locked file. */
import browser from 'webextension-polyfill';
import {
  type Backup,
  type BackupProblem,
  type CarriedState,
  readBackup,
  successorOf,
  writeBackup,
} from '../../core/backup.ts';
import { isAddress } from '../../../relay/protocol.ts';
import { read } from '../../storage.ts';
import { exportIdentity, importIdentity } from '../../core/identity-key.ts';
import { type FileProblem, fileProblem, MAX_FILE_BYTES } from '../../core/file-problem.ts';
import { keyPair, putSuccessor } from '../../key-store.ts';
import { send } from '../../messages.ts';
import type { OpenedFile } from '../../core/sealed-file.ts';
import type { Sealed, SealJob } from './seal-worker.ts';

export type RestoreProblem = FileProblem | BackupProblem | 'wrong-password';
export type Opened =
  { ok: true; backup: Backup; keys: CryptoKeyPair } | { ok: false; problem: RestoreProblem };

/** One worker for each job: what it holds, and 256 MiB, are given back with it. */
function inWorker<T extends Sealed | OpenedFile>(job: SealJob): Promise<T> {
  const worker = new Worker(new URL('./seal-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<T>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<T>) => resolve(data);
    worker.onerror = () => reject(new Error('the file could not be locked or opened'));
    worker.postMessage(job);
  }).finally(() => worker.terminate());
}

/** Swedish dates are ISO 8601's, by the clock on the wall. */
const nameOf = (savedAt: number): string =>
  `sidecall-backup-${new Intl.DateTimeFormat('sv-SE').format(savedAt)}.age`;

async function carried(): Promise<CarriedState> {
  const addresses = Object.keys(await browser.storage.local.get(null))
    .filter((key) => key.startsWith('ledger:'))
    .map((key) => key.slice('ledger:'.length))
    .filter((address) => isAddress(address));
  const ledgers = addresses.map(async (address) => [`ledger:${address}`, await read(`ledger:${address}`)]);
  return {
    profile: await read('profile'),
    settings: await read('settings'),
    contacts: await read('contacts'),
    invites: await read('invites'),
    wishes: await read('wishes'),
    missedOutbox: await read('missedOutbox'),
    ...Object.fromEntries(await Promise.all(ledgers)),
  };
}

/** Hands this person, locked, to the browser's downloads. @throws if the keys can't be read or the file not be made. */
export async function saveBackup(passphrase: string): Promise<void> {
  const savedAt = Date.now();
  const text = writeBackup({
    savedAt,
    identity: await exportIdentity(await keyPair()),
    kept: await carried(),
  });
  // One that could not be restored would be worse than none.
  if (!readBackup(text).ok) throw new Error('what is kept here makes no backup');
  const sealed = await inWorker<Sealed>({ do: 'seal', text, passphrase });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([sealed], { type: 'application/octet-stream' }));
  link.download = nameOf(savedAt);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  await send('background', 'backup.saved', {});
}

/** @returns the file's bytes, or why no password could open it. */
export async function readFile(
  file: File,
): Promise<{ ok: true; bytes: Uint8Array<ArrayBuffer> } | { ok: false; problem: RestoreProblem }> {
  if (file.size > MAX_FILE_BYTES) return { ok: false, problem: 'too-large' };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const problem = fileProblem(bytes);
  return problem ? { ok: false, problem } : { ok: true, bytes };
}

/** Opens a file and looks through all of it. Changes nothing. @throws if the machine has no memory for it. */
export async function openBackup(bytes: Uint8Array<ArrayBuffer>, passphrase: string): Promise<Opened> {
  const opened = await inWorker<OpenedFile>({ do: 'open', bytes, passphrase });
  if (!opened.ok) return opened;
  const read = readBackup(opened.text);
  if (!read.ok) return read;
  const keys = await importIdentity(read.backup.identity);
  return keys ? { ok: true, backup: read.backup, keys } : { ok: false, problem: 'damaged' };
}

/** Becomes who is in the backup. This page closes. @throws if the disk takes nothing: then nothing has changed. */
export async function restore(backup: Backup, keys: CryptoKeyPair): Promise<void> {
  await putSuccessor({ keys, local: successorOf(backup, Date.now()) });
  await send('background', 'state.succeed', {});
}

/** Becomes nobody yet. This page closes. @throws if the disk takes nothing: then nothing has changed. */
export async function startOver(): Promise<void> {
  await putSuccessor({ keys: null, local: {} });
  await send('background', 'state.succeed', {});
}
