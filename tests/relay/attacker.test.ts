/** Somebody who probes an address from outside: what they are told, in which order and how fast, whoever they are to whom. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createServer, connect } from 'node:net';
import type { Relay } from '../../relay/server.ts';
import { type Link, Person } from './independent-client.ts';
import { goOnline, type Online, startRelay } from './relay-fixture.ts';

vi.setConfig({ testTimeout: 60_000 });

/** As many as a link may send without being slowed down. */
const PROBES = 150;
/** What two medians may differ by, in milliseconds. */
const SAME_MS = 0.5;

/** Bob, online, with Alice on his list, and those whom he blocked or removed: he watches neither, and is told of both. */
async function cast(relay: Relay) {
  const bob = await goOnline(relay);
  const [alice, blocked, removed, stranger] = [
    await goOnline(relay),
    await goOnline(relay),
    await goOnline(relay),
    await goOnline(relay),
  ];
  bob.link.send({ type: 'watch', addresses: [alice.address, blocked.address, removed.address] });
  for (const each of [blocked, removed]) each.link.send({ type: 'watch', addresses: [bob.address] });
  for (const each of [blocked, removed]) await each.link.frame('presence');
  bob.link.send({ type: 'watch', addresses: [alice.address] });
  for (const each of [blocked, removed]) await each.link.frame('presence');
  await bob.link.everythingSoFar();
  return { bob, blocked, removed, stranger };
}

/** Everything a prober is told in answer to a mail to somebody, to a watch and to a mail once more. */
async function answersTo(prober: Online, address: string): Promise<unknown[]> {
  const { link } = prober;
  link.mail(address, 7);
  link.send({ type: 'watch', addresses: [address] });
  link.mail(address, 8);
  return link.everythingSoFar();
}

describe('who probes an address', () => {
  test('fresh keys, somebody blocked and somebody removed hear the same, in the same order', async () => {
    const relay = await startRelay();
    const { bob, blocked, removed, stranger } = await cast(relay);
    const nobody = new Person();
    const expected = await answersTo(await goOnline(relay), nobody.address);
    expect(expected).toHaveLength(2);
    for (const prober of [stranger, blocked, removed, await goOnline(relay)])
      expect(await answersTo(prober, bob.address)).toEqual(expected);
  });

  test('they hear it as fast as of somebody who is offline', async () => {
    const relay = await startRelay({ limits: { mailBurst: 100_000, mailsPerSecond: 100_000 } });
    const { bob, blocked, removed, stranger } = await cast(relay);
    for (const { link } of [blocked, removed, stranger])
      expect(await differs(link, bob.address, 3), 'the time tells who is online').toBe(false);
  });

  test('a relay that took two milliseconds longer for somebody online would be found out', async () => {
    const relay = await startRelay();
    const { bob, stranger } = await cast(relay);
    const through = await slowPath(relay, bob.address, 2);
    const { link } = await goOnline(relay, stranger.person, { through, headers: { Host: relay.host } });
    expect(await differs(link, bob.address, 3)).toBe(true);
  });
});

/**
 * Probes somebody and an address that nobody has, by turns. @returns whether the medians of both differ in each of `tries` tries: what
 * the machine was busy with meanwhile passes, and a relay's habit does not.
 */
async function differs(link: Link, address: string, tries: number): Promise<boolean> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const times: [online: number[], offline: number[]] = [[], []];
    for (let probe = 0; probe < PROBES; probe++) {
      // Which of the two comes first changes, so that neither profits from the other.
      for (const which of probe % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const to = which === 0 ? address : new Person().address;
        const start = performance.now();
        link.mail(to, probe);
        await answer(link);
        times[which].push(performance.now() - start);
      }
    }
    if (Math.abs(median(times[0]) - median(times[1])) < SAME_MS) return false;
  }
  return true;
}

/** The answer to a probe; on a crowded machine the relay finds the time to ping in between. */
async function answer(link: Link): Promise<void> {
  for (;;) {
    const event = await link.next();
    if (event.kind !== 'frame') throw new Error(`no answer: ${event.kind}`);
    if (event.frame.type === 'undelivered') return;
  }
}

const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] ?? 0;

/** @returns the URL of somebody on the way to a relay who holds up whatever goes to one address. */
async function slowPath(relay: Relay, address: string, ms: number): Promise<string> {
  const marked = Buffer.from(address, 'base64url');
  const server = createServer((client) => {
    const upstream = connect(relay.port, '127.0.0.1');
    client.on('data', (data) => {
      // What a client sends is masked (RFC 6455, section 5.3), so that it has to be unmasked to be known.
      if (unmasked(data).includes(marked)) setTimeout(() => upstream.write(data), ms);
      else upstream.write(data);
    });
    upstream.on('data', (data) => client.write(data));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('close', () => other.destroy());
      one.on('error', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return `http://127.0.0.1:${String(port)}`;
}

/** @returns what one small frame of a client holds. */
function unmasked(frame: Buffer): Buffer {
  const mask = frame.subarray(2, 6);
  return Buffer.from(frame.subarray(6).map((byte, at) => byte ^ (mask[at & 3] ?? 0)));
}
