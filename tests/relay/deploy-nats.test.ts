/** A real NATS server with the configuration that is shipped: two relays are one through it, and nobody else gets in. */
import { readFileSync } from 'node:fs';
import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NatsBus } from '../../relay/nats.ts';
import { startNats } from './nats-fixture.ts';
import { goOnline, startRelay } from './relay-fixture.ts';

const PASSWORD = 'swordfish-and-more-of-it';
const SHIPPED = readFileSync(new URL('../../deploy/nats.conf', import.meta.url), 'utf8').split('\n');

/** Starts the server with what is shipped, but on a free port of loopback. */
async function startShipped(): Promise<string> {
  const lines = SHIPPED.filter((line) => !line.startsWith('listen:'));
  const server = await startNats([`NATS_PASSWORD: "${PASSWORD}"`, ...lines]);
  onTestFinished(() => server.remove());
  return server.url;
}

function connectTo(url: string, password: string): NatsBus {
  const bus = new NatsBus({ servers: [url], user: 'relay', password }, pino({ level: 'silent' }));
  onTestFinished(() => bus.close());
  return bus;
}

test('two relays meet through it, and the largest mail passes', { timeout: 20_000 }, async () => {
  const url = await startShipped();
  const buses = [connectTo(url, PASSWORD), connectTo(url, PASSWORD)] as const;
  await vi.waitFor(() => expect(buses.map((bus) => bus.state)).toEqual(['up', 'up']), 10_000);
  const secret = 's'.repeat(32);
  const [one, other] = [
    await startRelay({ bus: buses[0], secret }),
    await startRelay({ bus: buses[1], secret }),
  ];
  const [alice, bob] = [await goOnline(one), await goOnline(other)];
  const sealed = Buffer.alloc(64 * 1024 - 36, 1);
  let ref = 0;
  // Until both know of each other, mail is told `undelivered`.
  const timer = setInterval(() => alice.link.mail(bob.address, ++ref, sealed), 100);
  const event = await bob.link.next();
  clearInterval(timer);
  expect(event).toMatchObject({ kind: 'mail', from: alice.address });
  expect(event.kind === 'mail' && event.sealed.equals(sealed)).toBe(true);
});

test('without the password nobody gets in', { timeout: 20_000 }, async () => {
  const url = await startShipped();
  const [good, bad] = [connectTo(url, PASSWORD), connectTo(url, 'guessed')];
  await vi.waitFor(() => expect(good.state).toBe('up'), 10_000);
  expect(bad.state).not.toBe('up');
});
