/** One call in each of the three ways, watched from the click to the end. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import { PAGES } from '../e2e/cast.ts';
import type { PersonBrowser } from '../e2e/harness/browser.ts';
import { read } from '../e2e/ui.ts';
import {
  installWatches,
  type PlainPage,
  pressButton,
  type Seen,
  waitToSee,
  watchHost,
  watchView,
} from './in-page.ts';
import type { PlainFlow, Stage } from './stage.ts';

const PATIENCE_MS = 15_000;
/** A hand is over a button for longer than this before it presses, in milliseconds. */
export const POINT_MS = 150;
/** A person needs this long to see who rings and to press Answer. */
const REACTION_MS = 1500;
const CAMERA_WIDTH = 1280;
/** The end of a plain page's call is waited for no longer than this. */
const PLAIN_END_MS = 3000;
/** The full picture is waited for no longer than this. */
const SHARP_MS = 4000;

/** The moments of one call, in milliseconds of the machine's clock. */
export interface CallTimes {
  clicked: number;
  shown: number;
  answered: number;
  hungUp: number;
  caller: Seen;
  callee: Seen;
}

export type Flow = 'sidecall' | 'tutorial' | 'floor';

/** Nobody calls in the second after a call; devices and pages of the last one are closed by then. */
const QUIET_MS = 1000;

/** Waits until a page has seen all of it. @throws saying what it has not. */
async function until(
  page: Page,
  what: readonly (keyof Seen)[],
  whose: string,
  patience = PATIENCE_MS,
): Promise<Seen> {
  const seen = await page.evaluate(waitToSee, what, patience);
  const missing = what.filter((each) => seen[each] === undefined);
  if (missing.length > 0) throw new Error(`${whose} never had ${missing.join(', ')}.`);
  return seen;
}

function have(at: number | null | undefined, what: string): number {
  if (typeof at !== 'number') throw new Error(`There was no ${what}.`);
  return at;
}

/** A call on a plain page. */
async function plainCall(stage: Stage, flow: PlainFlow): Promise<CallTimes> {
  const pages = await Promise.all([stage.alice.open(flow), stage.bob.open(flow)]);
  try {
    return await callBetween(...pages);
  } finally {
    await Promise.all(pages.map((page) => page.close()));
  }
}

async function callBetween(alice: Page, bob: Page): Promise<CallTimes> {
  const act = (page: Page, what: 'call' | 'answer' | 'hangUp'): Promise<number> =>
    page.evaluate((name) => (window.benchPage as PlainPage)[name](), what);
  await bob.evaluate(() => window.benchPage?.prepare(false));
  await alice.evaluate(() => window.benchPage?.prepare(true));
  const clicked = await act(alice, 'call');
  const { shown } = await until(bob, ['shown'], 'Bob');
  const answered = await act(bob, 'answer');
  await Promise.all([until(alice, ['picture', 'sound'], 'Alice'), until(bob, ['picture', 'sound'], 'Bob')]);
  const hungUp = await act(alice, 'hangUp');
  // A plain page that never hears of the end is a result, not a failure: simple-peer's last word can be lost.
  const [caller, callee] = await Promise.all(
    [alice, bob].map((page) => page.evaluate(waitToSee, ['idle'] as const, PLAIN_END_MS)),
  );
  if (!caller || !callee) throw new Error('There was nobody.');
  return { clicked, shown: have(shown, 'ring'), answered, hungUp, caller, callee };
}

/** Waits for the full picture, but not for ever: a call that never sharpens is a result, not a failure. */
const sharp = (view: Page): Promise<Seen> => view.evaluate(waitToSee, ['full'] as const, SHARP_MS);

async function watchers(someone: PersonBrowser, view: Page | undefined): Promise<Page> {
  const host = await someone.host();
  await host.evaluate(installWatches);
  await host.evaluate(watchHost);
  if (view) await watch(view);
  return host;
}

async function watch(view: Page): Promise<void> {
  await view.evaluate(installWatches);
  await view.evaluate(watchView, CAMERA_WIDTH);
}

/** A call with the extension: Alice in her popup, Bob on the desktop's notification, with his panel beside the tab. */
async function sidecallCall(stage: Stage): Promise<CallTimes> {
  const alice = stage.alice.browser;
  const bob = stage.bob.browser;
  const popup = await alice.openPopup();
  // Not by its name in the accessibility tree: keeping that tree would be part of what is measured.
  const button = await popup.waitForSelector('button[aria-label="Call Bob with video"]');
  const pinned = bob.shows(PAGES.panel) ? await bob.view(PAGES.panel) : undefined;
  const aliceHost = await watchers(alice, popup);
  const bobHost = pinned && (await watchers(bob, pinned));

  await button?.hover();
  await wait(POINT_MS);
  const clicked = have(await popup.evaluate(pressButton, 'Call Bob with video'), 'button to call');
  const notification = await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
  const shown = Math.round(notification.shownAt);
  await read(popup, 'Ringing');
  const calleeHost = bobHost ?? (await watchers(bob, undefined));
  await wait(REACTION_MS);
  const answered = Date.now();
  bob.notifications.press(notification, 'Answer');
  const panel = pinned ?? (await bob.view(PAGES.panel));
  if (!pinned) await watch(panel);
  await Promise.all([until(popup, ['picture'], 'Alice'), until(panel, ['picture'], 'Bob')]);
  const [callerView, calleeView] = await Promise.all([sharp(popup), sharp(panel)]);
  await Promise.all([until(aliceHost, ['sound'], 'Alice'), until(calleeHost, ['sound'], 'Bob')]);
  const hungUp = have(await popup.evaluate(pressButton, 'Hang up'), 'button to hang up');
  const [caller, callee] = await Promise.all([
    until(aliceHost, ['idle'], 'Alice'),
    until(calleeHost, ['idle'], 'Bob'),
  ]);
  await popup.evaluate(() => window.close()).catch(() => undefined);
  await alice.gone(PAGES.popup);
  return {
    clicked,
    shown,
    answered,
    hungUp,
    caller: { ...callerView, ...caller },
    callee: { ...calleeView, ...callee },
  };
}

export async function callOnce(stage: Stage, flow: Flow): Promise<CallTimes> {
  await wait(QUIET_MS);
  return flow === 'sidecall' ? sidecallCall(stage) : plainCall(stage, flow);
}
