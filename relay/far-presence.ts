/** Who is shown online to whom between links of different nodes: only where each watches the other, as within one. */
import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import {
  addressSubject,
  type LinkId,
  type NodeId,
  type NodeMessage,
  nodeMessageBytes,
  nodeSubject,
} from './node-protocol.ts';
import type { Address } from './protocol.ts';

/** How long a `gone` is kept, to be said again if it turns out that the bus was away. */
const FAREWELL_MS = 5000;
const MAX_FAREWELLS = 50_000;

/** An address that is linked at this node. */
export interface Held {
  /** Of its link. */
  number: number;
  sinceMs: number;
  unsubscribe: () => void;
  /** Who of other nodes is shown online to it. */
  far?: Map<Address, LinkId>;
}

/** What presence needs to know of this node's own links, and has them told. */
export interface Viewers {
  /** Whom the link of an address watches; undefined if none is here. */
  watchedBy(address: Address): ReadonlySet<Address> | undefined;
  /** Tells the link of an address, unless `about` is shown to it by a link of this node. */
  show(address: Address, about: Address, online: boolean): void;
}

export class FarPresence {
  private readonly farewells: { node: NodeId; payload: Buffer; saidMs: number }[] = [];

  constructor(
    private readonly id: NodeId,
    private readonly held: ReadonlyMap<Address, Held>,
    private readonly bus: Bus,
    private readonly viewers: Viewers,
    private readonly clock: Clock,
  ) {}

  /** Whether somebody at another node is shown online to an address of this one. */
  sees(address: Address, other: Address): boolean {
    return this.held.get(address)?.far?.has(other) ?? false;
  }

  /** The link of an address has a new list: it is told again who is there, and those it left out are told. */
  watch(address: Address): void {
    const held = this.held.get(address);
    if (!held) return;
    const watched = this.viewers.watchedBy(address);
    for (const [other, link] of held.far ?? []) {
      if (watched?.has(other)) {
        this.viewers.show(address, other, true);
      } else {
        held.far?.delete(other);
        this.sayGone(other, link.node, address, held.number);
      }
    }
  }

  /** A link of this node is gone. */
  leave(address: Address, { far, number }: Held): void {
    for (const [other, link] of far ?? []) this.sayGone(other, link.node, address, number);
  }

  /** Says again who left lately: the bus was away. */
  resume(): void {
    for (const { node, payload } of this.farewells) this.bus.publish(nodeSubject(node), payload);
  }

  /** Forgets who left some time ago. To be called now and then. */
  prune(): void {
    if (this.bus.state === 'down') return;
    const untilMs = this.clock.monotonicMs() - FAREWELL_MS;
    const kept = this.farewells.findIndex(({ saidMs }) => saidMs > untilMs);
    this.farewells.splice(0, kept < 0 ? this.farewells.length : kept);
  }

  /**
   * Asks after everybody an address watches: who is not seen whether they are there, who is seen whether they still are.
   * @returns how many messages it took.
   */
  ask(address: Address): number {
    const held = this.held.get(address);
    if (!held) return 0;
    const link = { node: this.id, number: held.number };
    const payload = nodeMessageBytes({ kind: 'ask', from: address, link });
    let count = 0;
    for (const other of this.viewers.watchedBy(address) ?? []) {
      const far = held.far?.get(other);
      if (far) this.sayHere(other, far, address, held.number);
      else if (!this.held.has(other)) this.bus.publish(addressSubject(other), payload);
      count += 1;
    }
    return count;
  }

  /** Hears of a link that watches `address`. */
  hearAsk(address: Address, { from, link }: NodeMessage & { kind: 'ask' }): void {
    const held = this.held.get(address);
    // Who is linked here is not elsewhere; if they are, this node has yet to hear so.
    if (!held || this.held.has(from) || !this.viewers.watchedBy(address)?.has(from)) return;
    this.see(address, held, from, link);
    this.sayHere(from, link, address, held.number);
  }

  hearHere({ to, toNumber, from, link }: NodeMessage & { kind: 'here' }): void {
    const held = this.held.get(to);
    if (held?.number !== toNumber || !this.viewers.watchedBy(to)?.has(from))
      return this.sayGone(from, link.node, to, toNumber);
    // It may be the question whether this link is still there. Then it is no news, and needs no answer.
    if (this.see(to, held, from, link)) this.sayHere(from, link, to, held.number);
  }

  hearGone({ to, from, link }: NodeMessage & { kind: 'gone' }): void {
    const far = this.held.get(to)?.far;
    const known = far?.get(from);
    if (known?.node !== link.node || known.number !== link.number) return;
    far?.delete(from);
    this.viewers.show(to, from, false);
  }

  /** All links of a node are gone. */
  forget(node: NodeId): void {
    for (const [address, { far }] of this.held) {
      for (const [other, link] of far ?? []) {
        if (link.node !== node) continue;
        far?.delete(other);
        this.viewers.show(address, other, false);
      }
    }
  }

  /** @returns whether it is news. */
  private see(address: Address, held: Held, other: Address, link: LinkId): boolean {
    held.far ??= new Map();
    const known = held.far.get(other);
    if (known?.node === link.node && known.number === link.number) return false;
    held.far.set(other, link);
    this.viewers.show(address, other, true);
    return true;
  }

  private sayHere(to: Address, { node, number }: LinkId, from: Address, fromNumber: number): void {
    const link = { node: this.id, number: fromNumber };
    this.bus.publish(nodeSubject(node), nodeMessageBytes({ kind: 'here', to, toNumber: number, from, link }));
  }

  private sayGone(to: Address, node: NodeId, from: Address, number: number): void {
    const payload = nodeMessageBytes({ kind: 'gone', to, from, link: { node: this.id, number } });
    this.bus.publish(nodeSubject(node), payload);
    if (this.farewells.length < MAX_FAREWELLS)
      this.farewells.push({ node, payload, saidMs: this.clock.monotonicMs() });
  }
}
