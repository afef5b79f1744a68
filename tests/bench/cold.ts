/** How much later a ring is when the click has to start the background first. */
import type { Page } from 'puppeteer-core';
import { PAGES } from '../e2e/cast.ts';
import { pressButton } from './in-page.ts';
import type { Stage } from './stage.ts';
import { type Summary, summarize } from './statistics.ts';

const CALL = 'Call Bob, sound only';

/** Medians in milliseconds, at no round trip. */
export interface Cold {
  /** Click → ring shown, with the background running. */
  warm: Summary;
  /** The same with the background's worker stopped before the click. */
  cold: Summary;
  /** From a message to a stopped worker to its answer. */
  start: Summary;
}

async function popupOf({ alice }: Stage): Promise<Page> {
  const popup = await alice.browser.openPopup();
  await popup.waitForFunction((label) => document.querySelector(`button[aria-label="${label}"]`), {}, CALL);
  return popup;
}

async function close({ alice }: Stage, popup: Page): Promise<void> {
  await popup.evaluate(() => window.close()).catch(() => undefined);
  await alice.browser.gone(PAGES.popup);
}

async function ring(stage: Stage, isCold: boolean): Promise<number> {
  const popup = await popupOf(stage);
  if (isCold) await stage.alice.browser.stopWorker();
  const clicked = await popup.evaluate(pressButton, CALL);
  if (clicked === null) throw new Error('There is no button to call.');
  await stage.bob.browser.notifications.next(({ summary }) => summary === 'Alice is calling');
  const shown = Date.now();
  await popup.waitForFunction(() => document.querySelector('button[aria-label="Cancel call"]'));
  await popup.evaluate(pressButton, 'Cancel call');
  await stage.bob.browser.notifications.next(({ summary }) => /missed call/i.test(summary));
  await close(stage, popup);
  return shown - clicked;
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

/** Each of the three, in turn, `times` times. */
export async function measureCold(stage: Stage, times: number): Promise<Cold> {
  await stage.setRoundTrip(0);
  const found: Record<keyof Cold, number[]> = { warm: [], cold: [], start: [] };
  for (let turn = 0; turn < times; turn++) {
    found.warm.push(await ring(stage, false));
    found.cold.push(await ring(stage, true));
    found.start.push(await start(stage));
  }
  return { warm: summarize(found.warm), cold: summarize(found.cold), start: summarize(found.start) };
}
