import fc from 'fast-check';
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { parseClientFrame, parseMailFrame, parseRelayFrame } from '../../relay/protocol.ts';
import { Person } from './independent-client.ts';
import { dial, exchangeMail, goOnline, startRelay } from './relay-fixture.ts';

const address = new Person().address;
const nonce = Buffer.alloc(32).toString('base64url');

/** The same 32 bytes written with spare bits that are not zero. */
function nonCanonical(canonical: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(canonical.slice(-1));
  return canonical.slice(0, -1) + alphabet[last + 1];
}

const NOT_FRAMES: Record<string, string> = {
  'no text at all': '',
  'no JSON': '{"type":"hello"',
  'JSON after JSON': '{"type":"pong"}{"type":"pong"}',
  null: 'null',
  'a number': '42',
  'a string': '"hello"',
  'a list': '[{"type":"pong"}]',
  'no type': '{}',
  'a type that is no text': '{"type":1}',
  'an unknown type': '{"type":"ring"}',
  'a type that only relays send': '{"type":"ping"}',
  'the name of a method as type': '{"type":"constructor"}',
  'ten thousand brackets': '['.repeat(10_000) + ']'.repeat(10_000),
  'a hello without address': '{"type":"hello"}',
  'a hello with an address that is too short': JSON.stringify({ type: 'hello', address: address.slice(1) }),
  'a hello with an address that is too long': JSON.stringify({ type: 'hello', address: `${address}A` }),
  'a hello with padding': JSON.stringify({ type: 'hello', address: `${address}=` }),
  'a hello with a newline': JSON.stringify({ type: 'hello', address: `${address}\n` }),
  'a hello in plain base64': JSON.stringify({ type: 'hello', address: `+/${address.slice(2)}` }),
  'a hello with a non-canonical address': JSON.stringify({ type: 'hello', address: nonCanonical(address) }),
  'a hello with a token that is no text': JSON.stringify({ type: 'hello', address, resume: { a: 1 } }),
  'a hello with an endless token': JSON.stringify({ type: 'hello', address, resume: 'a'.repeat(513) }),
  'a proof without nonce': '{"type":"proof"}',
  'a proof of 16 bytes': JSON.stringify({ type: 'proof', nonce: nonce.slice(0, 22) }),
  'a watch without list': '{"type":"watch"}',
  'a watch of an object': JSON.stringify({ type: 'watch', addresses: { length: 1 } }),
  'a watch of a number': JSON.stringify({ type: 'watch', addresses: [address, 1] }),
  'a watch of a non-canonical address': JSON.stringify({ type: 'watch', addresses: [nonCanonical(address)] }),
  'a watch of 501': JSON.stringify({ type: 'watch', addresses: new Array(501).fill(address) }),
};

test('text that is no frame ends its link with 4000, before and after the login, and no other', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  const bob = await goOnline(relay);
  for (const [what, text] of Object.entries(NOT_FRAMES)) {
    for (const link of [await dial(relay), (await goOnline(relay)).link]) {
      link.socket.send(text);
      expect(await link.frame('error'), what).toMatchObject({
        code: 'malformed',
        message: expect.any(String),
      });
      expect(await link.next(), what).toEqual({ kind: 'closed', code: 4000 });
    }
  }
  await exchangeMail(alice, bob);
});

test('a field nobody knows is no reason to end a link', async () => {
  const relay = await startRelay();
  const { link } = await goOnline(relay);
  link.send({ type: 'pong', hopefully: true });
  expect(await link.everythingSoFar()).toEqual([]);
});

test('a mail that is not longer than its header ends the link with 4000', async () => {
  const relay = await startRelay();
  for (const length of [0, 1, 31, 32, 35, 36]) {
    const { link } = await goOnline(relay);
    link.socket.send(Buffer.alloc(length));
    expect(await link.closed(), `${length} bytes`).toBe(4000);
  }
});

test('a frame of 64 KiB passes, one byte more ends the link with 1009', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  const bob = await goOnline(relay);
  const sealed = randomBytes(64 * 1024 - 36);
  alice.link.mail(bob.address, 7, sealed);
  expect(await bob.link.next()).toEqual({ kind: 'mail', from: alice.address, ref: 7, sealed });
  await alice.link.frame('undelivered');
  alice.link.socket.send(Buffer.alloc(64 * 1024 + 1));
  expect(await alice.link.closed()).toBe(1009);
  const carol = await goOnline(relay);
  carol.link.socket.send('x'.repeat(64 * 1024 + 1));
  expect(await carol.link.closed()).toBe(1009);
  await exchangeMail(await goOnline(relay), bob);
});

test('a mail in many pieces is one mail, and a frame in endless pieces ends the link', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  const bob = await goOnline(relay);
  const mail = Buffer.concat([
    Buffer.from(bob.address, 'base64url'),
    Buffer.from([0, 0, 0, 9]),
    Buffer.from('in pieces'),
  ]);
  for (let i = 0; i < mail.length; i++)
    alice.link.socket.send(mail.subarray(i, i + 1), { fin: i === mail.length - 1 });
  expect(await bob.link.next()).toEqual({
    kind: 'mail',
    from: alice.address,
    ref: 9,
    sealed: Buffer.from('in pieces'),
  });

  const mallory = await goOnline(relay);
  for (let i = 0; i < 2000; i++) mallory.link.socket.send('', { fin: false });
  expect(await mallory.link.closed()).toBe(1008);
  await exchangeMail(alice, bob);
});

/** The TCP socket under a WebSocket: to say what no WebSocket library would. */
function rawSocketOf(socket: WebSocket): { write(bytes: Buffer): void } {
  return (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket;
}

test('bytes that break the WebSocket protocol itself end their link and nothing else', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  const bob = await goOnline(relay);
  const broken: [string, string, number][] = [
    ['an unmasked frame', '810161', 1002],
    ['a reserved bit', 'c1800000000061', 1002],
    ['a reserved opcode', '83800000000061', 1002],
    ['a continuation of nothing', '80810000000061', 1002],
    ['a fragmented ping', '09800000000061', 1002],
    ['text that is not UTF-8', '818100000000ff', 1007],
    ['a length beyond all bounds', '82ff7fffffffffffffff00000000', 1009],
  ];
  for (const [what, hex, code] of broken) {
    const { link } = await goOnline(relay);
    rawSocketOf(link.socket).write(Buffer.from(hex, 'hex'));
    expect(await link.closed(), what).toBe(code);
  }
  await exchangeMail(alice, bob);
});

test('a client that vanishes in the middle of a frame leaves nothing behind', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  const gone = await goOnline(relay);
  alice.link.send({ type: 'watch', addresses: [gone.address] });
  gone.link.send({ type: 'watch', addresses: [alice.address] });
  expect(await alice.link.frame('presence')).toMatchObject({ online: true });
  rawSocketOf(gone.link.socket).write(Buffer.from('82fe1000', 'hex'));
  gone.link.socket.terminate();
  expect(await alice.link.frame('presence')).toMatchObject({ address: gone.address, online: false });
});

test('bytes that are no HTTP get an answer or a closed socket, and the relay goes on', async () => {
  const relay = await startRelay();
  for (const bytes of [
    randomBytes(400),
    Buffer.from('GET /link HTTP/9.9\r\n\r\n'),
    Buffer.from('\x16\x03\x01\x02'),
  ]) {
    const socket = connect(relay.port, '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    socket.resume().end(bytes);
    await once(socket, 'close');
  }
  await goOnline(relay);
});

const jsonish = fc.oneof(
  fc.json(),
  fc.string(),
  fc
    .record(
      {
        type: fc.constantFrom('hello', 'proof', 'pong', 'watch', 'turn', 'ping', 'welcome', '__proto__'),
        address: fc.oneof(fc.constant(address), fc.constant(nonCanonical(address)), fc.anything()),
        resume: fc.oneof(fc.string(), fc.anything()),
        nonce: fc.oneof(fc.constant(nonce), fc.anything()),
        addresses: fc.oneof(fc.array(fc.constantFrom(address, nonCanonical(address), '')), fc.anything()),
      },
      { requiredKeys: ['type'] },
    )
    .map((value) => {
      try {
        return JSON.stringify(value) ?? '';
      } catch {
        return '';
      }
    }),
);

test('the parsers answer any text and any bytes, and what they accept they accept again', () => {
  fc.assert(
    fc.property(jsonish, (text) => {
      const frame = parseClientFrame(text);
      if (frame) expect(parseClientFrame(JSON.stringify(frame))).toEqual(frame);
      parseRelayFrame(text);
    }),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const mail = parseMailFrame(bytes);
      expect(mail !== null).toBe(bytes.length > 36);
      if (mail)
        expect(Buffer.concat([mail.party, bytes.subarray(32, 36), mail.sealed])).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 1000 },
  );
});

test('whatever one link says, before or after its login, mail between two others goes on', async () => {
  const relay = await startRelay({ limits: { loginBurst: 10_000, loginsPerSecond: 1000 } });
  const alice = await goOnline(relay);
  const bob = await goOnline(relay);
  const mallory = new Person();
  let resume: string | undefined;
  const frames = fc.array(fc.oneof(jsonish, fc.uint8Array({ maxLength: 200 })), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(frames, fc.boolean(), async (said, loggedIn) => {
      const link = await dial(relay);
      if (loggedIn) resume = String((await link.logIn(mallory, resume))['resume']);
      for (const frame of said) link.socket.send(frame, { binary: typeof frame !== 'string' });
      link.socket.close();
      const code = await link.closed();
      // 1005: nothing that it said was a reason to end it before it left.
      expect([1005, 4000, 4003]).toContain(code);
      await exchangeMail(alice, bob);
    }),
    { numRuns: 150 },
  );
});
