/**
 * A relay in the hands of an enemy, as a browser's sockets see it: it lets everybody in under the name they say, keeps all it ever
 * carried, delivers nothing by itself, and can say and hand over whatever it likes.
 */
import { settle } from './played-clock.ts';
import {
  type Address,
  type ClientFrame,
  fromBase64url,
  mailFrame,
  parseMailFrame,
  type RelayFrame,
  toBase64url,
} from '../../relay/protocol.ts';

export interface Carried {
  from: Address;
  to: Address;
  ref: number;
  sealed: Uint8Array;
}

export class HostileRelay {
  /** What has not been delivered yet. */
  readonly flying: Carried[] = [];
  /** Everything that was ever handed over. */
  readonly recorded: Carried[] = [];
  /** Whom each address asked to be told of. */
  readonly watched = new Map<Address, Address[]>();
  /** Addresses of all sockets that were ever opened. */
  readonly dialled: string[] = [];
  /** How far the time is wrong that it tells each address, in milliseconds. */
  readonly skews = new Map<Address, number>();
  /** How many frames it was sent, of any kind. */
  heard = 0;
  /** It accepts whoever comes and says nothing any more. */
  isDeaf = false;
  /** Nobody listens at its address. */
  isGone = false;
  readonly #sockets = new Map<Address, PlayedSocket>();

  /** The `WebSocket` of a browser whose every link leads here. */
  get WebSocket() {
    return socketsTo(this);
  }

  hear(socket: PlayedSocket, data: string | Uint8Array): void {
    this.heard++;
    if (this.isDeaf) return;
    if (typeof data !== 'string') return this.#carry(socket, data);
    const frame = JSON.parse(data) as ClientFrame;
    if (frame.type === 'watch' && socket.address) this.watched.set(socket.address, frame.addresses);
    if (frame.type === 'turn' && socket.address) this.say(socket.address, { type: 'ice', iceServers: [] });
    if (frame.type !== 'hello') return;
    socket.address = frame.address;
    this.#sockets.set(frame.address, socket);
    this.welcome(frame.address);
    // Others see them come, as on an honest relay.
    for (const [other, watched] of this.watched)
      if (watched.includes(frame.address))
        this.say(other, { type: 'presence', address: frame.address, online: true });
  }

  welcome(address: Address): void {
    this.say(address, {
      type: 'welcome',
      now: Date.now() + (this.skews.get(address) ?? 0),
      resume: 'token',
      iceServers: [],
      pingSeconds: 20,
    });
  }

  #carry(socket: PlayedSocket, data: Uint8Array): void {
    const mail = parseMailFrame(data.slice());
    if (!mail || !socket.address) return;
    const carried = {
      from: socket.address,
      to: toBase64url(mail.party) as Address,
      ref: mail.ref,
      sealed: mail.sealed,
    };
    // Whoever is here hears an honest relay's answer to the question whether they are.
    if (carried.to === carried.from)
      return this.say(carried.from, { type: 'undelivered', ref: carried.ref, reason: 'offline' });
    this.flying.push(carried);
    this.recorded.push(carried);
  }

  say(to: Address, frame: RelayFrame): void {
    this.#sockets.get(to)?.hear(JSON.stringify(frame));
  }

  /** Hands mail to somebody, under whatever name. */
  hand(to: Address, from: Address, sealed: Uint8Array): void {
    this.#sockets.get(to)?.hear(mailFrame({ party: fromBase64url(from), ref: 0, sealed }).buffer);
  }

  /** Everything in flight arrives as it should. */
  deliverAll(): void {
    for (const { from, to, sealed } of this.flying.splice(0)) this.hand(to, from, sealed);
  }

  /** Everything arrives as it should, and all that follows from it. */
  async deliverUntilQuiet(): Promise<void> {
    await settle();
    while (this.flying.length > 0) {
      this.deliverAll();
      await settle();
    }
  }

  /** Ends a link; the browser comes back by itself. */
  cut(address: Address): void {
    this.#sockets.get(address)?.drop(1006);
  }

  isLinked(address: Address): boolean {
    return this.#sockets.has(address);
  }

  forget(socket: PlayedSocket): void {
    if (socket.address && this.#sockets.get(socket.address) === socket) this.#sockets.delete(socket.address);
  }
}

const socketsTo = (relay: HostileRelay) =>
  class extends PlayedSocket {
    constructor(url: string) {
      super(relay);
      relay.dialled.push(url);
    }
  };

class PlayedSocket {
  static readonly OPEN = 1;
  readyState = 0;
  binaryType = 'blob';
  address: Address | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly #relay: HostileRelay;

  constructor(relay: HostileRelay) {
    this.#relay = relay;
    queueMicrotask(() => {
      if (this.readyState !== 0) return;
      if (relay.isGone) return this.drop(1006);
      this.readyState = 1;
      this.onopen?.();
    });
  }

  send(data: string | Uint8Array): void {
    if (this.readyState === 1) this.#relay.hear(this, data);
  }

  hear(data: unknown): void {
    queueMicrotask(() => this.readyState === 1 && this.onmessage?.({ data }));
  }

  close(): void {
    this.readyState = 3;
    this.#relay.forget(this);
  }

  drop(code: number): void {
    this.close();
    this.onclose?.({ code });
  }
}

/** @returns the bytes with one bit of them turned over. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  const at = (bit >> 3) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
