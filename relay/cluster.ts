/**
 * One of the nodes that together are one relay: what its links have to do with those of the others. It keeps only what
 * follows from its own links; ARCHITECTURE.md, "The cluster", has the picture and what happens when something fails.
 */
import { randomBytes } from 'node:crypto';
import type { Bus, BusMessage } from './bus.ts';
import type { Clock } from './clock.ts';
import { FarMail, type Sender } from './far-mail.ts';
import { FarPresence, type Held, type Viewers } from './far-presence.ts';
import {
  addressOf,
  addressSubject,
  type Claim,
  MAX_CLAIMS,
  NODE_BYTES,
  type NodeId,
  type NodeMessage,
  nodeMessageBytes,
  NODES_SUBJECT,
  nodeSubject,
  parseNodeMessage,
  QUEUE,
  type Verdict,
  verdictBytes,
} from './node-protocol.ts';
import { BEAT_MS, NodeRoll } from './node-roll.ts';
import type { Address } from './protocol.ts';
import { Rounds } from './rounds.ts';

const TICK_MS = 25;
/** A tick this late means that this process stood still, and has yet to read what came meanwhile. */
const LATE_TICK_MS = 10 * TICK_MS;
/** How much asking one tick may do, in messages: after a partition a node has its whole list to ask for. */
const ASKS_PER_TICK = 2500;
/** A node nobody has heard of that has beaten more often is not new: then something was lost between it and us. */
const NEW_NODE_BEATS = 2;

/** This node's own links, as a cluster sees them. */
export interface Hall extends Viewers {
  /** Ends the link of an address: a newer one is elsewhere. */
  replace(address: Address): void;
  /** Hands a mail to the link of an address. */
  take(to: Address, frame: Buffer): Verdict;
}

export class Cluster {
  private readonly id = randomBytes(NODE_BYTES).toString('base64url') as NodeId;
  private readonly held = new Map<Address, Held>();
  private readonly roll: NodeRoll;
  private readonly mail: FarMail;
  private readonly presence: FarPresence;
  private readonly rounds = new Rounds();
  private readonly unclaimed = new Set<Address>();
  private readonly stopTicking: () => void;
  private lastNumber = 0;
  private beats = 0;
  private beatMs = 0;
  private tickedMs = 0;

  constructor(
    private readonly bus: Bus,
    private readonly hall: Hall,
    private readonly clock: Clock,
  ) {
    this.roll = new NodeRoll(clock);
    this.mail = new FarMail(this.id, bus, clock);
    this.presence = new FarPresence(this.id, this.held, bus, hall, clock);
    bus.subscribe(NODES_SUBJECT, (message) => this.hearNode(message));
    bus.subscribe(nodeSubject(this.id), (message) => this.hearNode(message));
    bus.onChange(() => this.join());
    this.join();
    this.stopTicking = clock.every(TICK_MS, () => this.tick());
  }

  /** Whether mail and presence reach the other nodes. */
  get state(): Bus['state'] {
    return this.bus.state;
  }

  /** How many other nodes were heard lately. */
  get others(): number {
    return this.roll.size;
  }

  /** An address is linked here, perhaps anew. Its new link watches nobody yet. */
  enter(address: Address): void {
    const before = this.held.get(address);
    if (before) this.presence.leave(address, before);
    this.lastNumber += 1;
    const unsubscribe =
      before?.unsubscribe ??
      this.bus.subscribe(addressSubject(address), (message) => this.hearForAddress(message), QUEUE);
    this.held.set(address, { number: this.lastNumber, sinceMs: this.roll.nowMs(), unsubscribe });
    this.claim(address);
    this.rounds.begin(address, this.clock.monotonicMs());
  }

  /** An address is not linked here any more. */
  leave(address: Address): void {
    const held = this.held.get(address);
    if (!held) return;
    held.unsubscribe();
    this.held.delete(address);
    this.rounds.end(address);
    this.presence.leave(address, held);
  }

  /** The link of an address has a new list. */
  watch(address: Address): void {
    this.presence.watch(address);
    this.rounds.begin(address, this.clock.monotonicMs());
  }

  /** Sends a mail to an address that is not here. The sender hears of it if it was not taken. */
  post(from: Address, to: Address, frame: Buffer, sender: Sender): void {
    this.mail.post(to, frame, sender, this.presence.sees(from, to));
  }

  /** Tells a sender `offline`, no sooner and no later than anybody else who is not to know why. */
  hush(ref: number, sender: Sender): void {
    this.mail.hush(ref, sender);
  }

  /** Takes leave of the other nodes. */
  async close(): Promise<void> {
    this.stopTicking();
    this.broadcast({ kind: 'bye', node: this.id });
    await this.bus.close();
  }

  /** The bus is there, perhaps again: what was said meanwhile was not heard. */
  private join(): void {
    if (this.state === 'down') return;
    this.beats = 0;
    this.beat();
    this.presence.resume();
    this.sayEverything();
  }

  private sayEverything(): void {
    const now = this.clock.monotonicMs();
    for (const address of this.held.keys()) {
      this.claim(address);
      this.rounds.begin(address, now);
    }
  }

  private tick(): void {
    const now = this.clock.monotonicMs();
    if (now - this.tickedMs < LATE_TICK_MS) this.mail.expire();
    this.tickedMs = now;
    if (this.state === 'up') this.goRounds(now);
    if (now < this.beatMs) return;
    this.beat();
    for (const node of this.roll.strikeLost()) this.presence.forget(node);
    this.presence.prune();
  }

  private goRounds(nowMs: number): void {
    for (let left = ASKS_PER_TICK; left > 0; left--) {
      const address = this.rounds.next(nowMs);
      if (address === undefined) return;
      this.claim(address);
      left -= this.presence.ask(address);
    }
  }

  private beat(): void {
    this.beatMs = this.clock.monotonicMs() + BEAT_MS;
    this.broadcast({ kind: 'beat', node: this.id, count: this.beats, nowMs: this.roll.nowMs() });
    this.beats += 1;
  }

  /** At the end of this turn of the event loop, together with all other logins of it. */
  private claim(address: Address): void {
    if (this.unclaimed.size === 0) setImmediate(() => this.sayClaims());
    this.unclaimed.add(address);
  }

  private sayClaims(): void {
    let claims: Claim[] = [];
    for (const address of this.unclaimed) {
      const held = this.held.get(address);
      if (held) claims.push({ address, sinceMs: held.sinceMs });
      if (claims.length < MAX_CLAIMS) continue;
      this.broadcast({ kind: 'claim', node: this.id, claims });
      claims = [];
    }
    this.unclaimed.clear();
    if (claims.length > 0) this.broadcast({ kind: 'claim', node: this.id, claims });
  }

  private hearForAddress({ subject, payload, answerTo }: BusMessage): void {
    const address = addressOf(subject);
    const message = parseNodeMessage(payload);
    if (message?.kind === 'mail')
      this.bus.publish(answerTo, verdictBytes(this.hall.take(address, message.frame)));
    else if (message?.kind === 'ask') this.presence.hearAsk(address, message);
  }

  private hearNode({ payload }: BusMessage): void {
    const message = parseNodeMessage(payload);
    switch (message?.kind) {
      case 'beat': {
        const isNew = this.roll.hear(message.node, message.nowMs);
        if (isNew && message.count > NEW_NODE_BEATS) this.sayEverything();
        return;
      }
      case 'bye':
        this.roll.strike(message.node);
        return this.presence.forget(message.node);
      case 'claim':
        return this.hearClaims(message.node, message.claims);
      case 'here':
        return this.presence.hearHere(message);
      case 'gone':
        return this.presence.hearGone(message);
      default:
        return;
    }
  }

  private hearClaims(node: NodeId, claims: readonly Claim[]): void {
    const newer: Claim[] = [];
    for (const { address, sinceMs } of claims) {
      const held = this.held.get(address);
      if (!held) continue;
      const isOlder = held.sinceMs === sinceMs ? this.id < node : held.sinceMs < sinceMs;
      if (isOlder) this.hall.replace(address);
      else newer.push({ address, sinceMs: held.sinceMs });
    }
    // Whoever claims what is not theirs any more has not heard of it.
    if (newer.length > 0)
      this.bus.publish(nodeSubject(node), nodeMessageBytes({ kind: 'claim', node: this.id, claims: newer }));
  }

  private broadcast(message: NodeMessage): void {
    this.bus.publish(NODES_SUBJECT, nodeMessageBytes(message));
  }
}
