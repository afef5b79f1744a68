/** Mail and relays one at a time: what a forged, altered, replayed, renamed or late mail does, which is nothing, and what lies come to. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flipped, HostileRelay } from './hostile-relay.ts';
import { contactOf, PlayedBrowser, type Stage } from './played-browser.ts';
import { openings, pass, playBrowserGlobals, RELAY, settle } from './played-clock.ts';
import { Ether } from './played-transport.ts';
import { type Liberties, Writer } from './sealing.ts';
import type { Invite } from '../../extension/storage.ts';
import type { MailBody } from '../../relay/mail.ts';
import { type Address, fromBase64url, toBase64url } from '../../relay/protocol.ts';
import { newId } from './two-people.ts';

const NOW = Date.UTC(2026, 10, 22);
const TWO_HOURS = 2 * 3_600_000;
const SECRET = toBase64url(new Uint8Array(16).fill(9));
const invite: Invite = {
  secret: SECRET,
  madeAt: NOW,
  until: NOW + 7 * 86_400_000,
  state: 'live',
  usedBy: null,
};

// A crowded machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

let relay: HostileRelay;
let stage: Stage;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: NOW });
  playBrowserGlobals();
  relay = new HostileRelay();
  stage = { ether: new Ether(), sealed: [] };
  vi.stubGlobal('WebSocket', relay.WebSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ring = (): MailBody => ({ type: 'ring', call: newId(), kind: 'video' });

/** Bob's browser, with Alice on his list, who writes by hand. */
async function bobAndAlice(): Promise<{ bob: PlayedBrowser; alice: Writer }> {
  const alice = await Writer.create();
  const bob = await PlayedBrowser.of('Bob', stage);
  bob.knows({ name: 'Alice', address: alice.address });
  await bob.start();
  return { bob, alice };
}

async function hand(bob: PlayedBrowser, from: Address, sealed: Uint8Array): Promise<void> {
  relay.hand(bob.address, from, sealed);
  await settle();
}

describe('mail', () => {
  it('written as the protocol says is taken, and what is written back can be read', async () => {
    const { bob, alice } = await bobAndAlice();
    await hand(bob, alice.address, await alice.write(bob.address, ring()));
    expect(bob.rung).toHaveLength(1);
    const answers = await Promise.all(
      relay.flying.map(({ sealed }) => alice.read(bob.address, sealed).then(({ type }) => type)),
    );
    expect(answers.sort()).toEqual(['got', 'ringing']);
    await bob.close();
  });

  it.each<[string, (alice: Writer, bob: Writer | PlayedBrowser) => Liberties]>([
    ['with no additional data', () => ({ aad: new Uint8Array(0) })],
    [
      'with the two names the other way round',
      (alice, bob) => ({ aad: together(bob.address, alice.address) }),
    ],
    ['for another purpose', () => ({ info: 'sidecall.1 login' })],
    ['by nobody in particular', () => ({ isAnonymous: true })],
  ])('sealed %s is nothing', async (_, how) => {
    const { bob, alice } = await bobAndAlice();
    await hand(bob, alice.address, await alice.write(bob.address, ring(), {}, how(alice, bob)));
    expectNothing(bob);
    await bob.close();
  });

  it('of a stranger under the name of a contact is nothing, nor is a contact’s under a stranger’s or their own', async () => {
    const { bob, alice } = await bobAndAlice();
    const mallory = await Writer.create();
    await hand(bob, alice.address, await mallory.write(bob.address, ring()));
    await hand(bob, mallory.address, await alice.write(bob.address, ring()));
    await hand(bob, bob.address, await alice.write(bob.address, ring()));
    await hand(bob, alice.address, await alice.write(mallory.address, ring()));
    await hand(bob, mallory.address, await mallory.write(bob.address, ring()));
    expectNothing(bob);
    await bob.close();
  });

  it('with any one bit turned over is nothing', async () => {
    const { bob, alice } = await bobAndAlice();
    const sealed = await alice.write(bob.address, ring());
    for (let bit = 0; bit < sealed.length * 8; bit += 37)
      await hand(bob, alice.address, flipped(sealed, bit));
    expectNothing(bob);
    await hand(bob, alice.address, sealed);
    expect(bob.rung).toHaveLength(1);
    await bob.close();
  });
});

describe('a ring that was recorded', () => {
  it.each<[string, (bob: PlayedBrowser) => Promise<void>]>([
    ['at once', () => Promise.resolve()],
    ['after the worker was stopped', (bob) => bob.restartWorker()],
    ['after the browser was closed', (bob) => bob.restart()],
    ['by a relay whose clock is two hours slow', (bob) => skewed(bob, -TWO_HOURS)],
    ['by a relay whose clock is two hours fast', (bob) => skewed(bob, TWO_HOURS)],
    ['when one’s own clock was set two hours back', (bob) => moved(bob, -TWO_HOURS)],
    ['when one’s own clock was set two hours ahead', (bob) => moved(bob, TWO_HOURS)],
  ])('does not ring again: %s', async (_, meanwhile) => {
    const { bob, alice } = await bobAndAlice();
    const sealed = await alice.write(bob.address, ring());
    await hand(bob, alice.address, sealed);
    expect(bob.rung).toHaveLength(1);
    await pass(12_000);
    expect(bob.calls.every(({ phase }) => phase === 'ended')).toBe(true);
    await meanwhile(bob);
    bob.rung.length = bob.handed.length = 0;
    const said = relay.heard;
    for (let again = 0; again < 3; again++) await hand(bob, alice.address, sealed);
    expectNothing(bob);
    // Not even to say that it is over: it counted once.
    expect(relay.heard).toBe(said);
    await bob.close();
  });

  it('is refused also when more than the window holds has come since', async () => {
    const { bob, alice } = await bobAndAlice();
    const sealed = await alice.write(bob.address, ring());
    await hand(bob, alice.address, sealed);
    for (let i = 0; i < 260; i++)
      relay.hand(
        bob.address,
        alice.address,
        await alice.write(bob.address, { type: 'status', status: 'available' }),
      );
    await settle();
    bob.rung.length = bob.handed.length = 0;
    await bob.restart();
    await hand(bob, alice.address, sealed);
    expectNothing(bob);
    await bob.close();
  });

  it('that was held back for two hours by a relay that lies about the time stops after ten seconds', async () => {
    const { bob, alice } = await bobAndAlice();
    const sealed = await alice.write(bob.address, ring());
    await pass(TWO_HOURS, 60_000);
    await skewed(bob, -TWO_HOURS);
    await hand(bob, alice.address, sealed);
    expect(bob.calls.map(({ phase }) => phase)).toEqual(['incoming']);
    await pass(11_000);
    expect(bob.stored('history')).toMatchObject([{ outcome: 'missed' }]);
    expect(bob.calls.filter(({ phase }) => phase !== 'ended')).toEqual([]);
    await bob.close();
  });

  it('that was held back for two hours is noted as missed where the time is told truly', async () => {
    const { bob, alice } = await bobAndAlice();
    const sealed = await alice.write(bob.address, ring());
    await pass(TWO_HOURS, 60_000);
    await hand(bob, alice.address, sealed);
    expect(bob.rung).toEqual([]);
    expect(bob.stored('history')).toMatchObject([{ outcome: 'missed' }]);
    await bob.close();
  });
});

describe('a disk that is full', () => {
  it('takes a ring from the screen again, and one that is repeated rings once it has room', async () => {
    const { bob, alice } = await bobAndAlice();
    bob.diskTakes = (key) => !key.startsWith('ledger:');
    await hand(bob, alice.address, await alice.write(bob.address, ring()));
    expect(bob.rung).toHaveLength(1);
    expect(bob.screen.size).toBe(0);
    expect([bob.handed, bob.calls, relay.flying]).toEqual([[], [], []]);
    bob.diskTakes = () => true;
    await hand(bob, alice.address, await alice.write(bob.address, ring()));
    expect(bob.calls.map(({ phase }) => phase)).toEqual(['incoming']);
    await bob.close();
  });

  it('shows nothing else that it does not remember', async () => {
    const { bob, alice } = await bobAndAlice();
    bob.diskTakes = (key) => !key.startsWith('ledger:');
    const missed: MailBody = { type: 'missed', call: newId(), kind: 'video', rang: NOW };
    await hand(bob, alice.address, await alice.write(bob.address, missed));
    expectNothing(bob);
    expect(bob.stored('history')).toEqual([]);
    await bob.close();
  });
});

describe('mail to somebody whom the pointer has come to', () => {
  it('waits for no disk, is as fresh as any other, and numbers go on above it after a restart', async () => {
    const { bob, alice } = await bobAndAlice();
    const rings = async (): Promise<{ seq: number; enc: string; waited: boolean }> => {
      bob.written.length = relay.flying.length = 0;
      await bob.host('dial', { peer: alice.address, kind: 'audio' });
      const [first] = relay.flying;
      if (!first) throw new Error('It did not ring.');
      const mail = await alice.read(bob.address, first.sealed);
      expect(mail.type).toBe('ring');
      const waited = bob.written.includes(`ledger:${alice.address}`);
      await bob.host('leave', { peer: alice.address });
      return { seq: mail.seq, enc: toBase64url(first.sealed.subarray(0, 32)), waited };
    };
    const unforeseen = await rings();
    expect(unforeseen.waited).toBe(true);
    await bob.ask('contact.near', { peer: alice.address });
    await bob.ask('contact.near', { peer: alice.address });
    const foreseen = [await rings(), await rings()];
    expect(foreseen.map(({ waited }) => waited)).toEqual([false, false]);
    await bob.restart();
    const all = [unforeseen, ...foreseen, await rings()];
    expect(new Set(all.map(({ enc }) => enc)).size).toBe(4);
    expect(all.map(({ seq }) => seq)).toEqual(all.map(({ seq }) => seq).toSorted((a, b) => a - b));
    expect(new Set(all.map(({ seq }) => seq)).size).toBe(4);
    await bob.close();
  });

  it('is none if they are nobody here', async () => {
    const { bob } = await bobAndAlice();
    const stranger = await Writer.create();
    bob.written.length = 0;
    await bob.ask('contact.near', { peer: stranger.address });
    expect(bob.written).toEqual([]);
    await bob.close();
  });
});

describe('an invite’s secret', () => {
  const show = (secret: string): MailBody => ({
    type: 'contact',
    answer: false,
    name: 'Eve',
    relay: RELAY,
    secret,
  });

  it('lets somebody in who shows it; another one is met with silence', async () => {
    const bob = await PlayedBrowser.of('Bob', stage);
    bob.invites(invite);
    await bob.start();
    const [eve, carol] = [await Writer.create(), await Writer.create()];
    const wrong = toBase64url(new Uint8Array(16).fill(10));
    await hand(bob, eve.address, await eve.write(bob.address, show(wrong)));
    expect(bob.stored('contacts')).toEqual({});
    expectNothing(bob);
    await hand(bob, carol.address, await carol.write(bob.address, show(SECRET)));
    expect(Object.keys(bob.stored('contacts'))).toEqual([carol.address]);
    await bob.close();
  });
});

describe('the caller', () => {
  it.each<[string, string, (alice: PlayedBrowser) => Promise<void>]>([
    ['says nothing', 'no-answer', () => pass(50_000)],
    ['says that it could not be delivered', 'offline', (alice) => refuse(alice)],
    ['ends every link', 'no-answer', (alice) => cutting(alice)],
  ])('is told how it ended when the relay %s', async (_, outcome, hostile) => {
    const alice = await PlayedBrowser.of('Alice', stage);
    const bob = await Writer.create();
    alice.knows({ name: 'Bob', address: bob.address });
    await alice.start();
    await alice.host('dial', { peer: bob.address, kind: 'video' });
    await hostile(alice);
    expect(alice.stored('history')).toMatchObject([{ outcome }]);
    await alice.close();
  });
});

describe('whoever has no part in it', () => {
  const everything = (call = newId()): MailBody[] => [
    ring(),
    { type: 'ringing', call },
    { type: 'signal', call, link: 2, want: true },
    { type: 'signal', call, link: 1, offer: 'o' },
    { type: 'accept', call },
    { type: 'decline', call },
    { type: 'cancel', call },
    { type: 'busy', call },
    { type: 'hangup', call },
    { type: 'got', call, of: 'ring' },
    { type: 'missed', call, kind: 'audio', rang: 0 },
    { type: 'stale', highest: 5 },
    { type: 'status', status: 'dnd' },
    { type: 'refused', reason: 'used' },
    { type: 'contact', answer: true, name: 'E', relay: RELAY },
    { type: 'contact', answer: false, name: 'E', relay: RELAY },
  ];

  it.each(['a stranger', 'somebody blocked', 'somebody removed', 'somebody who claims another’s name'])(
    'makes nothing leave the browser and nothing be written, whatever they write: %s',
    async (kind) => {
      const eve = await Writer.create();
      const bob = await PlayedBrowser.of('Bob', stage);
      const known = contactOf('Eve', eve.address);
      if (kind !== 'a stranger') bob.holds(known);
      if (kind.includes('claims'))
        bob.holds({ ...known, claim: { of: bob.address, by: 'them', choice: 'open' } });
      await bob.start();
      if (kind.includes('blocked')) await bob.ask('contact.block', { address: eve.address, isBlocked: true });
      if (kind.includes('removed')) await bob.ask('contact.remove', { address: eve.address });
      await settle();
      const [said, written] = [relay.heard, bob.written.length];
      // Whoever claims a name goes on introducing themselves, until it is settled.
      const mails = everything().filter(({ type }) => !kind.includes('claims') || type !== 'contact');
      for (const body of mails.filter(({ type }) => !kind.includes('claims') || type !== 'refused'))
        await hand(bob, eve.address, await eve.write(bob.address, body));
      await pass(20_000);
      expect(relay.heard).toBe(said);
      expect(bob.written.length).toBe(written);
      expectNothing(bob);
      await bob.close();
    },
  );

  it('delays nobody’s mail by more than one of theirs', async () => {
    const { bob, alice } = await bobAndAlice();
    // Loaded by now: that takes as long as the machine takes, and strangers' mail is opened meanwhile.
    await bob.host('ping', {});
    const strangers = await Promise.all(Array.from({ length: 40 }, () => Writer.create()));
    const mails = await Promise.all(strangers.map((each) => each.write(bob.address, ring())));
    const sealed = await alice.write(bob.address, ring());
    const before = openings();
    strangers.forEach(({ address }, at) => relay.hand(bob.address, address, mails[at] ?? new Uint8Array()));
    relay.hand(bob.address, alice.address, sealed);
    while (bob.handed.length === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(openings() - before).toBeLessThan(15);
    await settle();
    expect(openings() - before).toBeGreaterThanOrEqual(41);
    await bob.close();
  });

  it('cannot fill the browser with news of people it never asked about', async () => {
    const { bob, alice } = await bobAndAlice();
    for (let i = 0; i < 50; i++) {
      const address = toBase64url(new Uint8Array(32).fill(i)) as Address;
      relay.say(bob.address, { type: 'presence', address, online: true });
    }
    relay.say(bob.address, { type: 'presence', address: alice.address, online: true });
    await settle();
    expect(Object.keys(bob.stored('presence'))).toEqual([alice.address]);
    await bob.close();
  });
});

const together = (...addresses: Address[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(addresses.flatMap((address) => [...fromBase64url(address)]));

function expectNothing(bob: PlayedBrowser): void {
  expect(bob.rung).toEqual([]);
  expect(bob.handed).toEqual([]);
}

async function skewed(bob: PlayedBrowser, ms: number): Promise<void> {
  relay.skews.set(bob.address, ms);
  relay.cut(bob.address);
  await pass(5000);
}

async function moved(bob: PlayedBrowser, ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await bob.restartWorker();
}

async function refuse(alice: PlayedBrowser): Promise<void> {
  for (const { ref } of relay.recorded)
    relay.say(alice.address, { type: 'undelivered', ref, reason: 'offline' });
  await settle();
}

async function cutting(alice: PlayedBrowser): Promise<void> {
  for (let second = 0; second < 50; second++) {
    relay.cut(alice.address);
    await pass(1000);
  }
}
