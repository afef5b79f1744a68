import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createRelay } from '../../relay/server.ts';
import { ManualClock } from './manual-clock.ts';
import { dial, exchangeMail, goOnline, goOnlineTogether } from './relay-fixture.ts';

test('a relay that goes away closes every link with 4009, logged in or not, and stops listening', async () => {
  const relay = await createRelay({ port: 0 });
  const { alice, bob } = await goOnlineTogether(relay);
  const waiting = await dial(relay);
  const closed = relay.close();
  for (const link of [alice.link, bob.link, waiting]) {
    const codes = [];
    for (let event = await link.next(); ; event = await link.next()) {
      if (event.kind === 'frame') codes.push(event.frame['code']);
      if (event.kind === 'closed') {
        expect(event.code).toBe(4009);
        break;
      }
    }
    expect(codes).toContain('going-away');
  }
  await closed;
  await expect(fetch(`${relay.url}/healthz`)).rejects.toThrow();
});

test('closing twice is closing once', async () => {
  const relay = await createRelay({ port: 0 });
  await Promise.all([relay.close(), relay.close()]);
});

test('a client that neither reads nor closes delays the end by the close timeout only', async () => {
  const relay = await createRelay({ port: 0, limits: { closeTimeoutSeconds: 1 } });
  const { link } = await goOnline(relay);
  link.socket.pause();
  const started = performance.now();
  await relay.close();
  expect(performance.now() - started).toBeLessThan(4000);
});

test('a connection that never said a word does not delay the end', async () => {
  const relay = await createRelay({ port: 0 });
  const silent = connect(relay.port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void silent.destroy());
  await once(silent, 'connect');
  // Answered after the silent one was accepted, so the relay knows of it.
  await fetch(`${relay.url}/healthz`);
  await Promise.all([relay.close(), once(silent.resume(), 'close')]);
});

test('over its drain time a relay sends its links away one after another, serves the rest, and takes no new ones', async () => {
  const clock = new ManualClock();
  const relay = await createRelay({ port: 0, clock, limits: { drainSeconds: 30 } });
  // Sent away in the order in which they came.
  const first = await goOnline(relay);
  const { alice, bob } = await goOnlineTogether(relay);
  const closed = relay.close();
  expect(await first.link.closed()).toBe(4009);

  await exchangeMail(alice, bob);
  await expect(dial(relay)).rejects.toThrow('503');
  expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
  const ready = await fetch(`${relay.url}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, 'going away\n']);

  clock.advance(10_000);
  expect(await alice.link.closed()).toBe(4009);
  bob.link.mail(alice.address, 7);
  let told;
  do told = await bob.link.next();
  while (told.kind !== 'frame' || told.frame.type !== 'undelivered');
  expect(told.frame['reason']).toBe('offline');

  clock.advance(10_000);
  expect(await bob.link.closed()).toBe(4009);
  await closed;
});

test('a drain is spread in time: half way through, half of the links are still there', async () => {
  const clock = new ManualClock();
  const relay = await createRelay({ port: 0, clock, limits: { drainSeconds: 10 } });
  let open = 0;
  for (let n = 0; n < 20; n++) {
    const { socket } = await dial(relay);
    open += 1;
    socket.on('close', () => (open -= 1));
  }
  const closed = relay.close();
  await vi.waitFor(() => expect(open).toBe(19));
  clock.advance(4990);
  await vi.waitFor(() => expect(open).toBe(10));
  clock.advance(5000);
  await closed;
  await vi.waitFor(() => expect(open).toBe(0));
});
