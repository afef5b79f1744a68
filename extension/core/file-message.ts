/**
 * What the two sides of a call say about their files on `control`, and the frames on `bulk` that carry them. Each side numbers
 * the files it sends; `offer`, `end` and `stop` speak of one's own, the others of the other side's.
 */
import * as v from 'valibot';
import { bytes32 } from '../../relay/protocol.ts';

/** The largest file, in bytes: 2 GB, in the units that people are shown. */
export const MAX_FILE_BYTES = 2_000_000_000;
/** The longest name of a file as it travels, in UTF-16 code units. */
export const MAX_FILE_NAME_LENGTH = 255;
/** The most bytes of a file in one frame. */
export const MAX_CHUNK_BYTES = 16 * 1024;
/** uint32 number of the transfer, uint64 offset of the first byte, big-endian. */
export const FRAME_HEAD_BYTES = 12;

const transfer = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff_ffff));
const offset = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_FILE_BYTES));

export const fileMessageSchemas = [
  /** "May I send you this?" Said again over a fresh transport until it is settled. */
  v.object({
    type: v.literal('file-offer'),
    transfer,
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_FILE_NAME_LENGTH)),
    size: offset,
  }),
  /** "Yes, from this byte on." Said once on each transport. */
  v.object({ type: v.literal('file-accept'), transfer, offset }),
  /** So many bytes are on the disk. */
  v.object({ type: v.literal('file-got'), transfer, offset }),
  /** "No", before or in the middle of it. */
  v.object({
    type: v.literal('file-refuse'),
    transfer,
    reason: v.picklist(['no', 'stopped', 'full', 'broken']),
  }),
  /** All bytes have left; together they have this SHA-256. */
  v.object({ type: v.literal('file-end'), transfer, sha256: bytes32 }),
  /** All bytes have come, and have it. */
  v.object({ type: v.literal('file-done'), transfer }),
  /** The sender sends no more of it. */
  v.object({
    type: v.literal('file-stop'),
    transfer,
    reason: v.picklist(['stopped', 'unreadable', 'broken']),
  }),
] as const;
export type FileMessage = v.InferOutput<(typeof fileMessageSchemas)[number]>;
/** What the sender of a file says of it. */
export type SenderWord = Extract<FileMessage, { type: 'file-offer' | 'file-end' | 'file-stop' }>;
/** What its receiver says. */
export type ReceiverWord = Exclude<FileMessage, SenderWord>;
export type RefuseReason = Extract<FileMessage, { type: 'file-refuse' }>['reason'];
export type StopReason = Extract<FileMessage, { type: 'file-stop' }>['reason'];

export const isSenderWord = (message: FileMessage): message is SenderWord =>
  message.type === 'file-offer' || message.type === 'file-end' || message.type === 'file-stop';

export interface FileFrame {
  transfer: number;
  /** Where in the file its first byte stands. */
  offset: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** @returns the frames of these bytes, one after another in one buffer, each to be sent by itself. */
export function formatFrames(
  transfer: number,
  offset: number,
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer>[] {
  const count = Math.ceil(bytes.length / MAX_CHUNK_BYTES);
  const whole = new Uint8Array(bytes.length + count * FRAME_HEAD_BYTES);
  const view = new DataView(whole.buffer);
  return Array.from({ length: count }, (_, i) => {
    const from = i * MAX_CHUNK_BYTES;
    const chunk = bytes.subarray(from, from + MAX_CHUNK_BYTES);
    const at = i * (MAX_CHUNK_BYTES + FRAME_HEAD_BYTES);
    view.setUint32(at, transfer);
    view.setBigUint64(at + 4, BigInt(offset + from));
    whole.set(chunk, at + FRAME_HEAD_BYTES);
    return whole.subarray(at, at + FRAME_HEAD_BYTES + chunk.length);
  });
}

/** @returns the frame, whose bytes are a view of `raw`; null if it is none. */
export function parseFrame(raw: ArrayBuffer): FileFrame | null {
  const length = raw.byteLength - FRAME_HEAD_BYTES;
  if (length < 1 || length > MAX_CHUNK_BYTES) return null;
  const view = new DataView(raw);
  const transfer = view.getUint32(0);
  const at = view.getBigUint64(4);
  if (transfer === 0 || at + BigInt(length) > BigInt(MAX_FILE_BYTES)) return null;
  return { transfer, offset: Number(at), bytes: new Uint8Array(raw, FRAME_HEAD_BYTES) };
}
