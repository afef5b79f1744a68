import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idle, tidyUp } from './call.ts';
import { type Cast, freshInvite, gather, PAGES, person, popupWith, welcome } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { click, read, see, type } from './ui.ts';

let cast: Cast;
/** Somebody who calls himself Bob, on a computer that Alice has never met. */
let other: PersonBrowser;
beforeAll(async () => {
  cast = await gather();
  other = await person('Bob');
});
afterAll(async () => {
  await Promise.all([other.close(), cast.close()]);
});

interface Kept {
  name: string;
  checkedAt: number | null;
  claim: { choice: string } | null;
}
async function contactsOf(someone: PersonBrowser): Promise<Kept[]> {
  const worker = await someone.worker();
  const contacts = await worker.evaluate(
    async () => (await chrome.storage.local.get('contacts'))['contacts'] as Record<string, Kept>,
  );
  return Object.values(contacts);
}

describe('somebody new under a known name', () => {
  it('is shown as who they say they are, beside the one who is known, and cannot ring', async () => {
    const { alice } = cast;
    const page = await welcome(other, cast.relay);
    await type(page, 'Did someone send you a link?', await freshInvite(cast.alice));
    await click(page, 'Add Alice');
    const popup = await popupWith(alice, 'Bob');
    await read(popup, 'Someone new says they are Bob');
    await read(popup, 'Compare pictures before you believe it.');
    await alice.screenshot(popup, 'claimed-name', 'artifacts/safety');
    expect(await contactsOf(alice)).toHaveLength(2);
    await tidyUp(alice);
    await page.close();

    const theirs = await other.openPopup();
    await click(theirs, 'Call Alice with video');
    await read(theirs, 'Alice isn’t online');
    await idle(other);
    await tidyUp(other);
    expect(alice.notifications.open).toEqual([]);
  });

  it('waits below the others after "Not now", and is rung to compare pictures when Alice wants that', async () => {
    const { alice } = cast;
    const popup = await popupWith(alice, 'Bob');
    await click(popup, 'Not now');
    await see(popup, 'Bob, Says they are Bob', 'row');
    await click(popup, 'Compare pictures');
    const notification = await other.notifications.next(({ summary }) => summary === 'Alice is calling');
    other.notifications.press(notification, 'Answer');
    const panel = await other.view(PAGES.panel);
    await see(panel, 'Hang up', 'button');
    await click(panel, 'Safety check');
    await click(popup, 'Safety check');
    await read(panel, 'They match');
    await click(popup, 'They match');
    await read(popup, 'Checked. Just you and Bob.');
    await expect
      .poll(async () => (await contactsOf(alice)).map(({ claim, checkedAt }) => [claim, checkedAt !== null]))
      .toEqual(
        expect.arrayContaining([
          [null, false],
          [null, true],
        ]),
      );
    await click(popup, 'Close');
    await click(popup, 'Hang up');
    await Promise.all([idle(alice), idle(other)]);
  });
});
