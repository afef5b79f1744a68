/**
 * `npm run bench:congestion`: what is heard and seen of Bob at 5 and 15 % loss and at 300 kbit/s, between two real browsers in network
 * namespaces, and how soon his picture is what it was once the line is free again. Writes docs/congestion.json and docs/congestion.md.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer-core';
import { talk } from '../e2e/call.ts';
import { buildExtension } from '../e2e/harness/built.ts';
import { personMedia } from '../e2e/harness/media.ts';
import { startMeter } from '../e2e/harness/meter.ts';
import { gatherOnNet } from '../e2e/net-cast.ts';
import { type Line, whyNoNet } from '../net/net.ts';
import { likeness, record } from './intelligibility.ts';
import { writeDocs } from './write-docs.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
/** How long a line has been bad before it is judged, and how long it is judged, in milliseconds. */
const SETTLE_MS = 10_000;
const LISTEN_MS = 10_000;
const BACK_MS = 40_000;
const FREE: Line = { lossPercent: 0, kilobits: 0, delayMs: 10 };
const LINES: readonly { name: string; line: Line }[] = [
  { name: 'free', line: {} },
  { name: '5 % loss', line: { lossPercent: 5 } },
  { name: '15 % loss', line: { lossPercent: 15 } },
  { name: '300 kbit/s', line: { kilobits: 300 } },
];

interface Judged {
  name: string;
  likeness: number;
  framesPerSecond: number;
  width: number;
  /** Seconds until the picture is as wide as on a free line, once it is free again; null if not within 40 s. */
  backSeconds: number | null;
}

/** How wide the other's picture is now. */
const widthOf = (host: Page): Promise<number> =>
  host.evaluate(() => {
    const [track] = window.sidecallHost?.snapshot.calls[0]?.theirPicture.getVideoTracks() ?? [];
    return track?.getSettings().width ?? 0;
  });

async function main(): Promise<void> {
  const why = whyNoNet();
  if (why) return void console.log(`bench:congestion is left out. ${why}`);
  buildExtension();
  const cast = await gatherOnNet({ bob: { microphone: (await personMedia('bob')).voice } });
  const judged: Judged[] = [];
  try {
    for (const name of ['alice', 'bob']) await cast.net.line(name, FREE);
    await talk(cast, 'video');
    const [near, far] = [await cast.alice.host(), await cast.bob.host()];
    const meter = await startMeter(near);
    await wait(SETTLE_MS);
    let freeWidth = 0;
    for (const { name, line } of LINES) {
      await cast.net.line('bob', line);
      await wait(SETTLE_MS);
      const from = Date.now();
      const [sent, heard] = await Promise.all([
        record(far, 'own', LISTEN_MS),
        record(near, 'theirs', LISTEN_MS),
      ]);
      const { picture } = await meter.noted();
      const frames = picture.filter((time) => time >= from).length;
      const width = await widthOf(near);
      if (name === 'free') freeWidth = width;
      await cast.net.line('bob', FREE);
      const freeAt = Date.now();
      let backSeconds: number | null = null;
      while (backSeconds === null && Date.now() - freeAt < BACK_MS)
        if ((await widthOf(near)) >= freeWidth) backSeconds = (Date.now() - freeAt) / 1000;
        else await wait(100);
      judged.push({
        name,
        likeness: likeness(sent, heard),
        framesPerSecond: (frames * 1000) / LISTEN_MS,
        width,
        backSeconds,
      });
      console.log(JSON.stringify(judged.at(-1)));
    }
  } finally {
    await cast.close();
  }
  const load = Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
  const data = { when: new Date().toISOString(), load, judged };
  await writeDocs(DOCS, { 'congestion.json': JSON.stringify(data), 'congestion.md': pageOf(data) });
}

function pageOf({ when, load, judged }: { when: string; load: number; judged: readonly Judged[] }): string {
  const rows = judged.map(({ name, likeness: like, framesPerSecond, width, backSeconds }) =>
    [
      name,
      like.toFixed(2),
      framesPerSecond.toFixed(1),
      String(width),
      backSeconds?.toFixed(1) ?? 'over 40',
    ].join(' | '),
  );
  return `# What a bad line leaves of a call

Bob speaks (espeak) and is filmed (640 wide, 20 frames a second); his line has the fault, in both directions. \`npm run bench:congestion\`, two real browsers in network namespaces.

**Voice** is the correlation over time of the energy in sixteen bands from 100 to 3,700 Hz between the wave as he sent it and as Alice heard it, at the delay where
it is best: 1 is the same wave. Two unrelated stretches of the same speech come to about 0.2.

${when.slice(0, 10)}, the machine's load ${String(load)} (two cores).

| line | voice | frames a second | width | seconds until the width is back once the line is free |
| --- | --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}

await main();
