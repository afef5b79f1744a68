/** Mail at a hostile relay: altered, replayed, renamed, redirected, swapped, doubled, out of order, or gone. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../relay/protocol.ts';
import { hearOther, idle, ring, seeOther, talk, tidyUp } from './call.ts';
import { acquaint, addressOf, ask, type Cast, gather, PAGES, person, popupWith, settleIn } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import {
  createHostileRelay,
  flipped,
  type HostileRelay,
  mail,
  partyOf,
  type Passing,
  type Rule,
  welcome,
  withParty,
} from './harness/hostile-relay.ts';
import { click, read, see } from './ui.ts';

let relay: HostileRelay;
let cast: Cast;
/** On the list of both, as they are on hers. */
let carol: PersonBrowser;
let address: Record<'alice' | 'bob' | 'carol', Address>;
/** Another two at a relay of their own: she rings him while all else here goes on, and nothing that follows the ring arrives. */
let deaf: Cast;
let unheard: Page;
async function ringUnheard(): Promise<void> {
  const dropping = await createHostileRelay();
  deaf = await gather({ relay: dropping, quickly: true });
  const { alice, bob } = deaf;
  const alices = await addressOf(alice);
  unheard = await popupWith(alice, 'Bob');
  let isDeaf = false;
  dropping.meddle(
    mail((data, { line, way, go }) => {
      if (way === 'up' || (!isDeaf && line.address !== alices)) go(data);
    }),
  );
  await click(unheard, 'Call Bob, sound only');
  await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
  isDeaf = true;
  await read(unheard, 'Reaching Bob');
}
beforeAll(async () => {
  relay = await createHostileRelay();
  [cast, carol] = await Promise.all([gather({ relay, quickly: true }), person('Carol'), ringUnheard()]);
  const { alice, bob } = cast;
  await settleIn(carol, relay);
  await acquaint(carol, alice);
  await acquaint(carol, bob);
  address = { alice: await addressOf(alice), bob: await addressOf(bob), carol: await addressOf(carol) };
});
afterEach(async () => {
  relay.behave();
  await Promise.all([cast.alice, cast.bob, carol].map(tidyUp));
  // Missed calls that nobody has looked at would be told of together.
  await ask(cast.bob, 'history.clear');
});
afterAll(async () => {
  await Promise.all([carol.close(), cast.close(), deaf.close()]);
});

const isDownTo = (whom: Address, { line, way }: Passing): boolean => way === 'down' && line.address === whom;

/** The description of a connection is the only mail that fills more than three steps of 1 KiB. */
const isDescription = (data: Buffer): boolean => data.length > 3 * 1024;

/** A call that works: seen and heard on both sides, and hung up. */
async function callWorks(): Promise<void> {
  const { alice, bob } = cast;
  const { popup, panel } = await talk(cast, 'video');
  await Promise.all([seeOther(popup, 'bob'), seeOther(panel, 'alice'), hearOther(alice), hearOther(bob)]);
  await click(popup, 'Hang up');
  await read(panel, 'Alice hung up at');
  await Promise.all([idle(alice), idle(bob)]);
  await Promise.all([alice, bob].map(tidyUp));
}

/** All mail that came down to both during a call that worked. */
async function recordCall(): Promise<{ toAlice: Buffer[]; toBob: Buffer[] }> {
  const from = relay.seen.length;
  await callWorks();
  const to = (whom: Address): Buffer[] =>
    relay.seen
      .slice(from)
      .filter((passing) => isDownTo(whom, passing))
      .flatMap(({ data }) => (typeof data === 'string' ? [] : [data]));
  return { toAlice: to(address.alice), toBob: to(address.bob) };
}

describe('a relay that alters mail', () => {
  it('harms no call as long as the true mail comes too', async () => {
    relay.meddle(
      mail((data, { way, go }) => {
        if (way === 'up') return go();
        const altered = [flipped(data, 0), flipped(data, 40), flipped(data), data.subarray(0, -1)];
        for (const each of [...altered, data, ...altered]) go(each);
      }),
    );
    await callWorks();
  });
});

describe('a relay that replays mail', () => {
  /** Alice rings, and hers is the only ring that Bob has noticed since. */
  async function onlyTrueRing(since: number): Promise<void> {
    const { bob } = cast;
    const { popup, notification } = await ring(cast, 'sound');
    expect(bob.notifications.shown.slice(since)).toEqual([notification]);
    await click(popup, 'Cancel call');
    const missed = await bob.notifications.next(({ summary }) => summary.startsWith('Missed call'));
    bob.notifications.dismiss(missed);
    await idle(bob);
    await Promise.all([cast.alice, bob].map(tidyUp));
  }

  it('rings nobody: not at once, nor a day later after a restart, nor with a clock two hours wrong or right again', async () => {
    const { bob } = cast;
    const { toBob } = await recordCall();
    expect(toBob.some(isDescription)).toBe(true);
    let line = await relay.line(address.bob);
    let since = bob.notifications.shown.length;
    line.say(...toBob);
    await onlyTrueRing(since);

    // Nobody remembers any more how the call ended.
    const settings = await bob.open(PAGES.settings);
    await settings.evaluate(() => chrome.storage.local.remove('endings'));
    await settings.close();
    await bob.stopWorker();
    await ask(bob, 'link.retry');
    since = bob.notifications.shown.length;
    const popup = await popupWith(bob, 'Alice');
    line = await relay.line(address.bob, line);
    line.say(...toBob);
    await see(popup, 'Alice, Available', 'row');
    await tidyUp(bob);
    await onlyTrueRing(since);

    for (const hours of [-2, 2, 0]) {
      relay.meddle(welcome({ now: Date.now() + hours * 3_600_000 }));
      since = bob.notifications.shown.length;
      const lines = await Promise.all([address.alice, address.bob].map((who) => relay.line(who)));
      for (const each of lines) each.cut(4009);
      const [, bobs] = await Promise.all(lines.map((each) => relay.line(each.address as Address, each)));
      bobs?.say(...toBob);
      await onlyTrueRing(since);
    }
  });
});

describe('a relay that', () => {
  const ringTo = (given: Address, { way, line }: Passing): boolean =>
    way === 'up' && line.address === address.alice && given === address.bob;
  const lies: [string, () => Rule][] = [
    [
      'names another contact as the sender',
      () =>
        mail((data, passing) => {
          const isAlices = isDownTo(address.bob, passing) && partyOf(data) === address.alice;
          passing.go(isAlices ? withParty(data, address.carol) : data);
        }),
    ],
    [
      'hands mail to a third person',
      () =>
        mail((data, passing) => {
          const isForBob = ringTo(partyOf(data) as Address, passing);
          passing.go(isForBob ? withParty(data, address.carol) : data);
        }),
    ],
    [
      'sends mail back as if it were an answer',
      () =>
        mail((data, passing) => {
          if (ringTo(partyOf(data) as Address, passing)) passing.line.say(data);
          else passing.go();
        }),
    ],
  ];
  it.each(lies)('%s rings nobody, and the ring arrives once that ends', async (_, rule) => {
    const { alice, bob } = cast;
    const shown = [bob, carol, alice].map(({ notifications }) => notifications.shown.length);
    const popup = await popupWith(alice, 'Bob');
    const from = relay.seen.length;
    const tries = (): number =>
      relay.seen
        .slice(from)
        .filter((one) => typeof one.data !== 'string' && ringTo(partyOf(one.data) as Address, one)).length;
    relay.meddle(rule());
    await click(popup, 'Call Bob, sound only');
    await read(popup, 'Reaching Bob');
    // The ring, what goes with it, and its first repeats.
    await expect.poll(tries, { timeout: 15_000 }).toBeGreaterThan(4);
    relay.behave();
    const notification = await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    await read(popup, 'Ringing');
    const others = [bob, carol, alice].map(({ notifications }, i) => notifications.shown.slice(shown[i]));
    expect(others).toEqual([[notification], [], []]);
    await click(popup, 'Cancel call');
    await bob.notifications.next(({ summary }) => summary.startsWith('Missed call'));
  });

  it('swaps a description for one of another call, or for the own, can’t get it used', async () => {
    const before = await recordCall();
    const old = [...before.toBob, ...before.toAlice].filter(isDescription);
    expect(old).toHaveLength(2);
    const swapped = new Set<Address>();
    let offer: Buffer | undefined;
    relay.meddle(
      mail((data, passing) => {
        const { line, way, go } = passing;
        if (way === 'up' || !isDescription(data) || !line.address || swapped.has(line.address)) return go();
        swapped.add(line.address);
        const others = offer ? [...old, offer] : old;
        for (const each of others) go(withParty(each, partyOf(data) as Address));
        // The offer never arrives; the answer to the next comes after what is not its answer.
        if (offer) go();
        offer ??= data;
      }),
    );
    await callWorks();
    expect(swapped.size).toBe(2);
  });

  it('doubles all mail and turns its order round does not keep a call from working', async () => {
    let held: Passing[] = [];
    relay.meddle(
      mail((_, passing) => {
        if (held.push(passing) > 1) return;
        setTimeout(() => {
          for (const each of held.reverse()) {
            each.go();
            each.go();
          }
          held = [];
        }, 100);
      }),
    );
    await callWorks();
  });

  it('alters all descriptions: both are told that they could not be joined', async () => {
    const { bob } = cast;
    relay.meddle(
      mail((data, { way, go }) => {
        go(way === 'down' && isDescription(data) ? flipped(data) : data);
      }),
    );
    const carols = await popupWith(carol, 'Bob');
    await click(carols, 'Call Bob with video');
    const notification = await bob.notifications.next(({ summary }) => summary === 'Carol is calling');
    bob.notifications.press(notification, 'Answer');
    const panel = await bob.view(PAGES.panel);
    await read(panel, 'Connecting');
    await see(carols, 'We couldn’t join you to Bob', undefined, 30_000);
    await read(panel, 'We couldn’t join you to Carol');
  });

  it('drops all that follows a ring: it is missed, and the caller is told in time', async () => {
    // Nobody confirms that there still is a caller.
    await deaf.bob.notifications.next(({ summary }) => summary === 'Missed call from Alice');
    await see(unheard, 'Bob didn’t answer', undefined, 45_000);
  });
});

it('logged no fault in any of it', () => {
  const expected = /WebSocket connection to .* failed/;
  const faults = [cast.alice, cast.bob, carol].flatMap((someone) => someone.faults);
  expect(faults.filter((fault) => !expected.test(fault))).toEqual([]);
});
