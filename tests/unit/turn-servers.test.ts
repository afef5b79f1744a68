/** TURN servers on their way from the relay to a link: asked for once, kept while they are good, never in the way. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTurnServers } from '../../extension/background/turn-servers.ts';
import { createLinkLater } from '../../extension/call/later-link.ts';
import type { PeerLink } from '../../extension/call/peer-link.ts';
import { TurnKeeper } from '../../extension/call/turn-keeper.ts';
import { type IcePlan, NO_TURN, type TurnOffer } from '../../extension/core/ice-policy.ts';

const MINUTE = 60_000;
let count = 0;
/** Credentials of ten minutes, others each time. */
const fresh = (): TurnOffer => ({
  iceServers: [{ urls: ['turn:turn.example'], username: `user ${String(++count)}`, credential: 'word' }],
  until: Date.now() + 10 * MINUTE,
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the background', () => {
  it('asks the relay once for all who ask at once, and not again while the credentials are good', async () => {
    const askTurn = vi.fn(async () => fresh());
    const turn = createTurnServers({ askTurn, ownRelay: 'relay.example' });
    const [one, other] = await Promise.all([turn.get(), turn.get()]);
    expect(one).toBe(other);
    vi.advanceTimersByTime(9 * MINUTE - 1);
    expect(await turn.get()).toBe(one);
    expect(askTurn).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(await turn.get()).not.toBe(one);
  });

  it('keeps what is still good when the share of the hour is used up, and no longer', async () => {
    const answers = [fresh()];
    const turn = createTurnServers({
      askTurn: async () => answers.shift() ?? NO_TURN,
      ownRelay: 'relay.example',
    });
    const first = await turn.get();
    vi.advanceTimersByTime(9.5 * MINUTE);
    expect(await turn.get()).toBe(first);
    vi.advanceTimersByTime(MINUTE);
    expect(await turn.get()).toBe(NO_TURN);
  });

  it('asks a relay that has none to give again after a minute, and one that did not say at once', async () => {
    const askTurn = vi.fn<() => Promise<TurnOffer | null>>(async () => NO_TURN);
    const turn = createTurnServers({ askTurn, ownRelay: 'relay.example' });
    expect(await turn.get()).toBe(NO_TURN);
    vi.advanceTimersByTime(MINUTE - 1);
    expect(await turn.get()).toBe(NO_TURN);
    expect(askTurn).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    askTurn.mockResolvedValue(null);
    expect(await turn.get()).toBe(NO_TURN);
    askTurn.mockResolvedValue(fresh());
    expect((await turn.get()).iceServers).toHaveLength(1);
    expect(askTurn).toHaveBeenCalledTimes(3);
  });

  it('is not kept from asking by a clock that was set back', async () => {
    const askTurn = vi.fn(async () => NO_TURN);
    const turn = createTurnServers({ askTurn, ownRelay: 'relay.example' });
    await turn.get();
    vi.advanceTimersByTime(MINUTE);
    vi.setSystemTime(Date.now() - 60 * MINUTE);
    await turn.get();
    expect(askTurn).toHaveBeenCalledTimes(2);
  });

  it('asks before a call as often as leaves half of the share to the calls', async () => {
    const askTurn = vi.fn(async () => fresh());
    const turn = createTurnServers({ askTurn, ownRelay: 'relay.example' });
    for (let minute = 0; minute < 60; minute++) {
      turn.prepare();
      await vi.advanceTimersByTimeAsync(MINUTE);
    }
    expect(askTurn).toHaveBeenCalledTimes(3);
  });

  it('has for a call what was asked for before it', async () => {
    const askTurn = vi.fn(async () => fresh());
    const turn = createTurnServers({ askTurn, ownRelay: 'relay.example' });
    turn.prepare();
    expect((await turn.get()).iceServers).toHaveLength(1);
    expect(askTurn).toHaveBeenCalledTimes(1);
  });

  it('gives the servers of one relay to nobody who has moved to another', async () => {
    const links = { askTurn: async () => fresh(), ownRelay: 'relay.example' };
    const turn = createTurnServers(links);
    const first = await turn.get();
    links.ownRelay = 'other.example';
    expect(await turn.get()).not.toBe(first);
  });
});

describe('the host', () => {
  it('has new credentials a minute before the old ones run out, as long as a call lives', async () => {
    const ask = vi.fn(async () => fresh());
    const onFresh = vi.fn();
    const keeper = new TurnKeeper(ask, onFresh);
    keeper.keep(true);
    await vi.advanceTimersByTimeAsync(0);
    const [first] = keeper.servers;
    await vi.advanceTimersByTimeAsync(9 * MINUTE - 1);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect([ask.mock.calls.length, onFresh.mock.calls.length]).toEqual([2, 2]);
    expect(keeper.servers[0]).not.toEqual(first);
    keeper.keep(false);
    expect(keeper.servers).toEqual([]);
    await vi.advanceTimersByTimeAsync(60 * MINUTE);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('asks seven times in a call of an hour, and every minute where there is nothing', async () => {
    const [asked, nothing] = [vi.fn(async () => fresh()), vi.fn(async () => NO_TURN)];
    for (const ask of [asked, nothing]) new TurnKeeper(ask, () => undefined).keep(true);
    await vi.advanceTimersByTimeAsync(60 * MINUTE - 1);
    expect(asked).toHaveBeenCalledTimes(7);
    expect(nothing).toHaveBeenCalledTimes(60);
  });

  it('takes a background that does not answer for one that has nothing', async () => {
    const keeper = new TurnKeeper(
      () => Promise.reject(new Error('no answer')),
      () => undefined,
    );
    keeper.keep(true);
    await keeper.ask();
    expect(keeper.servers).toEqual([]);
    keeper.keep(false);
  });
});

describe('a link whose servers are still being asked for', () => {
  const PLAN: IcePlan = { iceServers: [], iceTransportPolicy: 'relay', hides: true };
  function fakePeer(): PeerLink & { done: string[] } {
    const done: string[] = [];
    return {
      done,
      feed: (signal) => done.push(Object.keys(signal).join()),
      send: () => true,
      warmUp: () => undefined,
      setTrack: (kind) => done.push(kind),
      hasBulkRoom: () => false,
      sendBulk: () => undefined,
      useServers: () => done.push('servers'),
      stats: () => Promise.resolve(null),
      received: () => Promise.resolve(null),
      fingerprints: () => Promise.resolve(null),
      close: () => done.push('closed'),
    };
  }

  it('is told all that came meanwhile, in order', async () => {
    const peer = fakePeer();
    const link = createLinkLater(
      () => Promise.resolve(PLAN),
      () => peer,
      expect.unreachable,
    );
    link.feed({ offer: 'sdp' });
    link.feed({ candidates: [] });
    link.setTrack('audio', null);
    expect([link.send('text'), peer.done.length]).toEqual([false, 0]);
    await vi.advanceTimersByTimeAsync(0);
    expect(peer.done).toEqual(['offer', 'candidates', 'audio']);
    expect(link.send('text')).toBe(true);
  });

  it('is made at once where its servers are known', () => {
    const make = vi.fn(fakePeer);
    createLinkLater(() => PLAN, make, expect.unreachable);
    expect(make).toHaveBeenCalledTimes(1);
  });

  it('is never made once it is closed', async () => {
    const make = vi.fn(fakePeer);
    createLinkLater(() => Promise.resolve(PLAN), make, expect.unreachable).close();
    await vi.advanceTimersByTimeAsync(0);
    expect(make).not.toHaveBeenCalled();
  });

  it('says when there is nothing to make it with, after it is there, and can be tried again', async () => {
    const [peer, onRefused] = [fakePeer(), vi.fn()];
    const plans = [null, PLAN];
    const link = createLinkLater(
      () => plans.shift() ?? null,
      () => peer,
      onRefused,
    );
    expect(onRefused).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(0);
    expect(onRefused).toHaveBeenCalledTimes(1);
    link.feed({ offer: 'sdp' });
    link.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(peer.done).toEqual(['offer']);
    link.retry();
    expect(plans).toEqual([]);
  });
});
