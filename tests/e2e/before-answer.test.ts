import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../relay/protocol.ts';
import { idle, ring, tidyUp } from './call.ts';
import { acquaint, addressOf, ask, type Cast, gather, PAGES, person, popupWith, settleIn } from './cast.ts';
import { candidatesIn, type FarSide, watchFarSide } from './far-side.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { click, see } from './ui.ts';

/** How soon the ring is cancelled again, in milliseconds. */
const CANCEL_MS = 250;

let cast: Cast;
let bobsAddress: Address;
/** What reaches Alice, who rings, and what Bob, who is rung, makes. */
let far: FarSide;
let near: FarSide;

beforeAll(async () => {
  cast = await gather({ quickly: true });
  bobsAddress = await addressOf(cast.bob);
});
afterEach(async () => {
  await Promise.all([cast.alice, cast.bob].map(tidyUp));
});
afterAll(async () => {
  await cast.close();
});

const change = (settings: object): Promise<unknown> => ask(cast.bob, 'settings.save', { change: settings });

async function missedBy(someone: PersonBrowser): Promise<number> {
  const worker = await someone.worker();
  return worker.evaluate(async () => {
    const { history = [] } = await chrome.storage.local.get('history');
    return (history as { outcome: string }[]).filter(({ outcome }) => outcome === 'missed').length;
  });
}

async function watchBoth(): Promise<void> {
  [far, near] = [await watchFarSide(cast.alice), await watchFarSide(cast.bob)];
}

/** Alice rings Bob and thinks better of it. @returns once Bob has noted it: what he sent before has arrived. */
async function ringAndCancel(): Promise<void> {
  const before = await missedBy(cast.bob);
  const host = await cast.alice.host();
  await host.evaluate(
    async (peer, ms) => {
      window.sidecallHost?.dial(peer, 'audio');
      await new Promise((resolve) => setTimeout(resolve, ms));
      window.sidecallHost?.snapshot.calls[0]?.hangUp();
    },
    bobsAddress,
    CANCEL_MS,
  );
  await expect.poll(() => missedBy(cast.bob), { timeout: 15_000 }).toBe(before + 1);
  await idle(cast.alice);
}

async function expectNothing(connectionsBefore = 0): Promise<void> {
  expect(await near.connections()).toHaveLength(connectionsBefore);
  const mail = await far.mail();
  expect(candidatesIn(mail)).toEqual([]);
  expect(mail.filter(({ type }) => type === 'signal')).toEqual([]);
}

describe('before Bob answers', () => {
  it('his browser looks for a path to somebody on his list, by default', async () => {
    await watchBoth();
    const { popup } = await ring(cast, 'sound');
    await expect
      .poll(async () => candidatesIn(await far.mail()).length, { timeout: 15_000 })
      .toBeGreaterThan(0);
    await click(popup, 'Cancel call');
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
  });

  it('it does not where he connects to nobody, however long it rings, until he answers', async () => {
    await change({ connectBeforeAnswer: 'nobody' });
    await watchBoth();
    const { popup, notification } = await ring(cast, 'sound');
    await expectNothing();
    cast.bob.notifications.press(notification, 'Answer');
    await see(await cast.bob.view(PAGES.panel), 'Hang up', 'button');
    await expect
      .poll(async () => candidatesIn(await far.mail()).length, { timeout: 15_000 })
      .toBeGreaterThan(0);
    await click(popup, 'Hang up');
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
    await change({ connectBeforeAnswer: 'everyone' });
  });

  it.each<[string, object]>([
    ['on do not disturb', { availability: { status: 'dnd', until: null } }],
    ['on do not disturb until later', { availability: { status: 'dnd', until: Date.now() + 3_600_000 } }],
    ['who appears offline', { availability: { status: 'offline' } }],
    ['who connects to nobody', { connectBeforeAnswer: 'nobody' }],
    ['who connects to people he has checked', { connectBeforeAnswer: 'checked' }],
  ])('a ring that is cancelled at once learns nothing of a Bob %s', async (_, settings) => {
    await change(settings);
    await watchBoth();
    await ringAndCancel();
    await expectNothing();
    await change({ availability: { status: 'available' }, connectBeforeAnswer: 'everyone' });
  });

  it('somebody whose name is claimed learns nothing', async () => {
    const worker = await cast.bob.worker();
    await worker.evaluate(async () => {
      const stored = await chrome.storage.local.get('contacts');
      const contacts = Object.values(stored['contacts'] as Record<string, { address: string }>);
      const claimed = contacts.map((contact) => [
        contact.address,
        { ...contact, claim: { of: contact.address, by: 'them', choice: 'compare' } },
      ]);
      await chrome.storage.local.set({ contacts: Object.fromEntries(claimed) as unknown });
    });
    // What a worker has read it keeps.
    await cast.bob.stopWorker();
    await ask(cast.bob, 'link.retry');
    await (await popupWith(cast.alice, 'Bob')).close();
    await cast.alice.gone(PAGES.popup);
    await watchBoth();
    await ringAndCancel();
    await expectNothing();
    await ask(cast.bob, 'contact.compared', { address: await addressOf(cast.alice), isSame: true });
  });

  it('nobody learns anything during another call', async () => {
    const carol = await person('Carol');
    try {
      await settleIn(carol, cast.relay);
      await acquaint(cast.bob, carol);
      await watchBoth();
      const carols = await popupWith(carol, 'Bob');
      await click(carols, 'Call Bob, sound only');
      const notification = await cast.bob.notifications.next(({ summary }) => summary === 'Carol is calling');
      cast.bob.notifications.press(notification, 'Answer');
      await see(carols, 'Hang up', 'button');
      await see(await cast.bob.view(PAGES.panel), 'Hang up', 'button');
      await ringAndCancel();
      // The one with Carol.
      await expectNothing(1);
    } finally {
      await carol.close();
    }
  });
});
