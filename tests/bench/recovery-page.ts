/** What befalls calls in `bench:recovery`, and the page that says what came of it. */
import type { Way, Ways } from './restart.ts';
import { percentile } from './statistics.ts';

export interface Fault {
  name: string;
  /** What happens, in words. */
  what: string;
  lastsMs: number;
}

export const FAULTS: readonly Fault[] = [
  { name: 'cut 3 s', what: 'both are without any network for 3 s', lastsMs: 3_000 },
  { name: 'cut 10 s', what: 'the same for 10 s', lastsMs: 10_000 },
  { name: 'cut 30 s', what: 'the same for 30 s', lastsMs: 30_000 },
  { name: 'caller moves', what: 'the caller enters another network: another address', lastsMs: 0 },
  { name: 'callee moves', what: 'the callee does', lastsMs: 0 },
  { name: 'blocked', what: 'nothing passes between the two for 6 s, the relay is reached', lastsMs: 6_000 },
];

/** After how many ms from when there was a path again one side heard and saw the other; 0 if they never ceased to. */
export interface Measured {
  fault: string;
  sound: number;
  picture: number;
}

export interface RecoveryData {
  when: string;
  load: number;
  rounds: number;
  measured: readonly Measured[];
  failures: readonly string[];
  ways: Ways | undefined;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

const WAYS: Record<Way, string> = { restart: 'ICE restarted', fresh: 'a fresh connection' };

function comparisonOf(ways: Ways): string {
  const rows = (Object.keys(WAYS) as Way[]).map((way) => {
    const times = ways[way];
    const figures = [0.5, 0.95].map((share) => seconds(percentile(times, share) ?? 0));
    return `| ${WAYS[way]} | ${figures.join(' | ')} | ${String(times.length)} |`;
  });
  return `
## Restarting ICE, or a fresh link

Bare connections between the same browsers, after one side has come into another network and knows it: from the decision to the first frame of the other person
at the later side. Both gather all their candidates first; neither has to use a relay. A fresh connection has a handshake of its own (DTLS) and is there
sooner all the same: a restarted one keeps to the pair that it had for a while. And the old one lives on beside it until the new one carries. So a fresh one is what is made.

| what | median | p95 | samples |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

export function pageOfRecovery({ when, load, rounds, measured, failures, ways }: RecoveryData): string {
  const rows = FAULTS.flatMap(({ name, what }) => {
    const of = measured.filter(({ fault }) => fault === name);
    if (of.length === 0) return [];
    const figures = (['sound', 'picture'] as const).flatMap((sense) => {
      const times = of.map((each) => each[sense]);
      return [seconds(percentile(times, 0.5) ?? 0), seconds(percentile(times, 0.95) ?? 0)];
    });
    return [`| ${name}: ${what} | ${figures.join(' | ')} | ${String(of.length)} |`];
  });
  return `# How soon a call is there again

Two browsers and a relay in network namespaces, 20 ms between any two (one way), sound and picture; \`npm run bench:recovery\`. Counted from the moment
there is a path again (for a move: from the move itself) to the first sound and the first frame of the other person, at both sides. The sound is notes of 0.3 s
with pauses of 0.2 s, which can add 0.2 s. 0 would be: nobody noticed.

${String(rounds)} rounds on ${when.slice(0, 10)}, the machine's load ${String(load)} (two cores). Seconds.

| what | sound, median | p95 | picture, median | p95 | samples |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

${failures.length === 0 ? 'No call was lost.' : `Not there again within 30 s: ${failures.join('; ')}.`}
${ways ? comparisonOf(ways) : ''}`;
}
