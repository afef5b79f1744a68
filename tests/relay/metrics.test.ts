/** `/metrics` as an operator sees it: what happened is counted, and nobody can be told from it. */
import { expect, test, vi } from 'vitest';
import { createRelay, type Relay } from '../../relay/server.ts';
import { Person } from './independent-client.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryBus, MemoryNetwork } from './memory-bus.ts';
import { dial, exchangeMail, goOnline, goOnlineTogether, startRelay } from './relay-fixture.ts';

async function scrape(relay: Relay): Promise<string> {
  const response = await fetch(`${relay.metricsUrl}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
}

/** Every number of the relay itself, by name and labels as Prometheus shows them. */
async function numbers(relay: Relay): Promise<Record<string, number>> {
  const lines = (await scrape(relay)).split('\n').filter((line) => line.startsWith('sidecall_'));
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** What changed since `before`. */
async function changes(relay: Relay, before: Record<string, number>): Promise<Record<string, number>> {
  const after = Object.entries(await numbers(relay));
  return Object.fromEntries(
    after.map(([name, n]) => [name, n - (before[name] ?? 0)] as const).filter(([, n]) => n !== 0),
  );
}

test('a relay that nobody gave a port for metrics has none, and never shows them to the public', async () => {
  const relay = await startRelay();
  expect(relay.metricsUrl).toBeUndefined();
  const measured = await startRelay({ metricsPort: 0 });
  for (const { url } of [relay, measured]) expect((await fetch(`${url}/metrics`)).status).toBe(404);
});

test('the port for metrics has nothing but metrics, and ends with the relay', async () => {
  const relay = await createRelay({ port: 0, metricsPort: 0 });
  expect(relay.metricsUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  for (const path of ['/', '/healthz', '/link', '/i'])
    expect((await fetch(relay.metricsUrl + path)).status).toBe(404);
  expect((await fetch(`${relay.metricsUrl}/metrics`, { method: 'POST' })).status).toBe(405);
  await relay.close();
  await expect(fetch(`${relay.metricsUrl}/metrics`)).rejects.toThrow();
});

test('links and logins are counted by outcome', async () => {
  const relay = await startRelay({ metricsPort: 0, limits: { linksPerSource: 4 } });
  const alice = await goOnline(relay);
  alice.link.socket.close();
  await alice.link.closed();
  const again = await dial(relay);
  await again.logIn(alice.person, String(alice.welcome['resume']));
  const mallory = await dial(relay);
  mallory.send({ type: 'hello', address: new Person().address });
  await mallory.frame('challenge');
  mallory.send({ type: 'proof', nonce: 'A'.repeat(43) });
  expect(await mallory.closed()).toBe(4003);
  const confused = await dial(relay);
  confused.socket.send('what?');
  expect(await confused.closed()).toBe(4000);
  const shy = await dial(relay);
  shy.socket.terminate();
  await dial(relay, { origin: 'https://evil.example' }).catch(() => undefined);
  await vi.waitFor(async () => expect((await numbers(relay))['sidecall_links']).toBe(1));
  expect(await numbers(relay)).toMatchObject({
    sidecall_links: 1,
    sidecall_online_addresses: 1,
    'sidecall_logins_total{outcome="proved"}': 1,
    'sidecall_logins_total{outcome="resumed"}': 1,
    'sidecall_logins_total{outcome="not-authentic"}': 1,
    'sidecall_logins_total{outcome="malformed"}': 1,
    'sidecall_logins_total{outcome="left"}': 1,
    'sidecall_links_ended_total{reason="left"}': 1,
    'sidecall_upgrades_refused_total{status="403"}': 1,
  });
});

test('mails and their bytes are counted by what came of them, presence by what was told', async () => {
  const relay = await startRelay({ metricsPort: 0 });
  const { alice, bob } = await goOnlineTogether(relay);
  const carol = await goOnline(relay);
  const before = await numbers(relay);
  await exchangeMail(alice, bob);
  carol.link.mail(bob.address, 2);
  await carol.link.frame('undelivered');
  alice.link.mail(new Person().address, 3);
  await alice.link.frame('undelivered');
  bob.link.send({ type: 'watch', addresses: [] });
  await alice.link.frame('presence');
  const bytes = 36 + 'sealed'.length;
  expect(await changes(relay, before)).toEqual({
    sidecall_mails_received_total: 3,
    sidecall_mails_delivered_total: 2,
    // Carol, whom Bob does not watch, was told so as well.
    'sidecall_mails_undelivered_total{reason="offline"}': 2,
    'sidecall_mail_bytes_total{direction="received"}': 3 * bytes,
    'sidecall_mail_bytes_total{direction="delivered"}': 2 * bytes,
    sidecall_watches_total: 1,
    sidecall_presences_total: 1,
  });
});

test('every limit that somebody ran into is counted by its kind', async () => {
  const relay = await startRelay({
    // Nothing is refilled while a busy computer makes the test slow.
    clock: new ManualClock(),
    metricsPort: 0,
    turnUrls: ['turn:turn.example'],
    turnSecret: 'shared',
    limits: { mailsPerSecond: 1, mailBurst: 2, linksPerSource: 2, loginBurst: 3, turnPerHour: 1 },
  });
  const alice = await goOnline(relay);
  for (let ref = 1; ref <= 5; ref++) alice.link.mail(alice.address, ref);
  expect(await alice.link.closed()).toBe(4029);
  const bob = await goOnline(relay);
  bob.link.send({ type: 'turn' });
  bob.link.send({ type: 'turn' });
  await bob.link.frame('ice');
  expect(await bob.link.frame('ice')).toEqual({ type: 'ice', iceServers: [] });
  const extra = await dial(relay);
  await expect(dial(relay)).rejects.toThrow('429');
  extra.socket.close();
  await extra.closed();
  await vi.waitFor(async () => expect((await numbers(relay))['sidecall_links']).toBe(1));
  await expect(dial(relay)).rejects.toThrow('429');
  expect(await numbers(relay)).toMatchObject({
    'sidecall_limits_hit_total{limit="mail_rate"}': 2,
    'sidecall_limits_hit_total{limit="too_fast"}': 1,
    'sidecall_limits_hit_total{limit="links_per_source"}': 1,
    'sidecall_limits_hit_total{limit="logins_per_source"}': 1,
    'sidecall_limits_hit_total{limit="turn_per_hour"}': 1,
    sidecall_turn_credentials_total: 1,
  });
});

test('connections beyond the most there may be are counted', async () => {
  const relay = await startRelay({ metricsPort: 0, limits: { maxConnections: 1 } });
  await goOnline(relay);
  await expect(dial(relay)).rejects.toThrow();
  expect(await numbers(relay)).toMatchObject({ 'sidecall_limits_hit_total{limit="connections"}': 1 });
});

test('the process is measured too: event loop, memory and CPU', async () => {
  const relay = await startRelay({ metricsPort: 0 });
  // The delay is a number once the event loop was looked at, every 20 ms.
  const text = await vi.waitFor(async () => {
    const now = await scrape(relay);
    expect(now).toMatch(/^nodejs_eventloop_lag_p99_seconds 0\.\d+/m);
    return now;
  });
  expect(text).toMatch(/^process_resident_memory_bytes [1-9]\d{6,}/m);
  expect(text).toMatch(/^process_cpu_seconds_total [\d.]+/m);
  // They would go through every open socket at each scrape.
  expect(text).not.toMatch(/active_handles|active_resources|open_fds/);
});

test('what the relay depends on is shown, up or down, and /readyz says what is missing', async () => {
  let isUp = false;
  const relay = await startRelay({
    metricsPort: 0,
    readyChecks: [{ name: 'nats', isReady: () => isUp }],
  });
  const ready = async () => {
    const response = await fetch(`${relay.url}/readyz`);
    return [response.status, await response.text()];
  };
  expect(await ready()).toEqual([503, 'not ready: nats\n']);
  expect(await numbers(relay)).toMatchObject({ 'sidecall_dependency_up{dependency="nats"}': 0 });
  expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
  isUp = true;
  expect(await ready()).toEqual([200, 'ready\n']);
  expect(await numbers(relay)).toMatchObject({ 'sidecall_dependency_up{dependency="nats"}': 1 });
});

test('whether NATS is there, and how often it was lost, are numbers of a relay that is not alone', async () => {
  const bus = new MemoryBus(new MemoryNetwork());
  const relay = await startRelay({ metricsPort: 0, bus });
  expect(await numbers(relay)).toMatchObject({ sidecall_nats_up: 1, sidecall_nats_losses_total: 0 });
  bus.turn('down');
  expect(await numbers(relay)).toMatchObject({ sidecall_nats_up: 0, sidecall_nats_losses_total: 1 });
  bus.turn('up');
  expect(await numbers(relay)).toMatchObject({ sidecall_nats_up: 1, sidecall_nats_losses_total: 1 });
  const alone = await startRelay({ metricsPort: 0 });
  expect(await numbers(alone)).not.toHaveProperty('sidecall_nats_up');
});

test('after all kinds of traffic nothing in the metrics names an address, a host or a person', async () => {
  const relay = await startRelay({
    metricsPort: 0,
    trustedProxies: ['127.0.0.1'],
    publicHosts: ['relay.example'],
    turnUrls: ['turn:turn.example'],
    turnSecret: 'swordfish-swordfish',
    readyChecks: [{ name: 'nats', isReady: () => true }],
  });
  const options = {
    headers: { host: 'relay.example', 'x-forwarded-for': '203.0.113.77' },
    through: relay.url,
  };
  const at = { ...relay, url: 'http://relay.example' };
  const [alice, bob] = [await goOnline(at, new Person(), options), await goOnline(at, new Person(), options)];
  alice.link.send({ type: 'watch', addresses: [bob.address] });
  alice.link.mail(bob.address, 1);
  alice.link.send({ type: 'turn' });
  await alice.link.everythingSoFar();
  bob.link.socket.send(`{"type":"${alice.address}"}`);
  expect(await bob.link.closed()).toBe(4000);
  await expect(dial(at, { ...options, origin: 'https://evil.example' })).rejects.toThrow('403');
  const text = await scrape(relay);
  expect(text).toContain('sidecall_mails_received_total 2');
  const secrets = [
    alice.address,
    bob.address,
    String(alice.welcome['resume']),
    '203.0.113',
    'example',
    'swordfish',
  ];
  for (const secret of secrets) expect(text).not.toContain(secret);
  // Nothing that looks like an address (43 characters of base64url), an IP address or a host, whoever it may be.
  expect(text).not.toMatch(/[A-Za-z0-9_-]{43}/);
  expect(text).not.toMatch(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/);
  expect(text).not.toMatch(/localhost|::1|[0-9a-f]{1,4}::/);
});

test('draining shows in the metrics', async () => {
  const relay = await createRelay({ port: 0, metricsPort: 0, limits: { drainSeconds: 1 } });
  const links = [(await goOnline(relay)).link, (await goOnline(relay)).link];
  expect(await numbers(relay)).toMatchObject({ sidecall_draining: 0 });
  const closed = relay.close();
  await links[0]?.closed();
  expect(await numbers(relay)).toMatchObject({ sidecall_draining: 1 });
  await closed;
});
