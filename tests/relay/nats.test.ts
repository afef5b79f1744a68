/** A relay of several nodes over a real NATS server. */
import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NatsBus, type NatsOptions } from '../../relay/nats.ts';
import { createRelay, type CreateRelayOptions, type Relay } from '../../relay/server.ts';
import { Link, Person, type Received } from './independent-client.ts';
import { type NatsServer, startNats } from './nats-fixture.ts';
import type { Online } from './relay-fixture.ts';

vi.setConfig({ testTimeout: 20_000 });

const SECRET = 'the same on every node of this relay';
const HOST = 'relay.test';

interface Joined extends Relay {
  bus: NatsBus;
}

async function nats(lines: string[] = []): Promise<NatsServer> {
  const server = await startNats(lines);
  onTestFinished(() => server.remove());
  return server;
}

/** A node, once it has reached NATS. */
async function startNode(
  nats: Partial<NatsOptions> & { servers: string[] },
  options: CreateRelayOptions = {},
): Promise<Joined> {
  const bus = new NatsBus(nats, pino({ level: 'silent' }));
  const relay = await createRelay({ port: 0, publicHosts: [HOST], secret: SECRET, bus, ...options });
  onTestFinished(() => relay.close());
  await becomes(bus, 'up');
  return { ...relay, bus };
}

async function startNodes(servers: string[], count: number): Promise<Joined[]> {
  return Promise.all(Array.from({ length: count }, () => startNode({ servers })));
}

function becomes(bus: NatsBus, state: NatsBus['state']): Promise<void> {
  return vi.waitFor(() => expect(bus.state).toBe(state), { timeout: 15_000, interval: 5 });
}

async function readyz({ url }: Relay): Promise<string> {
  const response = await fetch(`${url}/readyz`);
  return `${response.status} ${(await response.text()).trim()}`;
}

async function goOnline(node: Relay, person = new Person(), resume?: string): Promise<Online> {
  const link = await Link.dial(`http://${HOST}`, { through: node.url, headers: { host: HOST } });
  onTestFinished(() => link.socket.terminate());
  const welcome = await link.logIn(person, resume);
  return { person, address: person.address, link, welcome };
}

/** Two people at two nodes, once each is shown the other. */
async function meet(one: Relay, other: Relay): Promise<{ alice: Online; bob: Online }> {
  const [alice, bob] = [await goOnline(one), await goOnline(other)];
  alice.link.send({ type: 'watch', addresses: [bob.address] });
  bob.link.send({ type: 'watch', addresses: [alice.address] });
  expect(await alice.link.next()).toEqual(shows(bob, true));
  expect(await bob.link.next()).toEqual(shows(alice, true));
  return { alice, bob };
}

function shows(who: Online, online: boolean): Received {
  return { kind: 'frame', frame: { type: 'presence', address: who.address, online } };
}

function undelivered(ref: number, reason: string): Received {
  return { kind: 'frame', frame: { type: 'undelivered', ref, reason } };
}

test('presence and mail cross nodes, in order, and leaving is seen', async () => {
  const { url } = await nats();
  const [one, other] = (await startNodes([url], 2)) as [Joined, Joined];
  const { alice, bob } = await meet(one, other);
  const sealed = Buffer.alloc(3000, 7);
  for (let ref = 1; ref <= 300; ref++) alice.link.mail(bob.address, ref, sealed);
  for (let ref = 1; ref <= 300; ref++) {
    const event = await bob.link.next();
    if (event.kind !== 'mail') throw new Error(`no mail: ${JSON.stringify(event)}`);
    expect([event.from, event.ref, event.sealed.equals(sealed)]).toEqual([alice.address, ref, true]);
  }
  expect(await alice.link.everythingSoFar()).toEqual([]);
  bob.link.socket.terminate();
  expect(await alice.link.next()).toEqual(shows(bob, false));
  alice.link.mail(bob.address, 301);
  expect(await alice.link.next()).toEqual(undelivered(301, 'offline'));
});

test('the largest mail there is crosses nodes', async () => {
  const { url } = await nats();
  const [one, other] = (await startNodes([url], 2)) as [Joined, Joined];
  const { alice, bob } = await meet(one, other);
  const sealed = Buffer.alloc(65_536 - 36, 9);
  alice.link.mail(bob.address, 1, sealed);
  const event = await bob.link.next();
  expect(event.kind === 'mail' && event.sealed.equals(sealed)).toBe(true);
});

test('a stranger is told offline, though the mail arrives at the other node', async () => {
  const { url } = await nats();
  const [one, other] = (await startNodes([url], 2)) as [Joined, Joined];
  // Somebody whom he knows has seen him from there: NATS knows where he is.
  const { bob } = await meet(one, other);
  const mallory = await goOnline(one);
  mallory.link.send({ type: 'watch', addresses: [bob.address] });
  mallory.link.mail(bob.address, 5);
  expect(await mallory.link.next()).toEqual(undelivered(5, 'offline'));
  expect(await bob.link.next()).toMatchObject({ kind: 'mail', from: mallory.address, ref: 5 });
  expect(await bob.link.everythingSoFar()).toEqual([]);
});

test('a newer link at another node replaces the older one, with the token of the other node', async () => {
  const { url } = await nats();
  const [one, other] = (await startNodes([url], 2)) as [Joined, Joined];
  const { alice, bob } = await meet(one, other);
  const again = await goOnline(other, alice.person, String(alice.welcome['resume']));
  expect(await alice.link.closed()).toBe(4001);
  expect(await bob.link.next()).toEqual(shows(alice, false));
  again.link.send({ type: 'watch', addresses: [bob.address] });
  expect(await again.link.next()).toEqual(shows(bob, true));
  expect(await bob.link.next()).toEqual(shows(again, true));
  bob.link.mail(again.address, 1);
  expect(await again.link.next()).toMatchObject({ kind: 'mail', ref: 1 });
});

test('while a link moves between nodes again and again, each mail is delivered once or told undelivered', async () => {
  const { url } = await nats();
  const nodes = await startNodes([url], 3);
  const [alice, bob] = [await goOnline(nodes[0] as Joined), new Person()];
  const got: number[] = [];
  const told: number[] = [];
  let sent = 0;
  let resume: string | undefined;
  let newest: Online | undefined;
  const links: Online[] = [];
  for (let move = 0; move < 30; move++) {
    newest = await goOnline(nodes[move % 3] as Joined, bob, resume);
    links.push(newest);
    resume = String(newest.welcome['resume']);
    newest.link.send({ type: 'watch', addresses: [alice.address] });
    for (let i = 0; i < 20; i++) alice.link.mail(bob.address, ++sent);
    await new Promise(setImmediate);
  }
  for (const event of await alice.link.everythingSoFar())
    if (event.kind === 'frame' && event.frame.type === 'undelivered') told.push(Number(event.frame['ref']));
  for (const [index, { link }] of links.entries()) {
    const events = index < links.length - 1 ? await untilClosed(link) : await link.everythingSoFar();
    const refs = events.flatMap((event) => (event.kind === 'mail' ? [event.ref] : []));
    expect(refs, 'in order').toEqual([...refs].sort((a, b) => a - b));
    got.push(...refs);
  }
  expect(new Set(got).size, 'nothing twice').toBe(got.length);
  const known = new Set([...got, ...told]);
  expect(Array.from({ length: sent }, (_, i) => i + 1).filter((ref) => !known.has(ref))).toEqual([]);
  expect(got.length).toBeGreaterThan(sent / 10);
});

async function untilClosed(link: Link): Promise<Received[]> {
  const events: Received[] = [];
  for (;;) {
    const event = await link.next();
    events.push(event);
    if (event.kind === 'closed') return events;
  }
}

test('without NATS a node serves its own people, and finds the others when NATS comes', async () => {
  const server = await nats();
  const [one, other] = (await startNodes([server.url], 2)) as [Joined, Joined];
  const { alice, bob } = await meet(one, other);
  expect(await readyz(one)).toBe('200 ready');
  await server.kill();
  await becomes(one.bus, 'down');
  expect(await readyz(one)).toBe('503 not ready: nats');
  const carol = await goOnline(one);
  carol.link.send({ type: 'watch', addresses: [alice.address] });
  alice.link.send({ type: 'watch', addresses: [bob.address, carol.address] });
  expect(await carol.link.next()).toEqual(shows(alice, true));
  expect(await alice.link.everythingSoFar()).toContainEqual(shows(carol, true));
  carol.link.mail(alice.address, 1);
  expect(await alice.link.next()).toMatchObject({ kind: 'mail', ref: 1 });
  carol.link.mail(bob.address, 2);
  expect((await carol.link.everythingSoFar()).at(-1)).toEqual(undelivered(2, 'offline'));
  await server.start();
  await Promise.all([becomes(one.bus, 'up'), becomes(other.bus, 'up')]);
  await vi.waitFor(
    async () => {
      alice.link.mail(bob.address, 3);
      expect(await alice.link.everythingSoFar()).not.toContainEqual(undelivered(3, 'offline'));
    },
    { timeout: 10_000 },
  );
});

test('a node starts without NATS, and joins when there is one', async () => {
  const server = await nats();
  await server.kill();
  const bus = new NatsBus({ servers: [server.url] }, pino({ level: 'silent' }));
  const relay = await createRelay({ port: 0, publicHosts: [HOST], secret: SECRET, bus });
  onTestFinished(() => relay.close());
  const alice = await goOnline(relay);
  expect(bus.state).toBe('down');
  await server.start();
  await becomes(bus, 'up');
  const other = await startNode({ servers: [server.url] });
  const bob = await goOnline(other);
  bob.link.mail(alice.address, 1);
  expect(await alice.link.next()).toMatchObject({ kind: 'mail', ref: 1 });
});
