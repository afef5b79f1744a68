/** The figures of the relay as a page of documentation, and as a picture. */
import { type Bench, type HoldRecord, median, ratiosOf } from './record.ts';

interface Row {
  figure: string;
  label: string;
  digits: number;
}

/** In the order of the table. */
const ROWS: readonly Row[] = [
  { figure: 'messages-per-cpu', label: 'messages per CPU-second, each to somebody else', digits: 0 },
  { figure: 'messages-per-cpu-joined', label: 'the same, eight in a row to the same', digits: 0 },
  { figure: 'memory', label: 'KiB per idle link', digits: 2 },
  { figure: 'latency-p50', label: 'latency at 500 messages a second, median, ms', digits: 3 },
  { figure: 'latency-p99', label: 'the same, 99th percentile, ms', digits: 2 },
  { figure: 'connects', label: 'connects per second of the clock, all coming back at once', digits: 0 },
  { figure: 'connects-per-cpu', label: 'the same, per CPU-second', digits: 0 },
  { figure: 'connects-first', label: 'per CPU-second, when the server has just started', digits: 0 },
  { figure: 'calls-cold', label: '1,000 calls at once, just started, ms', digits: 0 },
  { figure: 'calls-cold-cpu', label: 'the same, ms of CPU', digits: 0 },
  { figure: 'calls-warm', label: '1,000 calls at once, warm, ms', digits: 0 },
  { figure: 'calls-warm-cpu', label: 'the same, ms of CPU', digits: 0 },
  { figure: 'stuck-reader', label: 'MiB grown by 100 MB sent to a reader that stopped', digits: 1 },
];
const ALONE: readonly Row[] = [
  { figure: 'first-logins', label: 'first logins per CPU-second', digits: 0 },
  { figure: 'first-logins-wall', label: 'first logins per second of the clock', digits: 0 },
  { figure: 'idle-cpu', label: 'idle, a ping for each link every 20 s: % of a core', digits: 1 },
];
const COLOURS = ['#2f6fde', '#37a862', '#1f7a44', '#e0a33b', '#8a8f98'];

const show = (value: number | null, digits: number): string =>
  value === null ? '' : value.toLocaleString('en', { maximumFractionDigits: digits });
/** Left out of the table and the picture: a figure that was not measured. */
const isMeasured =
  (bench: Bench) =>
  ({ figure }: Row): boolean =>
    median(bench, 'sidecall', figure) !== null;
const contendersOf = ({ stages }: Bench): string[] => [
  ...new Set(Object.values(stages).flatMap(({ rounds }) => Object.keys(rounds))),
];

function held({ links, minutes, calls, lost, dropped, cpu, memory, day }: HoldRecord): string {
  return `## Held for ${String(minutes)} minutes

On ${day}: ${show(links, 0)} links on one relay, ${show(calls, 0)} calls made through it meanwhile (42 mails each), ${String(lost)} mails lost, ${String(dropped)} links
dropped, ${cpu.toFixed(1)} % of a core. Memory each half minute, MiB: ${memory.join(', ')}.
`;
}

/** @returns Markdown; `note` is what was found by profiling, kept by hand. */
export function pageOf(bench: Bench, note: string, picture: string, data: string): string {
  const contenders = contendersOf(bench);
  const rows = ROWS.filter(isMeasured(bench)).map(
    ({ figure, label, digits }) =>
      `| ${label} | ${contenders.map((name) => show(median(bench, name, figure), digits)).join(' | ')} |`,
  );
  const alone = ALONE.filter(isMeasured(bench)).map(
    ({ figure, label, digits }) => `| ${label} | ${show(median(bench, 'sidecall', figure), digits)} |`,
  );
  const circumstances = Object.entries(bench.stages).map(
    ([stage, { day, load, rounds }]) =>
      `| ${stage} | ${day} | ${String(Math.max(...Object.values(rounds).map(({ length }) => length)))} | ${load[0].toFixed(1)} → ${load[1].toFixed(1)} |`,
  );
  return `# How fast and how small the relay is

Made by \`npm run bench:relay\` on ${String(bench.cores)} cores with Node ${bench.node}: medians of the rounds, the servers in turn. Each server is a
process of its own on a core of its own, the load another process. The relay is \`dist/relay.js\` as it is run, with login, validation, pings, counters and
all limits counted (and out of reach, as one client stands for many people). Every round is in [${data}](${data}).

| | ${contenders.join(' | ')} |
| --- | ${contenders.map(() => '--:').join(' | ')} |
${rows.join('\n')}

| the relay alone | |
| --- | --: |
${alone.join('\n')}

![The relay beside others](${picture})

\`\`\`
${ratiosOf(bench).join('\n')}
\`\`\`

${bench.hold ? held(bench.hold) : ''}
${note.trim()}

## When

| stage | day | rounds | load of the machine |
| --- | --- | --: | --- |
${circumstances.join('\n')}
`;
}

const BARS = ROWS.filter(({ figure }) =>
  ['messages-per-cpu', 'memory', 'latency-p50', 'connects', 'calls-warm'].includes(figure),
);

/** @returns an SVG: for each of five figures, a bar for each server. */
export function pictureOf(bench: Bench): string {
  const contenders = contendersOf(bench);
  const lines: string[] = [];
  let y = 20;
  for (const { figure, label, digits } of BARS.filter(isMeasured(bench))) {
    const values = contenders.map((name) => median(bench, name, figure) ?? 0);
    const scale = 560 / Math.max(...values, 1e-9);
    lines.push(`<text x="8" y="${String(y)}" class="h">${label}</text>`);
    values.forEach((value, at) => {
      const top = y + 10 + at * 20;
      lines.push(
        `<text x="150" y="${String(top + 11)}" text-anchor="end">${contenders[at] ?? ''}</text>`,
        `<rect x="160" y="${String(top)}" width="${(value * scale).toFixed(1)}" height="14" rx="2" fill="${COLOURS[at % COLOURS.length] ?? ''}"/>`,
        `<text x="${(168 + value * scale).toFixed(1)}" y="${String(top + 11)}">${show(value, digits)}</text>`,
      );
    });
    y += 40 + contenders.length * 20;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 ${String(y)}" font-family="system-ui, sans-serif" font-size="12">
<title>The relay beside a bare forwarder, peerjs-server and a Socket.IO relay</title>
<style>text{fill:#3c4149}.h{font-weight:600}@media(prefers-color-scheme:dark){text{fill:#d5d9df}}</style>
${lines.join('\n')}
</svg>
`;
}
