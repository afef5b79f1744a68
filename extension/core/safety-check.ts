/**
 * Seven pictures that are the same at both ends exactly if nobody is in between: drawn from both people's keys, both
 * certificates of the transport they talk over, and a random number of each side. Pure but for the browser's hashes: what
 * the other side says goes in, what to say and the next step come out.
 *
 *   caller   says its commitment → committed ──their commitment, says its nonce→ revealed ──their nonce→ done
 *   callee   waits               → committed ──their commitment, says its own──→ revealed ──their nonce, says its own→ done
 *
 *   committed  waits for the other's commitment; the caller's own has left
 *   revealed   holds the other's commitment and waits for the nonce that fits it
 *   done       the pictures are drawn
 *   failed     something was said out of turn, or a nonce did not fit its commitment; nothing leads out of it
 *
 * Nobody learns the other's nonce before being bound to their own, so nobody can look for a nonce that draws wished-for pictures.
 */
import { type Address, fromBase64url, toBase64url } from '../../relay/protocol.ts';
import { unreachable } from './call-state.ts';
import { type Picture, PICTURES } from './safety-pictures.ts';

/** How many pictures are compared. Each is one of 64, so they show 42 bits. */
export const PICTURE_COUNT = 7;
const BITS_PER_PICTURE = 6;
/** Length of a nonce, in bytes. */
export const NONCE_BYTES = 32;

const encoder = new TextEncoder();
const COMMITMENT_LABEL = 'sidecall.1 safety commitment ';
const PICTURES_LABEL = 'sidecall.1 safety pictures ';

export type Role = 'caller' | 'callee';

/** What one end of a transport is known by. */
export interface Party {
  address: Address;
  /** SHA-256 of its DTLS certificate, 32 bytes. */
  fingerprint: Uint8Array<ArrayBuffer>;
}

export type SafetyMessage =
  { type: 'safety-commit'; commitment: string } | { type: 'safety-reveal'; nonce: string };

type Step =
  | { step: 'committed' }
  | { step: 'revealed'; commitment: string }
  | { step: 'done'; pictures: readonly Picture[] }
  | { step: 'failed' };

/** The check of one transport, as one side sees it. */
export type SafetyCheck = Step & {
  readonly role: Role;
  readonly me: Party;
  readonly them: Party;
  readonly nonce: Uint8Array<ArrayBuffer>;
};

export interface Turn {
  check: SafetyCheck;
  /** What to say to the other side, or null. */
  say: SafetyMessage | null;
}

/**
 * Begins the check of a transport that stands.
 * @param role who made the offer is the caller, and commits first
 * @param nonce 32 random bytes, never used before
 */
export async function begin(
  role: Role,
  me: Party,
  them: Party,
  nonce: Uint8Array<ArrayBuffer>,
): Promise<Turn> {
  const check: SafetyCheck = { role, me, them, nonce, step: 'committed' };
  return { check, say: role === 'caller' ? await commitmentOf(check) : null };
}

/** The other side has said `message`. What does not fit the step ends the check. */
export async function hear(check: SafetyCheck, message: SafetyMessage): Promise<Turn> {
  switch (check.step) {
    case 'committed':
      if (message.type !== 'safety-commit') return failed(check);
      return {
        check: { ...check, step: 'revealed', commitment: message.commitment },
        say: check.role === 'caller' ? revealOf(check) : await commitmentOf(check),
      };
    case 'revealed': {
      if (message.type !== 'safety-reveal') return failed(check);
      const nonce = fromBase64url(message.nonce);
      if (nonce.length !== NONCE_BYTES) return failed(check);
      if ((await commitTo(otherRole(check.role), nonce)) !== check.commitment) return failed(check);
      return {
        check: { ...check, step: 'done', pictures: await draw(check, nonce) },
        say: check.role === 'callee' ? revealOf(check) : null,
      };
    }
    case 'done':
    case 'failed':
      return failed(check);
    default:
      return unreachable(check);
  }
}

const failed = ({ role, me, them, nonce }: SafetyCheck): Turn => ({
  check: { role, me, them, nonce, step: 'failed' },
  say: null,
});
const otherRole = (role: Role): Role => (role === 'caller' ? 'callee' : 'caller');
const revealOf = ({ nonce }: SafetyCheck): SafetyMessage => ({
  type: 'safety-reveal',
  nonce: toBase64url(nonce),
});
const commitmentOf = async ({ role, nonce }: SafetyCheck): Promise<SafetyMessage> => ({
  type: 'safety-commit',
  commitment: await commitTo(role, nonce),
});

/** The role is part of it, so that a commitment can't be sent back as the other side's. */
async function commitTo(role: Role, nonce: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', concat(encoder.encode(COMMITMENT_LABEL + role), nonce));
  return toBase64url(new Uint8Array(hash));
}

/** HKDF-SHA-256 (RFC 5869) over the caller's, then the callee's nonce; every part but the label has a fixed length. */
async function draw(check: SafetyCheck, theirNonce: Uint8Array<ArrayBuffer>): Promise<readonly Picture[]> {
  const isCaller = check.role === 'caller';
  const [caller, callee] = isCaller ? [check.me, check.them] : [check.them, check.me];
  const [first, second] = isCaller ? [check.nonce, theirNonce] : [theirNonce, check.nonce];
  const key = await crypto.subtle.importKey('raw', concat(first, second), 'HKDF', false, ['deriveBits']);
  const info = concat(
    encoder.encode(PICTURES_LABEL),
    fromBase64url(caller.address),
    fromBase64url(callee.address),
    caller.fingerprint,
    callee.fingerprint,
  );
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
    key,
    48,
  );
  return picturesOf(new Uint8Array(bits));
}

/** Six bits each, the highest first. */
function picturesOf(bytes: Uint8Array): readonly Picture[] {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return Array.from({ length: PICTURE_COUNT }, (_, i) => {
    const number = Number.parseInt(bits.slice(i * BITS_PER_PICTURE, (i + 1) * BITS_PER_PICTURE), 2);
    const picture = PICTURES[number];
    if (!picture) throw new Error('fewer than 64 pictures');
    return picture;
  });
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
