/** What happens in the same moment: nothing this person decided is lost, and an invite lets one in. */
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HostileRelay } from './hostile-relay.ts';
import { contactOf, PlayedBrowser, type Stage } from './played-browser.ts';
import { pass, playBrowserGlobals, RELAY, settle } from './played-clock.ts';
import { Ether } from './played-transport.ts';
import { Writer } from './sealing.ts';
import type { Invite } from '../../extension/storage.ts';
import type { CallId, MailBody } from '../../relay/mail.ts';
import { toBase64url } from '../../relay/protocol.ts';

const NOW = Date.UTC(2026, 10, 22);
const DAY = 86_400_000;
const SECRET = toBase64url(new Uint8Array(16).fill(9));
const invite: Invite = { secret: SECRET, madeAt: NOW, until: NOW + 7 * DAY, state: 'live', usedBy: null };
const hello = (relay = RELAY): MailBody => ({
  type: 'contact',
  answer: false,
  name: 'Bob',
  relay,
  secret: SECRET,
});

// A crowded machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

let relay: HostileRelay;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: NOW });
  playBrowserGlobals();
  relay = new HostileRelay();
  vi.stubGlobal('WebSocket', relay.WebSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const stage = (): Stage => ({ ether: new Ether(), sealed: [] });
async function aliceWho(prepare: (alice: PlayedBrowser) => void): Promise<PlayedBrowser> {
  const alice = await PlayedBrowser.of('Alice', stage());
  prepare(alice);
  await alice.start();
  return alice;
}

/** How long each write to the disk takes, so that what happens at once happens in every order. */
const disk = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 12 });
/** During which write of hers Alice decides something: that of the number, of the invite, of the list, or before all. */
const moment = fc.nat(4);
type Decision = [duringWrite: number, decide: () => Promise<unknown>];

/** Hands mail to Alice, who decides this and that while it is being handled. */
async function meanwhile(
  alice: PlayedBrowser,
  waits: number[],
  hand: () => void,
  ...decisions: Decision[]
): Promise<void> {
  const done: Promise<unknown>[] = [];
  let writes = 0;
  const decideAt = (write: number) =>
    decisions.filter(([at]) => at === write).forEach(([, decide]) => done.push(decide()));
  alice.diskTurns = () => {
    decideAt(++writes);
    return waits[writes % waits.length] ?? 1;
  };
  decideAt(0);
  hand();
  await settle();
  for (const [at, decide] of decisions) if (at > writes) done.push(decide());
  await Promise.all(done);
  await settle();
}

const slowly = (alice: PlayedBrowser, waits: number[]): void => {
  let write = 0;
  alice.diskTurns = () => waits[write++ % waits.length] ?? 1;
};

type Arrival = 'uses an invite' | 'answers' | 'moves to another relay';
const arrivals = fc.constantFrom<Arrival>('uses an invite', 'answers', 'moves to another relay');
const bodyOf = (arrival: Arrival): MailBody =>
  arrival === 'answers'
    ? { type: 'contact', answer: true, name: 'Bob', relay: RELAY }
    : hello(arrival === 'moves to another relay' ? 'other.example' : RELAY);

async function arrivalOf(arrival: Arrival, bob: Writer): Promise<PlayedBrowser> {
  return aliceWho((alice) => {
    alice.invites(invite);
    const known = contactOf('Bob', bob.address);
    const waiting = { state: 'waiting', secret: SECRET, until: NOW + DAY } as const;
    alice.holds(arrival === 'moves to another relay' ? known : { ...known, bond: waiting });
  });
}

describe('in the moment in which somebody comes in, answers or moves', () => {
  it('a new name and a block are kept', async () => {
    const property = fc.asyncProperty(
      arrivals,
      disk,
      moment,
      moment,
      async (arrival, waits, rename, block) => {
        const bob = await Writer.create();
        const { address } = bob;
        const alice = await arrivalOf(arrival, bob);
        const sealed = await bob.write(alice.address, bodyOf(arrival));
        await meanwhile(
          alice,
          waits,
          () => relay.hand(alice.address, address, sealed),
          [rename, () => alice.ask('contact.rename', { address, name: 'Bobby' })],
          [block, () => alice.ask('contact.block', { address, isBlocked: true })],
        );
        const contact = alice.stored('contacts')[address];
        expect(contact?.name).toBe('Bobby');
        expect(contact?.blockedAt).not.toBeNull();
        await alice.close();
      },
    );
    await fc.assert(property, { numRuns: 25, endOnFailure: true });
  });

  it('whoever is removed does not come back by what they said as a contact', async () => {
    const still = fc.constantFrom<Arrival>('answers', 'moves to another relay');
    const property = fc.asyncProperty(still, disk, moment, async (arrival, waits, remove) => {
      const bob = await Writer.create();
      const alice = await arrivalOf(arrival, bob);
      alice.invites();
      const sealed = await bob.write(alice.address, bodyOf(arrival));
      await meanwhile(alice, waits, () => relay.hand(alice.address, bob.address, sealed), [
        remove,
        () => alice.ask('contact.remove', { address: bob.address }),
      ]);
      expect(alice.stored('contacts')).toEqual({});
      await alice.close();
    });
    await fc.assert(property, { numRuns: 15, endOnFailure: true });
  });
});

describe('an invite', () => {
  it('lets exactly one in, however many show it at the same moment', async () => {
    // Some of them gave Alice an invite of their own, so that their mail waits for nobody else's.
    const giving = fc.array(fc.boolean(), { minLength: 2, maxLength: 4 });
    const property = fc.asyncProperty(disk, giving, async (waits, gave) => {
      const takers = await Promise.all(gave.map(() => Writer.create()));
      const alice = await aliceWho((each) => {
        each.invites(invite);
        const givers = takers.filter((_, at) => gave[at]);
        const bond = { state: 'waiting', secret: SECRET, until: NOW } as const;
        each.holds(...givers.map(({ address }) => ({ ...contactOf('', address), bond })));
      });
      const mails = await Promise.all(takers.map((taker) => taker.write(alice.address, hello())));
      // All of them have been read before the first has used it up.
      let goOn: () => void = () => undefined;
      const allWait = new Promise<void>((resolve) => (goOn = resolve));
      alice.beforeRead = (key) => (key === 'invites' ? allWait : Promise.resolve());
      slowly(alice, waits);
      takers.forEach(({ address }, at) => relay.hand(alice.address, address, mails[at] ?? new Uint8Array()));
      await settle();
      goOn();
      await settle();
      const people = Object.values(alice.stored('contacts'));
      const inside = people.filter(({ bond }) => bond.state === 'mutual').map(({ address }) => address);
      expect(inside).toHaveLength(1);
      expect(alice.stored('invites')).toMatchObject([{ state: 'used', usedBy: inside[0] }]);
      const told = new Map(relay.flying.splice(0).map((mail) => [mail.to, mail]));
      for (const taker of takers) {
        const answer = told.get(taker.address);
        const said = await taker.read(alice.address, answer?.sealed ?? new Uint8Array());
        expect(said.type === 'refused' ? said.reason : said.type).toBe(
          inside[0] === taker.address ? 'contact' : 'used',
        );
      }
      await alice.close();
    });
    await fc.assert(property, { numRuns: 12, endOnFailure: true });
  });

  it('that was used leaves nothing on the disk, and few words, however many keys show it', async () => {
    const alice = await aliceWho((each) => each.invites({ ...invite, state: 'used', usedBy: each.address }));
    const before = alice.written.length;
    const strangers = await Promise.all(Array.from({ length: 60 }, () => Writer.create()));
    for (const stranger of strangers) {
      relay.hand(alice.address, stranger.address, await stranger.write(alice.address, hello()));
      await settle();
    }
    expect(alice.written.slice(before)).toEqual([]);
    expect([...alice.local.keys()].filter((key) => key.startsWith('ledger:'))).toEqual([]);
    expect(relay.flying).toHaveLength(20);
    // They ask again in a minute, and are told then.
    relay.flying.length = 0;
    await pass(60_000, 30_000);
    const [late] = strangers;
    if (late) relay.hand(alice.address, late.address, await late.write(alice.address, hello()));
    await settle();
    expect(relay.flying).toHaveLength(1);
    await alice.close();
  });

  it('is noted for its user, so that no mail of theirs counts twice from the first on', async () => {
    const bob = await Writer.create();
    const alice = await aliceWho((each) => each.invites(invite));
    relay.hand(alice.address, bob.address, await bob.write(alice.address, hello(), { seq: 5 }));
    await settle();
    expect(alice.local.get(`ledger:${bob.address}`)).toMatchObject({ seen: [5] });
    await alice.close();
  });
});

describe('a contact who introduces themselves without end', () => {
  it('is answered a few times, and moves this browser’s links as often', async () => {
    const bob = await Writer.create();
    const alice = await aliceWho((each) => each.knows({ name: 'Bob', address: bob.address }));
    const dialled = relay.dialled.length;
    for (let i = 0; i < 40; i++)
      relay.hand(alice.address, bob.address, await bob.write(alice.address, hello(`r${String(i)}.example`)));
    await settle();
    expect(relay.flying.length).toBeLessThanOrEqual(3);
    expect(relay.dialled.length - dialled).toBeLessThanOrEqual(3);
    await alice.close();
  });

  it('does not lead this browser to what listens on its own computer or network', async () => {
    const bob = await Writer.create();
    const alice = await aliceWho((each) => each.knows({ name: 'Bob', address: bob.address }));
    for (const host of ['127.0.0.1:8787', '192.168.1.1'])
      relay.hand(alice.address, bob.address, await bob.write(alice.address, hello(host)));
    await settle();
    expect(alice.stored('contacts')[bob.address]?.relay).toBe('192.168.1.1');
    expect(new Set(relay.dialled)).toEqual(new Set([`wss://${RELAY}/link`]));
    await alice.close();
  });
});

describe('somebody one is in a call with', () => {
  it.each(['contact.block', 'contact.remove'])(
    'hears that it is over when they are gone: %s',
    async (type) => {
      const shared = stage();
      const [alice, bob] = [await PlayedBrowser.of('Alice', shared), await PlayedBrowser.of('Bob', shared)];
      alice.knows(bob);
      bob.knows(alice);
      await alice.start();
      await bob.start();
      await alice.host('dial', { peer: bob.address, kind: 'video' });
      await relay.deliverUntilQuiet();
      await bob.host('answer', { call: bob.calls[0]?.id });
      await relay.deliverUntilQuiet();
      // What a call's beginning is to the background waits for the first picture.
      await pass(500);
      expect(alice.calls[0]?.phase).toBe('active');
      await pass(5000);
      // By the relay alone: the two transports are past it.
      shared.ether.mute();
      await alice.ask(type, { address: bob.address, ...(type === 'contact.block' && { isBlocked: true }) });
      await relay.deliverUntilQuiet();
      expect(alice.stored('history')).toMatchObject([{ outcome: 'talked' }]);
      expect([...alice.calls, ...bob.calls].filter(({ phase }) => phase !== 'ended')).toEqual([]);
      await alice.close();
      await bob.close();
    },
  );
});

describe('a ring that both sides give up in the same moment', () => {
  it('leaves the notification of the missed call, though the caller’s word finds no call any more', async () => {
    const alice = await Writer.create();
    const bob = await PlayedBrowser.of('Bob', stage());
    bob.knows({ name: 'Alice', address: alice.address });
    await bob.start();
    const call = toBase64url(new Uint8Array(16).fill(3)) as CallId;
    const hand = async (body: MailBody): Promise<void> =>
      relay.hand(bob.address, alice.address, await alice.write(bob.address, body));
    await hand({ type: 'ring', call, kind: 'video' });
    await settle();
    await hand({ type: 'got', call, of: 'ringing' });
    await pass(44_000);
    expect(bob.screen.get(call)).toBe('ringing');
    bob.beforeHost = async () => {
      bob.beforeHost = () => Promise.resolve();
      vi.advanceTimersByTime(1500);
      while (bob.screen.get(call) !== 'missed') await new Promise(setImmediate);
    };
    await hand({ type: 'cancel', call });
    await settle();
    expect(bob.screen.get(call)).toBe('missed');
    await bob.close();
  });
});
