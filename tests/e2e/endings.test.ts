import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hearOther, idle, ring, seeOther, talk, tidyUp, toolbar } from './call.ts';
import { type Cast, gather, inviteOn, PAGES, person, popupWith, welcome } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { click, read, see, type } from './ui.ts';

let cast: Cast;
/** Another two: she rings him while all else here goes on, and nobody answers. */
let patient: Cast;
let unanswered: Page;
beforeAll(async () => {
  [cast, patient] = await Promise.all([gather(), gather({ quickly: true })]);
  unanswered = (await ring(patient, 'video')).popup;
});
afterEach(async () => {
  await Promise.all([cast.alice, cast.bob].map(tidyUp));
});
afterAll(async () => {
  await Promise.all([cast.close(), patient.close()]);
});

describe('a ring that is', () => {
  it('declined on the notification says so, without a call', async () => {
    const { alice, bob } = cast;
    const { popup, notification } = await ring(cast, 'video');
    bob.notifications.press(notification, 'Decline');
    await read(popup, 'Bob can’t talk now');
    await see(popup, 'Remind me in 10 minutes', 'button');
    await Promise.all([idle(alice), idle(bob)]);
    expect(bob.shows(PAGES.panel)).toBe(false);
    expect((await toolbar(bob)).badge).toBe('');
  });

  it('declined with a quick reply brings the reply', async () => {
    const { bob } = cast;
    const { popup } = await ring(cast, 'video');
    const bobs = await bob.openPopup();
    await click(bobs, 'Call you in 10 minutes');
    await read(popup, 'Bob can’t talk now');
    await read(popup, 'Call you in 10 minutes');
    await click(popup, 'Close', 'button');
    await see(popup, 'Call Bob with video');
  });

  it('cancelled becomes a missed call there, in silence and under the same notification', async () => {
    const { bob } = cast;
    const { popup, notification } = await ring(cast, 'video');
    await click(popup, 'Cancel call');
    const missed = await bob.notifications.next(({ summary }) => summary === 'Missed call from Alice');
    expect(missed.replaces).toBe(true);
    expect(missed.id).toBe(notification.id);
    expect(missed.body).toMatch(/^Today at /);
    expect(missed.buttons).toEqual(['Later', 'Call back']);
    expect(await toolbar(bob)).toEqual({ badge: '1', title: 'Sidecall: 1 missed call' });

    const bobs = await bob.openPopup();
    await read(bobs, 'Missed call, ');
    await click(bobs, 'Recent calls');
    await read(bobs, 'Missed');
    await expect.poll(async () => (await toolbar(bob)).badge).toBe('');
    expect(bob.notifications.open).toEqual([]);
  });

  it('called back from the missed one rings the other way', async () => {
    const { alice, bob } = cast;
    const { popup } = await ring(cast, 'sound');
    await click(popup, 'Cancel call');
    const missed = await bob.notifications.next(({ summary }) => summary === 'Missed call from Alice');
    bob.notifications.press(missed, 'Call back');
    const back = await alice.notifications.next(({ summary }) => summary === 'Bob is calling');
    expect(back.body).toBe('Sound only');
    const panel = await bob.view(PAGES.panel);
    await read(panel, 'Ringing');
    await click(panel, 'Cancel call');
    await alice.notifications.next(({ summary }) => summary === 'Missed call from Bob');
  });
});

describe('somebody on another call', () => {
  let carol: PersonBrowser;
  beforeAll(async () => {
    carol = await person('Carol');
    const carolPage = await welcome(carol, cast.relay);
    const bobs = await cast.bob.openPopup();
    await click(bobs, 'Add someone');
    await type(bobs, 'Did someone send you a link?', await inviteOn(carolPage));
    await click(bobs, 'Add Carol');
    await see(bobs, 'Call Carol with video');
    await tidyUp(cast.bob);
    await carolPage.close();
  });
  afterAll(async () => {
    await carol.close();
  });

  it('sees the second call without losing the first, and says not now', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    const carols = await popupWith(carol, 'Bob', 'On another call');
    await click(carols, 'Call Bob with video');
    const second = await bob.notifications.next(({ summary }) => summary === 'Carol is calling');
    expect(second.body).toBe('You’re on a call with Alice');
    await read(panel, 'is calling with video');
    await click(panel, 'Not now');
    await read(carols, 'Bob is on another call');
    await read(carols, 'Bob can see that you rang.');
    await click(carols, 'Tell me when Bob is free');
    await Promise.all([seeOther(popup, 'bob'), hearOther(alice)]);
    await click(popup, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
    const free = await carol.notifications.next(({ summary }) => summary === 'Bob is free');
    expect(free.body).toBe('You asked to know.');
    expect(free.buttons).toEqual(['Later', 'Call Bob']);
    await tidyUp(carol);
  });

  it('can hang up and answer the second', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    // A status is told every ten seconds at most, so what stands in the list may still be the one before.
    const carols = await carol.openPopup();
    await click(carols, 'Call Bob, sound only');
    await read(panel, 'Carol');
    await click(panel, 'Hang up and answer Carol');
    await read(popup, 'Bob hung up at');
    await see(carols, 'Hang up', 'button');
    await click(carols, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
    await tidyUp(carol);
  });
});

describe('a relay that does not answer', () => {
  it('is named, and the way back is found without a click once it is there', async () => {
    const { alice } = cast;
    const popup = await popupWith(alice, 'Bob');
    const { relay } = cast;
    await relay.close();
    await read(popup, 'Sidecall can’t connect');
    await read(popup, 'Trying again in');
    expect(await toolbar(alice)).toMatchObject({ title: 'Sidecall: not connected' });
    await cast.restartRelay();
    await click(popup, 'Try now');
    await see(popup, 'Call Bob with video');
    await read(popup, 'Connected');
    await expect.poll(async () => (await toolbar(alice)).title, { timeout: 10_000 }).toBe('Sidecall');
  });
});

describe('somebody who is not online', () => {
  it('is named at once, and finds the missed call when they come back', { timeout: 90_000 }, async () => {
    const { alice, bob } = cast;
    await (await popupWith(alice, 'Bob')).close();
    await bob.chromium.close();
    const popup = await popupWith(alice, 'Bob', 'Last here today');
    await click(popup, 'Call Bob with video');
    await read(popup, 'Bob isn’t online');
    await click(popup, 'Tell me when Bob is back');
    await bob.restart();
    const back = await alice.notifications.next(({ summary }) => summary === 'Bob is back');
    expect(back.buttons).toEqual(['Later', 'Call Bob']);
    await bob.notifications.next(({ summary }) => summary === 'Missed call from Alice');
    await expect.poll(async () => (await toolbar(bob)).badge, { timeout: 10_000 }).toBe('1');
  });
});

it('a ring that is not answered within 45 seconds says so on both sides', { timeout: 90_000 }, async () => {
  await patient.bob.notifications.next(({ summary }) => summary === 'Missed call from Alice', 60_000);
  await read(unanswered, 'Bob didn’t answer');
  await read(unanswered, 'Bob will see that you rang at');
  await see(unanswered, 'Sound only', 'button');
  await see(unanswered, 'Call again', 'button');
});
