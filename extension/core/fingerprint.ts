/** The certificate that a session description binds its transport to (RFC 8122): what the safety check compares. */

const LINE = /^a=fingerprint:(\S+) +(\S+)\s*$/gim;
const SHA_256 = /^[0-9a-f]{2}(:[0-9a-f]{2}){31}$/i;

/**
 * @returns the SHA-256 fingerprint of the one certificate that all media of the description use, 32 bytes, or null if there
 * is none, if it is of another hash, or if there are several: then any of them might be at the other end.
 */
export function fingerprintOf(sdp: string): Uint8Array<ArrayBuffer> | null {
  const found = new Set<string>();
  for (const [, hash = '', value = ''] of sdp.matchAll(LINE)) {
    if (hash.toLowerCase() !== 'sha-256' || !SHA_256.test(value)) return null;
    found.add(value.toLowerCase());
  }
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) return null;
  return Uint8Array.from(only.split(':'), (byte) => Number.parseInt(byte, 16));
}
