/** What the bench has measured, kept beside its page, so that stages can be measured at different times. */
import { readFileSync } from 'node:fs';
import { percentile } from '../statistics.ts';
import type { Figures } from './stages.ts';

export interface StageRecord {
  /** ISO 8601, the day alone. */
  day: string;
  /** Processes that wanted a core (`/proc/loadavg`), before and after. */
  load: [before: number, after: number];
  /** One entry for each round. */
  rounds: Record<string, Figures[]>;
}

export interface HoldRecord {
  day: string;
  links: number;
  minutes: number;
  calls: number;
  lost: number;
  dropped: number;
  /** Processor time of the relay, in percent of a core. */
  cpu: number;
  /** Memory of the relay in MiB, each half minute. */
  memory: number[];
}

export interface Bench {
  cores: number;
  node: string;
  stages: Record<string, StageRecord>;
  hold?: HoldRecord;
}

/** @returns what was measured before, or nothing. */
export function readBench(path: string): Partial<Bench> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<Bench>;
  } catch {
    return {};
  }
}

/** @returns the median of a figure over the rounds, or null if it was not measured. */
export function median({ stages }: Bench, contender: string, figure: string): number | null {
  for (const { rounds } of Object.values(stages)) {
    const values = (rounds[contender] ?? []).flatMap((figures) => figures[figure] ?? []);
    if (values.length > 0) return percentile(values, 0.5);
  }
  return null;
}

const RATIOS: [rival: string, figure: string, ours?: string][] = [
  // With the same round trips on both sides.
  ['bare-ws-hello', 'connects-per-cpu', 'sidecall-hello'],
  ['bare-ws-bufferutil', 'calls-cold'],
  ['bare-ws-bufferutil', 'calls-warm'],
  ['bare-ws-bufferutil', 'messages-per-cpu'],
  ['bare-ws', 'memory'],
  ['bare-ws', 'latency-p50'],
  ['bare-ws', 'connects'],
  ['bare-ws', 'connects-per-cpu'],
];

/** @returns one line for each ratio that there is. */
export function ratiosOf(bench: Bench): string[] {
  return RATIOS.flatMap(([rival, figure, who = 'sidecall']) => {
    const [ours, theirs] = [median(bench, who, figure), median(bench, rival, figure)];
    return ours === null || theirs === null
      ? []
      : `ratio to ${rival} ${figure} ${(ours / theirs).toFixed(2)}`;
  });
}
