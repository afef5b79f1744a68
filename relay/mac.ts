/**
 * HMAC-SHA-256 (RFC 2104) for what a relay does with every link that comes back. By two one-shot hashes in memory of its
 * own: an `Hmac` of Node's is an object that the garbage collector has to finalize, and a storm makes one for each link.
 */
import { hash } from 'node:crypto';

const ALGORITHM = 'sha256';
/** Of SHA-256 (FIPS 180-4, section 1). */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const [INNER_PAD, OUTER_PAD] = [0x36, 0x5c];

export class Mac {
  private inner: Buffer;
  private readonly outer: Buffer;

  /** @param secret the key, as UTF-8. */
  constructor(secret: string) {
    const bytes = Buffer.from(secret);
    const key = bytes.length > BLOCK_BYTES ? hash(ALGORITHM, bytes, 'buffer') : bytes;
    this.inner = padded(key, INNER_PAD, 512);
    this.outer = padded(key, OUTER_PAD, DIGEST_BYTES);
  }

  /** @returns the MAC of a text as UTF-8, in base64url: 43 characters. */
  of(text: string): string {
    const end = BLOCK_BYTES + Buffer.byteLength(text);
    if (end > this.inner.length) this.inner = Buffer.concat([this.inner, Buffer.alloc(end)]);
    this.inner.write(text, BLOCK_BYTES);
    this.outer.write(hash(ALGORITHM, this.inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
    return hash(ALGORITHM, this.outer, 'base64url');
  }
}

/** @returns a block of `pad` with the key added, and room behind it. */
function padded(key: Uint8Array, pad: number, room: number): Buffer {
  const bytes = Buffer.alloc(BLOCK_BYTES + room).fill(pad, 0, BLOCK_BYTES);
  key.forEach((byte, at) => (bytes[at] = byte ^ pad));
  return bytes;
}
