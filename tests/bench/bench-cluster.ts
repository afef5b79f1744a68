/**
 * `npm run bench:cluster`: what a relay of several nodes costs, in CPU time and memory of its own processes (so other work
 * on the machine changes little), and how long people wait. Prints the tables that docs/scale.md was written from.
 */
import { readFileSync } from 'node:fs';
import { pairs, newSecret, type Resident } from '../relay/cluster-people.ts';
import { Person } from '../relay/independent-client.ts';
import { freePorts } from '../machine/free-ports.ts';
import { NatsServer, startNatsCluster } from '../relay/nats-fixture.ts';
import { BuiltRelay, type RelayProcess } from '../relay/relay-process.ts';

const HOST = 'relay.test';
const LINKS = Number(process.env['LINKS'] ?? 2000);
const MAILS = Number(process.env['MAILS'] ?? 30_000);
const MAIL_BYTES = 2048;
const WATCHED = 100;

const built = new BuiltRelay();
const secret = newSecret();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Cost {
  cpuMs: number;
  rssKiB: number;
}

/** CPU time and memory of a process (proc(5): fields 14 and 15 are in ticks of 10 ms). */
function costOf(pid: number): Cost {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuMs: 10 * (Number(fields[11]) + Number(fields[12])), rssKiB: Number(rss) };
}

/** What processes took since `before`. */
function since(pids: readonly number[], before: readonly Cost[]): Cost[] {
  return pids.map((pid, index) => {
    const now = costOf(pid);
    const start = before[index] ?? now;
    return { cpuMs: now.cpuMs - start.cpuMs, rssKiB: now.rssKiB - start.rssKiB };
  });
}

function row(name: string, ...values: (number | string)[]): void {
  const cells = values.map((value) =>
    typeof value === 'number' ? value.toFixed(value < 10 ? 2 : 0) : value,
  );
  console.log(`| ${[name, ...cells].join(' | ')} |`);
}

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
}

async function startNodes(count: number, servers: readonly NatsServer[]): Promise<RelayProcess[]> {
  const env = {
    PUBLIC_HOSTS: HOST,
    RELAY_SECRET: secret,
    LINKS_PER_SOURCE: '1000000',
    LOGINS_PER_SECOND: '1000000',
    LOGIN_BURST: '1000000',
    MAILS_PER_SECOND: '1000000',
    MAIL_BURST: '1000000',
    BYTES_PER_SECOND: '1000000000',
    BYTE_BURST: '1000000000',
    ...(servers.length > 0 && { NATS_URL: servers.map(({ url }) => url).join() }),
  };
  return Promise.all(Array.from({ length: count }, () => built.start(env)));
}

async function goOnline(people: readonly Resident[]): Promise<void> {
  for (let index = 0; index < people.length; index += 100) {
    const some = people.slice(index, index + 100);
    for (const person of some) person.dial();
    await Promise.all(some.map((person) => person.online()));
  }
}

/** Memory and CPU of logging in, of one node with and without NATS. */
async function links(): Promise<void> {
  console.log(
    `\n| ${LINKS} links at one node | KiB per link | CPU ms per first login | KiB per link at NATS | CPU µs per link at NATS |`,
  );
  console.log('| --- | --- | --- | --- | --- |');
  for (const hasNats of [false, true]) {
    const servers = hasNats ? await startNatsCluster(1) : [];
    const [node] = (await startNodes(1, servers)) as [RelayProcess];
    const warm = pairs(100, () => node.url, HOST);
    await goOnline(warm);
    await pause(500);
    const pids = [node.pid, ...servers.map(({ pid }) => pid)];
    const before = pids.map(costOf);
    const people = pairs(LINKS / 2, () => node.url, HOST);
    await goOnline(people);
    await pause(1000);
    const [relay, nats] = since(pids, before) as [Cost, Cost | undefined];
    row(
      hasNats ? 'with NATS' : 'alone',
      relay.rssKiB / LINKS,
      relay.cpuMs / LINKS,
      nats ? nats.rssKiB / LINKS : '–',
      nats ? (1000 * nats.cpuMs) / LINKS : '–',
    );
    for (const person of [...warm, ...people]) person.leave();
    await Promise.all([node.kill(), ...servers.map((server) => server.remove())]);
  }
}

/** Mail between nodes: CPU of each process on its way, and how long it takes at a quiet pace. */
async function mail(title: string, servers: NatsServer[], nodes: RelayProcess[]): Promise<void> {
  let turn = 0;
  const people = pairs(10, () => (nodes[turn++ % nodes.length] as RelayProcess).url, HOST);
  await goOnline(people);
  while (people.some(({ sees }) => sees.size === 0)) await pause(20);
  const pids = [...nodes, ...servers].map(({ pid }) => pid);
  const before = pids.map(costOf);
  const arrived = () => people.reduce((sum, { mails }) => sum + mails.reduce((n, m) => n + m.arrivals, 0), 0);
  let sent = 0;
  while (sent < MAILS) {
    for (const [index, person] of people.entries()) {
      const other = people[index ^ 1];
      for (let i = 0; i < 10 && other; i++) if (person.write(other, MAIL_BYTES)) sent++;
    }
    await pause(2);
  }
  while (arrived() < sent) await pause(50);
  const costs = since(pids, before);
  const ofNodes = costs.slice(0, nodes.length).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const ofNats = costs.slice(nodes.length).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const waits: number[] = [];
  const [alice, bob] = people as [Resident, Resident];
  for (let i = 0; i < 300; i++) {
    const start = performance.now();
    alice.write(bob, MAIL_BYTES);
    const letter = alice.mails.at(-1);
    while (letter?.arrivals === 0) await new Promise(setImmediate);
    waits.push(performance.now() - start);
    await pause(2);
  }
  row(
    title,
    (1000 * ofNodes) / sent,
    (1000 * ofNats) / sent,
    percentile(waits, 0.5),
    percentile(waits, 0.99),
  );
  for (const person of people) person.leave();
}

/** A node of three is killed, and its people come back to the others. */
async function storm(): Promise<void> {
  const servers = await startNatsCluster(3);
  const nodes = await startNodes(3, servers);
  const alive = () => nodes.filter(({ isAlive }) => isAlive);
  let turn = 0;
  const people = pairs(LINKS / 2, () => (alive()[turn++ % alive().length] as RelayProcess).url, HOST);
  // Contacts who are not there, as most are: what asking after them costs.
  const absent = Array.from({ length: WATCHED - 1 }, () => new Person().address);
  for (const person of people) person.absent = absent;
  await goOnline(people);
  await pause(3000);
  const [killed, ...left] = nodes as [RelayProcess, RelayProcess, RelayProcess];
  const pids = [...left, ...servers].map(({ pid }) => pid);
  const before = pids.map(costOf);
  const start = performance.now();
  await killed.kill();
  await pause(20);
  const returned = people.filter((person) => !person.isThere);
  while (people.some((person) => !person.isThere)) await pause(10);
  const linkedMs = performance.now() - start;
  while (people.some(({ sees }) => sees.size === 0)) await pause(10);
  const seenMs = performance.now() - start;
  await pause(1000);
  const costs = since(pids, before);
  const cpu = (from: number, to: number) => costs.slice(from, to).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  console.log(
    `\n| ${returned.length} people come back, each watching ${WATCHED} | linked again, s | seen again, s | CPU ms per return, nodes | CPU ms per return, NATS |`,
  );
  console.log('| --- | --- | --- | --- | --- |');
  row(
    'a node of three is killed',
    linkedMs / 1000,
    seenMs / 1000,
    cpu(0, 2) / returned.length,
    cpu(2, 5) / returned.length,
  );
  for (const person of people) person.leave();
  await Promise.all([...nodes.map((node) => node.kill()), ...servers.map((server) => server.remove())]);
}

/** Two clusters of one server each, joined by gateways. */
async function startSupercluster(): Promise<NatsServer[]> {
  const [a = 0, b = 0, gatewayA = 0, gatewayB = 0] = await freePorts(4);
  const gateways = `[{ name: A, urls: ["nats://127.0.0.1:${gatewayA}"] }, { name: B, urls: ["nats://127.0.0.1:${gatewayB}"] }]`;
  const servers = [
    new NatsServer(a, [`gateway { name: A, listen: 127.0.0.1:${gatewayA}, gateways: ${gateways} }`]),
    new NatsServer(b, [`gateway { name: B, listen: 127.0.0.1:${gatewayB}, gateways: ${gateways} }`]),
  ];
  await Promise.all(servers.map((server) => server.start()));
  await pause(1500);
  return servers;
}

async function mails(): Promise<void> {
  console.log(
    `\n| ${MAIL_BYTES} B mail | CPU µs per mail, nodes | CPU µs per mail, NATS | median ms | 99 % ms |`,
  );
  console.log('| --- | --- | --- | --- | --- |');
  const alone = await startNodes(1, []);
  await mail('within one node, no NATS', [], alone);
  await Promise.all(alone.map((node) => node.kill()));
  for (const [title, servers] of [
    ['between two nodes, one NATS server', await startNatsCluster(1)],
    ['between two nodes, cluster of three', await startNatsCluster(3)],
  ] as const) {
    const nodes = await startNodes(2, servers);
    await mail(title, servers, nodes);
    await Promise.all([...nodes.map((node) => node.kill()), ...servers.map((server) => server.remove())]);
  }
  const servers = await startSupercluster();
  const nodes = (await Promise.all(servers.map((server) => startNodes(1, [server])))).flat();
  await mail('between two clusters, by gateways', servers, nodes);
  await Promise.all([...nodes.map((node) => node.kill()), ...servers.map((server) => server.remove())]);
}

await built.build();
const only = process.argv[2];
if (only === undefined || only === 'links') await links();
if (only === undefined || only === 'mails') await mails();
if (only === undefined || only === 'storm') await storm();
built.remove();
process.exit(0);
