import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Relay } from '../../relay/server.ts';
import { DialError, Link, Person } from './independent-client.ts';
import { dial, exchangeMail, goOnline, startRelay } from './relay-fixture.ts';

test('the holder of a key logs in with an independent implementation of the link', async () => {
  const relay = await startRelay();
  const before = Date.now();
  const { welcome } = await goOnline(relay);
  expect(welcome).toEqual({
    type: 'welcome',
    now: expect.any(Number),
    resume: expect.any(String),
    iceServers: [],
    pingSeconds: 20,
  });
  expect(welcome['now']).toBeGreaterThanOrEqual(before);
  expect(welcome['now']).toBeLessThanOrEqual(Date.now());
});

test('the welcome names the STUN servers', async () => {
  const relay = await startRelay({ stunUrls: ['stun:stun.example:3478'] });
  const { welcome } = await goOnline(relay);
  expect(welcome['iceServers']).toEqual([{ urls: ['stun:stun.example:3478'] }]);
});

test('each challenge is new', async () => {
  const relay = await startRelay();
  const alice = new Person();
  const challenges = [];
  for (const link of [await dial(relay), await dial(relay)]) {
    link.send({ type: 'hello', address: alice.address });
    challenges.push(await link.frame('challenge'));
  }
  expect(challenges[0]?.['enc']).not.toBe(challenges[1]?.['enc']);
  expect(challenges[0]?.['sealed']).not.toBe(challenges[1]?.['sealed']);
});

test('a wrong proof ends the link with 4003, and the right one does not help afterwards', async () => {
  const relay = await startRelay();
  const alice = new Person();
  const link = await dial(relay);
  link.send({ type: 'hello', address: alice.address });
  const challenge = await link.frame('challenge');
  link.send({ type: 'proof', nonce: Buffer.alloc(32).toString('base64url') });
  link.prove(alice, challenge);
  expect(await link.frame('error')).toMatchObject({ code: 'not-authentic' });
  expect(await link.next()).toEqual({ kind: 'closed', code: 4003 });
});

test('who claims the address of another cannot open its challenge, and the proof of an own challenge is no proof for it', async () => {
  const relay = await startRelay();
  const mallory = new Person();
  const bob = await goOnline(relay);
  const own = await dial(relay);
  own.send({ type: 'hello', address: mallory.address });
  const challenge = await own.frame('challenge');

  const claiming = await dial(relay);
  claiming.send({ type: 'hello', address: bob.address });
  const foreign = await claiming.frame('challenge');
  expect(() => claiming.prove(mallory, foreign)).toThrow();
  claiming.prove(mallory, challenge);
  expect(await claiming.closed()).toBe(4003);
  await exchangeMail(await goOnline(relay), bob);
});

test('a low-order key, to which anybody could open the challenge, is malformed', async () => {
  const relay = await startRelay();
  // The points of order 1, 2, 4 and 8 and their other spellings (RFC 7748, section 6.1 asks for the check).
  const lowOrder = [
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
    `${'00'.repeat(31)}80`,
  ];
  for (const key of lowOrder) {
    const link = await dial(relay);
    link.send({ type: 'hello', address: Buffer.from(key, 'hex').toString('base64url') });
    expect(await link.frame('error')).toMatchObject({ code: 'malformed' });
    expect(await link.closed(), key).toBe(4000);
  }
});

test('everything but hello is out of place before the challenge, everything but proof after it', async () => {
  const relay = await startRelay();
  const address = new Person().address;
  const nonce = Buffer.alloc(32).toString('base64url');
  const early = [
    { type: 'proof', nonce },
    { type: 'pong' },
    { type: 'watch', addresses: [] },
    { type: 'turn' },
  ];
  for (const frame of early) {
    const link = await dial(relay);
    link.send(frame);
    expect(await link.closed(), frame.type).toBe(4003);
  }
  for (const frame of [
    { type: 'hello', address },
    { type: 'pong' },
    { type: 'watch', addresses: [] },
    { type: 'turn' },
  ]) {
    const link = await dial(relay);
    link.send({ type: 'hello', address });
    await link.frame('challenge');
    link.send(frame);
    expect(await link.closed(), frame.type).toBe(4003);
  }
});

test('a second hello while the challenge is still being made ends the link with 4003', async () => {
  const relay = await startRelay();
  const link = await dial(relay);
  link.send({ type: 'hello', address: new Person().address });
  link.send({ type: 'hello', address: new Person().address });
  expect(await link.closed()).toBe(4003);
});

test('mail before the login is complete ends the link with 4003 and is not delivered', async () => {
  const relay = await startRelay();
  const bob = await goOnline(relay);
  const alice = new Person();
  const atOnce = await dial(relay);
  atOnce.mail(bob.address, 1);
  expect(await atOnce.closed()).toBe(4003);
  const challenged = await dial(relay);
  challenged.send({ type: 'hello', address: alice.address });
  await challenged.frame('challenge');
  challenged.mail(bob.address, 2);
  expect(await challenged.closed()).toBe(4003);
  expect(await bob.link.everythingSoFar()).toEqual([]);
});

test('a hello or a proof after the login is malformed', async () => {
  const relay = await startRelay();
  for (const frame of [
    { type: 'hello', address: new Person().address },
    { type: 'proof', nonce: Buffer.alloc(32).toString('base64url') },
  ]) {
    const { link } = await goOnline(relay);
    link.send(frame);
    expect(await link.closed(), frame.type).toBe(4000);
  }
});

/** A relay in the middle: whoever connects to it is connected to the true relay with the `Host` it chooses. */
async function startForwarder(relay: Relay, hostFor: (own: string) => string): Promise<string> {
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'sidecall.1' });
  http.on('upgrade', (request: IncomingMessage, socket, head) => {
    const host = hostFor(request.headers.host ?? '');
    const upstream = new WebSocket(relay.url.replace('http', 'ws') + '/link', ['sidecall.1'], {
      headers: { host },
    });
    upstream.once('unexpected-response', (_request, response) => {
      response.resume();
      socket.end(`HTTP/1.1 ${response.statusCode} no\r\nContent-Length: 0\r\n\r\n`);
    });
    upstream.on('error', () => undefined);
    upstream.once('open', () => {
      sockets.handleUpgrade(request, socket, head, (downstream) => {
        downstream.on('message', (data, isBinary) => upstream.send(data, { binary: isBinary }));
        upstream.on('message', (data, isBinary) => downstream.send(data, { binary: isBinary }));
        downstream.on('close', () => upstream.close());
        upstream.on('close', () => downstream.close());
      });
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => void http.close());
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the forwarder has no port');
  return `http://127.0.0.1:${address.port}`;
}

test('a challenge passed on by a forwarder that keeps the true Host cannot be opened by its victim', async () => {
  const relay = await startRelay();
  const forwarder = await startForwarder(relay, () => relay.host);
  const alice = new Person();
  // The victim dialled the forwarder, so it opens with the forwarder's name.
  const link = await Link.dial(forwarder);
  link.send({ type: 'hello', address: alice.address });
  const challenge = await link.frame('challenge');
  expect(() => link.prove(alice, challenge)).toThrow();
  link.socket.terminate();
});

test('the same challenge opens for who dialled the true name, so the name is all that stands in the way', async () => {
  const relay = await startRelay();
  const forwarder = await startForwarder(relay, () => relay.host);
  const link = await Link.dial(relay.url, { through: forwarder });
  expect(await link.logIn(new Person())).toMatchObject({ type: 'welcome' });
  link.socket.terminate();
});

test('a forwarder that sends its own Host gets no challenge at all', async () => {
  const relay = await startRelay();
  const forwarder = await startForwarder(relay, (own) => own);
  await expect(Link.dial(forwarder)).rejects.toEqual(new DialError(421));
});

test('a challenge is sealed with the name the client used, of the several a relay may have', async () => {
  const relay = await startRelay();
  const byName = relay.url.replace('127.0.0.1', 'localhost');
  const link = await Link.dial(byName, { through: relay.url, headers: { host: `LocalHost:${relay.port}` } });
  expect(await link.logIn(new Person())).toMatchObject({ type: 'welcome' });
  link.socket.terminate();
});
