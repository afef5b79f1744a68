/**
 * The bodies of sealed mail: what two people's browsers say to each other through relays that cannot read it.
 * Declared beside the link's protocol so that the wire stands in one folder; the relay itself never imports it.
 */
import * as v from 'valibot';

/** HPKE `info` of a mail (RFC 9180, section 5.1.3: auth mode). */
export const MAIL_INFO = 'sidecall.1 mail';
/** A body is padded with spaces to the next multiple of this many bytes. */
export const MAIL_PAD_BYTES = 1024;
/** The longest session description in a mail, in characters. */
export const MAX_SDP_LENGTH = 32 * 1024;
/** The most candidates in one `signal`. */
export const MAX_CANDIDATES = 32;
/** The longest candidate line, in characters. */
export const MAX_CANDIDATE_LENGTH = 512;
/** The longest name, in code points. */
export const MAX_NAME_LENGTH = 64;

/** A call's id: 16 random bytes in canonical base64url. */
export type CallId = string & { readonly brand: 'call' };
const BASE64URL_16 = /^[A-Za-z0-9_-]{21}[AQgw]$/;
export const callIdSchema = v.custom<CallId>(
  (input) => typeof input === 'string' && BASE64URL_16.test(input),
  'not a call id',
);
/** The secret of an invite: 16 random bytes in canonical base64url. */
export const secretSchema = v.pipe(v.string(), v.regex(BASE64URL_16));

export const callKindSchema = v.picklist(['audio', 'video']);
/** What the person who rang chose: picture and sound, or sound only. */
export type CallKind = v.InferOutput<typeof callKindSchema>;

const sdp = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_SDP_LENGTH));
/** The last moment a `Date` can hold (ECMA-262, 21.4.1.1): more is no time, and could not be shown. */
const MAX_TIME_MS = 8.64e15;
const timeMs = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_TIME_MS));
const name = v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH * 4));
/** `host[:port]` in lower case, as `new URL(url).host` gives it. */
export const relayHostSchema = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(255),
  v.regex(/^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$/),
  v.check((host) => URL.canParse(`https://${host}`)),
);

export const candidateSchema = v.pipe(
  v.object({
    candidate: v.pipe(v.string(), v.maxLength(MAX_CANDIDATE_LENGTH)),
    sdpMid: v.nullable(v.pipe(v.string(), v.maxLength(64))),
    sdpMLineIndex: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
  }),
  // `new RTCIceCandidate` throws on one that belongs to nothing (WebRTC 1.0, section 4.8.1).
  v.check(({ sdpMid, sdpMLineIndex }) => sdpMid !== null || sdpMLineIndex !== null),
);
/** An ICE candidate as it travels (RFC 8839; WebRTC 1.0, `RTCIceCandidateInit`). */
export type Candidate = v.InferOutput<typeof candidateSchema>;

/** The quick replies one can decline with. A code, so that each side reads it in its own language. */
export const QUICK_REPLIES = ['in-10-minutes', 'cannot-talk'] as const;
export type QuickReply = (typeof QUICK_REPLIES)[number];

const call = callIdSchema;
const decline = v.object({
  type: v.literal('decline'),
  call,
  reason: v.optional(v.picklist(['dnd'])),
  reply: v.optional(v.picklist(QUICK_REPLIES)),
  until: v.optional(timeMs),
});
const cancel = v.object({ type: v.literal('cancel'), call });
const busy = v.object({ type: v.literal('busy'), call });
const hangup = v.object({
  type: v.literal('hangup'),
  call,
  reason: v.optional(v.picklist(['unknown', 'no-answer', 'lost', 'no-way', 'media'])),
});
const RELIABLE = ['ring', 'ringing', 'accept', 'decline', 'cancel', 'busy', 'hangup', 'missed'] as const;
/** The types that are repeated until the other side has said `got`. */
export type ReliableType = (typeof RELIABLE)[number];

/** How a call ended, as one side tells the other. Kept for a day and repeated to whoever asks again. */
export const endingSchema = v.variant('type', [decline, cancel, busy, hangup]);
export type Ending = v.InferOutput<typeof endingSchema>;

const ring = v.object({ type: v.literal('ring'), call, kind: callKindSchema, offer: v.optional(sdp) });
const ringing = v.object({ type: v.literal('ringing'), call });
/** Of a link: what its two peer connections say to each other, or `want`, which asks for another. */
export const signalSchema = v.object({
  type: v.literal('signal'),
  call,
  link: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
  offer: v.optional(sdp),
  answer: v.optional(sdp),
  candidates: v.optional(v.pipe(v.array(candidateSchema), v.maxLength(MAX_CANDIDATES))),
  want: v.optional(v.literal(true)),
});
const accept = v.object({ type: v.literal('accept'), call, instead: v.optional(call) });
const got = v.object({ type: v.literal('got'), call, of: v.picklist(RELIABLE) });
const missed = v.object({ type: v.literal('missed'), call, kind: callKindSchema, rang: timeMs });

/** Mail about a call: everything that carries a call id. */
export const callMailSchema = v.variant('type', [
  ring,
  ringing,
  signalSchema,
  accept,
  decline,
  cancel,
  busy,
  hangup,
  got,
  missed,
]);
export type CallMail = v.InferOutput<typeof callMailSchema>;

/** Everything that may stand in a sealed mail, without `seq` and `at`. */
export const bodySchema = v.variant('type', [
  ...callMailSchema.options,
  v.object({ type: v.literal('stale'), highest: timeMs }),
  v.object({
    type: v.literal('contact'),
    answer: v.boolean(),
    name,
    relay: relayHostSchema,
    secret: v.optional(secretSchema),
  }),
  v.object({ type: v.literal('refused'), reason: v.picklist(['used', 'revoked', 'expired']) }),
  v.object({
    type: v.literal('status'),
    status: v.picklist(['available', 'call', 'dnd']),
    until: v.optional(timeMs),
  }),
]);
export type MailBody = v.InferOutput<typeof bodySchema>;

const envelopeSchema = v.object({ seq: timeMs, at: timeMs });
/** A mail as it is sealed: a body, its place in the sequence to this recipient, and when it was written (ms since the epoch). */
export type Mail = MailBody & v.InferOutput<typeof envelopeSchema>;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** @returns UTF-8 JSON of the mail, padded with spaces to the next multiple of 1 KiB, so that its length says little. */
export function encodeMail(mail: Mail): Uint8Array<ArrayBuffer> {
  const text = encoder.encode(JSON.stringify(mail));
  const padded = new Uint8Array(Math.ceil(text.length / MAIL_PAD_BYTES) * MAIL_PAD_BYTES).fill(0x20);
  padded.set(text);
  return padded;
}

/** @returns the mail in opened bytes, or null if they are no UTF-8, no JSON, or of no known type and shape. */
export function decodeMail(bytes: Uint8Array): Mail | null {
  try {
    const json: unknown = JSON.parse(decoder.decode(bytes));
    return { ...v.parse(bodySchema, json), ...v.parse(envelopeSchema, json) };
  } catch {
    return null;
  }
}
