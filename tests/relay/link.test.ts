import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { defaultLimits } from '../../relay/config.ts';
import { Counters } from '../../relay/counters.ts';
import { Link, type Shared } from '../../relay/link.ts';
import { ResumeTokens } from '../../relay/login.ts';
import { type Address, isAddress } from '../../relay/protocol.ts';
import { Switchboard } from '../../relay/switchboard.ts';
import { TurnDesk } from '../../relay/turn.ts';
import { Person } from './independent-client.ts';
import { ManualClock } from './manual-clock.ts';

/** A socket whose buffer fills as the test says: what a real one holds back depends on the computer's network. */
class FakeWire {
  bufferedAmount = 0;
  readyState: 0 | 1 | 2 | 3 = WebSocket.OPEN;
  sent: (string | Buffer)[] = [];
  code = 0;

  send(data: unknown): void {
    this.sent.push(data as string | Buffer);
  }

  pong(): void {
    this.sent.push('a pong');
  }

  close(code = 0): void {
    this.code = code;
  }
}

function shared(): Shared {
  const clock = new ManualClock();
  return {
    clock,
    counters: new Counters(),
    limits: defaultLimits(),
    log: pino({ level: 'silent' }),
    stunServers: [],
    switchboard: new Switchboard(),
    tokens: new ResumeTokens('s'.repeat(32), 60, clock),
    turn: new TurnDesk({ urls: [], secret: '', lifetimeSeconds: 600, perHour: 6 }, clock),
  };
}

function linkOf(all: Shared): { link: Link; wire: FakeWire; address: Address; say: (frame: object) => void } {
  const address = randomBytes(32).toString('base64url');
  if (!isAddress(address)) throw new Error('not an address');
  const wire = new FakeWire();
  const link = new Link(wire, 'relay.example', all);
  const say = (frame: object) => link.receive(Buffer.from(JSON.stringify(frame)), false);
  say({ type: 'hello', address, resume: all.tokens.issue(address, 'relay.example') });
  return { link, wire, address, say };
}

function mailTo(address: Address, sealed = 'sealed'): Buffer {
  return Buffer.concat([Buffer.from(address, 'base64url'), Buffer.from([0, 0, 0, 1]), Buffer.from(sealed)]);
}

test('a control frame for which there is no room left ends the link with 4008', () => {
  const alice = linkOf(shared());
  alice.wire.bufferedAmount = 1024 * 1024 - 100;
  alice.link.receive(mailTo('A'.repeat(43) as Address), true);
  expect(alice.wire.sent.at(-1)).toContain('undelivered');
  alice.wire.bufferedAmount = 1024 * 1024 - 10;
  alice.link.receive(mailTo('A'.repeat(43) as Address), true);
  expect(alice.wire.code).toBe(4008);
});

test('a ping for whose pong there is no room left ends the link with 4008', () => {
  const alice = linkOf(shared());
  alice.link.receivePing(Buffer.alloc(10));
  expect(alice.wire.sent.at(-1)).toBe('a pong');
  alice.wire.bufferedAmount = 1024 * 1024;
  alice.link.receivePing(Buffer.alloc(10));
  expect(alice.wire.code).toBe(4008);
});

test('a slow reader that ends while presence is told leaves everybody with what is true', () => {
  const all = shared();
  const [alice, bob, carol] = [linkOf(all), linkOf(all), linkOf(all)];
  alice.say({ type: 'watch', addresses: [bob.address, carol.address] });
  carol.say({ type: 'watch', addresses: [alice.address, bob.address] });
  bob.wire.bufferedAmount = 1024 * 1024;
  // Bob becomes mutual with both at once; telling him ends his link in the middle of it.
  bob.say({ type: 'watch', addresses: [alice.address, carol.address] });
  expect(bob.wire.code).toBe(4008);
  for (const other of [alice, carol]) {
    const told = other.wire.sent.filter((text) => String(text).includes(bob.address));
    expect(told.at(-1)).toContain('"online":false');
  }
});

test('a chain of slow readers, each ended by the end of the one before, ends without a crash', () => {
  const all = shared();
  const chain = Array.from({ length: 5000 }, () => linkOf(all));
  chain.forEach(({ say }, i) => {
    const neighbours = [chain[i - 1], chain[i + 1]].flatMap((other) => other?.address ?? []);
    say({ type: 'watch', addresses: neighbours });
  });
  for (const { wire } of chain) wire.bufferedAmount = 1024 * 1024;
  chain[0]?.link.end();
  expect(chain.slice(1).every(({ wire }) => wire.code === 4008)).toBe(true);
  expect(all.switchboard.size).toBe(0);
});

test('a link whose socket is already closing takes no mail: the sender hears offline instead of nothing', () => {
  const all = shared();
  const [alice, bob] = [linkOf(all), linkOf(all)];
  alice.say({ type: 'watch', addresses: [bob.address] });
  bob.say({ type: 'watch', addresses: [alice.address] });
  bob.wire.readyState = WebSocket.CLOSING;
  alice.link.receive(mailTo(bob.address), true);
  expect(alice.wire.sent.slice(-2).map((text) => JSON.parse(String(text)))).toEqual([
    { type: 'presence', address: bob.address, online: false },
    { type: 'undelivered', ref: 1, reason: 'offline' },
  ]);
});

test('after its close a link does nothing, whatever still comes in', () => {
  const all = shared();
  const [alice, bob] = [linkOf(all), linkOf(all)];
  alice.say({ type: 'nonsense' });
  expect(alice.wire.code).toBe(4000);
  const before = [alice.wire.sent.length, bob.wire.sent.length];
  alice.link.receive(mailTo(bob.address), true);
  alice.say({ type: 'turn' });
  alice.link.receivePing(Buffer.alloc(0));
  alice.link.tick(Number.MAX_SAFE_INTEGER);
  expect([alice.wire.sent.length, bob.wire.sent.length]).toEqual(before);
});

test('a challenge that is ready only after the link was closed does not bring it back', async () => {
  const all = shared();
  const challenged = async (wire: FakeWire, link: Link) => {
    link.receive(Buffer.from(JSON.stringify({ type: 'hello', address: new Person().address })), false);
    await vi.waitFor(() => expect(wire.sent.at(-1)).toContain('challenge'));
  };
  const wire = new FakeWire();
  const link = new Link(wire, 'relay.example', all);
  const hello = Buffer.from(JSON.stringify({ type: 'hello', address: new Person().address }));
  link.receive(hello, false);
  link.receive(hello, false);
  expect(wire.code).toBe(4003);
  // Two whole challenges later the first one is long ready.
  for (const other of [new FakeWire(), new FakeWire()])
    await challenged(other, new Link(other, 'relay.example', all));
  expect(wire.sent).toHaveLength(1);
});
