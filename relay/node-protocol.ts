/**
 * What the nodes of one relay say to each other over NATS: subjects and messages of fixed layout, parsed strictly.
 * ARCHITECTURE.md, "The cluster", says when each is sent.
 */
import { type Address, ADDRESS_BYTES, MAIL_HEADER_BYTES, MAX_FRAME_BYTES } from './protocol.ts';

/** Length of a node's id, drawn anew at each start. */
export const NODE_BYTES = 8;
/** The most links in one `claim`: 39 KiB, far below the 1 MiB that a NATS server takes by default. */
export const MAX_CLAIMS = 1000;

/** A node: base64url of 8 random bytes. */
export type NodeId = string & { readonly brand: 'node' };

/** One link of one node. A person who comes back has another one. */
export interface LinkId {
  node: NodeId;
  /** Counted by the node; a uint32. */
  number: number;
}

/** An address that is linked at a node, since when, in milliseconds of the cluster's time. */
export interface Claim {
  address: Address;
  sinceMs: number;
}

/** What became of a mail at the node of its recipient. `taken` is all the good a sender may learn. */
export const VERDICTS = ['taken', 'full', 'offline'] as const;
export type Verdict = (typeof VERDICTS)[number];

export type NodeMessage =
  /** To the address: a mail as the recipient gets it. */
  | { kind: 'mail'; frame: Buffer }
  /** To the address: the link `link` of `from` watches you. If you watch `from`, each is to see the other. */
  | { kind: 'ask'; from: Address; link: LinkId }
  /** To the node of a link that asked, or to see whether it is still there: likewise. */
  | { kind: 'here'; to: Address; toNumber: number; from: Address; link: LinkId }
  /** To a node: the link `link` of `from` is gone, or does not watch `to` any more. */
  | { kind: 'gone'; to: Address; from: Address; link: LinkId }
  /** To all nodes, or back to one: these addresses are linked here. */
  | { kind: 'claim'; node: NodeId; claims: Claim[] }
  /** To all nodes, every second. `count`: beats since it last joined. */
  | { kind: 'beat'; node: NodeId; count: number; nowMs: number }
  /** To all nodes: it stops. */
  | { kind: 'bye'; node: NodeId };

const KINDS = ['mail', 'ask', 'here', 'gone', 'claim', 'beat', 'bye'] as const;
const CLAIM_BYTES = ADDRESS_BYTES + 8;
const LINK_BYTES = NODE_BYTES + 4;
const PREFIX = 'sidecall.1';

/** Heard by every node. */
export const NODES_SUBJECT = `${PREFIX}.nodes`;
/** One node out of those that hold an address gets what is sent to it; two hold it only while one replaces the other. */
export const QUEUE = 'link';

/** @returns the subject of an address: its 43 characters are letters, digits, `-` and `_`, so it is one token and no wildcard. */
export function addressSubject(address: Address): string {
  return `${PREFIX}.to.${address}`;
}

/** @returns the address of such a subject. */
export function addressOf(subject: string): Address {
  return subject.slice(PREFIX.length + 4) as Address;
}

/** @returns the subject of a node, or the one on which it wants the answer to its request `id` (`*`: to any). */
export function nodeSubject(node: NodeId, id?: number | '*'): string {
  return id === undefined ? `${PREFIX}.node.${node}` : `${PREFIX}.node.${node}.${id}`;
}

/** @returns the request that a subject of this node answers, or null if it is none. */
export function requestOf(subject: string): number | null {
  const id = Number(subject.slice(subject.lastIndexOf('.') + 1));
  return Number.isSafeInteger(id) ? id : null;
}

/** @returns the payload of a verdict. */
export function verdictBytes(verdict: Verdict): Buffer {
  return Buffer.of(VERDICTS.indexOf(verdict));
}

/** @returns the verdict in a payload, or null if there is none. */
export function parseVerdict(payload: Buffer): Verdict | null {
  return (payload.length === 1 && VERDICTS[payload[0] ?? -1]) || null;
}

/** @returns the payload of a message. */
export function nodeMessageBytes(message: NodeMessage): Buffer {
  const kind = KINDS.indexOf(message.kind);
  switch (message.kind) {
    case 'mail': {
      const bytes = Buffer.allocUnsafe(1 + message.frame.length);
      bytes[0] = kind;
      bytes.set(message.frame, 1);
      return bytes;
    }
    case 'ask':
      return new Writer(1 + ADDRESS_BYTES + LINK_BYTES, kind).key(message.from).link(message.link).bytes;
    case 'here':
      return new Writer(1 + 2 * ADDRESS_BYTES + 4 + LINK_BYTES, kind)
        .key(message.to)
        .uint32(message.toNumber)
        .key(message.from)
        .link(message.link).bytes;
    case 'gone':
      return new Writer(1 + 2 * ADDRESS_BYTES + LINK_BYTES, kind)
        .key(message.to)
        .key(message.from)
        .link(message.link).bytes;
    case 'claim': {
      const writer = new Writer(1 + NODE_BYTES + CLAIM_BYTES * message.claims.length, kind).key(message.node);
      for (const { address, sinceMs } of message.claims) writer.key(address).time(sinceMs);
      return writer.bytes;
    }
    case 'beat':
      return new Writer(1 + NODE_BYTES + 12, kind).key(message.node).uint32(message.count).time(message.nowMs)
        .bytes;
    case 'bye':
      return new Writer(1 + NODE_BYTES, kind).key(message.node).bytes;
    default:
      return message satisfies never;
  }
}

/** @returns the message in a payload (a mail is a view of it), or null if it is none: another version, or not one of ours. */
export function parseNodeMessage(payload: Buffer): NodeMessage | null {
  const kind = KINDS[payload[0] ?? -1];
  const reader = new Reader(payload);
  const message = kind && read(kind, reader);
  return message && reader.isAtEnd ? message : null;
}

function read(kind: NodeMessage['kind'], reader: Reader): NodeMessage | null {
  const { left } = reader;
  switch (kind) {
    case 'mail':
      if (left <= MAIL_HEADER_BYTES || left > MAX_FRAME_BYTES) return null;
      return { kind, frame: reader.take(left) };
    case 'ask':
      if (left !== ADDRESS_BYTES + LINK_BYTES) return null;
      return { kind, from: reader.address(), link: reader.link() };
    case 'here':
      if (left !== 2 * ADDRESS_BYTES + 4 + LINK_BYTES) return null;
      return {
        kind,
        to: reader.address(),
        toNumber: reader.uint32(),
        from: reader.address(),
        link: reader.link(),
      };
    case 'gone':
      if (left !== 2 * ADDRESS_BYTES + LINK_BYTES) return null;
      return { kind, to: reader.address(), from: reader.address(), link: reader.link() };
    case 'claim': {
      const count = (left - NODE_BYTES) / CLAIM_BYTES;
      if (!Number.isInteger(count) || count < 1 || count > MAX_CLAIMS) return null;
      const node = reader.node();
      const claims = Array.from({ length: count }, () => ({
        address: reader.address(),
        sinceMs: reader.time(),
      }));
      return claims.every(({ sinceMs }) => isTime(sinceMs)) ? { kind, node, claims } : null;
    }
    case 'beat': {
      if (left !== NODE_BYTES + 12) return null;
      const beat = { kind, node: reader.node(), count: reader.uint32(), nowMs: reader.time() };
      return isTime(beat.nowMs) ? beat : null;
    }
    case 'bye':
      return left === NODE_BYTES ? { kind, node: reader.node() } : null;
    default:
      return kind satisfies never;
  }
}

function isTime(ms: number): boolean {
  return ms >= 0 && ms <= Number.MAX_SAFE_INTEGER;
}

class Writer {
  readonly bytes: Buffer;
  private at = 1;

  constructor(length: number, kind: number) {
    this.bytes = Buffer.allocUnsafe(length);
    this.bytes[0] = kind;
  }

  /** An address or a node's id. */
  key(key: Address | NodeId): this {
    this.at += this.bytes.write(key, this.at, 'base64url');
    return this;
  }

  uint32(value: number): this {
    this.at = this.bytes.writeUInt32BE(value, this.at);
    return this;
  }

  time(ms: number): this {
    this.at = this.bytes.writeDoubleBE(ms, this.at);
    return this;
  }

  link({ node, number }: LinkId): this {
    return this.key(node).uint32(number);
  }
}

class Reader {
  private at = 1;

  constructor(private readonly bytes: Buffer) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  get isAtEnd(): boolean {
    return this.left === 0;
  }

  take(length: number): Buffer {
    const start = this.at;
    this.at += length;
    return this.bytes.subarray(start, this.at);
  }

  address(): Address {
    return this.take(ADDRESS_BYTES).toString('base64url') as Address;
  }

  node(): NodeId {
    return this.take(NODE_BYTES).toString('base64url') as NodeId;
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  time(): number {
    return this.take(8).readDoubleBE();
  }

  link(): LinkId {
    return { node: this.node(), number: this.uint32() };
  }
}
