/** How much later a ring is when the background is not running: before the popup opens, or gone again before the click. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import { PAGES } from '../e2e/cast.ts';
import { POINT_MS } from './flows.ts';
import { pressButton } from './in-page.ts';
import type { Stage } from './stage.ts';
import { type Summary, summarize } from './statistics.ts';

const CALL = 'Call Bob, sound only';

/** Medians in milliseconds, at no round trip. */
export interface Cold {
  /** Click → ring shown, with the background running. */
  warm: Summary;
  /** The same where the worker was stopped until the popup opened. */
  opened: Summary;
  /** The same with the worker stopped under an open popup, so that the click itself has to start it. */
  cold: Summary;
  /** From a message to a stopped worker to its answer. */
  start: Summary;
}

/** Of the extension, and none of its views: it wakes nobody. */
const BARE_PAGE = 'manifest.json';

async function popupOf({ alice }: Stage, opener?: Page): Promise<Page> {
  const popup = await alice.browser.openPopup(opener);
  // As in the measured calls: the pointer comes to the button, and the click a moment later.
  await (await popup.waitForSelector(`button[aria-label="${CALL}"]`))?.hover();
  await wait(POINT_MS);
  return popup;
}

async function close({ alice }: Stage, popup: Page): Promise<void> {
  await popup.evaluate(() => window.close()).catch(() => undefined);
  await alice.browser.gone(PAGES.popup);
}

async function ring(stage: Stage, kind: keyof Omit<Cold, 'start'>): Promise<number> {
  const { browser } = stage.alice;
  const opener = await browser.open(BARE_PAGE);
  if (kind === 'opened') await browser.stopWorker();
  const popup = await popupOf(stage, opener);
  if (kind === 'cold') await browser.stopWorker();
  const clicked = await popup.evaluate(pressButton, CALL);
  if (clicked === null) throw new Error('There is no button to call.');
  const notification = await stage.bob.browser.notifications.next(
    ({ summary }) => summary === 'Alice is calling',
  );
  await popup.waitForFunction(() => document.querySelector('button[aria-label="Cancel call"]'));
  await popup.evaluate(pressButton, 'Cancel call');
  await stage.bob.browser.notifications.next(({ summary }) => /missed call/i.test(summary));
  await close(stage, popup);
  await opener.close();
  return Math.round(notification.shownAt) - clicked;
}

async function start(stage: Stage): Promise<number> {
  const popup = await popupOf(stage);
  await stage.alice.browser.stopWorker();
  const took = await popup.evaluate(async () => {
    const at = performance.now();
    await chrome.runtime.sendMessage({ target: 'background', type: 'host.open', ask: {} });
    return performance.now() - at;
  });
  await close(stage, popup);
  return Math.round(took);
}

/** Each of the four, in turn, `times` times. */
export async function measureCold(stage: Stage, times: number): Promise<Cold> {
  await stage.setRoundTrip(0);
  const found: Record<keyof Cold, number[]> = { warm: [], opened: [], cold: [], start: [] };
  for (let turn = 0; turn < times; turn++) {
    for (const kind of ['warm', 'opened', 'cold'] as const) found[kind].push(await ring(stage, kind));
    found.start.push(await start(stage));
  }
  return {
    warm: summarize(found.warm),
    opened: summarize(found.opened),
    cold: summarize(found.cold),
    start: summarize(found.start),
  };
}
