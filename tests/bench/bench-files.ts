/** `npm run bench:files`: a file of 1 GB from Bob to Alice in a call: how fast it goes, and what it costs either side in memory and processor time. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Cast, gather, PAGES, popupWith } from '../e2e/cast.ts';
import { buildExtension } from '../e2e/harness/built.ts';
import { downloadsOf, writeRandom } from '../e2e/harness/downloads.ts';
import { type Renderer, rendererOf } from '../e2e/harness/renderer.ts';
import { click, see } from '../e2e/ui.ts';
import { writeDocs } from './write-docs.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LOOK_EVERY_MS = 1000;
const GIVE_UP_MS = 480_000;
const [ALICE, BOB] = ['Alice, who receives', 'Bob, who sends'] as const;

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '1000' },
    out: { type: 'string', default: `${ROOT}docs/` },
  },
});
const SIZE = Number(values.megabytes) * 1_000_000;
const inMegabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;

/** At so many seconds so much had arrived, and each side held so much. */
interface Look {
  at: number;
  arrived: number;
  memory: Record<string, number>;
}

async function sendFile({ alice, bob }: Cast, file: string) {
  const bobs = await bob.view(PAGES.panel);
  const alices = await alice.open(PAGES.panel);
  for (const page of [bobs, alices]) await see(page, 'Chat', 'button');
  await bobs.keyboard.press('t');
  await alices.keyboard.press('t');
  const input = await bobs.waitForSelector('.comp input[type=file]');
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(file);
  await see(alices, 'Save large.bin', 'button');
  const renderers: Record<string, Renderer> = {
    [ALICE]: await rendererOf(alice),
    [BOB]: await rendererOf(bob),
  };
  const each = async (ask: (renderer: Renderer) => Promise<number>): Promise<Record<string, number>> =>
    Object.fromEntries(
      await Promise.all(Object.entries(renderers).map(async ([who, one]) => [who, await ask(one)] as const)),
    );
  const host = await alice.host();
  const state = () =>
    host.evaluate(() => window.sidecallHost?.snapshot.calls[0]?.files.snapshot.files.at(-1)?.state);
  const cpuBefore = await each((one) => one.cpu());
  // Ten seconds of the call alone, to compare with.
  await wait(10_000);
  const cpuAlone = await each((one) => one.cpu());
  const looks: Look[] = [];
  await click(alices, 'Save large.bin');
  const start = performance.now();
  for (;;) {
    const now = await state();
    const arrived = now?.step === 'moving' ? now.bytes : now?.step === 'done' ? SIZE : 0;
    const at = (performance.now() - start) / 1000;
    looks.push({ at, arrived, memory: await each((one) => one.memory()) });
    if (now?.step === 'done') break;
    if (now?.step === 'over' || at * 1000 > GIVE_UP_MS) throw new Error(`the file is ${JSON.stringify(now)}`);
    await wait(LOOK_EVERY_MS);
  }
  const seconds = (performance.now() - start) / 1000;
  const cpuAfter = await each((one) => one.cpu());
  const cpu = Object.fromEntries(
    Object.keys(renderers).map((who) => [
      who,
      {
        alone: ((cpuAlone[who] ?? 0) - (cpuBefore[who] ?? 0)) / 10,
        withFile: ((cpuAfter[who] ?? 0) - (cpuAlone[who] ?? 0)) / seconds,
      },
    ]),
  );
  return { seconds, looks, cpu };
}

interface Circumstances {
  day: string;
  cores: number;
  loadBefore: number;
}
type Measured = Awaited<ReturnType<typeof sendFile>>;

function pageOf({ seconds, looks, cpu }: Measured, isSame: boolean, circumstances: Circumstances): string {
  const rows = [ALICE, BOB].map((who) => {
    const held = looks.map(({ memory }) => memory[who] ?? 0);
    const [first, last] = [held[0] ?? 0, held.at(-1) ?? 0];
    const used = cpu[who] ?? { alone: 0, withFile: 0 };
    const cells = [first, Math.max(...held), last].map((bytes) => `${inMegabytes(bytes).toFixed(0)} MB`);
    return `| ${who} | ${cells.join(' | ')} | ${used.alone.toFixed(2)} | ${used.withFile.toFixed(2)} |`;
  });
  const tenths = Array.from({ length: 11 }, (_, i) => {
    const look = looks.find(({ arrived }) => arrived >= (i / 10) * SIZE) ?? looks.at(-1);
    if (!look) return '';
    const held = [ALICE, BOB].map((who) => inMegabytes(look.memory[who] ?? 0).toFixed(0));
    return `| ${String(i * 10)} % | ${look.at.toFixed(0)} s | ${held.join(' MB | ')} MB |`;
  });
  return `# A file of ${inMegabytes(SIZE).toFixed(0)} MB in a call

\`npm run bench:files\` wrote this page: Bob sends Alice the file during a video call, both on one machine (${circumstances.day}; ${String(circumstances.cores)} cores, whose load was ${String(circumstances.loadBefore)} before it began).

It took ${seconds.toFixed(1)} s, ${(SIZE / 1e6 / seconds).toFixed(1)} MB a second, and its SHA-256 on Alice's disk was ${isSame ? 'the same' : '**another one**'}.

Memory is what the extension's process holds for itself alone (\`RssAnon\`): call host, worker of the file and all pages. Processor time is in cores: during
ten seconds of the call before the file, and with it. Of it the checksum takes about 5 ms for each megabyte, on either side.

| side | memory at the start | at most | at the end | cores, call alone | cores, with the file |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

| arrived | after | ${ALICE} | ${BOB} |
| --- | --- | --- | --- |
${tenths.join('\n')}
`;
}

async function main(): Promise<void> {
  buildExtension();
  const folder = mkdtempSync(join(tmpdir(), 'sidecall-bench-files-'));
  const cast = await gather({ quickly: true });
  try {
    const file = join(folder, 'large.bin');
    const sha256 = await writeRandom(file, SIZE);
    const saved = await downloadsOf(cast.alice);
    await click(await popupWith(cast.alice, 'Bob'), 'Call Bob with video');
    const rings = await cast.bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    cast.bob.notifications.press(rings, 'Answer');
    const loads = readFileSync('/proc/loadavg', 'utf8').split(' ')[0];
    const measured = await sendFile(cast, file);
    const isSame = (await saved.sha256('large.bin', SIZE)) === sha256;
    await saved.remove();
    const circumstances = {
      day: new Date().toISOString().slice(0, 10),
      cores: cpus().length,
      loadBefore: Number(loads),
    };
    const page = pageOf(measured, isSame, circumstances);
    await writeDocs(values.out, {
      'files.json': JSON.stringify({ circumstances, size: SIZE, isSame, ...measured }),
      'files.md': page,
    });
    console.log(page);
    if (!isSame) process.exitCode = 1;
  } finally {
    await cast.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
process.exit();
