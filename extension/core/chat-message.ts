/** What the two sides of a call say about their chat on `control`. */
import * as v from 'valibot';
import { MAX_CHAT_LENGTH } from './chat-text.ts';

/** Number of a message: one side's count from 1, over all transports of a call. */
const number = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000));

export const chatMessageSchemas = [
  v.object({
    type: v.literal('chat'),
    n: number,
    text: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_CHAT_LENGTH)),
  }),
  /** Every message up to `n` has arrived. */
  v.object({ type: v.literal('chat-got'), n: number }),
  /** Somebody is writing, or has stopped to. */
  v.object({ type: v.literal('typing'), on: v.boolean() }),
] as const;
export type ChatMessage = v.InferOutput<(typeof chatMessageSchemas)[number]>;
