import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hearNothing, hearOther, idle, seeOther, talk, tidyUp } from './call.ts';
import { acquaint, type Cast, gather, PAGES, person, popupWith, settleIn } from './cast.ts';
import { ownAddresses } from './far-side.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { CAST } from './harness/media.ts';
import { hear, seePicture } from './harness/senses.ts';
import { click, read, see } from './ui.ts';

let cast: Cast;
let carol: PersonBrowser;
beforeAll(async () => {
  [cast, carol] = await Promise.all([gather({ quickly: true }), person('Carol')]);
  await settleIn(carol, cast.relay);
  await acquaint(cast.bob, carol);
});
afterAll(async () => {
  await Promise.all([cast.close(), carol.close()]);
});

/** What comes over the line in Bob's two calls, or in the one of the others: the stream itself, not what is played of it. */
const FIRST = () => document.querySelectorAll('audio')[0]?.srcObject as MediaStream;
const SECOND = () => document.querySelectorAll('audio')[1]?.srcObject as MediaStream;
const hears = async (someone: PersonBrowser, source: () => MediaStream, frequency: number | null) =>
  hear(await someone.host(), source, frequency === null ? { sound: false } : { frequency });

/** The kinds of devices that are open at somebody's, over all their calls. */
const openDevices = async (someone: PersonBrowser): Promise<string[]> =>
  (await someone.host()).evaluate(() =>
    (window.sidecallHost?.snapshot.calls ?? [])
      .flatMap(({ ownStream }) => ownStream.getTracks())
      .filter(({ readyState }) => readyState === 'live')
      .map(({ kind }) => kind)
      .sort(),
  );

describe('a second caller', () => {
  let alices: Page;
  let bobs: Page;
  let carols: Page;

  it('is answered from the notification, with the first on hold: nothing of either is seen or heard by the other', async () => {
    const { alice, bob } = cast;
    ({ popup: alices, panel: bobs } = await talk(cast, 'video'));
    await Promise.all([seeOther(alices, 'bob'), seeOther(bobs, 'alice'), hearOther(bob)]);
    carols = await popupWith(carol, 'Bob', 'On another call');
    await click(carols, 'Call Bob, sound only');
    const second = await bob.notifications.next(({ summary }) => summary === 'Carol is calling');
    expect(second.body).toBe('You’re on a call with Alice');
    expect(second.buttons).toEqual(['Not now', 'Hold Alice, answer']);
    await see(bobs, 'Hang up and answer Carol', 'button');
    await see(bobs, 'Call you in 10 minutes', 'button');
    bob.notifications.press(second, 'Hold Alice, answer');

    await read(alices, 'You’re on hold. Bob will be right back.');
    await read(bobs, 'Alice is on hold');
    await Promise.all([
      hears(carol, FIRST, CAST.bob.frequency),
      hears(bob, SECOND, CAST.alice.frequency),
      hears(bob, FIRST, null),
      hears(alice, FIRST, null),
      hearNothing(alice),
    ]);
    const theirPicture = () => window.sidecallHost?.snapshot.calls[0]?.theirPicture ?? null;
    await seePicture(await alice.host(), theirPicture, { moving: false });
    // Carol is only heard, so no camera of Bob's is open; Alice's stays as it was, for when he is back.
    expect(await openDevices(bob)).toEqual(['audio', 'audio']);
    expect(await openDevices(alice)).toEqual(['audio', 'video']);
    await bob.screenshot(bobs, 'panel-hold');
    await alice.screenshot(alices, 'popup-on-hold');
  });

  it('changes places with the first, whose picture and sound come back', async () => {
    const { alice, bob } = cast;
    await click(bobs, 'Swap to Alice');
    await read(carols, 'You’re on hold. Bob will be right back.');
    await Promise.all([seeOther(alices, 'bob'), seeOther(bobs, 'alice'), hearOther(alice)]);
    await Promise.all([hears(carol, FIRST, null), hears(bob, SECOND, null)]);
  });

  it('sees how good the connection is, and its details without an address', async () => {
    await alices.waitForSelector('.nametag .bars', { timeout: 10_000 });
    await alices.click('.nametag button');
    await read(alices, 'Straight from browser to browser');
    await read(alices, 'VP8');
    await alices.evaluate(() => {
      navigator.clipboard.writeText = (text) => Promise.resolve(void Object.assign(window, { copied: text }));
    });
    await click(alices, 'Copy as text');
    await read(alices, 'Copied');
    const text = await alices.evaluate(() => (window as unknown as { copied: string }).copied);
    expect(text).toMatch(/There and back: \d+ ms\n/);
    expect(text).toMatch(/Bob’s picture: VP8, \d+ × \d+, \d+ a second/);
    for (const address of [...ownAddresses(), '127.0.0.1']) expect(text).not.toContain(address);
    await click(alices, 'Close');
  });

  it('is taken up again when the call in front ends, and it is said', async () => {
    const { alice, bob } = cast;
    await click(alices, 'Hang up');
    await read(bobs, 'Alice hung up. You’re back with Carol.');
    await Promise.all([hears(carol, FIRST, CAST.bob.frequency), idle(alice)]);
    expect(await openDevices(bob)).toEqual(['audio']);
    await tidyUp(alice);
  });

  it('waits while somebody else is called, and is back when they are not there', async () => {
    const { alice } = cast;
    await click(bobs, 'More');
    await click(bobs, 'Hold', 'menuitem');
    await read(bobs, 'Carol is on hold');
    await hears(carol, FIRST, null);
    await expect
      .poll(() => bobs.evaluate(() => document.activeElement?.ariaLabel))
      .toBe('Resume the call with Carol');
    await click(bobs, 'Call Alice, sound only');
    await alice.notifications.next(({ summary }) => summary === 'Bob is calling');
    await click(bobs, 'Cancel call');
    await read(bobs, 'Call ended. You’re back with Carol.');
    await hears(carol, FIRST, CAST.bob.frequency);
    await alice.notifications.next(({ summary }) => summary === 'Missed call from Bob');
  });

  it('is told by a quick reply that there is no time, and is reminded: by a stopped worker, and after a restart', async () => {
    const { alice, bob } = cast;
    await tidyUp(alice);
    const { popup } = await ringSecond(alice);
    await click(bobs, 'Can’t talk now');
    await read(popup, 'Bob can’t talk now');
    await click(popup, 'Remind me in 10 minutes');
    await see(popup, 'Call Bob with video');
    await alice.stopWorker();
    await comesTrueSoon(popup);
    const first = await alice.notifications.next(({ summary }) => summary === 'Call Bob?');
    expect(first.body).toMatch(/^You asked to be reminded at \d+:\d\d/);
    expect(first.buttons).toEqual(['In 10 minutes', 'Call Bob']);
    alice.notifications.press(first, 'In 10 minutes');
    await expect.poll(() => wishesOf(popup)).toHaveLength(1);
    await comesTrueSoon(popup);
    await alice.restart();
    const again = await alice.notifications.next(({ summary }) => summary === 'Call Bob?');
    await Promise.all([tidyUp(bob), tidyUp(carol)]);
    alice.notifications.press(again, 'Call Bob');
    await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    await Promise.all([tidyUp(alice), tidyUp(bob)]);
  });

  /** Alice rings while Bob talks with Carol. */
  async function ringSecond(alice: PersonBrowser): Promise<{ popup: Page }> {
    const popup = await alice.openPopup();
    await click(popup, 'Call Bob, sound only');
    await cast.bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    return { popup };
  }
});

describe('several missed calls, made while somebody was away', () => {
  it('arrive over restarts of both sides, in one silent notification, and are cleared by looking', async () => {
    const { alice, bob } = cast;
    await bob.chromium.close();
    for (const someone of [alice, carol]) {
      const popup = await popupWith(someone, 'Bob', 'Last here today');
      await click(popup, 'Call Bob, sound only');
      await read(popup, 'Bob isn’t online');
      await tidyUp(someone);
    }
    await alice.restart();
    await bob.restart();
    const several = await bob.notifications.next(({ summary }) => summary === '2 missed calls');
    expect(several.body).toMatch(/^(Alice and Carol|Carol and Alice)$/);
    expect(several.buttons).toEqual(['Later', 'See them']);
    expect(several.hints).toMatchObject({ 'suppress-sound': true });
    const badge = async () => (await bob.worker()).evaluate(() => chrome.action.getBadgeText({}));
    await expect.poll(badge).toBe('2');
    bob.notifications.press(several, 'See them');
    const panel = await bob.view(PAGES.panel);
    await see(panel, 'Call back Alice', 'button');
    await see(panel, 'Call back Carol', 'button');
    await expect.poll(badge).toBe('');
  });
});

interface KeptWish {
  at: number;
}
const wishesOf = (page: Page): Promise<KeptWish[]> =>
  page.evaluate(async () => ((await chrome.storage.local.get('wishes'))['wishes'] ?? []) as KeptWish[]);

/** Ten minutes pass: the wish on disk is due, and the browser's alarm for it goes off. */
async function comesTrueSoon(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { wishes } = (await chrome.storage.local.get('wishes')) as { wishes: KeptWish[] };
    const at = Date.now();
    await chrome.storage.local.set({ wishes: wishes.map((wish) => ({ ...wish, at })) });
    await chrome.alarms.create('wish', { when: at });
  });
}
