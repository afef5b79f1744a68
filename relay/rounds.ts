/** When a node is to say again what it has said of an address, as it may have been lost: soon, a little later, then now and then. */
import type { Address } from './protocol.ts';

/**
 * Time before each round, in milliseconds; the last one repeats. The first is longer than the news of a new address takes
 * to reach all NATS servers: then of two people who come at the same moment at least one asks when the other is known.
 * The others mend what was lost on the way nevertheless.
 */
const ROUND_MS = [250, 20_000, 600_000] as const;

export class Rounds {
  private readonly rounds = ROUND_MS.map((ms) => ({ ms, dueMs: new Map<Address, number>() }));

  /** Begins with the first round, unless that is still to come. */
  begin(address: Address, nowMs: number): void {
    if (this.rounds[0]?.dueMs.has(address)) return;
    this.end(address);
    this.enlist(address, 0, nowMs);
  }

  end(address: Address): void {
    for (const { dueMs } of this.rounds) dueMs.delete(address);
  }

  /** @returns an address whose turn it is, now in its next round; undefined if there is none. */
  next(nowMs: number): Address | undefined {
    for (const [index, { dueMs }] of this.rounds.entries()) {
      const first = dueMs.entries().next();
      if (first.done || first.value[1] > nowMs) continue;
      const [address] = first.value;
      dueMs.delete(address);
      this.enlist(address, Math.min(index + 1, this.rounds.length - 1), nowMs);
      return address;
    }
    return undefined;
  }

  private enlist(address: Address, index: number, nowMs: number): void {
    const round = this.rounds[index];
    round?.dueMs.set(address, nowMs + round.ms);
  }
}
