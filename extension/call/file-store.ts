/**
 * Where the files of one call are while it lasts: those to be sent are read, those that come are written to the private file
 * system of the extension (never to memory), in a folder that goes with the call.
 */
import type { FileJob, FileReport } from './file-worker.ts';

/** Folders of calls begin like this. */
const FOLDER = 'call-';
/** A folder whose last file is being closed can't be removed yet; after so long it can, in milliseconds. */
const CLOSING_MS = 500;

export interface FileStoreEvents {
  created(id: number): void;
  wrote(id: number, written: number): void;
  finished(id: number, sha256: string): void;
  /** A file that comes can't be written: `isFull`, as there is no room. */
  failed(id: number, job: 'create' | 'write' | 'finish', isFull: boolean): void;
}

export interface ReadBlock {
  /** To be sent one by one. */
  frames: Uint8Array<ArrayBuffer>[];
  /** Of the whole file, if its end was read. */
  sha256: string | null;
}

export interface FileStore {
  /** Keeps a file to be read under its number. */
  keep(id: number, file: Blob): void;
  /** @throws if it can't be read any more. One block at a time. */
  read(id: number, offset: number, length: number): Promise<ReadBlock>;
  forget(id: number): void;
  create(id: number, size: number): void;
  write(id: number, bytes: Uint8Array<ArrayBuffer>): void;
  finish(id: number): void;
  remove(id: number): void;
  /** A finished file. */
  file(id: number): Promise<File>;
  /** Ends all of it, and removes what was written. */
  close(): void;
}

const own = new Set<string>();

export function openFileStore(events: FileStoreEvents): FileStore {
  const folder = `${FOLDER}${crypto.randomUUID()}`;
  own.add(folder);
  const worker = new Worker(new URL('./file-worker.ts', import.meta.url), { type: 'module' });
  let reading: PromiseWithResolvers<ReadBlock> | undefined;
  const ask = (job: FileJob, transfer: Transferable[] = []): void => worker.postMessage(job, transfer);
  worker.onmessage = ({ data }: MessageEvent<FileReport>) => {
    switch (data.did) {
      case 'read':
        return reading?.resolve(data);
      case 'create':
        return events.created(data.id);
      case 'write':
        return events.wrote(data.id, data.written);
      case 'finish':
        return events.finished(data.id, data.sha256);
      case 'fail':
        if (data.job === 'read') return reading?.reject(new Error('the file can’t be read'));
        return events.failed(data.id, data.job, data.isFull);
    }
  };
  ask({ do: 'begin', folder });
  return {
    keep: (id, file) => ask({ do: 'keep', id, file }),
    read(id, offset, length) {
      reading = Promise.withResolvers();
      ask({ do: 'read', id, offset, length });
      return reading.promise;
    },
    forget: (id) => ask({ do: 'forget', id }),
    create: (id, size) => ask({ do: 'create', id, size }),
    write: (id, bytes) => ask({ do: 'write', id, bytes }, [bytes.buffer]),
    finish: (id) => ask({ do: 'finish', id }),
    remove: (id) => ask({ do: 'remove', id }),
    async file(id) {
      const root = await navigator.storage.getDirectory();
      const handle = await (await root.getDirectoryHandle(folder)).getFileHandle(String(id));
      return handle.getFile();
    },
    close() {
      worker.terminate();
      own.delete(folder);
      setTimeout(() => void wipeFiles(), CLOSING_MS);
    },
  };
}

/** Removes whatever calls have left that are over, or that a crash has ended. */
export async function wipeFiles(): Promise<void> {
  try {
    const root = await navigator.storage.getDirectory();
    for await (const name of root.keys())
      if (name.startsWith(FOLDER) && !own.has(name)) await root.removeEntry(name, { recursive: true });
  } catch {
    // A file that is open still goes the next time; without a file system there is nothing to remove.
  }
}
