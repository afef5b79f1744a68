import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DOUBT_MS, PROBE_PATIENCE_MS } from '../../extension/core/reconnect.ts';
import { mayUpdate } from '../../extension/core/update.ts';
import type { CallSummary, OutboxEntry } from '../../extension/storage.ts';
import { HostileRelay } from './hostile-relay.ts';
import { PlayedBrowser, type Sent } from './played-browser.ts';
import { pass, playBrowserGlobals, settle } from './played-clock.ts';
import { Ether } from './played-transport.ts';
import { Writer } from './sealing.ts';
import { newId } from './two-people.ts';
import type { MailBody } from '../../relay/mail.ts';

/** As long as a relay that was reached may take for the login. */
const LOGIN_PATIENCE_MS = 10_000;
const ring = (): MailBody => ({ type: 'ring', call: newId(), kind: 'audio' });

let relay: HostileRelay;
let bob: PlayedBrowser;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  playBrowserGlobals();
  relay = new HostileRelay();
  vi.stubGlobal('WebSocket', relay.WebSocket);
  bob = await PlayedBrowser.of('Bob', { ether: new Ether(), sealed: [] });
  await bob.start();
});
afterEach(async () => {
  await bob.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** How often the relay was dialled while this went on. */
async function diallings(during: () => Promise<void>): Promise<number> {
  const before = relay.dialled.length;
  await during();
  return relay.dialled.length - before;
}

describe('a link that seems to stand', () => {
  it('is left alone while the relay answers, however rarely it speaks', async () => {
    expect(await diallings(() => pass(10 * 60_000))).toBe(0);
    expect(relay.isLinked(bob.address)).toBe(true);
  });

  it('is made anew within half a minute where the way has died and nobody said so', async () => {
    relay.isDeaf = true;
    expect(await diallings(() => pass(DOUBT_MS + PROBE_PATIENCE_MS + 1000))).toBeGreaterThan(0);
  });

  it('is asked at once after the computer slept, and made anew if nothing comes', async () => {
    relay.isDeaf = true;
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    expect(await diallings(() => pass(PROBE_PATIENCE_MS + 2000))).toBeGreaterThan(0);
  });

  it('is kept over a sleep that it survived', async () => {
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    expect(await diallings(() => pass(20_000))).toBe(0);
  });
});

describe('a link that a call in need makes anew', () => {
  const state = () => (bob.session.get('link') as { state: string }).state;
  const hurry = (isChanged: boolean) => bob.ask('path.sought', { isChanged });
  beforeEach(() => pass(20_000));

  it('stands until the relay has let its successor in, and mail comes over it', async () => {
    const alice = await Writer.create();
    await bob.close();
    bob.knows({ name: 'Alice', address: alice.address });
    await bob.start();
    await pass(20_000);
    relay.isDeaf = true;
    expect(await diallings(() => hurry(true).then(settle))).toBe(1);
    relay.hand(bob.address, alice.address, await alice.write(bob.address, ring()));
    await settle();
    expect(bob.rung).toHaveLength(1);
    expect(state()).toBe('connected');
    // It was reached and does not answer: both are given up.
    await pass(LOGIN_PATIENCE_MS);
    expect(state()).not.toBe('connected');
    relay.isDeaf = false;
    await pass(3000);
    expect([state(), relay.isLinked(bob.address)]).toEqual(['connected', true]);
  });

  it.each([true, false])(
    'is one in the end, whether or not the network is another (%s)',
    async (isChanged) => {
      expect(await diallings(() => hurry(isChanged).then(settle))).toBe(1);
      expect([state(), relay.isLinked(bob.address)]).toEqual(['connected', true]);
      // The next word of the same need finds it young.
      expect(await diallings(() => hurry(false).then(settle))).toBe(0);
    },
  );

  it('is a plain one once the former has gone', async () => {
    relay.isDeaf = true;
    await hurry(true);
    relay.cut(bob.address);
    await settle();
    expect(state()).toBe('connecting');
    relay.isDeaf = false;
    await pass(LOGIN_PATIENCE_MS + 1000);
    expect([state(), relay.isLinked(bob.address)]).toEqual(['connected', true]);
  });
});

describe('a relay that is away', () => {
  it('is tried anew as soon as there is a network again, whatever the wait was', async () => {
    relay.isGone = true;
    relay.cut(bob.address);
    vi.stubGlobal('navigator', { onLine: false });
    await pass(10 * 60_000);
    relay.isGone = false;
    vi.stubGlobal('navigator', { onLine: true });
    await pass(1500);
    expect(relay.isLinked(bob.address)).toBe(true);
  });

  it('that accepts and never answers is tried every few seconds, and the first answer counts', async () => {
    relay.isDeaf = true;
    relay.cut(bob.address);
    const tries = await diallings(() => pass(120_000));
    expect(tries).toBeGreaterThanOrEqual(9);
    expect(tries).toBeLessThanOrEqual(40);
    relay.isDeaf = false;
    await pass(11_000);
    expect(relay.isLinked(bob.address)).toBe(true);
  });

  it('for an hour is tried at least every half minute, and not more often than it can bear', async () => {
    relay.isGone = true;
    relay.cut(bob.address);
    const tries = await diallings(() => pass(3_600_000, 5000));
    expect(tries).toBeGreaterThan(100);
    expect(tries).toBeLessThan(260);
    await settle();
  });
});

describe('a browser that ends while it rings somebody', () => {
  /** Alice knows Bob and rings him; nothing that is said arrives. */
  async function ringing(): Promise<PlayedBrowser> {
    const alice = await PlayedBrowser.of('Alice', { ether: new Ether(), sealed: [] });
    alice.knows(bob);
    await bob.close();
    bob.knows(alice);
    await bob.start();
    await alice.start();
    await relay.deliverUntilQuiet();
    await alice.host('dial', { peer: bob.address, kind: 'audio' });
    expect(alice.calls).toMatchObject([{ phase: 'calling' }]);
    return alice;
  }
  /** The disk takes no missed call, and the browser ends once more. */
  async function endsTwice(alice: PlayedBrowser): Promise<void> {
    alice.diskTakes = (key) => key !== 'missedOutbox';
    await alice.restart();
    alice.diskTakes = () => true;
    await alice.restart();
  }
  const missed = () => bob.stored('history').map(({ outcome, direction }) => `${direction} ${outcome}`);

  it.each<[string, (alice: PlayedBrowser) => Promise<void>]>([
    ['before anything was heard of it', (alice) => alice.restart()],
    ['and is used again at once', (alice) => alice.restart(() => alice.ask('host.open', {}))],
    ['and again while that is put down', endsTwice],
  ])('%s: the other side has a missed call later, and this one knows that it failed', async (_, ends) => {
    const alice = await ringing();
    relay.flying.length = 0;
    await ends(alice);
    await pass(2000);
    await relay.deliverUntilQuiet();
    await pass(10_000);
    await relay.deliverUntilQuiet();
    expect(missed()).toEqual(['in missed']);
    expect(bob.rung).toEqual([]);
    expect(alice.stored('history')).toMatchObject([{ outcome: 'failed', direction: 'out' }]);
    await alice.close();
  });

  it('after it rang there: it is missed there once, and nothing is sent twice', async () => {
    const alice = await ringing();
    await relay.deliverUntilQuiet();
    expect(bob.rung).toHaveLength(1);
    await alice.restart();
    for (let second = 0; second < 60; second += 5) {
      await pass(5000);
      await relay.deliverUntilQuiet();
    }
    expect(missed()).toEqual(['in missed']);
    expect(alice.stored('history')).toEqual([]);
    await alice.close();
  });
});

describe('somebody who rings during two calls', () => {
  it('hears busy at once, and is a missed call here, without a ring', async () => {
    const writers = await Promise.all(['Alice', 'Carol', 'Dave'].map(() => Writer.create()));
    const stage = { ether: new Ether(), sealed: [] as Sent[] };
    await bob.close();
    bob = await PlayedBrowser.of('Bob', stage);
    bob.knows(...writers.map(({ address }, at) => ({ name: `Caller ${String(at)}`, address })));
    await bob.start();
    const [alice, carol, dave] = writers as [Writer, Writer, Writer];
    const ringBy = async (from: Writer): Promise<string> => {
      const call = newId();
      const body: MailBody = { type: 'ring', call, kind: 'audio' };
      relay.hand(bob.address, from.address, await from.write(bob.address, body));
      await pass(1000);
      return call;
    };
    const first = await ringBy(alice);
    await bob.host('answer', { call: first });
    const second = await ringBy(carol);
    await bob.host('answer', { call: second });
    await pass(1000);
    const living = () => bob.calls.map(({ id, phase }) => [id, phase]);
    // The one that was answered last is in front.
    const both = [second, first].map((id) => [id, 'connecting']);
    expect(living()).toEqual(both);
    const third = await ringBy(dave);
    expect(stage.sealed.filter(({ to }) => to === dave.address).map(({ mail }) => mail)).toMatchObject([
      { type: 'busy', call: third },
      { type: 'got', call: third },
    ]);
    expect(bob.stored('history')).toMatchObject([
      { call: third, peer: dave.address, direction: 'in', outcome: 'missed', seen: false },
    ]);
    expect([bob.rung.includes(third), bob.screen.get(third)]).toEqual([false, 'missed']);
    expect(living()).toEqual(both);
  });
});

describe('an update that waits', () => {
  const call = (phase: CallSummary['phase']) => ({ phase }) as CallSummary;
  const mail = (nextAt: number | null) => ({ nextAt }) as OutboxEntry;

  it('is taken when there is no call, nobody looks, and nothing has yet to be said', () => {
    expect(mayUpdate({ calls: [], outbox: [], pages: 0 })).toBe(true);
    expect(mayUpdate({ calls: [call('ended')], outbox: [mail(null)], pages: 0 })).toBe(true);
  });

  it.each(['calling', 'ringing', 'incoming', 'connecting', 'active', 'reconnecting'] as const)(
    'waits while a call is %s',
    (phase) => {
      expect(mayUpdate({ calls: [call('ended'), call(phase)], outbox: [], pages: 0 })).toBe(false);
    },
  );

  it('waits for the other side to confirm an ending, and for whoever looks at a page', () => {
    expect(mayUpdate({ calls: [], outbox: [mail(5)], pages: 0 })).toBe(false);
    expect(mayUpdate({ calls: [], outbox: [], pages: 1 })).toBe(false);
  });
});
