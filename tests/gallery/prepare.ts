/** Opens in a page what a scene is about, where that takes a click or a key. */
import { readFileSync } from 'node:fs';
import type { Page } from 'puppeteer-core';
import type { Catalogue } from '../../_locales/compile.ts';

/**
 * What has to be done by hand before some scenes are what they are called.
 * @param locale the language the page is in
 * @param settleMs how long what moves may take to stand still, in milliseconds
 */
export async function prepare(
  page: Page,
  scene: string,
  { locale, settleMs }: { locale: string; settleMs: number },
): Promise<void> {
  const labelled = (key: string) => `[aria-label="${wordsOf(locale)[key]?.message ?? ''}"]`;
  const settle = () => new Promise((resolve) => setTimeout(resolve, settleMs));
  const click = async (selector: string): Promise<void> => (await page.waitForSelector(selector))?.click();
  if (scene === 'person-menu') {
    await page.hover('[data-peer]');
    await click('[data-peer] [aria-haspopup=menu]');
    await settle();
  }
  if (scene === 'watching' || scene === 'sharing-both') await page.waitForSelector('.shot video');
  if (scene.startsWith('sharing')) await page.waitForSelector('.strip');
  if (scene === 'share-ask') {
    // The popup alone shares this tab.
    await page.waitForSelector('[aria-keyshortcuts=s]');
    await (await page.$('.controls > .btn.plain'))?.click();
    await settle();
  }
  if (scene === 'devices') {
    // The popup has no such menu.
    const more = await page.$(labelled('words_call_more'));
    await more?.click();
    if (more)
      await page
        .locator(`::-p-aria([name="${wordsOf(locale)['device_title']?.message ?? ''}"][role="menuitem"])`)
        .click();
    await settle();
  }
  if (scene.startsWith('safety')) {
    await click(labelled('words_call_safety'));
    await settle();
  }
  if (scene === 'details') {
    await click('.nametag button');
    await settle();
  }
  if (scene.startsWith('chat') && (await page.$('[aria-keyshortcuts=t]'))) {
    await page.keyboard.press('t');
    await page.waitForSelector('.talk.open');
    await settle();
  }
  if (scene === 'drop') {
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], 'x.txt'));
      document
        .querySelector('.stage')
        ?.dispatchEvent(new DragEvent('dragenter', { bubbles: true, dataTransfer }));
    });
    await settle();
  }
  if (!scene.startsWith('add')) return;
  await click(labelled('words_people_add'));
  await page.waitForSelector('#invite');
  await page.type('#invite', 'https://sidecall.example/i#cedar-4Wm9');
  await settle();
}

const catalogues = new Map<string, Catalogue>();
function wordsOf(locale: string): Catalogue {
  const known = catalogues.get(locale);
  if (known) return known;
  const file = new URL(`../../_locales/${locale}/messages.json`, import.meta.url);
  const read = JSON.parse(readFileSync(file, 'utf8')) as Catalogue;
  catalogues.set(locale, read);
  return read;
}
