/**
 * `npm run bench:recovery`: how soon sound and picture are there again after what networks do to a call, between two real browsers
 * and a relay in network namespaces. Writes docs/recovery.json and docs/recovery.md.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hearOther, talk } from '../e2e/call.ts';
import { buildExtension } from '../e2e/harness/built.ts';
import { startMeter, type SidecallMeter } from '../e2e/harness/meter.ts';
import { gatherOnNet, type NetCast } from '../e2e/net-cast.ts';
import { click } from '../e2e/ui.ts';
import { whyNoNet } from '../net/net.ts';
import { compareRestart, type Ways } from './restart.ts';
import { type Fault, FAULTS, type Measured, pageOfRecovery } from './recovery-page.ts';
import { writeDocs } from './write-docs.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
/** What no recovery takes: the call itself ends after a minute. */
const PATIENCE_MS = 30_000;
/** A call that is well again is left alone for so long before the next fault, in milliseconds. */
const CALM_MS = 2_500;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** How often a restart of ICE and a fresh connection are compared. */
    restarts: { type: 'string', default: '5' },
    faults: { type: 'string', default: FAULTS.map(({ name }) => name).join(',') },
    out: { type: 'string', default: DOCS },
  },
});

/** Does it and undoes it. @returns when there was a path again, in ms since the epoch. */
async function befall({ net }: NetCast, { name, lastsMs }: Fault): Promise<number> {
  const lines = (cut: boolean) => Promise.all(['alice', 'bob'].map((host) => net.line(host, { cut })));
  const at = Date.now();
  if (name.startsWith('cut')) {
    await lines(true);
    await wait(lastsMs);
    const mendedAt = Date.now();
    await lines(false);
    return mendedAt;
  }
  if (name === 'blocked') {
    await net.block('alice', 'bob', 'all');
    await wait(lastsMs);
    const mendedAt = Date.now();
    await net.block('alice', 'bob', 'nothing');
    return mendedAt;
  }
  await net.move(name === 'callee moves' ? 'bob' : 'alice');
  return at;
}

async function measure(cast: NetCast, meters: SidecallMeter[], fault: Fault): Promise<Measured[]> {
  const since = await befall(cast, fault);
  const both = await Promise.all(meters.map((meter) => meter.after(since, PATIENCE_MS)));
  await wait(CALM_MS);
  return both.map(({ sound, picture }) => ({ fault: fault.name, sound, picture }));
}

async function main(): Promise<void> {
  const why = whyNoNet();
  if (why) return void console.log(`bench:recovery is left out. ${why}`);
  buildExtension();
  const faults = FAULTS.filter(({ name }) => values.faults.split(',').includes(name));
  const cast = await gatherOnNet();
  const measured: Measured[] = [];
  const failures: string[] = [];
  const restarts = Number(values.restarts);
  let ways: Ways | undefined;
  try {
    // Some way between two towns.
    for (const name of ['alice', 'bob', 'relay']) await cast.net.line(name, { delayMs: 10 });
    const { popup } = await talk(cast, 'video');
    await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
    const meters = [await startMeter(await cast.alice.host()), await startMeter(await cast.bob.host())];
    for (let round = 1; round <= Number(values.rounds); round++)
      for (const fault of faults) {
        const found = await measure(cast, meters, fault).catch((error: unknown) => {
          failures.push(`${fault.name}: ${error instanceof Error ? error.message : String(error)}`);
          return [];
        });
        measured.push(...found);
        const said = found.map(({ sound, picture }) => `${String(sound)}/${String(picture)}`).join(' ');
        console.log(`round ${String(round)} ${fault.name}: sound/picture ${said || (failures.at(-1) ?? '')}`);
      }
    await click(popup, 'Hang up');
    if (restarts > 0) ways = await compareRestart(cast, restarts);
  } finally {
    await cast.close();
  }
  const load = Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
  const data = {
    when: new Date().toISOString(),
    load,
    rounds: Number(values.rounds),
    measured,
    failures,
    ways,
  };
  await writeDocs(values.out, { 'recovery.json': JSON.stringify(data), 'recovery.md': pageOfRecovery(data) });
}

await main();
