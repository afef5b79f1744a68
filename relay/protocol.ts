/**
 * The wire, declared once: what relay and extension say to each other on the link, and the limits both keep.
 * The bodies of sealed mail, which only the two people see, are in `mail.ts`. ARCHITECTURE.md explains each.
 * No Node and no browser API here: both ends import this file.
 */
import * as v from 'valibot';

/** WebSocket subprotocol of this version of the link (RFC 6455, section 1.9). */
export const SUBPROTOCOL = 'sidecall.1';
/** Offered beside it by a client that resumes with the upgrade itself, and chosen if the relay takes that for its login. */
export const RESUMED_SUBPROTOCOL = 'sidecall.1.resumed';
/** Path of the link on a relay. */
export const LINK_PATH = '/link';
/** HPKE `info` of the challenge that a relay seals to an address at login. */
export const LOGIN_INFO = 'sidecall.1 login';

/** Length of an address and of an HPKE encapsulated key, in bytes (RFC 9180, table 2: X25519). */
export const ADDRESS_BYTES = 32;
/** Bytes before the sealed part of a mail frame: 32 of address and 4 of reference. */
export const MAIL_HEADER_BYTES = ADDRESS_BYTES + 4;
/** The largest frame, control or mail, either side accepts, in bytes. */
export const MAX_FRAME_BYTES = 64 * 1024;
/** The largest number of addresses in one `watch`. */
export const MAX_WATCHED = 500;
/** How often a relay pings a link, in seconds. Also what keeps a Chromium service worker alive. */
export const PING_SECONDS = 20;
/** Silence after which either side gives the link up, in milliseconds. */
export const SILENCE_MS = 45_000;
/** How long a relay waits for `hello` and for `proof`, in milliseconds. */
export const LOGIN_TIMEOUT_MS = 10_000;

/** Why a link was closed (RFC 6455, section 7.4.2: 4000 to 4999 are for private use). */
export const CLOSE = {
  malformed: 4000,
  replaced: 4001,
  notAuthentic: 4003,
  slowReader: 4008,
  goingAway: 4009,
  tooFast: 4029,
} as const;

const BASE64URL_32 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** A person: canonical base64url, without padding, of a 32-byte X25519 public key (RFC 4648, section 5; RFC 7748). */
export type Address = string & { readonly brand: 'address' };
/** @returns whether `input` is a canonical address: 43 characters that re-encode to themselves. */
export const isAddress = (input: unknown): input is Address =>
  typeof input === 'string' && BASE64URL_32.test(input);
export const addressSchema = v.custom<Address>(
  isAddress,
  'an address is 43 characters of canonical base64url',
);

const base64url = (maxLength: number) => v.pipe(v.string(), v.maxLength(maxLength), v.regex(BASE64URL));
/** 32 bytes in canonical base64url. */
export const bytes32 = v.pipe(v.string(), v.regex(BASE64URL_32));
const tokenSchema = v.pipe(v.string(), v.maxLength(512));

/** How far the time in an offer may be from the relay's, in seconds: what a log of headers gives away is worth nothing later. */
export const RESUME_OFFER_SECONDS = 60;
const RESUME_TOKEN = /^(\d{1,12})\.[A-Za-z0-9_-]{43}$/;
const RESUME_OFFER = /^resume\.([A-Za-z0-9_-]{43})\.(\d{1,12})\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/;

/** A login that travels as a subprotocol: not the token, but a proof of having it that is good for a minute. */
export interface ResumeOffer {
  address: Address;
  /** The token's own, in seconds since the epoch. */
  expiry: string;
  /** When the proof was made, in seconds since the epoch by the relay's clock. */
  time: string;
  /** Base64url of SHA-256 over `resumeProofText`. */
  proof: string;
}

/** What a proof is the SHA-256 of. The token's length and form are fixed, so nothing can be appended to it. */
export const resumeProofText = (token: string, time: string): string =>
  ['sidecall.1 resumed', token, time].join('\0');

/** @returns when a token ends, as it stands in it, or null if it is no token one can resume with at the upgrade. */
export const expiryOfToken = (token: string): string | null => RESUME_TOKEN.exec(token)?.[1] ?? null;

/** @returns the subprotocol that says it: made of what a token of HTTP may hold (RFC 9110, section 5.6.2). */
export const resumeOfferText = ({ address, expiry, time, proof }: ResumeOffer): string =>
  `resume.${address}.${expiry}.${time}.${proof}`;

/** @returns the offer that a subprotocol is, or null. */
export function parseResumeOffer(text: string): ResumeOffer | null {
  const [, address, expiry = '', time = '', proof = ''] = RESUME_OFFER.exec(text) ?? [];
  return isAddress(address) ? { address, expiry, time, proof } : null;
}

/** The most ICE servers in a frame, and the most URLs of one server. */
export const MAX_ICE_SERVERS = 8;
const ICE_URL =
  /^(stun|turns?):([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(\?transport=(?:udp|tcp))?$/i;

/**
 * What the URL of an ICE server offers: STUN (RFC 7064, section 3.1) or TURN (RFC 7065, section 3.1), with a host, perhaps a port and,
 * for TURN, a transport. @returns null if it is no such URL: a browser would throw at it.
 */
export function iceUrlKind(url: string): 'stun' | 'turn' | null {
  const [, scheme, host = '', port, transport] = url.length <= 512 ? (ICE_URL.exec(url) ?? []) : [];
  // A host that ends in a number must be an IPv4 address (URL Standard, section 3.5), and brackets hold an IPv6 one.
  if (scheme === undefined || !URL.canParse(`https://${host}`)) return null;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return null;
  if (scheme.toLowerCase() !== 'stun') return 'turn';
  return transport === undefined ? 'stun' : null;
}

/** Printable ASCII: what coturn gives, and what no browser counts otherwise than we do (RFC 8489, section 14.3: below 509 bytes). */
const iceWord = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,508}$/));
/** One entry of `RTCConfiguration.iceServers` as it travels (WebRTC 1.0, section 4.2.4). */
export const iceServerSchema = v.pipe(
  v.object({
    urls: v.pipe(
      v.array(
        v.pipe(
          v.string(),
          v.check((url) => iceUrlKind(url) !== null),
        ),
      ),
      v.minLength(1),
      v.maxLength(MAX_ICE_SERVERS),
    ),
    username: v.optional(iceWord),
    credential: v.optional(iceWord),
  }),
  // A browser throws at a TURN server without them (WebRTC 1.0, section 4.4.1.6).
  v.check(
    ({ urls, username, credential }) =>
      (username !== undefined && credential !== undefined) || urls.every((url) => iceUrlKind(url) === 'stun'),
  ),
);
export type IceServer = v.InferOutput<typeof iceServerSchema>;
/** Those of a list that are servers, `MAX_ICE_SERVERS` at most. What else a relay puts there takes nothing from the frame it stands in. */
const iceServersSchema = v.pipe(
  v.fallback(v.array(v.unknown()), []),
  v.transform((offered) =>
    offered
      .flatMap((each) => {
        const parsed = v.safeParse(iceServerSchema, each);
        return parsed.success ? [parsed.output] : [];
      })
      .slice(0, MAX_ICE_SERVERS),
  ),
);

/** What a client may say in a text frame. */
export const clientFrameSchema = v.variant('type', [
  v.object({ type: v.literal('hello'), address: addressSchema, resume: v.optional(tokenSchema) }),
  v.object({ type: v.literal('proof'), nonce: bytes32 }),
  v.object({ type: v.literal('pong') }),
  v.object({ type: v.literal('watch'), addresses: v.pipe(v.array(addressSchema), v.maxLength(MAX_WATCHED)) }),
  v.object({ type: v.literal('turn') }),
]);
export type ClientFrame = v.InferOutput<typeof clientFrameSchema>;

/** Why a mail did not reach its recipient. `offline` is also what a sender hears whom the recipient does not watch. */
export const UNDELIVERED_REASONS = ['offline', 'rate', 'full'] as const;
export type UndeliveredReason = (typeof UNDELIVERED_REASONS)[number];

/** What a relay may say in a text frame. */
export const relayFrameSchema = v.variant('type', [
  v.object({ type: v.literal('challenge'), enc: bytes32, sealed: base64url(128) }),
  v.object({
    type: v.literal('welcome'),
    now: v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15)),
    resume: tokenSchema,
    iceServers: iceServersSchema,
    pingSeconds: v.pipe(v.number(), v.minValue(1), v.maxValue(3600)),
  }),
  v.object({ type: v.literal('ping') }),
  v.object({ type: v.literal('presence'), address: addressSchema, online: v.boolean() }),
  v.object({ type: v.literal('ice'), iceServers: iceServersSchema }),
  v.object({
    type: v.literal('undelivered'),
    ref: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff)),
    reason: v.picklist(UNDELIVERED_REASONS),
  }),
  v.object({
    type: v.literal('error'),
    code: v.pipe(v.string(), v.maxLength(64)),
    message: v.pipe(v.string(), v.maxLength(512)),
  }),
]);
export type RelayFrame = v.InferOutput<typeof relayFrameSchema>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns the frame a client sent as text, or null if it is malformed or of an unknown type (close 4000). */
export function parseClientFrame(text: string): ClientFrame | null {
  const parsed = v.safeParse(clientFrameSchema, parseJson(text));
  return parsed.success ? parsed.output : null;
}

/** @returns the frame a relay sent as text, or null if it is malformed or of a type this client does not know (to be ignored). */
export function parseRelayFrame(text: string): RelayFrame | null {
  const parsed = v.safeParse(relayFrameSchema, parseJson(text));
  return parsed.success ? parsed.output : null;
}

/** A mail frame taken apart. `party` is the recipient on the way to the relay and the sender on the way from it. */
export interface MailFrame {
  /** 32 bytes of address. */
  party: Uint8Array;
  /** The sender's reference, echoed in `undelivered`; a uint32. */
  ref: number;
  /** What only the recipient can open. */
  sealed: Uint8Array;
}

/** @returns the mail in a binary frame (views into `bytes`, nothing is copied), or null if it is shorter than its header. */
export function parseMailFrame(bytes: Uint8Array): MailFrame | null {
  if (bytes.length <= MAIL_HEADER_BYTES || bytes.length > MAX_FRAME_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    party: bytes.subarray(0, ADDRESS_BYTES),
    ref: view.getUint32(ADDRESS_BYTES),
    sealed: bytes.subarray(MAIL_HEADER_BYTES),
  };
}

/** @returns the binary frame of a mail: 32 bytes of address, the reference as big-endian uint32, the sealed bytes. */
export function mailFrame({ party, ref, sealed }: MailFrame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(MAIL_HEADER_BYTES + sealed.length);
  bytes.set(party, 0);
  new DataView(bytes.buffer).setUint32(ADDRESS_BYTES, ref);
  bytes.set(sealed, MAIL_HEADER_BYTES);
  return bytes;
}

/** @returns base64url without padding (RFC 4648, section 5). */
export function toBase64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @returns the bytes of base64url text. @throws {TypeError} if it is none. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (!BASE64URL.test(text)) throw new TypeError('not base64url');
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
