/**
 * A WebSocket client that costs next to nothing (RFC 6455 on a bare socket): the load must not be slower than what it loads.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export const TEXT = 1;
export const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const NOTHING = Buffer.alloc(0);

/** @returns a masked frame (RFC 6455, section 5.2), ready to be written. `payload` has less than 64 KiB. */
export function frameOf(opcode: number, payload: Buffer): Buffer {
  const long = payload.length > 125;
  const head = long ? 8 : 6;
  const frame = Buffer.allocUnsafe(head + payload.length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (long ? 126 : payload.length);
  if (long) frame.writeUInt16BE(payload.length, 2);
  const mask = randomBytes(4);
  // A mask of zeros would spare the server the work that is to be measured.
  mask[0] = (mask[0] ?? 0) | 1;
  mask.copy(frame, head - 4);
  for (let at = 0; at < payload.length; at++) frame[head + at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return frame;
}

export const textFrame = (text: string): Buffer => frameOf(TEXT, Buffer.from(text));

export interface Upgrade {
  port: number;
  /** The `Host` header. */
  host: string;
  path: string;
  /** Further header lines. */
  headers: string[];
  /** The loopback address to dial from: each has ports of its own, and is a source of its own. */
  from: string;
}

/** One client. */
export class Wire {
  /** What to do with a frame; `payload` is good until it returns. */
  onFrame: (opcode: number, payload: Buffer) => void = () => undefined;
  onClose: () => void = () => undefined;
  private rest = NOTHING;
  private upgraded = false;

  private constructor(
    private readonly socket: Socket,
    private readonly onUpgraded: (error?: Error) => void,
  ) {
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', (error) => this.onUpgraded(error));
    socket.on('close', () => {
      this.onUpgraded(new Error('closed before the upgrade'));
      this.onClose();
    });
  }

  /** @throws {Error} if there is no connection or no `101`. */
  static dial({ port, host, path, headers, from }: Upgrade): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
      const wire = new Wire(socket, (error) => (error ? reject(error) : resolve(wire)));
      const lines = [
        `GET ${path} HTTP/1.1`,
        `Host: ${host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        ...headers,
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
  }

  write(frames: Buffer): void {
    this.socket.write(frames);
  }

  /** Stops reading, as a reader that is stuck does. */
  pause(): void {
    this.socket.pause();
  }

  /** Ends the connection; resolves when the server has ended it as well. */
  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) return resolve();
      this.socket.once('close', () => resolve());
      // 1000 (RFC 6455, section 7.4.1)
      this.socket.end(frameOf(CLOSE, Buffer.from([0x03, 0xe8])));
    });
  }

  private take(chunk: Buffer): void {
    const data = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const at = this.upgraded ? this.readFrames(data) : this.readUpgrade(data);
    // Copied, or each link would keep the 64 KiB it was read with.
    this.rest = at === data.length ? NOTHING : Buffer.from(data.subarray(at));
  }

  private readUpgrade(data: Buffer): number {
    const end = data.indexOf('\r\n\r\n');
    if (end < 0) return 0;
    const status = data.toString('latin1', 9, 12);
    if (status === '101') {
      this.upgraded = true;
      this.onUpgraded();
      // What the server said right behind the upgrade: read once the client has heard of the latter.
      setImmediate(() => this.take(NOTHING));
    } else {
      this.onUpgraded(new Error(`HTTP ${status}`));
      this.socket.destroy();
    }
    return end + 4;
  }

  private readFrames(data: Buffer): number {
    let at = 0;
    while (data.length - at >= 2) {
      let length = (data[at + 1] ?? 0) & 0x7f;
      let head = 2;
      if (length === 126) {
        if (data.length - at < 4) break;
        length = data.readUInt16BE(at + 2);
        head = 4;
      }
      if (data.length - at < head + length) break;
      const opcode = (data[at] ?? 0) & 0x0f;
      const payload = data.subarray(at + head, at + head + length);
      at += head + length;
      if (opcode === PING) this.write(frameOf(PONG, payload));
      else if (opcode === TEXT || opcode === BINARY) this.onFrame(opcode, payload);
    }
    return at;
  }
}
