/** Reads and writes the files of a call off the host's thread, which carries the call and draws every page of the extension. */
import { formatFrames } from '../core/file-message.ts';
import { DiskFull, FileSink } from './file-sink.ts';
import { FileSource } from './file-source.ts';

export type FileJob =
  | { do: 'begin'; folder: string }
  | { do: 'keep'; id: number; file: Blob }
  | { do: 'read'; id: number; offset: number; length: number }
  | { do: 'forget'; id: number }
  | { do: 'create'; id: number; size: number }
  | { do: 'write'; id: number; bytes: Uint8Array<ArrayBuffer> }
  | { do: 'finish'; id: number }
  | { do: 'remove'; id: number };
export type FileReport =
  | { did: 'read'; id: number; frames: Uint8Array<ArrayBuffer>[]; sha256: string | null }
  | { did: 'create'; id: number }
  | { did: 'write'; id: number; written: number }
  | { did: 'finish'; id: number; sha256: string }
  | { did: 'fail'; job: 'read' | 'create' | 'write' | 'finish'; id: number; isFull: boolean };

const sources = new Map<number, FileSource>();
const sinks = new Map<number, FileSink>();
let folder: FileSystemDirectoryHandle | undefined;

const report = (what: FileReport, transfer: Transferable[] = []): void => postMessage(what, { transfer });

async function work(job: FileJob): Promise<void> {
  switch (job.do) {
    case 'begin': {
      const root = await navigator.storage.getDirectory();
      folder = await root.getDirectoryHandle(job.folder, { create: true });
      return;
    }
    case 'keep':
      sources.set(job.id, new FileSource(job.file));
      return;
    case 'read':
      return read(job.id, job.offset, job.length);
    case 'forget':
      sources.delete(job.id);
      return;
    case 'create':
      return create(job.id, job.size);
    case 'write': {
      const written = sinks.get(job.id)?.write(job.bytes);
      if (written !== undefined) report({ did: 'write', id: job.id, written });
      return;
    }
    case 'finish': {
      const sha256 = sinks.get(job.id)?.finish();
      sinks.delete(job.id);
      if (sha256 !== undefined) report({ did: 'finish', id: job.id, sha256 });
      return;
    }
    case 'remove':
      sinks.get(job.id)?.close();
      sinks.delete(job.id);
      await folder?.removeEntry(String(job.id));
  }
}

async function read(id: number, offset: number, length: number): Promise<void> {
  const source = sources.get(id);
  if (!source) throw new Error('nothing is kept under this number');
  const { bytes, sha256 } = await source.read(offset, length);
  const frames = formatFrames(id, offset, bytes);
  const [first] = frames;
  report({ did: 'read', id, frames, sha256 }, first ? [first.buffer] : []);
}

async function create(id: number, size: number): Promise<void> {
  if (!folder) throw new Error('there is no folder');
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  if (quota - usage < size) throw new DiskFull();
  const handle = await folder.getFileHandle(String(id), { create: true });
  const disk = await handle.createSyncAccessHandle();
  try {
    sinks.set(id, new FileSink(disk, size));
  } catch (error) {
    disk.close();
    await folder.removeEntry(String(id));
    throw error;
  }
  report({ did: 'create', id });
}

function failed(job: FileJob, error: unknown): void {
  switch (job.do) {
    case 'read':
    case 'create':
    case 'write':
    case 'finish':
      return report({ did: 'fail', job: job.do, id: job.id, isFull: error instanceof DiskFull });
    case 'begin':
    case 'keep':
    case 'forget':
    case 'remove':
    // What can't be removed now goes with its folder.
  }
}

// One after another: what is written must not overtake what it is written into.
let queue: Promise<void> = Promise.resolve();
addEventListener('message', ({ data }: MessageEvent<FileJob>) => {
  queue = queue.then(() => work(data)).catch((error: unknown) => failed(data, error));
});
