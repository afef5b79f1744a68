/** A file that is being sent: read block by block, from wherever the receiver is, and summed up once on the way. */
import { sha256 } from '@noble/hashes/sha2.js';
import { toBase64url } from '../../relay/protocol.ts';

export class FileSource {
  readonly #file: Blob;
  readonly #sum = sha256.create();
  /** How many bytes from the beginning are in the sum. */
  #summed = 0;
  #sha256: string | null = null;

  constructor(file: Blob) {
    this.#file = file;
  }

  /**
   * @returns the bytes, and the checksum of the whole file in base64url once its end was read
   * @throws if the file was moved or changed since it was chosen
   */
  async read(
    offset: number,
    length: number,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; sha256: string | null }> {
    const bytes = new Uint8Array(await this.#file.slice(offset, offset + length).arrayBuffer());
    if (bytes.length !== length) throw new Error('the file has become shorter');
    const end = offset + length;
    // What is read again for a fresh transport is in the sum already.
    if (offset <= this.#summed && end > this.#summed) {
      this.#sum.update(bytes.subarray(this.#summed - offset));
      this.#summed = end;
    }
    if (this.#summed === this.#file.size) this.#sha256 ??= toBase64url(this.#sum.digest());
    return { bytes, sha256: end === this.#file.size ? this.#sha256 : null };
  }
}
