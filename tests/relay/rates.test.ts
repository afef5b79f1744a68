import { expect, test } from 'vitest';
import type { Limits } from '../../relay/config.ts';
import { DialError, type Link, Person, type Received } from './independent-client.ts';
import { ManualClock } from './manual-clock.ts';
import { dial, exchangeMail, goOnline, goOnlineTogether, startRelay } from './relay-fixture.ts';

/** A relay in which no time passes unless the test says so. */
async function startFrozen(limits: Partial<Limits> = {}) {
  const clock = new ManualClock();
  return { clock, relay: await startRelay({ clock, limits }) };
}

/** Alice and Bob, with as much left to send as if they had said nothing yet. */
async function startWithTwo() {
  const { clock, relay } = await startFrozen();
  const both = await goOnlineTogether(relay);
  clock.advance(1000);
  return { clock, relay, ...both };
}

function refusedForRate(events: Received[]): number {
  return events.filter((event) => event.kind === 'frame' && event.frame['reason'] === 'rate').length;
}

async function closeCode(events: Received[], link: Link): Promise<number> {
  const last = events.at(-1);
  return last?.kind === 'closed' ? last.code : link.closed();
}

test('a thousand mails at once pass, the next thousand are refused, and the one after ends the link with 4029', async () => {
  const { alice, bob } = await startWithTwo();
  for (let ref = 0; ref < 2000; ref++) alice.link.mail(bob.address, ref);
  for (let ref = 0; ref < 1000; ref++) expect(await bob.link.next()).toMatchObject({ kind: 'mail', ref });
  for (let ref = 1000; ref < 2000; ref++) {
    expect(await alice.link.frame('undelivered')).toEqual({ type: 'undelivered', ref, reason: 'rate' });
  }
  alice.link.mail(bob.address, 2000);
  expect(await alice.link.frame('error')).toMatchObject({ code: 'too-fast' });
  expect(await alice.link.next()).toEqual({ kind: 'closed', code: 4029 });
  // Only the thousand: what was refused did not arrive late.
  expect(await bob.link.everythingSoFar()).toEqual([
    { kind: 'frame', frame: { type: 'presence', address: alice.address, online: false } },
  ]);
});

test('five hundred mails a second pass for as long as one likes', async () => {
  const { clock, alice, bob } = await startWithTwo();
  for (let ref = 0; ref < 1000; ref++) alice.link.mail(bob.address, ref);
  for (let second = 0; second < 4; second++) {
    for (let i = 0; i < 499; i++) alice.link.mail(bob.address, i);
    // The refused 499 of the first round show that the burst is spent; then each second brings 500.
    const refused = refusedForRate(await alice.link.everythingSoFar());
    expect(refused).toBe(second === 0 ? 499 : 0);
    clock.advance(1000);
  }
});

test('a mebibyte a second passes, more is refused, twice as much ends the link with 4029', async () => {
  const { clock, alice, bob } = await startWithTwo();
  const large = Buffer.alloc(64 * 1024 - 36);
  for (let ref = 0; ref < 33; ref++) alice.link.mail(bob.address, ref, large);
  for (let ref = 0; ref < 32; ref++) expect(await bob.link.next()).toMatchObject({ kind: 'mail', ref });
  expect(await alice.link.frame('undelivered')).toEqual({ type: 'undelivered', ref: 32, reason: 'rate' });
  clock.advance(1000);
  for (let ref = 100; ref < 117; ref++) alice.link.mail(bob.address, ref, large);
  for (let ref = 100; ref < 116; ref++) expect(await bob.link.next()).toMatchObject({ kind: 'mail', ref });
  expect(await alice.link.frame('undelivered')).toEqual({ type: 'undelivered', ref: 116, reason: 'rate' });
  for (let ref = 200; ref < 264; ref++) alice.link.mail(bob.address, ref, large);
  expect(await alice.link.closed()).toBe(4029);
});

test('a stranger who is too fast hears rate whether or not the recipient is there', async () => {
  const { relay } = await startFrozen({ mailBurst: 1 });
  const bob = await goOnline(relay);
  for (const address of [bob.address, new Person().address]) {
    const stranger = await goOnline(relay);
    stranger.link.mail(address, 1);
    stranger.link.mail(address, 2);
    expect(await stranger.link.frame('undelivered')).toMatchObject({ ref: 1, reason: 'offline' });
    expect(await stranger.link.frame('undelivered')).toMatchObject({ ref: 2, reason: 'rate' });
  }
});

test('a hundred control frames at once pass, the next ends the link with 4029', async () => {
  const { relay, clock } = await startFrozen();
  const alice = await goOnline(relay);
  clock.advance(10_000);
  for (let i = 0; i < 100; i++) alice.link.send({ type: 'pong' });
  expect(await alice.link.everythingSoFar()).toEqual([]);
  clock.advance(1000);
  for (let i = 0; i < 20; i++) alice.link.send({ type: 'pong' });
  expect(await alice.link.everythingSoFar()).toEqual([]);
  alice.link.send({ type: 'pong' });
  expect(await alice.link.closed()).toBe(4029);
});

test('pings and pongs of the WebSocket itself count as control frames', async () => {
  const { relay } = await startFrozen();
  for (const kind of ['ping', 'pong'] as const) {
    const { link } = await goOnline(relay);
    for (let i = 0; i < 101; i++) link.socket[kind]();
    expect(await link.closed(), kind).toBe(4029);
  }
});

test('a long watch counts for as many frames as it may cause, so ten full ones in a row are too fast', async () => {
  const { relay } = await startFrozen();
  const { link } = await goOnline(relay);
  const addresses = Array.from({ length: 500 }, (_, i) => Buffer.alloc(32, `${i}`).toString('base64url'));
  for (let i = 0; i < 8; i++) link.send({ type: 'watch', addresses });
  expect(await link.everythingSoFar()).toEqual([]);
  for (let i = 0; i < 2; i++) link.send({ type: 'watch', addresses });
  expect(await link.closed()).toBe(4029);
});

test('while one link is far too fast, mail between two others is neither refused nor lost', async () => {
  const { relay } = await startFrozen();
  const { alice, bob } = await goOnlineTogether(relay);
  const mallory = await goOnline(relay);
  for (let ref = 0; ref < 3000; ref++) {
    mallory.link.mail(new Person().address, ref);
    if (ref % 100 === 0) await exchangeMail(alice, bob, ref);
  }
  expect(await closeCode(await mallory.link.everythingSoFar(), mallory.link)).toBe(4029);
  await exchangeMail(bob, alice);
  expect(await alice.link.everythingSoFar()).toEqual([]);
});

test('a source may have so many links at once, and another source is not concerned', async () => {
  const relay = await startRelay({ limits: { linksPerSource: 2 }, trustedProxies: ['127.0.0.1'] });
  const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } });
  const first = await dial(relay, from('203.0.113.1'));
  await dial(relay, from('203.0.113.1'));
  await expect(dial(relay, from('203.0.113.1'))).rejects.toEqual(new DialError(429));
  await dial(relay, from('203.0.113.2'));
  first.socket.close();
  await first.closed();
  await dial(relay, from('203.0.113.1'));
});

test('a source may log in so often, and a neighbour logs in meanwhile', async () => {
  const clock = new ManualClock();
  const limits = { loginBurst: 3, loginsPerSecond: 1 };
  const relay = await startRelay({ clock, limits, trustedProxies: ['127.0.0.1'] });
  const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } });
  for (let i = 0; i < 3; i++) {
    const link = await dial(relay, from('203.0.113.1'));
    link.send({ type: 'proof', nonce: Buffer.alloc(32).toString('base64url') });
    expect(await link.closed()).toBe(4003);
  }
  await expect(dial(relay, from('203.0.113.1'))).rejects.toEqual(new DialError(429));
  await goOnline(relay, new Person(), from('203.0.113.2'));
  clock.advance(1000);
  await goOnline(relay, new Person(), from('203.0.113.1'));
  await expect(dial(relay, from('203.0.113.1'))).rejects.toEqual(new DialError(429));
});

test('beyond the sockets of everybody together a connection is closed at once', async () => {
  const relay = await startRelay({ limits: { maxConnections: 2 } });
  const alice = await goOnline(relay);
  const bob = await goOnline(relay);
  await expect(dial(relay)).rejects.toThrow();
  await exchangeMail(alice, bob);
});
