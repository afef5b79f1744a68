/** The figures as a page of documentation. */
import type { Cold } from './cold.ts';
import { lineOf, type RoundTrip, SPAN_NAMES, SPANS } from './figures.ts';
import type { Flow } from './flows.ts';
import type { Summary } from './statistics.ts';

const HEADS: Record<Flow, string> = { sidecall: 'Sidecall', tutorial: 'tutorial', floor: 'floor' };
const FLOWS = Object.keys(HEADS) as Flow[];

export interface Circumstances {
  /** ISO 8601, the day alone. */
  day: string;
  cores: number;
  /** Processes that wanted a core, in the minute before and in the minute after (`/proc/loadavg`). */
  load: [before: number, after: number];
  /** Calls of each kind at each round trip. */
  calls: number;
  /** Calls that failed, and why. */
  failures: string[];
  /** What a stopped worker costs; null if that failed. */
  cold: Cold | null;
}

const cell = ({ median, p95 }: Summary): string =>
  median === null ? '' : `${String(median)} (${String(p95)})`;

function tableOf({ rtt, flows }: RoundTrip): string {
  const rows = SPAN_NAMES.map(
    (span) => `| ${SPANS[span]} | ${FLOWS.map((flow) => cell(flows[flow][span])).join(' | ')} |`,
  );
  return [
    `### ${String(rtt)} ms round trip`,
    '',
    `| milliseconds: median (95th percentile) | ${FLOWS.map((flow) => HEADS[flow]).join(' | ')} |`,
    '| --- | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

const coldOf = ({
  warm,
  opened,
  cold,
  start,
}: Cold): string => `### With the background's worker stopped, at 0 ms

| milliseconds: median (95th percentile) | |
| --- | --: |
| click → ring shown, worker running | ${cell(warm)} |
| click → ring shown, worker stopped until the popup opened | ${cell(opened)} |
| click → ring shown, worker stopped under the open popup | ${cell(cold)} |
| a message to a stopped worker → its answer | ${cell(start)} |

`;

/** Each reason once, with how often it was there, as far as its first sentence goes. */
function countedOf(failures: readonly string[]): string {
  const short = failures.map((each) => each.split('. ')[0] ?? each);
  return [...new Set(short)]
    .map((each) => `${each.replace(/\.$/, '')} (${String(short.filter((other) => other === each).length)})`)
    .join('; ');
}

/** @returns Markdown. `picture` and `data` are the names of the files beside it. */
export function pageOf(
  figures: readonly RoundTrip[],
  { day, cores, load, calls, failures, cold }: Circumstances,
  picture: string,
  data: string,
): string {
  return `# How instant a call is

Made by \`npm run bench:calls\` on ${day}: ${String(calls)} calls of each kind at each round trip, one after another in turn, on one machine with
${String(cores)} cores that also ran whatever else it had to (load ${load[0].toFixed(1)} before, ${load[1].toFixed(1)} after). Every moment in [${data}](${data}).

- **Sidecall**: the built extension in two real browsers, each on a host of its own, and the relay on a third. Alice's pointer comes to the
  button in her popup and clicks 150 ms later, from when on it counts; Bob presses
  Answer on the desktop's notification, his panel is open beside a tab. The camera gives 1280 × 720.
- **tutorial**: a page with simple-peer, \`trickle: false\`, a WebSocket that tells everybody everything; camera and negotiation begin after Answer.
- **floor**: a bare page with open devices that swaps in a track of 320 × 180 on a connection that already stands.

"Both" is the later of the two sides. The delay is split evenly over the lines of the three hosts. Where a cell is empty it was not measured, and in the last row
a side had not heard of the end after three seconds: simple-peer's last word can be lost.

![Where the milliseconds go](${picture})

${figures.map(tableOf).join('\n\n')}

${cold === null ? '' : coldOf(cold)}## Ratios of medians

\`\`\`
${figures.map(lineOf).join('\n')}
\`\`\`
${failures.length > 0 ? `\n${String(failures.length)} calls failed and are not counted: ${countedOf(failures)}\n` : ''}`;
}
