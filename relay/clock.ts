/** Time, handed in: so that tests need not wait and a step of the computer's clock ends no link. */
import { performance } from 'node:perf_hooks';

export interface Clock {
  /** Milliseconds since the epoch: for what leaves the process (`now`, expiries). */
  wallMs(): number;
  /** Whole milliseconds since some start, never stepping back: for waiting and for rates. */
  monotonicMs(): number;
  /** Calls `tick` every `ms` milliseconds. @returns a function that stops it. */
  every(ms: number, tick: () => void): () => void;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => Math.floor(performance.now()),
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    return () => clearInterval(timer);
  },
};
