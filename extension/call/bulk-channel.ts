/**
 * The channel that carries files, beside `control`: nothing that is said waits behind a file. It shares the association with
 * `control`, whose messages take turns with its frames; so frames are small, and few of them wait.
 */

/** Its stream (RFC 8832, section 6): both sides make it, so it needs no word of its own. */
const BULK_ID = 1;
/** Nothing more is put on it while so much waits, in bytes; below the lower number there is room again. */
const BULK_FULL_BYTES = 1024 * 1024;
const BULK_LOW_BYTES = 512 * 1024;

export interface BulkEvents {
  /** A frame has come on the bulk channel. */
  onBulk(frame: ArrayBuffer): void;
  /** The bulk channel stands, or has room again. */
  onBulkRoom(): void;
}

export interface BulkChannel {
  hasRoom(): boolean;
  send(frame: Uint8Array<ArrayBuffer>): void;
}

/** To be called before the connection has described itself. */
export function openBulkChannel(pc: RTCPeerConnection, events: BulkEvents): BulkChannel {
  const channel = pc.createDataChannel('bulk', { negotiated: true, id: BULK_ID });
  channel.binaryType = 'arraybuffer';
  channel.bufferedAmountLowThreshold = BULK_LOW_BYTES;
  channel.addEventListener('open', () => events.onBulkRoom());
  channel.addEventListener('bufferedamountlow', () => events.onBulkRoom());
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) events.onBulk(data);
  });
  return {
    hasRoom: () => channel.readyState === 'open' && channel.bufferedAmount <= BULK_FULL_BYTES,
    send(frame) {
      if (channel.readyState === 'open') channel.send(frame);
    },
  };
}
