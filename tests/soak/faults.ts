/** What happens to a ring of the soak: faults drawn by a seed, and done for real. */
import type { Chance } from '../fuzz/mutations.ts';
import type { Name, SoakStage } from './stage.ts';

export type Fault =
  | { kind: 'none' }
  | { kind: 'worker'; who: Name }
  | { kind: 'relay'; awayMs: number }
  | { kind: 'cut'; who: Name | 'relay'; ms: number }
  | { kind: 'sleep'; who: Name; ms: number }
  | { kind: 'browser'; who: Name };

/** A line's weather: it stays for a while. */
export interface Weather {
  delayMs: number;
  lossPercent: number;
}

export interface Plan {
  caller: Name;
  fault: Fault;
  /** From the beginning of the fault to the click, in milliseconds; below zero, the click comes first. */
  leadMs: number;
  /** Whether the callee answers, if it rings, and who hangs up then. */
  answer: null | Name;
  weather: Weather | null;
}

const NAMES: readonly Name[] = ['alice', 'bob'];
const between = (chance: Chance, from: number, to: number): number => from + chance.below(to - from);

/** @returns the next ring and what befalls it. */
export function draw(chance: Chance): Plan {
  const who = chance.of(NAMES);
  const faults: (() => Fault)[] = [
    () => ({ kind: 'none' }),
    () => ({ kind: 'none' }),
    () => ({ kind: 'none' }),
    () => ({ kind: 'worker', who }),
    () => ({ kind: 'worker', who }),
    () => ({ kind: 'relay', awayMs: between(chance, 200, 3000) }),
    () => ({ kind: 'cut', who: chance.of([...NAMES, 'relay'] as const), ms: between(chance, 500, 8000) }),
    () => ({ kind: 'sleep', who, ms: between(chance, 500, 6000) }),
  ];
  // A browser takes seconds to come back: one ring in twenty.
  const fault: Fault = chance.below(20) === 0 ? { kind: 'browser', who } : chance.of(faults)();
  return {
    caller: chance.of(NAMES),
    fault,
    leadMs: between(chance, -1500, 1500),
    answer: chance.below(10) < 3 ? chance.of(NAMES) : null,
    weather:
      chance.below(10) === 0 ? { delayMs: between(chance, 0, 100), lossPercent: chance.of([0, 0, 5]) } : null,
  };
}

/** Does it. Resolves when it is over, which the links may notice later. */
export async function befall({ net, seats, restartRelay }: SoakStage, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'none':
      return;
    case 'worker':
      return seats[fault.who].stopWorker();
    case 'relay':
      return restartRelay(fault.awayMs);
    case 'cut':
      await net.line(fault.who, { cut: true });
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return net.line(fault.who, { cut: false });
    case 'sleep':
      return seats[fault.who].sleep(fault.ms);
    case 'browser':
      return seats[fault.who].restart();
  }
}

/** @returns the fault in words, for the log. */
export const nameOf = (fault: Fault): string =>
  Object.values(fault)
    .map((part) => String(part))
    .join(' ');
