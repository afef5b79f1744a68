/**
 * Sealing as ARCHITECTURE.md describes it, written again: people who write mail of their own making, honest or not, and read what they
 * are sent. HPKE auth mode (RFC 9180, section 5.1.3).
 */
import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import type { Mail, MailBody } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';

const suite = () =>
  new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
const bytesOf = (address: Address): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(address, 'base64url'));
const together = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.concat(parts));

/** What a seal may be made with, other than as it should be. */
export interface Liberties {
  info?: string;
  aad?: Uint8Array<ArrayBuffer>;
  /** Without the sender's key: anybody could have made it (base mode). */
  isAnonymous?: boolean;
}

export class Writer {
  /** All that was written as it should be. */
  readonly written: { from: Address; to: Address; mail: Mail }[] = [];
  #seq = 0;

  private constructor(
    readonly address: Address,
    private readonly keys: CryptoKeyPair,
  ) {}

  static async create(): Promise<Writer> {
    const keys = (await crypto.subtle.generateKey({ name: 'X25519' }, true, ['deriveBits'])) as CryptoKeyPair;
    const raw = await crypto.subtle.exportKey('raw', keys.publicKey);
    return new Writer(Buffer.from(raw).toString('base64url') as Address, keys);
  }

  /** @returns sealed mail with the next number. */
  write(to: Address, body: MailBody, given: Partial<Mail> = {}, how: Liberties = {}): Promise<Uint8Array> {
    this.#seq = Math.max(this.#seq + 1, Date.now());
    const mail: Mail = { seq: this.#seq, at: Date.now(), ...body, ...given } as Mail;
    this.written.push({ from: this.address, to, mail });
    return this.seal(to, JSON.stringify(mail), how);
  }

  async seal(to: Address, text: string, how: Liberties = {}): Promise<Uint8Array> {
    const hpke = suite();
    const sender = await hpke.createSenderContext({
      recipientPublicKey: await hpke.kem.deserializePublicKey(bytesOf(to).buffer),
      ...(!how.isAnonymous && { senderKey: this.keys }),
      info: new TextEncoder().encode(how.info ?? 'sidecall.1 mail').buffer,
    });
    const aad = how.aad ?? together(bytesOf(this.address), bytesOf(to));
    const sealed = await sender.seal(new TextEncoder().encode(text).buffer, aad.buffer);
    return together(new Uint8Array(sender.enc), new Uint8Array(sealed));
  }

  /** @returns the mail somebody sealed to this person. @throws if they did not. */
  async read(from: Address, sealed: Uint8Array): Promise<Mail> {
    const hpke = suite();
    const recipient = await hpke.createRecipientContext({
      recipientKey: this.keys,
      senderPublicKey: await hpke.kem.deserializePublicKey(bytesOf(from).buffer),
      enc: Uint8Array.from(sealed.subarray(0, 32)).buffer,
      info: new TextEncoder().encode('sidecall.1 mail').buffer,
    });
    const aad = together(bytesOf(from), bytesOf(this.address));
    const text = await recipient.open(Uint8Array.from(sealed.subarray(32)).buffer, aad.buffer);
    return JSON.parse(new TextDecoder().decode(text)) as Mail;
  }
}
