/** Every screen in every state, as the gallery shows it: no word is cut off in any language, and axe finds nothing in either theme. */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepare } from './prepare.ts';
import { IN_PICTURE, scenes } from './scenes.ts';
import { type Gallery, serveGallery } from './serve.ts';
import { chromePath } from '../e2e/harness/chrome-path.ts';

const LOCALES = ['en', 'de', 'fr', 'es', 'ja', 'ar'];
/** The smallest popup and panel there are, and a page of each kind. Nothing is narrower anywhere. */
const POPUP = { width: 360, height: 520 };
const PANEL = { width: 320, height: 480 };
/** In which nothing has to be scrolled to. */
const WIDE_PANEL = { width: 400, height: 1000 };
const PAGE = { width: 720, height: 720 };
const PICTURE = { width: 220, height: 140 };
/** Nothing moves for people who want it so. */
const SETTLE_MS = 50;
const OUT = 'artifacts/screens';
/** A mouse, which not every machine has. */
const POINTER =
  '--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Place {
  view: string;
  scene: string;
  size: { width: number; height: number };
}

let gallery: Gallery;
/** One for each core of a small machine. */
let browsers: Browser[] = [];

beforeAll(async () => {
  gallery = await serveGallery();
  const start = () => puppeteer.launch({ executablePath: chromePath(), args: ['--no-sandbox', POINTER] });
  browsers = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all(browsers.map((each) => each.close()));
  await gallery.close();
});

/** Where the popup has an arrangement of its own; everywhere else it is the panel, and wider. */
const POPUPS = [
  ...[
    'calling',
    'ringing',
    'incoming',
    'incoming-first',
    'active',
    'sound',
    'muted-speaking',
    'lost',
    'weak',
  ],
  ...['safety', 'different', 'watching', 'sharing', 'share-ask', 'second', 'swap', 'held-by-them'],
  ...['busy', 'declined', 'no-turn-hidden', 'camera-blocked'],
];
/** What can be shown where, by size. */
const PLACES: readonly Place[] = [
  ...Object.keys(scenes).map((scene) => ({ view: 'panel', scene, size: PANEL })),
  ...POPUPS.map((scene) => ({ view: 'popup', scene, size: POPUP })),
  ...IN_PICTURE.map((scene) => ({ view: 'pip', scene, size: PICTURE })),
  { view: 'large', scene: 'watching', size: PAGE },
  { view: 'welcome', scene: 'home', size: PAGE },
  { view: 'settings', scene: 'home', size: PAGE },
];

/** @returns what `look` finds in any of the places, each of which is open in its page when it looks. */
async function inAll(
  places: readonly Place[],
  locale: string,
  look: (page: Page, place: Place) => Promise<string[]>,
): Promise<string[]> {
  const faults: string[] = [];
  const left = [...places];
  const goThrough = async (browser: Browser): Promise<void> => {
    const page = await browser.newPage();
    let size: Place['size'] | undefined;
    for (let place = left.shift(); place; place = left.shift()) {
      const { view, scene } = place;
      if (size !== place.size) await page.setViewport(place.size);
      size = place.size;
      await page.emulateMediaFeatures(media('light'));
      await page.goto(gallery.at(view, scene, locale));
      await page.waitForSelector('main > *');
      await prepare(page, scene, { locale, settleMs: SETTLE_MS });
      faults.push(...(await look(page, place)).map((fault) => `${view} ${scene}: ${fault}`));
    }
    await page.close();
  };
  await Promise.all(browsers.map(goThrough));
  return faults;
}

const media = (theme: 'light' | 'dark') => [
  { name: 'prefers-color-scheme', value: theme },
  { name: 'prefers-reduced-motion', value: 'reduce' },
];

/** Sent to the page. @returns words of which not all can be seen, and cannot be scrolled to either. */
function cutOff(): string[] {
  const found: string[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.textContent?.trim() || !text.parentElement?.checkVisibility({ opacityProperty: true }))
      continue;
    // An initial, or what is said another way.
    if (text.parentElement.closest('[aria-hidden=true]')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const rect = range.getBoundingClientRect();
    const { scrollHeight } = document.documentElement;
    const seen = { left: 0, right: innerWidth, top: 0, bottom: Math.max(innerHeight, scrollHeight) };
    const scrolls = { x: false, y: false };
    let isMeant = rect.width === 0;
    for (let box: Element | null = text.parentElement; box; box = box.parentElement) {
      const { overflowX, overflowY, textOverflow, webkitLineClamp, clipPath, position } =
        getComputedStyle(box);
      const edge = box.getBoundingClientRect();
      // Shortened with an ellipsis, for ears alone, or slid away.
      if (textOverflow === 'ellipsis' || webkitLineClamp !== 'none') isMeant = true;
      if ((clipPath !== 'none' && position === 'absolute') || edge.width <= 1) isMeant = true;
      scrolls.x ||= overflowX === 'auto' || overflowX === 'scroll';
      scrolls.y ||= overflowY === 'auto' || overflowY === 'scroll';
      const isBox = overflowX !== 'visible' || box instanceof HTMLButtonElement;
      if (!isBox || box === document.documentElement || box === document.body) continue;
      if (!scrolls.x)
        [seen.left, seen.right] = [Math.max(seen.left, edge.left), Math.min(seen.right, edge.right)];
      if (!scrolls.y)
        [seen.top, seen.bottom] = [Math.max(seen.top, edge.top), Math.min(seen.bottom, edge.bottom)];
    }
    const isCut =
      (!scrolls.x && (rect.left < seen.left - 1 || rect.right > seen.right + 1)) ||
      // A line is higher than its letters.
      (!scrolls.y && (rect.top < seen.top - 4 || rect.bottom > seen.bottom + 4));
    if (!isMeant && isCut) found.push(text.textContent.trim());
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('(the page scrolls sideways)');
  return found;
}

describe('no word is cut off', () => {
  it.each(LOCALES)('in any screen: %s', async (locale) => {
    await mkdir(`${OUT}/${locale}`, { recursive: true });
    const faults = await inAll(PLACES, locale, async (page, { view, scene }) => {
      const path = `${OUT}/${locale}/${view}-${scene}.jpeg` as const;
      await page.screenshot({ path, quality: 60, optimizeForSpeed: true });
      return page.evaluate(cutOff);
    });
    expect(faults).toEqual([]);
  });
});

it('axe finds nothing in any screen of either theme', async () => {
  const run = async (page: Page, options: RunOptions): Promise<string[]> => {
    const { violations } = await page.evaluate(
      (asked) => (window as unknown as { axe: { run(of: RunOptions): Promise<AxeResults> } }).axe.run(asked),
      options,
    );
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(' ')}`));
  };
  // A popup is a panel that is smaller.
  const places = PLACES.filter(({ view }) => view !== 'popup').map((place) =>
    place.view === 'panel' ? { ...place, size: WIDE_PANEL } : place,
  );
  const faults = await inAll(places, 'en', async (page) => {
    await page.evaluate(AXE);
    const light = await run(page, {});
    // In the dark only colours are others.
    await page.emulateMediaFeatures(media('dark'));
    await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
    const dark = await run(page, { runOnly: { type: 'rule', values: ['color-contrast'] } });
    return [...light, ...dark.map((fault) => `${fault} in the dark`)];
  });
  expect(faults).toEqual([]);
});
