/**
 * A relay that drops, doubles, delays, reorders, replays, alters, redirects, renames, invents and lies, between the real background and
 * call host of two people, whose workers and browsers come and go. `HOSTILE_RUNS` makes the run longer than what a test may take.
 */
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flipped, HostileRelay } from './hostile-relay.ts';
import { PlayedBrowser, type Stage } from './played-browser.ts';
import { pass, playBrowserGlobals, settle } from './played-clock.ts';
import { Ether, OWN_DESCRIPTION } from './played-transport.ts';
import { Writer } from './sealing.ts';
import type { CallId, MailBody } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import { newId } from './two-people.ts';

const RUNS = Number(process.env['HOSTILE_RUNS'] ?? 8);
/** A crowded machine takes its time, in milliseconds. */
const PATIENCE = { timeout: 20_000 + RUNS * 2000 };
const TWO_HOURS = 2 * 3_600_000;

// A crowded machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.UTC(2026, 10, 22) });
  playBrowserGlobals();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

type Who = 'alice' | 'bob';
/** What people do, and what the world does to their browsers. */
type Deed =
  | { do: 'dial' | 'answer' | 'hang up' | 'restart worker' | 'restart browser' | 'cut'; who: Who }
  | { do: 'wait'; ms: number };
/** What the relay does with the `at`th mail it has, or has ever had. */
type Trick =
  | { do: 'deliver' | 'drop' | 'copy' | 'replay' | 'lie about delivery' | 'turn back'; at: number }
  | { do: 'alter' | 'cut short' | 'grow'; at: number; bit: number }
  | { do: 'rename'; at: number; as: 'mallory' | 'eve' | 'recipient' }
  | { do: 'invent' | 'mallory' | 'eve'; who: Who; what: number; at: number }
  | { do: 'relay clock'; who: Who; ms: number }
  | { do: 'lie about presence' | 'welcome again'; who: Who; online: boolean };

const who = fc.constantFrom<Who>('alice', 'bob');
const at = fc.nat(40);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('dial', 'answer', 'answer', 'hang up'), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('restart worker', 'restart browser', 'cut'), who }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(900, 5000, 20_000) }) },
);
const addition: fc.Arbitrary<Trick> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('copy', 'replay', 'replay', 'turn back', 'lie about delivery'),
      at,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('alter', 'cut short', 'grow'), at, bit: fc.nat() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rename'),
      at,
      as: fc.constantFrom('mallory', 'eve', 'recipient'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('invent', 'mallory', 'eve'), who, what: fc.nat(), at }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('relay clock'),
      who,
      ms: fc.constantFrom(TWO_HOURS, -TWO_HOURS, 0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('lie about presence', 'welcome again'),
      who,
      online: fc.boolean(),
    }),
  },
);
const trick: fc.Arbitrary<Trick> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver'), at: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop'), at }) },
  { weight: 2, arbitrary: addition },
);

class World {
  readonly relay = new HostileRelay();
  readonly stage: Stage = { ether: new Ether(), sealed: [] };
  alice!: PlayedBrowser;
  bob!: PlayedBrowser;
  /** Has no part in anybody's list. */
  mallory!: Writer;
  /** On Bob's list, and the relay's friend. */
  eve!: Writer;

  static async begin(): Promise<World> {
    const world = new World();
    vi.stubGlobal('WebSocket', world.relay.WebSocket);
    world.alice = await PlayedBrowser.of('Alice', world.stage);
    world.bob = await PlayedBrowser.of('Bob', world.stage);
    world.mallory = await Writer.create();
    world.eve = await Writer.create();
    world.alice.knows(world.bob);
    world.bob.knows(world.alice, { name: 'Eve', address: world.eve.address });
    await world.alice.start();
    await world.bob.start();
    return world;
  }

  async end(): Promise<void> {
    await this.alice.close();
    await this.bob.close();
  }

  other = (name: Who): PlayedBrowser => (name === 'alice' ? this.bob : this.alice);

  async perform(each: Deed): Promise<void> {
    switch (each.do) {
      case 'wait':
        return pass(each.ms, 5000);
      case 'dial':
        return this[each.who].host('dial', { peer: this.other(each.who).address, kind: 'video' });
      case 'answer':
        return this.#onCall(each.who, 'answer');
      case 'hang up':
        return this[each.who].isHostOpen
          ? this[each.who].host('leave', { peer: this.other(each.who).address })
          : undefined;
      case 'restart worker':
        return this[each.who].restartWorker();
      case 'restart browser':
        this.stage.ether.lose(this[each.who].name);
        return this[each.who].restart();
      case 'cut':
        this.relay.cut(this[each.who].address);
        return pass(3000);
    }
  }

  async #onCall(name: Who, what: 'answer'): Promise<void> {
    const rings = this[name].calls.find(({ phase }) => phase === 'incoming');
    if (rings) await this[name].host(what, { call: rings.id });
  }

  async play(each: Trick): Promise<void> {
    const { relay } = this;
    switch (each.do) {
      case 'relay clock':
        // Told at the next login: to each a time of their own, as if their own clocks were wrong.
        relay.skews.set(this[each.who].address, each.ms);
        return relay.cut(this[each.who].address);
      case 'lie about presence':
        return relay.say(this[each.who].address, {
          type: 'presence',
          address: this.other(each.who).address,
          online: each.online,
        });
      case 'welcome again':
        return relay.welcome(this[each.who].address);
      case 'invent':
      case 'mallory':
      case 'eve':
        return this.#write(each.do, this[each.who], each.what, each.at);
      default:
        return this.#handle(each);
    }
  }

  #handle(
    each: Extract<
      Trick,
      {
        at: number;
        do:
          | 'deliver'
          | 'drop'
          | 'copy'
          | 'replay'
          | 'lie about delivery'
          | 'turn back'
          | 'alter'
          | 'cut short'
          | 'grow'
          | 'rename';
      }
    >,
  ): void {
    const { relay } = this;
    const mails = each.do === 'deliver' || each.do === 'drop' ? relay.flying : relay.recorded;
    const index = each.at % Math.max(1, mails.length);
    const mail = mails[index];
    if (!mail) return;
    const { from, to, sealed, ref } = mail;
    switch (each.do) {
      case 'deliver':
        relay.flying.splice(index, 1);
        return relay.hand(to, from, sealed);
      case 'drop':
        return void relay.flying.splice(index, 1);
      case 'copy':
      case 'replay':
        return relay.hand(to, from, sealed);
      case 'turn back':
        return relay.hand(from, to, sealed);
      case 'lie about delivery':
        return relay.say(from, { type: 'undelivered', ref, reason: 'offline' });
      case 'alter':
        return relay.hand(to, from, flipped(sealed, each.bit));
      case 'cut short':
        return relay.hand(to, from, sealed.slice(0, 1 + (each.bit % sealed.length)));
      case 'grow':
        return relay.hand(to, from, Buffer.concat([sealed, Buffer.alloc(1 + (each.bit % 32))]));
      case 'rename':
        return relay.hand(to, each.as === 'recipient' ? to : this[each.as].address, sealed);
    }
  }

  /** Something about a call that is, was or never was: from nobody, from a stranger, from another contact. */
  async #write(
    by: 'invent' | 'mallory' | 'eve',
    to: PlayedBrowser,
    what: number,
    index: number,
  ): Promise<void> {
    const calls = [
      ...this.alice.calls,
      ...this.bob.calls,
      ...this.alice.stored('history').map(({ call }) => ({ id: call })),
    ];
    const call: CallId = calls[index % (calls.length + 1)]?.id ?? newId();
    // Whatever they offer may serve for a call of their own, and for no other.
    const isTheirs = !to.calls.some(({ id, phase }) => id === call && phase !== 'ended');
    const description = isTheirs ? OWN_DESCRIPTION : 'by somebody else';
    const bodies: MailBody[] = [
      { type: 'ring', call, kind: 'video', offer: description },
      { type: 'hangup', call },
      { type: 'cancel', call },
      { type: 'accept', call },
      { type: 'ringing', call },
      { type: 'signal', call, link: 1 + (what % 3), offer: description },
      { type: 'signal', call, link: 1 + (what % 3), answer: description },
      { type: 'got', call, of: 'ringing' },
      { type: 'stale', highest: 8.64e15 },
      { type: 'contact', answer: true, name: 'Alice', relay: 'evil.example' },
      { type: 'missed', call, kind: 'audio', rang: 0 },
    ];
    const body = bodies[what % bodies.length];
    if (!body) return;
    const author = by === 'eve' ? this.eve : this.mallory;
    const sealed = await author.write(to.address, body);
    const { address } = this.other(to === this.alice ? 'alice' : 'bob');
    // Under their own name, or under that of the one it is about.
    if (by === 'invent') return this.relay.hand(to.address, address, sealed);
    this.relay.hand(to.address, author.address, sealed);
  }

  /** What must be so at every moment. */
  check(): void {
    expect(this.stage.ether.unfit).toEqual([]);
    // Parsing puts fields in an order of its own.
    const name = (from: Address, to: Address, body: object) =>
      `${from} ${to} ${JSON.stringify(Object.entries(body).sort())}`;
    const left = new Map<string, number>();
    for (const { from, to, mail } of [...this.stage.sealed, ...this.eve.written]) {
      const key = name(from, to, mail);
      left.set(key, (left.get(key) ?? 0) + 1);
    }
    for (const browser of [this.alice, this.bob]) {
      for (const { from, body } of browser.handed) {
        const key = name(from, browser.address, body);
        const times = left.get(key) ?? 0;
        expect(times, `written so, to them, and not counted yet: ${JSON.stringify(body)}`).toBeGreaterThan(0);
        left.set(key, times - 1);
      }
      const rings = browser.rung;
      expect(new Set(rings).size, 'calls that rang, each once').toBe(rings.length);
    }
  }

  phases(): string[] {
    return [...this.alice.calls, ...this.bob.calls].map(({ phase }) => phase);
  }
}

describe('a relay that does whatever it likes', () => {
  it(
    'has no mail counted but as it was written, to whom, and once; and leaves nobody without an end',
    PATIENCE,
    async () => {
      const steps = fc.array(fc.oneof({ weight: 1, arbitrary: deed }, { weight: 3, arbitrary: trick }), {
        minLength: 10,
        maxLength: 40,
      });
      const property = fc.asyncProperty(steps, fc.boolean(), async (list, isHonestThen) => {
        const world = await World.begin();
        await world.perform({ do: 'dial', who: 'alice' });
        for (const each of list) {
          await perform(world, each);
          await settle();
          world.check();
        }
        world.relay.skews.clear();
        for (let seconds = 0; seconds < 130; seconds += 5) {
          if (isHonestThen) await world.relay.deliverUntilQuiet();
          else world.relay.flying.length = 0;
          await pass(5000, 1000);
        }
        world.check();
        for (const phase of world.phases()) expect(['active', 'ended']).toContain(phase);
        await world.end();
      });
      await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
    },
  );

  it('ends no good call by anything it adds', PATIENCE, async () => {
    const property = fc.asyncProperty(fc.array(addition, { minLength: 10, maxLength: 40 }), async (list) => {
      const world = await World.begin();
      await world.perform({ do: 'dial', who: 'alice' });
      await world.relay.deliverUntilQuiet();
      await world.perform({ do: 'answer', who: 'bob' });
      await world.relay.deliverUntilQuiet();
      const [call] = world.alice.calls;
      for (const each of list) {
        await world.play(each);
        await world.relay.deliverUntilQuiet();
        world.check();
      }
      await pass(30_000, 5000);
      for (const browser of [world.alice, world.bob])
        expect(browser.calls.find(({ id }) => id === call?.id)?.phase).toBe('active');
      await world.end();
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  });
});

const DEEDS: readonly string[] = [
  'dial',
  'answer',
  'hang up',
  'restart worker',
  'restart browser',
  'cut',
  'wait',
] satisfies Deed['do'][];
const perform = (world: World, each: Deed | Trick): Promise<void> =>
  DEEDS.includes(each.do) ? world.perform(each as Deed) : world.play(each as Trick);
