/** What a call looks and sounds like from outside, for both of the cast. */
import type { Page } from 'puppeteer-core';
import { expect } from 'vitest';
import { CAST, type Cast, PAGES, popupWith } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import type { DesktopNotification } from './harness/notifications.ts';
import { hear, seePicture } from './harness/senses.ts';
import { click, read, see } from './ui.ts';

export type Kind = 'video' | 'sound';
/** Who calls, as Alice, and who is called, as Bob. */
export type Pair = Pick<Cast, 'alice' | 'bob'>;

/** Alice rings Bob from her popup. @returns her popup and the notification on his screen. */
export async function ring(
  { alice, bob }: Pair,
  kind: Kind,
): Promise<{ popup: Page; notification: DesktopNotification }> {
  const popup = await popupWith(alice, 'Bob');
  await click(popup, kind === 'video' ? 'Call Bob with video' : 'Call Bob, sound only');
  const asked = kind === 'video' ? 'Video call' : 'Sound only';
  const notification = await bob.notifications.next(
    ({ summary, body }) => summary === 'Alice is calling' && body === asked,
  );
  await read(popup, 'Ringing');
  return { popup, notification };
}

/** Alice rings, Bob presses Answer on the notification. @returns her popup and the side panel that it opened. */
export async function talk(cast: Pair, kind: Kind): Promise<{ popup: Page; panel: Page }> {
  const { popup, notification } = await ring(cast, kind);
  cast.bob.notifications.press(notification, 'Answer');
  const panel = await cast.bob.view(PAGES.panel);
  await see(panel, 'Hang up', 'button');
  await see(popup, 'Hang up', 'button');
  return { popup, panel };
}

/** Opens the safety check. @returns the words under the pictures, as they are read to each other. */
export async function wordsOn(page: Page, other: string): Promise<string[]> {
  await click(page, 'Safety check');
  await read(page, `Is it just you and ${other}?`);
  await read(page, 'They match');
  const said = await page.$eval('.emoji', (row) => ({
    label: row.ariaLabel ?? '',
    printed: row.nextElementSibling?.textContent ?? '',
    pictures: row.childElementCount,
  }));
  expect(said).toEqual({ label: said.printed, printed: said.printed, pictures: 7 });
  return said.printed.split(', ');
}

/** Waits until this person hears the other's notes from the host, which alone plays sound. */
export async function hearOther(someone: PersonBrowser): Promise<void> {
  const other = someone.name === 'Alice' ? 'bob' : 'alice';
  await hear(await someone.host(), () => document.querySelector('audio'), {
    frequency: CAST[other].frequency,
  });
}

/** Waits until nothing is heard there any more. */
export async function hearNothing(someone: PersonBrowser): Promise<void> {
  await hear(await someone.host(), () => document.querySelector('audio'), { sound: false });
}

/** Waits until the view shows the other's moving picture. */
export async function seeOther(view: Page, other: 'alice' | 'bob'): Promise<void> {
  await seePicture(
    view,
    () =>
      [...document.querySelectorAll('video')].find((video) => video.ariaLabel?.endsWith('’s camera')) ?? null,
    { colour: CAST[other].colour, moving: true },
  );
}

/** What the background knows of calls: none when both are idle again. */
export async function idle(someone: PersonBrowser): Promise<void> {
  const worker = await someone.worker();
  await expect
    .poll(
      () =>
        worker.evaluate(async () =>
          ((await chrome.storage.session.get('calls'))['calls'] as unknown[] | undefined)?.filter(
            (call) => (call as { phase: string }).phase !== 'ended',
          ),
        ),
      { timeout: 10_000 },
    )
    .toEqual([]);
}

/** Ends every call, closes every view and clears the list of calls, so that nothing of one test is there in the next. */
export async function tidyUp(someone: PersonBrowser): Promise<void> {
  if (someone.shows('extension/call/host.html'))
    await (
      await someone.host()
    ).evaluate(async () => {
      for (const call of window.sidecallHost?.snapshot.calls ?? []) call.hangUp();
      await chrome.runtime.sendMessage({ target: 'background', type: 'history.clear', ask: {} });
    });
  for (const path of Object.values(PAGES)) {
    if (!someone.shows(path)) continue;
    // One that closes by itself meanwhile is closed as well.
    await someone
      .view(path)
      .then((page) => page.evaluate(() => window.close()))
      .catch(() => undefined);
    await someone.gone(path);
  }
}

/** The picture and the badge of the toolbar button, and what it says. */
export async function toolbar(someone: PersonBrowser): Promise<{ badge: string; title: string }> {
  const worker = await someone.worker();
  return worker.evaluate(async () => ({
    badge: await chrome.action.getBadgeText({}),
    title: await chrome.action.getTitle({}),
  }));
}
