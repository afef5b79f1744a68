/** `npm run soak:rings -- --rings 1000 --seed 1`: does every ring ring, or does its caller hear the truth? */
import { parseArgs } from 'node:util';
import { percentile } from '../bench/statistics.ts';
import { buildExtension } from '../e2e/harness/built.ts';
import { whyNoNet } from '../net/net.ts';
import { reachAfterOutage } from './outage.ts';
import { soakRings } from './ring-soak.ts';
import { setSoakStage } from './stage.ts';

/** Long enough for a link to be doubted and given up, in milliseconds. */
const OUTAGE_MS = 40_000;
/** Each is so much longer than the one before, in milliseconds: they end at different moments of a row of attempts. */
const LONGER_MS = 3700;
const { values } = parseArgs({
  options: {
    rings: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    outages: { type: 'string', default: '5' },
  },
});

async function main(): Promise<void> {
  const why = whyNoNet();
  if (why) {
    console.error(why);
    process.exitCode = 1;
    return;
  }
  buildExtension();
  const [rings, seed] = [Number(values.rings), Number(values.seed)];
  console.log(`seed ${String(seed)}`);
  const stage = await setSoakStage();
  const stopped = (): void => void stage.close().then(() => process.exit(130));
  process.once('SIGINT', stopped).once('SIGTERM', stopped);
  const reachMs: number[] = [];
  const { rang, explained, unexplained, ringMs } = await soakRings(stage, rings, seed, console.log)
    .then(async (count) => {
      for (let outage = 0; outage < Number(values.outages); outage++)
        reachMs.push(
          await reachAfterOutage(stage, outage % 2 === 0 ? 'bob' : 'alice', OUTAGE_MS + outage * LONGER_MS),
        );
      return count;
    })
    .finally(() => stage.close());
  for (const line of unexplained) console.log(`unexplained: ${line}`);
  console.log(
    `click to notification, undisturbed: median ${String(percentile(ringMs, 0.5))} ms, p95 ${String(percentile(ringMs, 0.95))} ms`,
  );
  console.log(
    `network back to link: median ${String(percentile(reachMs, 0.5))} ms, worst ${String(percentile(reachMs, 1))} ms of ${String(reachMs.length)}`,
  );
  console.log(
    `rings ${String(rings)} rang ${String(rang)} explained ${String(explained)} unexplained ${String(unexplained.length)} seed ${String(seed)}`,
  );
  process.exitCode = unexplained.length > 0 ? 1 : 0;
}

await main();
process.exit();
