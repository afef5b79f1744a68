/** What lies over the picture of a call: controls that leave and come back, and one's own picture, moved by hand and by keys. */
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromePath } from '../e2e/harness/chrome-path.ts';
import { type Gallery, serveGallery } from './serve.ts';

const SIZE = { width: 360, height: 640 };

let gallery: Gallery;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  gallery = await serveGallery('dist/gallery-controls');
  browser = await puppeteer.launch({ executablePath: chromePath(), args: ['--no-sandbox'] });
});
beforeEach(async () => {
  await page?.close();
  page = await browser.newPage();
  await page.setViewport(SIZE);
});
afterAll(async () => {
  await browser.close();
  await gallery.close();
});

async function open(scene: string): Promise<void> {
  await page.goto(gallery.at('panel', scene));
  await page.waitForSelector('.self');
}
const opacity = (selector: string): Promise<number> =>
  page.$eval(selector, (each) => {
    let shown = 1;
    for (let box: Element | null = each; box; box = box.parentElement)
      shown *= Number(getComputedStyle(box).opacity);
    return shown;
  });
/** In which quarter of the page one's own picture lies once it stands still. */
const cornerOf = (): Promise<string> =>
  page.$eval('.self', async (self) => {
    await Promise.all(self.getAnimations().map(({ finished }) => finished));
    const { x, y, width, height } = self.getBoundingClientRect();
    return `${y + height / 2 < innerHeight / 2 ? 'top' : 'bottom'} ${x + width / 2 < innerWidth / 2 ? 'left' : 'right'}`;
  });

describe('the controls', () => {
  it('leave after three seconds of stillness, and are back with the pointer and with a key', async () => {
    await open('active');
    const isGone = async () => (await opacity('.cb.end')) < 0.05;
    const began = Date.now();
    await page.mouse.move(100, 100);
    await expect.poll(isGone, { timeout: 10_000 }).toBe(true);
    expect(Date.now() - began).toBeGreaterThan(2900);
    await page.mouse.move(120, 140);
    await expect.poll(isGone).toBe(false);
    await expect.poll(isGone, { timeout: 10_000 }).toBe(true);
    await page.keyboard.press('Shift');
    await expect.poll(isGone).toBe(false);
  });

  it('stay while this person is muted, and while the keyboard is on one of them', async () => {
    for (const scene of ['muted', 'active']) {
      await open(scene);
      if (scene === 'active')
        while (!(await page.evaluate(() => document.activeElement?.matches('.cb'))))
          await page.keyboard.press('Tab');
      await new Promise((resolve) => setTimeout(resolve, 3600));
      expect(await opacity('.cb.end')).toBe(1);
    }
  });
});

it('camera and microphone can be chosen while it still rings', async () => {
  await page.goto(gallery.at('panel', 'ringing'));
  await page.locator('::-p-aria([name="Camera and sound"][role="button"])').click();
  await page.waitForSelector('.sheet select[aria-label=Microphone]');
});

describe('one’s own picture', () => {
  it('is dragged, and snaps into the corner it is nearest to', async () => {
    await open('active');
    expect(await cornerOf()).toBe('bottom right');
    const box = await (await page.$('.self'))?.boundingBox();
    if (!box) throw new Error('It is not drawn.');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(110, 180, { steps: 8 });
    await page.mouse.up();
    await expect.poll(cornerOf).toBe('top left');
  });

  it('goes where the arrows say, and is put away and brought back by Enter', async () => {
    await open('active');
    await page.focus('.self');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(cornerOf).toBe('bottom left');
    await page.keyboard.press('ArrowUp');
    await expect.poll(cornerOf).toBe('top left');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.self.tab[aria-label]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.self:not(.tab)');
  });
});
