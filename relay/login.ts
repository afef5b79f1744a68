/**
 * Proving an address: a challenge only its private key opens, and tokens that spare the next login that work.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from './clock.ts';
import { Sealer } from './hpke.ts';
import { Mac } from './mac.ts';
import {
  type Address,
  expiryOfToken,
  LOGIN_INFO,
  RESUME_OFFER_SECONDS,
  type ResumeOffer,
  resumeProofText,
} from './protocol.ts';

/** Length of the random bytes in a challenge. */
export const NONCE_BYTES = 32;

const sealer = new Sealer(LOGIN_INFO);

export interface Challenge {
  /** Base64url of the 32-byte encapsulated key. */
  enc: string;
  /** Base64url of the sealed nonce and its 16-byte tag. */
  sealed: string;
}

/**
 * Seals a nonce to an address by HPKE in base mode (RFC 9180, section 5.1.1), bound to the relay's public name: so a
 * relay in the middle cannot pass the challenge on to a client that dialled another name.
 * @returns null if the address is a low-order point, whose shared secret anybody knows (RFC 9180, section 7.1.4).
 */
export async function sealChallenge(
  address: Address,
  publicName: string,
  nonce: Buffer,
): Promise<Challenge | null> {
  try {
    const { enc, ciphertext } = sealer.seal(Buffer.from(address, 'base64url'), publicName, nonce);
    return { enc: enc.toString('base64url'), sealed: ciphertext.toString('base64url') };
  } catch {
    // Any 32 bytes are an X25519 key, so this is the only way in which sealing to one can fail.
    return null;
  }
}

/** Room for the longest secret there is, a token: kept, as every link that comes back is compared. */
const SECRET_BYTES = 64;
const [left, right] = [Buffer.alloc(SECRET_BYTES), Buffer.alloc(SECRET_BYTES)];

/** @returns whether a text is the secret (ASCII, below 64 characters), in a time that tells nothing of where they differ. */
export function isSameSecret(text: string, secret: string): boolean {
  if (text.length !== secret.length) return false;
  left.fill(0).write(text);
  right.fill(0).write(secret);
  return timingSafeEqual(left, right);
}

/** Tokens that say "this address logged in here": stateless, so that any node with the same secret accepts them. */
export class ResumeTokens {
  private readonly mac: Mac;

  /** @param secret at least 32 characters. @param lifetimeSeconds how long a token is good for. */
  constructor(
    secret: string,
    private readonly lifetimeSeconds: number,
    private readonly clock: Clock,
  ) {
    this.mac = new Mac(secret);
  }

  /** @returns a token for an address at this public name: its expiry in seconds since the epoch, a dot, the MAC. */
  issue(address: Address, publicName: string): string {
    const expiry = String(Math.floor(this.clock.wallMs() / 1000) + this.lifetimeSeconds);
    return this.token(expiry, address, publicName);
  }

  /** @returns a good token that its holder may go on with: this one, or a fresh one from half its lifetime on. */
  renew(token: string, address: Address, publicName: string): string {
    const leftSeconds = Number(expiryOfToken(token)) - this.clock.wallMs() / 1000;
    return leftSeconds > this.lifetimeSeconds / 2 ? token : this.issue(address, publicName);
  }

  /** @returns whether a token is ours, of this address and name, and not past its time. */
  accepts(token: string, address: Address, publicName: string): boolean {
    const expiry = expiryOfToken(token);
    if (expiry === null || !isSameSecret(token, this.token(expiry, address, publicName))) return false;
    return Number(expiry) * 1000 > this.clock.wallMs();
  }

  /** @returns the token that whoever made this offer a moment ago has; null if they have none that is good. */
  tokenBehind({ address, expiry, time, proof }: ResumeOffer, publicName: string): string | null {
    const now = this.clock.wallMs() / 1000;
    if (Number(expiry) <= now || Math.abs(Number(time) - now) > RESUME_OFFER_SECONDS) return null;
    const token = this.token(expiry, address, publicName);
    return isSameSecret(proof, hash('sha256', resumeProofText(token, time), 'base64url')) ? token : null;
  }

  private token(expiry: string, address: Address, publicName: string): string {
    // The parts cannot contain a NUL, so no two different triples give the same text.
    const text = `sidecall.1 resume\0${expiry}\0${address}\0${publicName}`;
    return `${expiry}.${this.mac.of(text)}`;
  }
}
