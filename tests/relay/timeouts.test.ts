import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { Person } from './independent-client.ts';
import { ManualClock } from './manual-clock.ts';
import { dial, exchangeMail, goOnline, goOnlineTogether, startRelay } from './relay-fixture.ts';

async function startStopped() {
  const clock = new ManualClock();
  return { clock, relay: await startRelay({ clock }) };
}

test('a link is pinged every 20 seconds', async () => {
  const { clock, relay } = await startStopped();
  const { link } = await goOnline(relay);
  for (let i = 0; i < 3; i++) {
    clock.advance(19_000);
    expect(await link.everythingSoFar()).toEqual([]);
    clock.advance(1000);
    expect(await link.frame('ping')).toEqual({ type: 'ping' });
  }
});

test('45 seconds of silence end a link, and its person goes off line', async () => {
  const { clock, relay } = await startStopped();
  const { alice, bob } = await goOnlineTogether(relay);
  await bob.link.everythingSoFar();
  clock.advance(44_000);
  const leaving = { kind: 'frame', frame: { type: 'presence', address: bob.address, online: false } };
  expect(await alice.link.everythingSoFar()).not.toContainEqual(leaving);
  clock.advance(1000);
  expect(await bob.link.closed()).toBe(1001);
  expect(await alice.link.everythingSoFar()).toContainEqual(leaving);
});

test('a link answers a ping of the WebSocket itself', async () => {
  const { relay } = await startStopped();
  const { link } = await goOnline(relay);
  const pong = once(link.socket, 'pong');
  link.socket.ping('still there?');
  expect(String((await pong)[0])).toBe('still there?');
});

test('a pong is word enough, a pong of the WebSocket itself is not', async () => {
  const { clock, relay } = await startStopped();
  const answering = await goOnline(relay);
  const silent = await goOnline(relay);
  for (let i = 0; i < 6; i++) {
    clock.advance(15_000);
    answering.link.send({ type: 'pong' });
    await answering.link.everythingSoFar();
    if (silent.link.socket.readyState === silent.link.socket.OPEN) silent.link.socket.pong();
  }
  expect(await silent.link.closed()).toBe(1001);
  await exchangeMail(await goOnline(relay), answering);
});

test('no hello within 10 seconds, or no proof within 10 more, ends the link with 4003', async () => {
  const { clock, relay } = await startStopped();
  const quiet = await dial(relay);
  const slow = await dial(relay);
  const slower = await dial(relay);
  clock.advance(9000);
  const alice = new Person();
  slow.send({ type: 'hello', address: alice.address });
  const challenge = await slow.frame('challenge');
  slower.send({ type: 'hello', address: new Person().address });
  await slower.frame('challenge');
  clock.advance(1000);
  expect(await quiet.frame('error')).toMatchObject({ code: 'not-authentic' });
  expect(await quiet.closed()).toBe(4003);
  clock.advance(8000);
  slow.prove(alice, challenge);
  expect(await slow.next()).toMatchObject({ frame: { type: 'welcome' } });
  clock.advance(1000);
  expect(await slower.closed()).toBe(4003);
});

test('a process that stood still for an hour ends no link for it', async () => {
  const { clock, relay } = await startStopped();
  const { alice, bob } = await goOnlineTogether(relay);
  clock.freeze(3_600_000);
  await exchangeMail(alice, bob);
  await exchangeMail(bob, alice);
});

test('headers that never end are given up after the timeout', async () => {
  const relay = await startRelay({ limits: { headerTimeoutSeconds: 1 } });
  const socket = connect(relay.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write('GET /link HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'close');
  expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 408 /);
});
