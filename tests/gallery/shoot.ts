/** Takes a picture of every scene in popup, panel and narrow panel, light and dark, into artifacts/gallery. */
import { mkdir } from 'node:fs/promises';
import puppeteer, { type Page } from 'puppeteer-core';
import { createServer } from 'vite';
import config from './vite.gallery.ts';
import { scenes } from './scenes.ts';

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
/** What picture in picture can show: a call that goes on. */
const IN_PICTURE = ['active', 'muted', 'cameras-off', 'lost', 'second', 'held-by-them'];
/** How long controls stay, and a little more, in milliseconds. */
const IDLE_MS = 3400;
const wanted = process.argv.slice(2);
const isWanted = (file: string) => wanted.length === 0 || wanted.some((part) => file.includes(part));

/** What has to be done by hand before some scenes are what they are called. */
async function prepare(page: Page, scene: string): Promise<void> {
  if (scene === 'person-menu') {
    await page.hover('[data-peer]');
    await page.click('[data-peer] [aria-haspopup=menu]');
    await new Promise((resolve) => setTimeout(resolve, 800));
  }
  if (scene === 'watching' || scene === 'sharing-both') await page.waitForSelector('.shot video');
  if (scene.startsWith('sharing')) await page.waitForSelector('.strip');
  if (scene === 'share-ask') {
    await page.waitForSelector('.controls > .btn.plain');
    await page.click('.controls > .btn.plain');
    await new Promise((resolve) => setTimeout(resolve, 600));
  }
  if (scene === 'devices') {
    // The popup has no such menu.
    const more = await page.$('[aria-label="More"]');
    await more?.click();
    if (more) await page.locator('::-p-aria([name="Camera and sound"][role="menuitem"])').click();
    await new Promise((resolve) => setTimeout(resolve, 900));
  }
  if (scene.startsWith('safety')) {
    await page.click('[aria-label="Safety check"]');
    await new Promise((resolve) => setTimeout(resolve, 600));
  }
  if (scene === 'details') {
    await page.click('.nametag button');
    await new Promise((resolve) => setTimeout(resolve, 900));
  }
  if (scene.startsWith('chat') && (await page.$('[aria-keyshortcuts=t]'))) {
    await page.keyboard.press('t');
    await page.waitForSelector('.talk.open');
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  if (scene === 'drop') {
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], 'x.txt'));
      document
        .querySelector('.stage')
        ?.dispatchEvent(new DragEvent('dragenter', { bubbles: true, dataTransfer }));
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  if (!scene.startsWith('add')) return;
  await page.click('[aria-label="Add someone"]');
  await page.waitForSelector('#invite');
  await page.type('#invite', 'https://sidecall.example/i#cedar-4Wm9');
  await new Promise((resolve) => setTimeout(resolve, 200));
}

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
      await prepare(page, scene);
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
