import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Relay } from '../../relay/server.ts';
import { createNet, type Net, whyNoNet } from '../net/net.ts';
import { hearOther, idle, talk, tidyUp } from './call.ts';
import { acquaint, type Cast, PAGES, person, settleIn } from './cast.ts';
import { type FarSide, type SeenConnection, watchFarSide } from './far-side.ts';
import { chromePath } from './harness/chrome-path.ts';
import { COTURN_READY, coturnArgs, TURN_SECRET, whyNoCoturn } from './harness/coturn.ts';
import { click, read, see } from './ui.ts';

const RELAY = fileURLToPath(new URL('../../relay/main.ts', import.meta.url));
const RELAY_PORT = 8787;
const TURN_PORT = 3478;
const TLS_PORT = 5349;
/** One TURN server for each way to reach it, on a host of its own, so that ways can be blocked one by one. */
const WAYS = ['udp', 'tcp', 'tls'] as const;
type Way = (typeof WAYS)[number];

const why = whyNoNet() ?? whyNoCoturn();
let net: Net;
let folder: string;
let cast: Omit<Cast, 'restartRelay' | 'relay'>;

const urlOf: Record<Way, (host: string) => string> = {
  udp: (host) => `turn:${host}:${String(TURN_PORT)}?transport=udp`,
  tcp: (host) => `turn:${host}:${String(TURN_PORT)}?transport=tcp`,
  tls: (host) => `turns:${host}:${String(TLS_PORT)}?transport=tcp`,
};

async function startTurnServers(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'sidecall-turn-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=turn.test', '-addext', `subjectAltName=IP:${net.host('tls').address}`];
  const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', ...made, ...subject], { stdio: 'ignore' });
  const switches: Record<Way, string[]> = {
    udp: ['--no-tcp', '--no-tls', '--no-dtls'],
    tcp: ['--no-udp', '--no-tls', '--no-dtls'],
    tls: ['--no-udp', '--no-tcp', '--no-dtls', `--cert=${cert}`, `--pkey=${key}`],
  };
  for (const way of WAYS) {
    const host = net.host(way);
    const args = [...coturnArgs(host.address, TURN_PORT), `--tls-listening-port=${String(TLS_PORT)}`];
    await host.start('turnserver', [...args, ...switches[way]], COTURN_READY);
  }
}

async function startRelay(): Promise<Relay> {
  const host = net.host('relay');
  await host.start(process.execPath, ['--import', 'tsx', RELAY], 'listens on', {
    HOST: host.address,
    PORT: String(RELAY_PORT),
    PUBLIC_HOSTS: `127.0.0.1:${String(RELAY_PORT)}`,
    TURN_URLS: WAYS.map((way) => urlOf[way](net.host(way).address)).join(' '),
    TURN_SECRET,
  });
  // It runs as a program of its own; only its name is asked here.
  return { host: `127.0.0.1:${String(RELAY_PORT)}` } as Relay;
}

/** From now on a TURN server can be reached in this way alone. */
async function leaveOpen(open: Way | 'none'): Promise<void> {
  for (const name of ['alice', 'bob'])
    for (const way of WAYS) await net.block(name, way, way === open ? 'nothing' : 'all');
}

/** The connection that carries the call. */
async function connectionOf(side: FarSide): Promise<SeenConnection | undefined> {
  return (await side.connections()).findLast(({ selected }) => selected !== null);
}

describe.skipIf(why !== null)(why ?? 'two people whose networks block the straight path', () => {
  beforeAll(async () => {
    net = await createNet(['alice', 'bob', 'relay', ...WAYS]);
    await startTurnServers();
    const relay = await startRelay();
    await net.block('alice', 'bob', 'all');
    const [alice, bob] = await Promise.all(
      ['Alice', 'Bob'].map(async (name) => {
        const host = net.host(name.toLowerCase());
        // Loopback is where extensions may use ws:.
        await host.door(RELAY_PORT, net.host('relay'));
        const executable = await host.wrap(chromePath());
        // Nobody has signed the certificate of this TURN server but itself.
        return person(name, { executable, args: ['--ignore-certificate-errors'] });
      }),
    );
    if (!alice || !bob) throw new Error('nobody came');
    cast = { alice, bob, close: async () => void (await Promise.all([alice.close(), bob.close()])) };
    await Promise.all([settleIn(alice, relay), settleIn(bob, relay)]);
    await acquaint(alice, bob);
  });
  afterEach(async () => {
    await Promise.all([cast.alice, cast.bob].map(tidyUp));
  });
  afterAll(async () => {
    await cast.close();
    await net.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(WAYS)('hear each other through a TURN server reached over %s', async (way) => {
    await leaveOpen(way);
    const sides = [await watchFarSide(cast.alice), await watchFarSide(cast.bob)];
    const { popup } = await talk(cast as Cast, 'sound');
    await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
    // Whose relayed address a side sends by, its own or the other's, is for the browser to choose, and may differ by direction.
    const addresses = WAYS.map((each) => net.host(each).address);
    const servers = async (): Promise<string[]> => {
      const used = (await Promise.all(sides.map(connectionOf))).flatMap((each) => each?.selected ?? []);
      const ends = used.flatMap(({ local, remote }) => [local.address ?? '', remote.address ?? '']);
      return ends.filter((address) => addresses.includes(address));
    };
    const through = async (): Promise<unknown> => [...new Set(await servers())];
    await expect.poll(through, { timeout: 10_000 }).toEqual([net.host(way).address]);
    const own = (await Promise.all(sides.map(connectionOf))).flatMap((each) => each?.local ?? []);
    const reached = own.flatMap(({ relayProtocol }) => (relayProtocol ? [relayProtocol] : []));
    expect([...new Set(reached)]).toEqual([way]);
    await click(popup, 'Hang up');
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
  });

  it('are told when nothing gets through, and reach each other by "Call through the relay"', async () => {
    await leaveOpen('none');
    const near = await watchFarSide(cast.alice);
    const { popup, panel } = await talk(cast as Cast, 'sound');
    await see(popup, 'We couldn’t join you to Bob', 'heading', 30_000);
    await read(popup, 'Going through the relay usually works, and stays just as private.');
    await read(panel, 'We couldn’t join you to Alice');
    await cast.alice.screenshot(popup, 'no-way', 'artifacts/turn');
    await tidyUp(cast.bob);

    await leaveOpen('tcp');
    await click(popup, 'Call through the relay');
    const notification = await cast.bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    cast.bob.notifications.press(notification, 'Answer');
    await see(await cast.bob.view(PAGES.panel), 'Hang up', 'button');
    await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
    const used = await connectionOf(near);
    expect(used?.config.iceTransportPolicy).toBe('relay');
    expect(used?.selected?.local).toMatchObject({ type: 'relay', relayProtocol: 'tcp' });
    await click(popup, 'Hang up');
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
  });
});
