/** What the two sides of a call say on its `control` data channel: JSON of at most 16 KiB, with a version; unknown types are ignored. */
import * as v from 'valibot';
import { callIdSchema, signalSchema } from '../../relay/mail.ts';
import { bytes32 } from '../../relay/protocol.ts';
import { chatMessageSchemas } from './chat-message.ts';
import { fileMessageSchemas } from './file-message.ts';

/** The longest control message, in characters. */
export const MAX_CONTROL_LENGTH = 16 * 1024;
const VERSION = 1;

const controlSchema = v.variant('type', [
  /** The second path of the mail of the same name: whichever is first counts. */
  v.object({ type: v.literal('accept'), call: callIdSchema }),
  v.object({ type: v.literal('hangup'), call: callIdSchema }),
  signalSchema,
  /** Whether this side's microphone and camera are on. */
  v.object({ type: v.literal('media'), microphone: v.boolean(), camera: v.boolean() }),
  /** What this side shows of its computer beside its camera; null: nothing any more. */
  v.object({
    type: v.literal('share'),
    shown: v.nullable(v.object({ surface: v.picklist(['screen', 'window', 'tab']), sound: v.boolean() })),
  }),
  /** Whether the other side is on hold: then neither sends anything. */
  v.object({ type: v.literal('hold'), on: v.boolean() }),
  /** How good this side's sending is, as it measures it. */
  v.object({ type: v.literal('quality'), sending: v.picklist(['good', 'fair', 'weak']) }),
  /** The safety check of this link: a commitment to a nonce, then the nonce. */
  v.object({ type: v.literal('safety-commit'), commitment: bytes32 }),
  v.object({ type: v.literal('safety-reveal'), nonce: bytes32 }),
  /** This side saw other pictures: the microphones of both go off. */
  v.object({ type: v.literal('safety-different') }),
  ...chatMessageSchemas,
  ...fileMessageSchemas,
]);
export type ControlMessage = v.InferOutput<typeof controlSchema>;
/** Those that are the second path of a mail. */
export type ControlMail = Extract<ControlMessage, { call: unknown }>;

/** @returns the text to send. */
export const formatControl = (message: ControlMessage): string => JSON.stringify({ v: VERSION, ...message });

/** @returns the message in `text`, or null if it is malformed, too long, or of a type or version this side does not know. */
export function parseControl(text: string): ControlMessage | null {
  if (text.length > MAX_CONTROL_LENGTH) return null;
  try {
    const raw: unknown = JSON.parse(text);
    if (!v.is(v.object({ v: v.literal(VERSION) }), raw)) return null;
    const parsed = v.safeParse(controlSchema, raw);
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
