/** Three nodes as processes, three NATS servers, a thousand calls' worth of signalling, and one after another is killed. */
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { accountOf, newSecret, pairs, type Resident } from './cluster-people.ts';
import { startNatsCluster } from './nats-fixture.ts';
import { BuiltRelay, type RelayProcess } from './relay-process.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 30_000 });

const HOST = 'relay.test';
const PAIRS = 50;
const CALLS_EACH = 20;
/** From the ring to the last candidate. */
const CALL_MS = 350;
/** Offer and answer are about this large, a batch of candidates is not. */
const DESCRIPTION_BYTES = 2600;
const CANDIDATE_BYTES = 400;
const CANDIDATES = 20;

const built = new BuiltRelay();
beforeAll(() => built.build());
afterAll(() => built.remove());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One call's signalling: a description and twenty candidates from each side, one after another. */
async function signal(one: Resident, other: Resident): Promise<void> {
  for (let index = 0; index <= CANDIDATES; index++) {
    const bytes = index === 0 ? DESCRIPTION_BYTES : CANDIDATE_BYTES;
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      while (!from.write(to, bytes)) await from.online();
    }
    await pause((CALL_MS / CANDIDATES) * 2 * Math.random());
  }
}

test('nodes and NATS servers are killed during a thousand calls: nothing comes twice, nothing is lost unsaid', async () => {
  const servers = await startNatsCluster(3, 'sidecall', ['ping_interval: "1s"', 'ping_max: 2']);
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.remove()))));
  const env = {
    PUBLIC_HOSTS: HOST,
    RELAY_SECRET: newSecret(),
    NATS_URL: servers.map(({ url }) => url).join(),
  };
  const nodes = await Promise.all([built.start(env), built.start(env), built.start(env)]);
  onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.kill()))));
  const alive = () => nodes.filter(({ isAlive }) => isAlive);
  let dialled = 0;
  const some = () => {
    const choice = alive();
    return (choice[dialled++ % choice.length] as RelayProcess).url;
  };

  const people = pairs(PAIRS, some, HOST);
  onTestFinished(() => people.forEach((person) => person.leave()));
  for (const person of people) person.dial();
  await Promise.all(people.map((person) => person.online()));
  const everybodySees = () => people.filter((person) => person.sees.size === 1).length;
  await vi.waitFor(() => expect(everybodySees()).toBe(people.length), 10_000);

  const calls = Array.from({ length: PAIRS }, async (_, pair) => {
    const [one, other] = [people[2 * pair], people[2 * pair + 1]] as [Resident, Resident];
    for (let call = 0; call < CALLS_EACH; call++) await signal(one, other);
  });
  let isOver = false;
  const over = Promise.all(calls).then(() => (isOver = true));
  const replaceNode = async (index: number, signal: NodeJS.Signals) => {
    await nodes[index]?.kill(signal);
    await pause(500);
    nodes[index] = await built.start(env);
  };
  await pause(700);
  await servers[0]?.kill();
  await pause(700);
  await replaceNode(0, 'SIGKILL');
  await servers[0]?.start();
  await pause(700);
  await servers[1]?.kill();
  await replaceNode(1, 'SIGTERM');
  await servers[1]?.start();
  expect(isOver, 'all that happened during the calls').toBe(false);
  await over;

  await vi.waitFor(() => expect(everybodySees()).toBe(people.length), 30_000);
  await pause(3000);
  const account = accountOf(people);
  console.log(account, { logins: people.reduce((sum, { logins }) => sum + logins, 0) });
  expect(account.sent).toBe(2 * (CANDIDATES + 1) * PAIRS * CALLS_EACH);
  expect(account.twice).toBe(0);
  expect(account.lost).toBe(0);
  // What was on its way when its sender's or its recipient's node was killed: that one's link has ended, and it knows.
  expect(account.withLink).toBeLessThan(account.sent / 50);
  expect(account.delivered).toBeGreaterThan(account.sent * 0.9);
});
