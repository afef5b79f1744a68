/** As much of a TURN client (RFC 8656) as it takes to ask a server for an allocation and for permission to reach a peer. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

const MAGIC = 0x2112a442;
const ALLOCATE = 0x0003;
const CREATE_PERMISSION = 0x0008;
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  peer: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  family: 0x0017,
  transport: 0x0019,
} as const;

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function message(type: number, id: Buffer, body: Buffer, extra = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length + extra, 2);
  head.writeUInt32BE(MAGIC, 4);
  return Buffer.concat([head, id, body]);
}

/** XOR-PEER-ADDRESS (RFC 8489, section 14.2). */
function peerAddress(ip: string, id: Buffer): Buffer {
  const mask = Buffer.alloc(16);
  mask.writeUInt32BE(MAGIC, 0);
  id.copy(mask, 4);
  const bytes = isIPv6(ip) ? ipv6Bytes(ip) : Buffer.from(ip.split('.').map(Number));
  const head = Buffer.from([0, isIPv6(ip) ? 2 : 1, 0, 0]);
  head.writeUInt16BE(9 ^ (MAGIC >>> 16), 2);
  return Buffer.concat([head, bytes.map((byte, i) => byte ^ (mask[i] ?? 0))]);
}

function ipv6Bytes(ip: string): Buffer {
  const [left = '', right = ''] = ip.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const middle = new Array<string>(8 - groups(left).length - groups(right).length).fill('0');
  const all = [...groups(left), ...middle, ...groups(right)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

export interface TurnAnswer {
  /** 0 if the server agreed, else its error code (RFC 8656, section 18; RFC 8489, section 14.8). */
  error: number;
  attributes: Map<number, Buffer>;
}

/** One client of a TURN server, over UDP. */
export class TurnClient {
  private realm: Buffer = Buffer.of();
  private nonce: Buffer = Buffer.of();

  private constructor(
    private readonly socket: Socket,
    private readonly port: number,
    private readonly username: string,
    private readonly credential: string,
  ) {}

  static dial(port: number, username: string, credential: string): TurnClient {
    return new TurnClient(createSocket('udp4'), port, username, credential);
  }

  close(): void {
    this.socket.close();
  }

  /** Asks for an allocation that relays from an address of this family. */
  async allocate(family: 4 | 6 = 4): Promise<TurnAnswer> {
    const body = Buffer.concat([
      attribute(ATTRIBUTE.transport, Buffer.from([17, 0, 0, 0])),
      attribute(ATTRIBUTE.family, Buffer.from([family === 4 ? 1 : 2, 0, 0, 0])),
    ]);
    const challenge = await this.ask(ALLOCATE, body, false);
    this.realm = challenge.attributes.get(ATTRIBUTE.realm) ?? Buffer.of();
    this.nonce = challenge.attributes.get(ATTRIBUTE.nonce) ?? Buffer.of();
    return this.ask(ALLOCATE, body, true);
  }

  /** Asks for permission to exchange packets with a peer. */
  permit(ip: string): Promise<TurnAnswer> {
    return this.ask(CREATE_PERMISSION, (id) => attribute(ATTRIBUTE.peer, peerAddress(ip, id)), true);
  }

  private async ask(
    type: number,
    body: Buffer | ((id: Buffer) => Buffer),
    isSigned: boolean,
  ): Promise<TurnAnswer> {
    const id = randomBytes(12);
    const plain = typeof body === 'function' ? body(id) : body;
    const request = isSigned ? this.signed(type, id, plain) : message(type, id, plain);
    // UDP may lose it, and a server that is starting does not hear it.
    const send = () => this.socket.send(request, this.port, '127.0.0.1');
    send();
    const again = setInterval(send, 250);
    try {
      for (;;) {
        const [answer] = (await once(this.socket, 'message')) as [Buffer];
        if (answer.subarray(8, 20).equals(id)) return parse(answer);
      }
    } finally {
      clearInterval(again);
    }
  }

  /** Long-term credentials (RFC 8489, section 9.2). */
  private signed(type: number, id: Buffer, plain: Buffer): Buffer {
    const body = Buffer.concat([
      plain,
      attribute(ATTRIBUTE.username, Buffer.from(this.username)),
      attribute(ATTRIBUTE.realm, this.realm),
      attribute(ATTRIBUTE.nonce, this.nonce),
    ]);
    const key = createHash('md5')
      .update(`${this.username}:${this.realm.toString()}:${this.credential}`)
      .digest();
    const mac = createHmac('sha1', key)
      .update(message(type, id, body, 24))
      .digest();
    return message(type, id, Buffer.concat([body, attribute(ATTRIBUTE.integrity, mac)]));
  }
}

function parse(answer: Buffer): TurnAnswer {
  const attributes = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= answer.length;) {
    const length = answer.readUInt16BE(at + 2);
    attributes.set(answer.readUInt16BE(at), answer.subarray(at + 4, at + 4 + length));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  const code = attributes.get(ATTRIBUTE.error);
  return { error: code ? (code[2] ?? 0) * 100 + (code[3] ?? 0) : 0, attributes };
}
