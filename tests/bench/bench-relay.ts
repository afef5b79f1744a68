/** `npm run bench:relay`: how fast and how small the relay is, beside the least that forwards and beside others. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mostFiles } from './relay/contenders.ts';
import { hold } from './relay/hold.ts';
import { pageOf, pictureOf } from './relay/page.ts';
import { type Bench, ratiosOf, readBench, type StageRecord } from './relay/record.ts';
import { type Sizes, type Stage, STAGES } from './relay/stages.ts';
import { writeDocs } from './write-docs.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RIVALS = fileURLToPath(new URL('rivals/', import.meta.url));
const [DATA, PAGE, PICTURE] = ['relay-bench.json', 'relay-bench.md', 'relay-bench.svg'];
/** What profiles showed: written by hand, put into the page. */
const NOTE = fileURLToPath(new URL('relay/what-bounds-it.md', import.meta.url));

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    links: { type: 'string' },
    calls: { type: 'string', default: '1000' },
    /** Some of the stages, separated by commas; what the others gave before stays in the page. */
    stages: { type: 'string', default: STAGES.map(({ name }) => name).join(',') },
    hold: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    out: { type: 'string', default: `${ROOT}docs` },
  },
});

function run(command: string, args: string[], cwd: string): void {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

const today = (): string => new Date().toISOString().slice(0, 10);
const loadNow = (): number => loadavg()[0] ?? 0;

/** One round of a stage, added to what there is of it. */
async function measure(
  { name, contenders, turns = 1, measure: once }: Stage,
  sizes: Sizes,
  record: StageRecord,
): Promise<void> {
  for (const contender of Array.from({ length: turns }, () => contenders).flat()) {
    const figures = await once(contender, sizes);
    (record.rounds[contender.name] ??= []).push(figures);
    const shown = Object.entries(figures).map(([figure, value]) => `${figure} ${value.toPrecision(4)}`);
    console.log(`${name} ${contender.name}: ${shown.join(', ')}`);
  }
  record.load[1] = loadNow();
}

const write = (bench: Bench): Promise<void> =>
  writeDocs(values.out, {
    [DATA]: JSON.stringify(bench),
    [PICTURE]: pictureOf(bench),
    [PAGE]: pageOf(bench, readFileSync(NOTE, 'utf8'), PICTURE, DATA),
  });

async function main(): Promise<void> {
  run('npm', ['run', '--silent', 'build:relay'], ROOT);
  if (!existsSync(`${RIVALS}node_modules`))
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], RIVALS);
  const bench: Bench = {
    stages: {},
    ...readBench(`${values.out}/${DATA}`),
    cores: cpus().length,
    node: process.versions.node,
  };
  if (values.hold) {
    bench.hold = await hold(Number(values.links ?? 20_000), Number(values.minutes));
    console.log(bench.hold);
  } else {
    const links = Number(values.links ?? 10_000);
    if (links + 100 > mostFiles())
      throw new Error(
        `A process may have ${String(mostFiles())} files open here: fewer --links, or ulimit -Hn.`,
      );
    const stages = STAGES.filter(({ name }) => values.stages.split(',').includes(name));
    for (const { name } of stages)
      bench.stages[name] = { day: today(), load: [loadNow(), loadNow()], rounds: {} };
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const stage of stages) {
        const record = bench.stages[stage.name];
        if (record) await measure(stage, { links, calls: Number(values.calls) }, record);
        // After each, so that a bench that is broken off leaves what it has.
        await write(bench);
      }
    }
  }
  await write(bench);
  for (const line of ratiosOf(bench)) console.log(line);
}

await main();
process.exit();
