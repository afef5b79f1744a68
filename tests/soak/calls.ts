/**
 * `npm run soak:calls -- --calls 200 --minutes 60 --seed 7`: calls one after another, then one long call with a fault every minute.
 * Says what became of each, and what was left behind in memory. Needs Linux and root for the faults of the long call.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { addressOf, type Cast, gather } from '../e2e/cast.ts';
import { buildExtension } from '../e2e/harness/built.ts';
import { startMeter } from '../e2e/harness/meter.ts';
import { gatherOnNet, type NetCast } from '../e2e/net-cast.ts';
import { whyNoNet } from '../net/net.ts';
import { type Belongings, belongingsOf, memoryOf, sayMemory } from './belongings.ts';
import { drawFrom, type LongFault, LONG_FAULTS } from './long-faults.ts';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [calls, minutes, seed] = [Number(values.calls), Number(values.minutes), Number(values.seed)];
/** What a call, or a call after a fault, may take at most, in milliseconds. */
const PATIENCE_MS = 30_000;
/** Before this many calls nothing is compared: caches and compiled code have to come first. */
const WARM_UP = Math.min(10, Math.floor(calls / 2));
const FAULT_EVERY_MS = 60_000;

type People = Pick<Cast, 'alice' | 'bob'>;

/** One rings, the other answers. @returns once both hear that the other is there. */
async function begin({ alice, bob }: People, from: 'alice' | 'bob'): Promise<void> {
  const [caller, callee] = from === 'alice' ? [alice, bob] : [bob, alice];
  const peer = await addressOf(callee);
  const host = await callerHost(caller);
  await host.evaluate((to) => window.sidecallHost?.dial(to, 'video'), peer);
  const other = await callee.host();
  await other.waitForFunction(
    () =>
      window.sidecallHost?.snapshot.calls.some(({ snapshot }) => {
        return snapshot.state.phase === 'incoming' && snapshot.state.announcedAt !== null;
      }),
    { polling: 50, timeout: PATIENCE_MS },
  );
  await other.evaluate(() => window.sidecallHost?.snapshot.calls.forEach((call) => call.answer()));
  for (const page of [host, other])
    await page.waitForFunction(
      () => {
        const [call] = window.sidecallHost?.snapshot.calls ?? [];
        return call?.snapshot.state.phase === 'active' && call.theirPicture.getVideoTracks().length > 0;
      },
      { polling: 50, timeout: PATIENCE_MS },
    );
}

/** The host of somebody, which a message opens if it is not there. */
async function callerHost(someone: People['alice']): ReturnType<People['alice']['host']> {
  const worker = await someone.worker();
  await worker.evaluate(async () => {
    if (!(await chrome.offscreen.hasDocument()))
      await chrome.offscreen.createDocument({
        url: 'extension/call/host.html',
        reasons: [chrome.offscreen.Reason.USER_MEDIA],
        justification: 'soak',
      });
  });
  const host = await someone.host();
  await host.waitForFunction(() => window.sidecallHost !== undefined, { polling: 50 });
  return host;
}

async function end(people: People, by: 'alice' | 'bob'): Promise<void> {
  const host = await people[by].host();
  await host.evaluate(() => window.sidecallHost?.snapshot.calls.forEach((call) => call.hangUp()));
  for (const someone of [people.alice, people.bob])
    await (
      await someone.host()
    ).waitForFunction(
      () => window.sidecallHost?.snapshot.calls.every(({ snapshot }) => snapshot.state.phase === 'ended'),
      { polling: 50, timeout: PATIENCE_MS },
    );
}

const left: Belongings[] = [];

/** Nothing of the last call is still there at either side. */
async function lookForLeft(people: People): Promise<void> {
  for (const someone of [people.alice, people.bob]) left.push(await belongingsOf(await someone.host()));
}

async function manyCalls(people: People, relay: number | undefined): Promise<number> {
  let ended = 0;
  let before: string[] = [];
  for (let at = 1; at <= calls; at++) {
    const from = at % 2 === 0 ? 'alice' : 'bob';
    try {
      await begin(people, from);
      await wait(500);
      await end(people, at % 3 === 0 ? 'alice' : 'bob');
      await lookForLeft(people);
      ended++;
    } catch (error) {
      console.log(`call ${String(at)} failed: ${error instanceof Error ? error.message : String(error)}`);
      await end(people, 'alice').catch(() => undefined);
    }
    if (at === WARM_UP) before = await memoryOf(people, relay).then(sayMemory);
    if (at % 10 === 0) console.log(`${String(at)} calls`);
  }
  const after = await memoryOf(people, relay).then(sayMemory);
  console.log(`memory after call ${String(WARM_UP)}:  ${before.join(', ')}`);
  console.log(`memory after call ${String(calls)}: ${after.join(', ')}`);
  return ended;
}

async function longCall(cast: NetCast): Promise<{ faults: number; survived: number }> {
  const draw = drawFrom(seed);
  const result = { faults: 0, survived: 0 };
  await begin(cast, 'alice');
  const meters = [await startMeter(await cast.alice.host()), await startMeter(await cast.bob.host())];
  const before = await memoryOf(cast, cast.relay.pid).then(sayMemory);
  const until = Date.now() + minutes * 60_000;
  while (Date.now() < until) {
    const next = Date.now() + FAULT_EVERY_MS;
    const fault: LongFault = LONG_FAULTS[Math.floor(draw() * LONG_FAULTS.length)] ?? 'cut';
    result.faults++;
    try {
      const since = await befall(cast, fault, draw);
      const times = await Promise.all(meters.map((meter) => meter.after(since, PATIENCE_MS)));
      result.survived++;
      console.log(
        `${fault}: sound and picture after ${times.map(({ sound, picture }) => `${String(sound)}/${String(picture)}`).join(' ')} ms`,
      );
    } catch (error) {
      console.log(`${fault}: ${error instanceof Error ? error.message : String(error)}`);
    }
    await wait(Math.max(0, Math.min(next, until) - Date.now()));
  }
  const after = await memoryOf(cast, cast.relay.pid).then(sayMemory);
  console.log(`memory as the long call began:  ${before.join(', ')}`);
  console.log(`memory ${String(minutes)} minutes later: ${after.join(', ')}`);
  await end(cast, 'bob');
  await lookForLeft(cast);
  return result;
}

/** @returns since when there is a path, in ms since the epoch. */
async function befall(cast: NetCast, fault: LongFault, draw: () => number): Promise<number> {
  const at = Date.now();
  switch (fault) {
    case 'cut': {
      await Promise.all(['alice', 'bob'].map((name) => cast.net.line(name, { cut: true })));
      await wait(1_000 + draw() * 12_000);
      const mendedAt = Date.now();
      await Promise.all(['alice', 'bob'].map((name) => cast.net.line(name, { cut: false })));
      return mendedAt;
    }
    case 'block': {
      await cast.net.block('alice', 'bob', 'all');
      await wait(6_000);
      await cast.net.block('alice', 'bob', 'nothing');
      return Date.now();
    }
    case 'caller moves':
      await cast.net.move('alice');
      return at;
    case 'callee moves':
      await cast.net.move('bob');
      return at;
    case 'worker dies':
      await cast[draw() < 0.5 ? 'alice' : 'bob'].stopWorker();
      return at;
    case 'loss':
      await cast.net.line('bob', { lossPercent: 15 });
      await wait(10_000);
      await cast.net.line('bob', { lossPercent: 0 });
      return Date.now();
  }
}

async function main(): Promise<void> {
  const why = whyNoNet();
  if (why) console.log(`The long call has no faults and is left out. ${why}`);
  buildExtension();
  const cast = why ? await gather({ quickly: true }) : await gatherOnNet();
  const relay = 'net' in cast ? cast.relay.pid : process.pid;
  let long = { faults: 0, survived: 0 };
  let ended: number;
  try {
    ended = await manyCalls(cast, relay);
    if ('net' in cast && minutes > 0) long = await longCall(cast);
  } finally {
    await cast.close();
  }
  const most = (what: keyof Belongings): string => String(Math.max(0, ...left.map((each) => each[what])));
  console.log(
    `calls ${String(calls)} ended ${String(ended)} faults ${String(long.faults)} survived ${String(long.survived)} ` +
      `left peers ${most('peers')} tracks ${most('tracks')} frames ${most('frames')} seed ${String(seed)}`,
  );
  if (ended < calls || long.survived < long.faults || Number(most('peers')) + Number(most('tracks')) > 0)
    process.exitCode = 1;
}

await main();
