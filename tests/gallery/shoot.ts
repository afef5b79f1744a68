/** Takes a picture of every scene in popup, panel and narrow panel, light and dark, into artifacts/gallery. */
import { mkdir } from 'node:fs/promises';
import puppeteer from 'puppeteer-core';
import { createServer } from 'vite';
import { prepare } from './prepare.ts';
import config from './vite.gallery.ts';
import { IN_PICTURE, scenes } from './scenes.ts';

const OUT = 'artifacts/gallery';
const SIZES = [
  { view: 'popup', name: 'popup', width: 360, height: 520 },
  { view: 'panel', name: 'panel', width: 360, height: 820 },
  { view: 'panel', name: 'narrow', width: 320, height: 480 },
  { view: 'panel', name: 'wide', width: 400, height: 1000 },
  { view: 'window', name: 'window', width: 1200, height: 700 },
  { view: 'pip', name: 'pip', width: 320, height: 200 },
  { view: 'pip', name: 'tiny', width: 220, height: 140 },
] as const;
/** How long controls stay, and a little more, in milliseconds. */
const IDLE_MS = 3400;
const wanted = process.argv.slice(2);
const isWanted = (file: string) => wanted.length === 0 || wanted.some((part) => file.includes(part));

const server = await createServer({ ...config, configFile: false, server: { port: 5180 }, logLevel: 'warn' });
await server.listen();
// Another gallery may be open at the usual port.
const at = `${server.resolvedUrls?.local[0] ?? ''}tests/gallery/gallery.html`;
const browser = await puppeteer.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4',
  ],
});
await mkdir(OUT, { recursive: true });
const page = await browser.newPage();
page.on('pageerror', (error) => console.log('page error', error));
page.on('console', (message) => ['error', 'warn'].includes(message.type()) && console.log(message.text()));
for (const theme of ['light', 'dark'] as const) {
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  for (const { view, name, width, height } of SIZES)
    for (const scene of Object.keys(scenes)) {
      const file = `${name}-${scene}-${theme}`;
      if (!isWanted(file) || (view === 'pip' && !IN_PICTURE.includes(scene))) continue;
      await page.setViewport({ width, height, deviceScaleFactor: 1 });
      await page.goto(`${at}?view=${view}&scene=${scene}`);
      await page.waitForSelector('main > *');
      await new Promise((resolve) => setTimeout(resolve, 250));
      await prepare(page, scene, { locale: 'en', settleMs: 900 });
      await page.screenshot({ path: `${OUT}/${file}.png` });
      if (!['active', 'muted'].includes(scene)) continue;
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      await page.screenshot({ path: `${OUT}/${file}-rest.png` });
    }
  for (const [view, scene] of [
    ['welcome', 'home'],
    ['settings', 'home'],
    ['large', 'watching'],
    ['large', 'active'],
  ] as const) {
    const file = scene === 'home' ? view : `${view}-${scene}`;
    if (!isWanted(`${file}-${theme}`)) continue;
    await page.setViewport({ width: 1100, height: 720, deviceScaleFactor: 1 });
    await page.goto(`${at}?view=${view}&scene=${scene}`);
    await page.waitForSelector('main > *');
    await new Promise((resolve) => setTimeout(resolve, 800));
    await page.screenshot({ path: `${OUT}/${file}-${theme}.png`, fullPage: true });
  }
}
await browser.close();
await server.close();
