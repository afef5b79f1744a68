/** Mail between links of different nodes: who is to be told what became of it, and when. */
import type { Bus, BusMessage } from './bus.ts';
import type { Clock } from './clock.ts';
import {
  addressSubject,
  type NodeId,
  nodeMessageBytes,
  nodeSubject,
  parseVerdict,
  requestOf,
  type Verdict,
} from './node-protocol.ts';
import { type Address, ADDRESS_BYTES, type UndeliveredReason } from './protocol.ts';

/** How long a node may take to say what became of a mail to somebody its sender sees. */
export const ANSWER_MS = 2000;
/**
 * When everybody else is told `offline`: always after the same time, so that how long it takes says nothing of whether
 * the recipient is there, at which node, or what the recipient thinks of the sender.
 */
export const HUSH_MS = 50;
/** Beyond this many without an answer, mail is refused: the other nodes are far behind, and memory is not endless. */
const MAX_UNANSWERED = 100_000;

/** Whoever sent a mail. */
export interface Sender {
  refuse(ref: number, reason: UndeliveredReason): void;
}

interface Unanswered {
  sender: Sender;
  ref: number;
  dueMs: number;
}

export class FarMail {
  /** To people their senders see: the truth, as soon as it is known. Both maps are in the order in which they are due. */
  private readonly seen = new Map<number, Unanswered>();
  private readonly hushed = new Map<number, Unanswered>();
  private lastId = 0;

  constructor(
    private readonly id: NodeId,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {
    bus.subscribe(nodeSubject(id, '*'), (message) => this.hear(message));
    bus.onChange(() => {
      if (bus.state === 'down') this.refuseUntil(Infinity, this.seen);
    });
  }

  /** Sends a mail to whatever node holds the address. @param sees whether `to` is shown online to the sender. */
  post(to: Address, frame: Buffer, sender: Sender, sees: boolean): void {
    const ref = frame.readUInt32BE(ADDRESS_BYTES);
    if (this.bus.state === 'down') return this.hush(ref, sender);
    const id = this.await(sender, ref, sees);
    if (id === null) return;
    const payload = nodeMessageBytes({ kind: 'mail', frame });
    this.bus.publish(addressSubject(to), payload, nodeSubject(this.id, id));
  }

  /** Tells a sender `offline`, no sooner and no later than anybody else who is not to know why. */
  hush(ref: number, sender: Sender): void {
    this.await(sender, ref, false);
  }

  /** Tells those whose time has come. To be called often: what they hear is late by as much. */
  expire(): void {
    const now = this.clock.monotonicMs();
    this.refuseUntil(now, this.seen);
    this.refuseUntil(now, this.hushed);
  }

  private await(sender: Sender, ref: number, sees: boolean): number | null {
    if (this.seen.size + this.hushed.size >= MAX_UNANSWERED) {
      sender.refuse(ref, 'offline');
      return null;
    }
    this.lastId += 1;
    const dueMs = this.clock.monotonicMs() + (sees ? ANSWER_MS : HUSH_MS);
    (sees ? this.seen : this.hushed).set(this.lastId, { sender, ref, dueMs });
    return this.lastId;
  }

  private hear({ subject, payload, isUnheard }: BusMessage): void {
    const verdict = isUnheard ? 'offline' : parseVerdict(payload);
    const id = requestOf(subject);
    if (verdict && id !== null) this.answer(id, verdict);
  }

  private answer(id: number, verdict: Verdict): void {
    const waits = this.seen.get(id) ?? (verdict === 'offline' ? undefined : this.hushed.get(id));
    if (!waits) return;
    this.seen.delete(id);
    this.hushed.delete(id);
    if (verdict !== 'taken') waits.sender.refuse(waits.ref, verdict);
  }

  private refuseUntil(untilMs: number, waiting: Map<number, Unanswered>): void {
    for (const [id, { sender, ref, dueMs }] of waiting) {
      if (dueMs > untilMs) return;
      waiting.delete(id);
      sender.refuse(ref, 'offline');
    }
  }
}
