/**
 * The way out to one link. What one turn of the event loop brings for it leaves in one write at the turn's end: a relay
 * spends most of its time on writes into the kernel, and whoever starts a call sends 20 candidates at once.
 */
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Wire } from './link.ts';

const SLAB_BYTES = 64 * 1024;
/** First byte of a frame that is all of its message (RFC 6455, section 5.2). */
const TEXT = 0x81;
const BINARY = 0x82;

/** One turn of the event loop, and the memory that frames are put together in. Shared by all links. */
export class Turn {
  private outlets: Outlet[] = [];
  private slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  private used = 0;

  /** Flushes an outlet when this turn ends. */
  add(outlet: Outlet): void {
    if (this.outlets.length === 0) setImmediate(this.end);
    this.outlets.push(outlet);
  }

  /** @returns room for so many bytes, until the next call, unless they are kept. */
  room(bytes: number): Buffer {
    if (bytes > SLAB_BYTES) return Buffer.allocUnsafeSlow(bytes);
    if (this.used + bytes > SLAB_BYTES) {
      this.slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.used = 0;
    }
    return this.slab.subarray(this.used, this.used + bytes);
  }

  /** The bytes of the last room are still to be read. */
  keep(bytes: number): void {
    this.used += bytes;
  }

  private readonly end = (): void => {
    const { outlets } = this;
    this.outlets = [];
    for (const outlet of outlets) outlet.flush();
  };
}

export class Outlet implements Wire {
  private first: Buffer | string | undefined;
  private more: (Buffer | string)[] | undefined;
  /** Bytes of frames that wait for the end of the turn. */
  private waiting = 0;

  /** @param duplex what the WebSocket writes to. */
  constructor(
    private readonly socket: Pick<WebSocket, 'readyState' | 'pong' | 'close'>,
    private readonly duplex: Duplex,
    private readonly turn: Turn,
  ) {}

  get readyState(): WebSocket['readyState'] {
    return this.socket.readyState;
  }

  /** Bytes that the kernel has not taken. */
  get bufferedAmount(): number {
    return this.duplex.writableLength + this.waiting;
  }

  /** Sends text as text and bytes as binary. `data` may not change until the turn ends. */
  send(data: Buffer | string): void {
    const bytes = frameBytes(Buffer.byteLength(data));
    // What the kernel could take by now must not count as waiting for a slow reader.
    if (this.waiting + bytes > SLAB_BYTES) this.flush();
    if (this.first === undefined) {
      this.first = data;
      this.turn.add(this);
    } else (this.more ??= []).push(data);
    this.waiting += bytes;
  }

  /** Answers a ping of the WebSocket's own. */
  pong(data: Buffer): void {
    this.flush();
    this.socket.pong(data);
  }

  /** Closes, after all that was sent. */
  close(code: number, reason: string): void {
    this.flush();
    this.socket.close(code, reason);
  }

  /** Writes what waits. */
  flush(): void {
    const { first, more, waiting } = this;
    if (first === undefined) return;
    this.first = undefined;
    this.more = undefined;
    this.waiting = 0;
    if (this.socket.readyState !== WebSocket.OPEN) return;
    // Bytes that join a queue get memory of their own: the slab would have to wait with them.
    // (What a corked socket holds is on its way: it is held for this very write.)
    const isStuck = this.duplex.writableLength > 0 && this.duplex.writableCorked === 0;
    const bytes = isStuck ? Buffer.allocUnsafeSlow(waiting) : this.turn.room(waiting);
    let at = putFrame(bytes, 0, first);
    if (more) for (const data of more) at = putFrame(bytes, at, data);
    this.duplex.write(bytes);
    if (!isStuck && this.duplex.writableLength > 0) this.turn.keep(waiting);
  }
}

/** @returns the length of a frame from a server, which is not masked, with so many bytes in it. */
function frameBytes(length: number): number {
  return length + (length < 126 ? 2 : length < 65_536 ? 4 : 10);
}

/** Writes a frame (RFC 6455, section 5.2). @returns where it ends. */
function putFrame(target: Buffer, start: number, data: Buffer | string): number {
  const isText = typeof data === 'string';
  const length = isText ? Buffer.byteLength(data) : data.length;
  target[start] = isText ? TEXT : BINARY;
  let at = start + 2;
  if (length < 126) target[start + 1] = length;
  else if (length < 65_536) {
    target[start + 1] = 126;
    at = target.writeUInt16BE(length, at);
  } else {
    target[start + 1] = 127;
    at = target.writeUInt32BE(length, target.writeUInt32BE(0, at));
  }
  if (isText) target.write(data, at);
  else target.set(data, at);
  return at + length;
}
