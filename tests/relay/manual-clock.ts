import type { Clock } from '../../relay/clock.ts';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  private nowMs = 1_000_000;
  private readonly tickers = new Set<{ everyMs: number; dueMs: number; tick: () => void }>();

  wallMs(): number {
    return Date.UTC(2027, 0, 1) + this.nowMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  every(everyMs: number, tick: () => void): () => void {
    const ticker = { everyMs, dueMs: this.nowMs + everyMs, tick };
    this.tickers.add(ticker);
    return () => this.tickers.delete(ticker);
  }

  /** Lets time pass, tick by tick. */
  advance(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const next = [...this.tickers].sort((a, b) => a.dueMs - b.dueMs)[0];
      if (!next || next.dueMs > end) break;
      this.nowMs = next.dueMs;
      next.dueMs += next.everyMs;
      next.tick();
    }
    this.nowMs = end;
  }

  /** The process stands still for this long: one late tick. */
  freeze(ms: number): void {
    this.nowMs += ms;
    for (const ticker of this.tickers) {
      ticker.dueMs = this.nowMs + ticker.everyMs;
      ticker.tick();
    }
  }
}
