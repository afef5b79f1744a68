import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { idle, talk, tidyUp } from './call.ts';
import { type Cast, gather, PAGES, popupWith } from './cast.ts';
import { click, read, see } from './ui.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await gather();
});
afterEach(async () => {
  await Promise.all([cast.alice, cast.bob].map(tidyUp));
});
afterAll(async () => {
  await cast.close();
});

/** Opens what can be done about somebody, from their row. */
async function choose(popup: Page, name: string, what: string): Promise<void> {
  await click(popup, `More about ${name}`);
  await click(popup, what, 'menuitem');
}

/** Bob rings Alice, who is not there for him. */
async function ringInVain(): Promise<void> {
  const { bob } = cast;
  const popup = await popupWith(bob, 'Alice', 'Last here today');
  await click(popup, 'Call Alice with video');
  await read(popup, 'Alice isn’t online');
  await idle(bob);
  await tidyUp(bob);
}

describe('blocking somebody', () => {
  it('hides this person from them exactly as being offline does, and nothing of their ring is noticed', async () => {
    const { alice, bob } = cast;
    const popup = await popupWith(alice, 'Bob');
    await choose(popup, 'Bob', 'Block Bob');
    await popup.waitForSelector('[data-peer]', { hidden: true });
    await alice.screenshot(popup, 'blocked', 'artifacts/safety');
    await tidyUp(alice);

    await ringInVain();
    const history = await (
      await alice.worker()
    ).evaluate(async () => (await chrome.storage.local.get('history'))['history'] as unknown[] | undefined);
    expect(history ?? []).toEqual([]);
    expect(alice.notifications.open).toEqual([]);
    expect(bob.notifications.open).toEqual([]);
  });

  it('ends in the settings, where the list of blocked people is; then they ring each other again', async () => {
    const { alice, bob } = cast;
    const settings = await alice.open(PAGES.settings);
    await read(settings, 'For them you’re never online.');
    await click(settings, 'Manage');
    await click(settings, 'Unblock Bob');
    await read(settings, 'Nobody is blocked.');
    await settings.close();

    await popupWith(bob, 'Alice');
    await tidyUp(bob);
    const { popup } = await talk(cast, 'video');
    await click(popup, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });
});

describe('removing somebody', () => {
  it('takes a second press, and is like never having known them', async () => {
    const { alice } = cast;
    const popup = await popupWith(alice, 'Bob');
    await choose(popup, 'Bob', 'Remove Bob');
    await see(popup, 'Bob, Available', 'row');
    await click(popup, 'Remove Bob for good', 'menuitem');
    await read(popup, 'Start with one person');
    await tidyUp(alice);

    await ringInVain();
    expect(alice.notifications.open).toEqual([]);
    const contacts = await (
      await alice.worker()
    ).evaluate(async () => (await chrome.storage.local.get('contacts'))['contacts']);
    expect(contacts).toEqual({});
  });
});

it('logged no fault in any of it', () => {
  const expected = /WebSocket connection to .* failed/;
  expect([...cast.alice.faults, ...cast.bob.faults].filter((fault) => !expected.test(fault))).toEqual([]);
});
