/** `npm run bench:calls`: how instant calls are, beside the tutorial's and beside what is possible at all. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PAGES } from '../e2e/cast.ts';
import { buildExtension } from '../e2e/harness/built.ts';
import { whyNoNet } from '../net/net.ts';
import { type Cold, measureCold } from './cold.ts';
import { figuresOf, lineOf, type MeasuredCall, spansOf } from './figures.ts';
import { callOnce, type Flow } from './flows.ts';
import { setStage, type Stage } from './stage.ts';
import { pageOf } from './table.ts';
import { timelineOf } from './timeline-svg.ts';
import { writeDocs } from './write-docs.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCS = `${ROOT}docs/`;
const [DATA, PAGE, PICTURE] = ['instant.json', 'instant.md', 'instant.svg'];
const ROUND_TRIPS_MS = [0, 80, 200];
/** How many rings with a stopped worker are enough to know what it costs. */
const COLD_RINGS = 10;
const FLOWS: readonly Flow[] = ['sidecall', 'tutorial', 'floor'];

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '20' },
    'round-trips': { type: 'string', default: ROUND_TRIPS_MS.join(',') },
    out: { type: 'string', default: DOCS },
  },
});

const loadNow = (): number => Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);

/** A call that failed must not be there when the next one begins. */
async function clear({ alice, bob }: Stage): Promise<void> {
  for (const { browser } of [alice, bob]) {
    await (
      await browser.host()
    ).evaluate(() => {
      for (const call of window.sidecallHost?.snapshot.calls ?? []) call.hangUp();
    });
    if (!browser.shows(PAGES.popup)) continue;
    const popup = await browser.view(PAGES.popup);
    await popup.evaluate(() => window.close()).catch(() => undefined);
    await browser.gone(PAGES.popup);
  }
}

async function measure(stage: Stage, calls: number, roundTrips: number[]) {
  const measured: MeasuredCall[] = [];
  const failures: string[] = [];
  const once = async (flow: Flow, rtt: number): Promise<void> => {
    try {
      const times = await callOnce(stage, flow);
      measured.push({ flow, rtt, times });
      const { ring, picture } = spansOf(times);
      console.log(`rtt ${String(rtt)} ${flow}: ring ${String(ring)} ms, picture ${String(picture)} ms`);
    } catch (error) {
      failures.push(`${flow} at ${String(rtt)}: ${error instanceof Error ? error.message : String(error)}`);
      console.log(failures.at(-1));
      await clear(stage);
    }
  };
  // The first call opens the panel, which stays open from then on as people pin it; it is not counted.
  await once('sidecall', 0);
  measured.length = 0;
  for (const rtt of roundTrips) {
    await stage.setRoundTrip(rtt);
    for (let call = 0; call < calls; call++) for (const flow of FLOWS) await once(flow, rtt);
  }
  const cold = await measureCold(stage, Math.min(calls, COLD_RINGS)).catch((error: unknown): Cold | null => {
    failures.push(`cold: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  });
  return { measured, cold, failures };
}

async function main(): Promise<void> {
  const why = whyNoNet();
  if (why) {
    console.error(why);
    process.exitCode = 1;
    return;
  }
  buildExtension();
  const calls = Number(values.calls);
  const before = loadNow();
  const stage = await setStage();
  const stopped = (): void => void stage.close().then(() => process.exit(130));
  process.once('SIGINT', stopped).once('SIGTERM', stopped);
  const { measured, cold, failures } = await measure(
    stage,
    calls,
    values['round-trips'].split(',').map(Number),
  ).finally(() => stage.close());
  const figures = figuresOf(measured);
  const circumstances = {
    day: new Date().toISOString().slice(0, 10),
    cores: cpus().length,
    load: [before, loadNow()] as [number, number],
    calls,
    failures,
    cold,
  };
  await writeDocs(values.out, {
    [DATA]: JSON.stringify({ circumstances, figures, calls: measured }),
    [PICTURE]: timelineOf(figures),
    [PAGE]: pageOf(figures, circumstances, PICTURE, DATA),
  });
  for (const figure of figures) console.log(lineOf(figure));
}

await main();
process.exit();
