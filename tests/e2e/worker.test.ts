import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hearOther, idle, ring, seeOther, talk, tidyUp } from './call.ts';
import { type Cast, gather, PAGES, popupWith } from './cast.ts';
import { click, read, see } from './ui.ts';

let cast: Cast;
/** Another two: his worker is stopped, and waits for its alarm while all else here goes on. */
let waiting: Cast;
let before: Page;
beforeAll(async () => {
  [cast, waiting] = await Promise.all([gather(), gather({ quickly: true })]);
  await waiting.bob.stopWorker();
  before = await popupWith(waiting.alice, 'Bob', 'Last here today');
});
afterEach(async () => {
  await Promise.all([cast.alice, cast.bob].map(tidyUp));
});
afterAll(async () => {
  await Promise.all([cast.close(), waiting.close()]);
});

describe('the service worker is stopped', () => {
  it('while it rings: Answer on the notification still answers', async () => {
    const { alice, bob } = cast;
    const { popup, notification } = await ring(cast, 'video');
    await bob.stopWorker();
    bob.notifications.press(notification, 'Answer');
    const panel = await bob.view(PAGES.panel);
    await see(panel, 'Hang up', 'button');
    await Promise.all([seeOther(popup, 'bob'), seeOther(panel, 'alice'), hearOther(alice), hearOther(bob)]);
    await click(popup, 'Hang up');
    await read(panel, 'Alice hung up at');
  });

  it('during a call: the call goes on, and hanging up still reaches the other side', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    await Promise.all([alice.stopWorker(), bob.stopWorker()]);
    await Promise.all([seeOther(popup, 'bob'), hearOther(bob)]);
    await click(popup, 'Hang up');
    await read(panel, 'Alice hung up at');
  });

  it('before a click: the call is made by a worker that starts for it', async () => {
    const { alice, bob } = cast;
    const popup = await alice.openPopup();
    await see(popup, 'Call Bob with video');
    await alice.stopWorker();
    await click(popup, 'Call Bob with video');
    const rung = await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    await read(popup, 'Ringing');
    await click(popup, 'Cancel call');
    await bob.notifications.closed(rung);
  });
});

describe('every view of a call is closed', () => {
  it('and the call goes on, and whatever is opened then shows it', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    const hers = await alice.open(PAGES.window);
    await seeOther(hers, 'bob');
    for (const view of [popup, hers, panel])
      if (!view.isClosed()) await view.evaluate(() => window.close()).catch(() => undefined);
    await Promise.all([alice.gone(PAGES.popup), alice.gone(PAGES.window), bob.gone(PAGES.panel)]);
    await Promise.all([hearOther(alice), hearOther(bob)]);
    const again = [await alice.openPopup(), await bob.openPopup()] as const;
    for (const view of again) await see(view, 'Hang up', 'button');
    await Promise.all([seeOther(again[0], 'bob'), seeOther(again[1], 'alice')]);
    await again[1].close();
    const his = await bob.open(PAGES.window);
    await seeOther(his, 'alice');
    await click(his, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });
});

describe('an update of the extension is there', () => {
  /** Tells the background what the browser tells it of an update, with the browser's own event. */
  const announce = async (): Promise<void> => {
    const worker = await cast.bob.worker();
    await worker.evaluate(() => {
      Object.assign(globalThis, { isBeforeUpdate: true });
      const event = chrome.runtime.onUpdateAvailable as unknown as { dispatch(details: object): void };
      event.dispatch({ version: '9.9.9' });
    });
  };
  /** A worker that is just going never answers; whether it went is asked again. */
  const isBeforeUpdate = (): Promise<boolean> => {
    const asked = cast.bob.worker().then((each) => each.evaluate(() => 'isBeforeUpdate' in globalThis));
    return Promise.race([asked, new Promise<boolean>((resolve) => setTimeout(resolve, 2000, true))]);
  };

  it('and waits for the end of the call and of every look at it, then is taken', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'sound');
    await announce();
    await Promise.all([hearOther(alice), hearOther(bob)]);
    expect(await isBeforeUpdate()).toBe(true);
    await click(popup, 'Hang up');
    await read(panel, 'Alice hung up at');
    expect(await isBeforeUpdate()).toBe(true);
    await Promise.all([alice, bob].map(tidyUp));
    await expect.poll(isBeforeUpdate, { timeout: 45_000 }).toBe(false);
    // Whoever was known is known, and the next ring rings.
    const { notification } = await ring(cast, 'sound');
    expect(notification.open).toBe(true);
  });
});

describe('a service worker that was stopped while idle', () => {
  it('comes back by its alarm, and a ring still rings', async () => {
    const { alice, bob } = waiting;
    // Nothing wakes it but the alarm, every 30 s; Bob then shows as online again.
    await see(before, 'Bob, Available', 'row', 40_000);
    await tidyUp(alice);
    const { popup, panel } = await talk(waiting, 'video');
    await Promise.all([seeOther(popup, 'bob'), seeOther(panel, 'alice')]);
    await click(panel, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });
});

describe('a browser that is opened without a window', () => {
  it('rings all the same', async () => {
    const { bob } = cast;
    await bob.restart('closed', ['--no-startup-window']);
    expect(await bob.chromium.pages()).toEqual([]);
    const { popup, notification } = await ring(cast, 'sound');
    expect(notification.open).toBe(true);
    await click(popup, 'Cancel call');
    await bob.notifications.closed(notification);
  });
});
