/**
 * Who this person is: an X25519 key pair (RFC 7748). Nothing but a backup sees more of it; all other code seals and
 * opens. Sealing is HPKE (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
 */
import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { MAIL_INFO } from '../../relay/mail.ts';
import {
  type Address,
  ADDRESS_BYTES,
  addressSchema,
  fromBase64url,
  LOGIN_INFO,
  toBase64url,
} from '../../relay/protocol.ts';
import * as v from 'valibot';
import { keyPair } from '../key-store.ts';

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes128Gcm(),
});
const encoder = new TextEncoder();

export interface Identity {
  readonly address: Address;
  /** Seals `plaintext` to `to` (auth mode: only this person can have sent it). @returns `enc · ciphertext` */
  seal(to: Address, plaintext: BufferSource): Promise<Uint8Array<ArrayBuffer>>;
  /** Agrees on the key of the next mail to `to` beforehand, which is most of the work of sealing it. */
  prime(to: Address): Promise<void>;
  /** Opens what `from` sealed to this person. @returns null if it is not authentic: forged, altered, or meant for another. */
  open(from: Address, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Opens a relay's challenge. @returns the nonce in base64url, or null if it was not sealed to this person by `relayHost`. */
  answerChallenge(enc: string, sealed: string, relayHost: string): Promise<string | null>;
}

const concat = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

const publicKeyOf = (address: Address) => suite.kem.deserializePublicKey(fromBase64url(address));
const MAIL_INFO_BYTES = encoder.encode(MAIL_INFO);
/** Binds a mail to both parties, so that it cannot be passed off as another's (RFC 9180, section 8.1). */
const mailAad = (from: Address, to: Address) => concat(fromBase64url(from), fromBase64url(to));

function makeIdentity(keys: CryptoKeyPair, address: Address): Identity {
  const senderTo = async (to: Address) =>
    suite.createSenderContext({
      recipientPublicKey: await publicKeyOf(to),
      senderKey: keys,
      info: MAIL_INFO_BYTES,
    });
  /** For one mail: its key seals no second one. */
  let primed: { to: Address; sender: ReturnType<typeof senderTo> } | undefined;
  return {
    address,
    async prime(to) {
      if (primed?.to !== to) primed = { to, sender: senderTo(to) };
      await primed.sender;
    },
    async seal(to, plaintext) {
      const ready = primed?.to === to ? primed.sender : undefined;
      if (ready) primed = undefined;
      const sender = await (ready ?? senderTo(to));
      const sealed = await sender.seal(plaintext, mailAad(address, to));
      return concat(new Uint8Array(sender.enc), new Uint8Array(sealed));
    },
    async open(from, sealed) {
      try {
        const recipient = await suite.createRecipientContext({
          recipientKey: keys,
          enc: sealed.slice(0, ADDRESS_BYTES),
          info: MAIL_INFO_BYTES,
          senderPublicKey: await publicKeyOf(from),
        });
        return new Uint8Array(await recipient.open(sealed.slice(ADDRESS_BYTES), mailAad(from, address)));
      } catch {
        return null;
      }
    },
    async answerChallenge(enc, sealed, relayHost) {
      try {
        const recipient = await suite.createRecipientContext({
          recipientKey: keys,
          enc: fromBase64url(enc),
          info: encoder.encode(LOGIN_INFO),
        });
        const nonce = await recipient.open(fromBase64url(sealed), encoder.encode(relayHost));
        return toBase64url(new Uint8Array(nonce));
      } catch {
        return null;
      }
    },
  };
}

let loading: Promise<Identity> | undefined;

/** @returns this person's identity, made at the first start. @throws if the disk takes no key. */
export function identity(): Promise<Identity> {
  loading ??= (async () => {
    const keys = await keyPair();
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
    return makeIdentity(keys, v.parse(addressSchema, toBase64url(raw)));
  })();
  loading.catch(() => (loading = undefined));
  return loading;
}
