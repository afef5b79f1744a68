/** A file that is being received: on the disk as it comes, in the private file system of the extension, and summed up on the way. */
import { sha256 } from '@noble/hashes/sha2.js';
import { toBase64url } from '../../relay/protocol.ts';

/** There is no room for it. */
export class DiskFull extends Error {}

/** What is used of a file on the disk (File System Standard, `FileSystemSyncAccessHandle`). */
export type DiskFile = Pick<FileSystemSyncAccessHandle, 'write' | 'truncate' | 'flush' | 'close'>;

const isFull = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'QuotaExceededError';

export class FileSink {
  readonly #disk: DiskFile;
  readonly #sum = sha256.create();
  #written = 0;

  /**
   * @param size its room is taken at once, so that a full disk shows before anything was sent
   * @throws {DiskFull}
   */
  constructor(disk: DiskFile, size: number) {
    this.#disk = disk;
    asFull(() => disk.truncate(size));
  }

  /** @returns how many bytes are written now. @throws {DiskFull} */
  write(bytes: Uint8Array<ArrayBuffer>): number {
    const count = asFull(() => this.#disk.write(bytes, { at: this.#written }));
    if (count < bytes.length) throw new DiskFull();
    this.#sum.update(bytes);
    this.#written += count;
    return this.#written;
  }

  /** @returns the checksum of all that was written, in base64url. Nothing more can be written. @throws {DiskFull} */
  finish(): string {
    asFull(() => this.#disk.flush());
    this.#disk.close();
    return toBase64url(this.#sum.digest());
  }

  close(): void {
    this.#disk.close();
  }
}

function asFull<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw isFull(error) ? new DiskFull() : error;
  }
}
