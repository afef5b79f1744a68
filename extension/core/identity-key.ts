/** The identity's key pair as text, for a backup alone: a JSON Web Key (RFC 8037), whose `x` is the person's address. */
import * as v from 'valibot';
import { addressSchema, bytes32, fromBase64url } from '../../relay/protocol.ts';

const X25519 = { name: 'X25519' };
const USAGES: KeyUsage[] = ['deriveBits', 'deriveKey'];
/** What stands before the 32 bytes of an X25519 private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_HEAD = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20];

export const identityKeySchema = v.object({
  kty: v.literal('OKP'),
  crv: v.literal('X25519'),
  /** The public key, which is the address. */
  x: addressSchema,
  /** The private key. */
  d: bytes32,
});
export type IdentityKey = v.InferOutput<typeof identityKeySchema>;

/** @returns the pair as text: whoever reads it is this person. @throws if the key may not be exported. */
export const exportIdentity = async ({ privateKey }: CryptoKeyPair): Promise<IdentityKey> =>
  v.parse(identityKeySchema, await crypto.subtle.exportKey('jwk', privateKey));

/** @returns the pair, or null if the private key is not that of the address. */
export async function importIdentity({ x, d }: IdentityKey): Promise<CryptoKeyPair | null> {
  // Not as JWK: its `x` would be taken at its word. From the private half alone the public one is computed.
  const pkcs8 = new Uint8Array([...PKCS8_HEAD, ...fromBase64url(d)]);
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, X25519, true, USAGES);
  if ((await crypto.subtle.exportKey('jwk', privateKey)).x !== x) return null;
  return { privateKey, publicKey: await crypto.subtle.importKey('raw', fromBase64url(x), X25519, true, []) };
}
