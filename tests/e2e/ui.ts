/** A person's hands and eyes on a page: finds things by role and name, as assistive technology does. */
import type { Page } from 'puppeteer-core';

const TIMEOUT_MS = 15_000;

const selector = (name: string, role?: string): string =>
  `::-p-aria([name="${name}"]${role === undefined ? '' : `[role="${role}"]`})`;

/** What a click can be meant for. */
const CLICKABLE = ['button', 'a', 'input', 'select', 'textarea', 'label', 'summary']
  .concat(
    ['menuitem', 'menuitemradio', 'option', 'radio', 'row', 'switch', 'tab'].map((role) => `[role=${role}]`),
  )
  .join();

/**
 * Waits until it is there, and clicks it. A button that is replaced between press and release, or that a closing sheet
 * still covers, never gets its click: a person sees that nothing happened and clicks again, and so does this. What the
 * click would have hit instead does not get it.
 */
export async function click(page: Page, name: string, role = 'button'): Promise<void> {
  const until = Date.now() + TIMEOUT_MS;
  for (;;) {
    const target = page.locator(selector(name, role)).setTimeout(Math.max(1, until - Date.now()));
    const missing = async (): Promise<never> => {
      throw new Error(`There is no ${role} "${name}" to click. The page says: ${await textOf(page)}`);
    };
    const wanted = await target.waitHandle().catch(missing);
    const heard = await wanted.evaluateHandle(watchClick, CLICKABLE);
    await target.click().catch(missing);
    // A page that the click has closed has nothing to say.
    if (await heard.evaluate(({ isHit }) => isHit).catch(() => true)) return;
    await heard.evaluate(({ ignore }) => {
      ignore();
    });
  }
}

/** Runs in the page: notes whether the next click reaches what it was meant for, and keeps it from anything else. */
function watchClick(wanted: Node, clickable: string): { isHit: boolean; ignore: () => void } {
  const noted = {
    isHit: false,
    ignore: (): void => {
      document.removeEventListener('click', note, { capture: true });
    },
  };
  function note(event: Event): void {
    const hit = event.target instanceof Element ? event.target.closest(clickable) : null;
    const isLabel = hit instanceof HTMLLabelElement && hit.control === wanted;
    noted.isHit = hit !== null && (isLabel || hit.contains(wanted) || wanted.contains(hit));
    if (!noted.isHit) {
      event.stopImmediatePropagation();
      event.preventDefault();
    }
    noted.ignore();
  }
  document.addEventListener('click', note, { capture: true });
  return noted;
}

/** Clicks what closes its own page: the page may be gone before the click is acknowledged. */
export async function clickAway(page: Page, name: string): Promise<void> {
  await see(page, name, 'button');
  await click(page, name).catch((error: unknown) => {
    if (!page.isClosed()) throw error;
  });
}

/**
 * Clicks at a moment of the machine's clock, so that two pages can click at once.
 * @param becomes what the button may be called by then
 * @returns whether the button was still there: the other page may have been the earlier by a hair
 */
export async function clickAt(page: Page, name: string, at: number, becomes = name): Promise<boolean> {
  await see(page, name, 'button');
  return page.evaluate(
    (labels, then) =>
      new Promise<boolean>((resolve) => {
        setTimeout(() => {
          // Looked up now: the one that was seen may have been replaced since.
          const buttons = [...document.querySelectorAll('button')];
          const button = buttons.find((each) => labels.includes(each.ariaLabel ?? each.innerText.trim()));
          button?.click();
          resolve(button !== undefined);
        }, then - Date.now());
      }),
    [name, becomes],
    at,
  );
}

/** Waits until something of this name is on the page. @throws saying what the page shows instead. */
export async function see(page: Page, name: string, role?: string, timeout = TIMEOUT_MS): Promise<void> {
  await page.waitForSelector(selector(name, role), { timeout }).catch(async () => {
    throw new Error(`There is no "${name}". The page says: ${await textOf(page)}`);
  });
}

/** Replaces what stands in a field. */
export async function type(page: Page, name: string, text: string): Promise<void> {
  await page
    .locator(selector(name, 'textbox'))
    .setTimeout(TIMEOUT_MS)
    .fill(text)
    .catch(async () => {
      throw new Error(`There is no field "${name}". The page says: ${await textOf(page)}`);
    });
}

/** Waits until the page's text contains these words. @throws saying what it contains instead. */
export async function read(page: Page, words: string): Promise<void> {
  await page
    .waitForFunction(
      (wanted: string) => document.body.innerText.includes(wanted),
      { timeout: TIMEOUT_MS },
      words,
    )
    .catch(async () => {
      throw new Error(`The page never says "${words}". It says: ${await textOf(page)}`);
    });
}

export const textOf = (page: Page): Promise<string> =>
  page
    .evaluate(() => document.body.innerText.replaceAll(/\s+/g, ' '))
    .catch((error: unknown) => String(error));

/** Presses a key where the focus is. */
export const press = (page: Page, key: 'm' | 'p' | 's' | 'v' | 'Escape' | 'Enter' | '/'): Promise<void> =>
  page.keyboard.press(key);
