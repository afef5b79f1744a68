import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { idle, ring, seeOther, talk, tidyUp } from './call.ts';
import { ask, type Cast, freshInvite, gather, PAGES, person, settleIn } from './cast.ts';
import { type Display, startDisplay } from './harness/display.ts';
import { type Hands, handsAt } from './harness/keyboard.ts';
import { click, press, read, see } from './ui.ts';

const TIMEOUT = { timeout: 10_000 };

let display: Display;
let cast: Cast;
let hands: Hands;
/** An ordinary tab of Bob's. */
let tab: Page;

beforeAll(async () => {
  display = await startDisplay();
  cast = await gather({ quickly: true, bob: { display } });
  hands = handsAt(display);
  const welcomes = (await cast.bob.chromium.pages()).filter((page) => page.url().startsWith(cast.bob.origin));
  tab = await cast.bob.chromium.newPage();
  await Promise.all(welcomes.map((page) => page.close()));
});
afterEach(async () => {
  await Promise.all([cast.alice, cast.bob].map(tidyUp));
});
afterAll(async () => {
  await cast.close();
  await display.close();
});

const microphone = async (): Promise<boolean | undefined> =>
  (await cast.bob.host()).evaluate(() => window.sidecallHost?.snapshot.calls[0]?.snapshot.microphone.on);

/** Every picture of the other that these pages show is the host's own stream: nothing is decoded twice. */
const showsTheVeryStream = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const call = chrome.extension
      .getViews()
      .map(({ sidecallHost }) => sidecallHost?.snapshot.calls[0])
      .find((found) => found !== undefined);
    const pages = [document, window.documentPictureInPicture?.window?.document];
    const videos = pages.flatMap((each) => [...(each?.querySelectorAll('video') ?? [])]);
    const streams = [call?.theirPicture, call?.ownStream];
    return videos.length > 1 && videos.every(({ srcObject }) => streams.some((own) => own === srcObject));
  });

/** Clicks a control of the document picture in picture, which its own page draws. */
const clickInPicture = (page: Page, label: string): Promise<void> =>
  page.evaluate((name) => {
    const buttons = window.documentPictureInPicture?.window?.document.querySelectorAll('button') ?? [];
    [...buttons].find(({ ariaLabel }) => ariaLabel === name)?.click();
  }, label);

const labelsInPicture = (page: Page): Promise<(string | null)[]> =>
  page.evaluate(() =>
    [...(window.documentPictureInPicture?.window?.document.querySelectorAll('button') ?? [])].map(
      ({ ariaLabel }) => ariaLabel,
    ),
  );

const pressMenu = async (menuItemId: string, more: object = {}): Promise<void> => {
  // What the browser tells when an entry is chosen. Its own menus are out of reach.
  await (
    await cast.bob.worker()
  ).evaluate(
    (click) =>
      (chrome.contextMenus.onClicked as unknown as { dispatch(click: object): void }).dispatch(click),
    { menuItemId, ...more },
  );
};

describe('keys that are pressed in any tab', () => {
  it('answer beside the tab, mute, and hang up; and open beside the tab', async () => {
    const { alice, bob } = cast;
    await tab.bringToFront();
    await ring(cast, 'video');
    await hands.key('alt+a');
    const panel = await bob.view(PAGES.panel);
    await seeOther(panel, 'alice');
    expect(bob.shows(PAGES.window)).toBe(false);

    // It has no key of its own until one is chosen: a browser suggests four.
    await (
      await bob.worker()
    ).evaluate(() =>
      (chrome.commands.onCommand as unknown as { dispatch(name: string): void }).dispatch('mute'),
    );
    await see(panel, 'Unmute', 'button');

    await hands.key('alt+h');
    await read(panel, 'Call ended at');
    await Promise.all([idle(alice), idle(bob)]);
    await panel.evaluate(() => window.close()).catch(() => undefined);
    await bob.gone(PAGES.panel);

    await hands.key('alt+s');
    await see(await bob.view(PAGES.panel), 'Alice, Available', 'row');
  });

  it('decline what rings', async () => {
    await tab.bringToFront();
    const { popup, notification } = await ring(cast, 'sound');
    await hands.key('alt+h');
    await read(popup, 'Bob can’t talk now');
    await cast.bob.notifications.closed(notification);
  });
});

describe('a call in three places at once', () => {
  it('is one call, in step, shown from one stream, and closing any of them ends nothing', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    await ask(bob, 'window.open');
    const view = await bob.view(PAGES.window);
    await Promise.all([seeOther(view, 'alice'), seeOther(panel, 'alice')]);

    // From a panel or a popup this would hang the call: there it is not to be had.
    const isThere = (page: Page) => page.evaluate(() => window.documentPictureInPicture !== undefined);
    expect(await Promise.all([panel, popup, view].map(isThere))).toEqual([false, false, true]);

    await view.bringToFront();
    await press(view, 'p');
    await expect.poll(() => labelsInPicture(view), TIMEOUT).toContain('Turn camera off');
    expect(await Promise.all([panel, view].map(showsTheVeryStream))).toEqual([true, true]);

    await clickInPicture(view, 'Mute');
    await Promise.all([panel, view].map((page) => see(page, 'Unmute', 'button')));
    await see(popup, 'Bob is muted');
    await click(panel, 'Unmute');
    await expect.poll(() => labelsInPicture(view), TIMEOUT).toContain('Mute');
    await clickInPicture(view, 'Turn camera off');
    await read(popup, 'Bob’s camera is off');
    await see(panel, 'Turn camera on', 'button');

    await view.evaluate(() => window.documentPictureInPicture?.window?.close());
    await seeOther(view, 'alice');
    await view.close();
    await panel.evaluate(() => window.close()).catch(() => undefined);
    await Promise.all([bob.gone(PAGES.panel), bob.gone(PAGES.window)]);
    await seeOther(await bob.openPopup(), 'alice');
    await click(popup, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });
});

describe('the browser’s own picture in picture, from the panel', () => {
  it('mutes and hangs up', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    await seeOther(panel, 'alice');
    await click(panel, 'Pop out');
    const isOut = () => panel.evaluate(() => document.pictureInPictureElement !== null);
    await expect.poll(isOut, TIMEOUT).toBe(true);
    // The panel keeps its picture.
    await seeOther(panel, 'alice');
    expect(await showsTheVeryStream(panel)).toBe(true);

    // Its controls come with the mouse, as fast as the machine is: one click too early hits nothing.
    await expect
      .poll(
        async () => {
          await hands.click('Picture in picture', 0.69, 0.49);
          return expect
            .poll(microphone, { timeout: 1500 })
            .toBe(false)
            .then(
              () => 'muted',
              () => 'heard',
            );
        },
        { timeout: 15_000 },
      )
      .toBe('muted');
    await see(popup, 'Bob is muted');
    await see(panel, 'Unmute', 'button');
    await hands.click('Picture in picture', 0.5, 0.49);
    await read(popup, 'Bob hung up at');
    await Promise.all([idle(alice), idle(bob)]);
    expect(await panel.evaluate(() => document.querySelectorAll('.floated').length)).toBe(0);
  });
});

describe('without any page of ours', () => {
  it('somebody is called by name from the address bar', async () => {
    const { alice, bob } = cast;
    await tab.bringToFront();
    await hands.key('ctrl+l');
    await hands.type('call ali');
    await hands.key('Return');
    const { body } = await alice.notifications.next(({ summary }) => summary === 'Bob is calling');
    expect(body).toBe('Video call');
    await see(await bob.view(PAGES.panel), 'Cancel call', 'button');
  });

  it('the invite of a contact calls them, and a stranger’s is shown before it is taken', async () => {
    const { alice, bob } = cast;
    await pressMenu('call-invite', { linkUrl: await freshInvite(alice) });
    await alice.notifications.next(({ summary }) => summary === 'Bob is calling');
    await tidyUp(bob);

    const carol = await person('Carol');
    await settleIn(carol, cast.relay);
    const link = await freshInvite(carol);
    await carol.close();
    await pressMenu('call-invite', { linkUrl: link });
    const view = await bob.view(PAGES.window);
    await see(view, 'Add Carol', 'button');
  });

  it('the icon’s menu is quiet on request and copies an invite', async () => {
    const { bob } = cast;
    await pressMenu('dnd', { checked: true });
    const settings = async () =>
      (await bob.worker()).evaluate(
        async () =>
          ((await chrome.storage.local.get('settings'))['settings'] as { availability: object }).availability,
      );
    await expect.poll(settings, TIMEOUT).toEqual({ status: 'dnd', until: null });
    await pressMenu('dnd', { checked: false });
    await expect.poll(settings, TIMEOUT).toEqual({ status: 'available' });

    await tab.bringToFront();
    await tab.setContent('<input autofocus />');
    await pressMenu('copy-invite');
    const popup = await bob.view(PAGES.popup);
    await read(popup, 'Copied. Your invite link works once, for 7 days.');
    await popup.evaluate(() => window.close()).catch(() => undefined);
    await bob.gone(PAGES.popup);
    await tab.focus('input');
    await hands.key('ctrl+v');
    const pasted = () => tab.$eval('input', ({ value }) => value);
    await expect.poll(pasted, TIMEOUT).toMatch(new RegExp(`^http://${cast.relay.host}/i#`));
  });
});

it('logged no fault in any of it', () => {
  // The settings look at the relay of the build, which no test starts.
  const expected = /WebSocket connection to .* failed/;
  expect([...cast.alice.faults, ...cast.bob.faults].filter((fault) => !expected.test(fault))).toEqual([]);
});
