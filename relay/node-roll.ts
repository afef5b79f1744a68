/** The other nodes as far as they were heard, and the time that all of them share. */
import type { Clock } from './clock.ts';
import type { NodeId } from './node-protocol.ts';

/** How often a node says that it is there. */
export const BEAT_MS = 1000;
/** Silence after which a node and all its links are taken for gone. */
export const LOST_MS = 4000;

export class NodeRoll {
  private readonly heardMs = new Map<NodeId, number>();
  private aheadMs = 0;
  private lookedMs: number;

  constructor(private readonly clock: Clock) {
    this.lookedMs = clock.monotonicMs();
  }

  /** How many other nodes there are. */
  get size(): number {
    return this.heardMs.size;
  }

  /**
   * The cluster's time in milliseconds: that of the clock that is ahead of all, so that of two logins at two nodes the
   * later one is the later one wherever it is looked at, up to the time a message takes.
   */
  nowMs(): number {
    return this.clock.wallMs() + this.aheadMs;
  }

  /** Notes that a node is there, and its time. @returns whether it was not on the roll. */
  hear(node: NodeId, nowMs: number): boolean {
    this.aheadMs = Math.max(this.aheadMs, nowMs - this.clock.wallMs());
    const isNew = !this.heardMs.has(node);
    this.heardMs.set(node, this.clock.monotonicMs());
    return isNew;
  }

  strike(node: NodeId): void {
    this.heardMs.delete(node);
  }

  /** Strikes out the silent nodes. To be called about every second. @returns them. */
  strikeLost(): NodeId[] {
    const now = this.clock.monotonicMs();
    const stoodStillMs = now - this.lookedMs - BEAT_MS;
    this.lookedMs = now;
    const lost: NodeId[] = [];
    for (const [node, heardMs] of this.heardMs) {
      // After a pause of this process, what the others said meanwhile is still to be read.
      if (stoodStillMs > BEAT_MS) this.heardMs.set(node, heardMs + stoodStillMs);
      else if (now - heardMs >= LOST_MS) lost.push(node);
    }
    for (const node of lost) this.strike(node);
    return lost;
  }
}
