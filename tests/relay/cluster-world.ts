/** Nodes joined by a network in memory, and what their links are told. Time and messages move only when a test lets them. */
import type { Clock } from '../../relay/clock.ts';
import { Cluster } from '../../relay/cluster.ts';
import type { Address, UndeliveredReason } from '../../relay/protocol.ts';
import { type Delivery, type Party, Switchboard } from '../../relay/switchboard.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryBus, MemoryNetwork } from './memory-bus.ts';

const address = (n: number) => Buffer.alloc(32, n).toString('base64url') as Address;
export const ALICE = address(1);
export const BOB = address(2);
export const PEOPLE = [ALICE, BOB, address(3), address(4)];

/** Long enough for every round of asking. */
export const SETTLING_MS = 601_000;

/** A link, as the switchboard sees it. */
export class Client implements Party {
  readonly sees = new Set<Address>();
  readonly mails: Buffer[] = [];
  readonly refused: [ref: number, reason: UndeliveredReason][] = [];
  isOpen = true;
  isFull = false;

  constructor(
    readonly node: Node,
    readonly address: Address,
  ) {
    node.board.enter(address, this);
  }

  watch(addresses: readonly Address[]): void {
    // Of whom one watches no more the relay tells the other side alone.
    for (const seen of this.sees) if (!addresses.includes(seen)) this.sees.delete(seen);
    this.node.board.watch(this.address, this, addresses);
  }

  mail(to: Address, ref = 1): void {
    const frame = Buffer.alloc(40);
    frame.write(to, 0, 'base64url');
    frame.writeUInt32BE(ref, 32);
    const reason = this.node.board.post(this.address, frame, this);
    if (reason) this.refuse(ref, reason);
  }

  leave(): void {
    this.isOpen = false;
    this.node.board.leave(this.address, this);
  }

  deliver(mail: Buffer): Delivery {
    if (!this.isOpen) return 'gone';
    if (this.isFull) return 'full';
    this.mails.push(Buffer.from(mail));
    return 'sent';
  }

  showPresence(about: Address, online: boolean): void {
    if (online) this.sees.add(about);
    else this.sees.delete(about);
  }

  refuse(ref: number, reason: UndeliveredReason): void {
    this.refused.push([ref, reason]);
  }

  replace(): void {
    this.leave();
  }
}

/** A relay without its sockets. */
export class Node {
  readonly board: Switchboard;
  readonly bus: MemoryBus;

  /** @param aheadMs how much its clock is ahead of the others'. */
  constructor({ network, clock }: World, aheadMs = 0) {
    this.bus = new MemoryBus(network);
    const own: Clock = {
      wallMs: () => clock.wallMs() + aheadMs,
      monotonicMs: () => clock.monotonicMs(),
      every: (ms, tick) => clock.every(ms, tick),
    };
    this.board = new Switchboard((hall) => new Cluster(this.bus, hall, own));
  }

  /** The process is gone without a word. */
  async die(): Promise<void> {
    await this.bus.close();
  }
}

export class World {
  readonly clock = new ManualClock();
  readonly network: MemoryNetwork;
  readonly nodes: Node[];

  constructor(count: number, random?: () => number) {
    this.network = new MemoryNetwork(random);
    this.nodes = Array.from({ length: count }, () => new Node(this));
  }

  /** Lets time pass, and every message through. */
  async pass(ms: number, stepMs = 25): Promise<void> {
    await this.network.settle();
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      await this.network.settle();
    }
  }
}
