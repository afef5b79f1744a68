/** A call with the keyboard alone, in the words of the tree that a screen reader reads. */
import type { Page, SerializedAXNode } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { idle, seeOther } from './call.ts';
import { type Cast, gather, popupWith } from './cast.ts';
import { read, see, textOf } from './ui.ts';

/** More stops than any screen has. */
const MAX_STOPS = 40;

let cast: Cast;
beforeAll(async () => {
  cast = await gather({ quickly: true });
});
afterAll(async () => {
  await cast.close();
});

function* nodesOf(node: SerializedAXNode): Generator<SerializedAXNode> {
  yield node;
  for (const child of node.children ?? []) yield* nodesOf(child);
}

/** @returns all that the page says to a screen reader, as `role name`. */
async function treeOf(page: Page): Promise<string[]> {
  const root = await page.accessibility.snapshot();
  if (!root) throw new Error('This page has no tree.');
  return [...nodesOf(root)].map(({ role, name = '' }) => `${role} ${name}`.trim());
}

const ACTIVE = ['button', 'link', 'menuitem', 'menuitemcheckbox', 'textbox', 'switch', 'combobox', 'row'];
/** Whoever hears the page knows what each thing they can use is for. */
async function expectNames(page: Page): Promise<void> {
  expect((await treeOf(page)).filter((each) => ACTIVE.includes(each))).toEqual([]);
}

/** @returns what has the focus, as a screen reader says it. */
async function focusOf(page: Page): Promise<string> {
  const root = await page.accessibility.snapshot();
  const focused = root && [...nodesOf(root)].filter(({ focused: has }) => has).at(-1);
  return focused ? `${focused.role} ${focused.name ?? ''}` : 'nothing';
}

/** Goes there with the Tab key. @throws saying where else it came by */
async function tabTo(page: Page, wanted: string): Promise<void> {
  const stops: string[] = [];
  for (let i = 0; i < MAX_STOPS; i++) {
    const here = await focusOf(page);
    if (here === wanted) return;
    stops.push(here);
    await page.keyboard.press('Tab');
  }
  throw new Error(
    `The Tab key never comes to "${wanted}", but to: ${stops.join(', ')}. ${await textOf(page)}`,
  );
}

/** A list or a bar is one stop of the Tab key: within it one goes with the arrows. */
async function arrowTo(page: Page, wanted: string): Promise<void> {
  for (let here = await focusOf(page); here !== wanted;) {
    await page.keyboard.press('ArrowRight');
    const next = await focusOf(page);
    if (next === here) throw new Error(`The arrow goes no further than "${here}".`);
    here = next;
  }
}

/** Whether what has the focus is shown to have it. */
const isShown = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    let { activeElement } = document;
    while (activeElement?.shadowRoot?.activeElement) ({ activeElement } = activeElement.shadowRoot);
    return activeElement !== null && activeElement.matches(':focus-visible');
  });

it('a call is made, answered, muted and ended with the keyboard alone, and a screen reader says each of it', async () => {
  const { alice, bob } = cast;
  const hers = await popupWith(alice, 'Bob');
  await expectNames(hers);
  await tabTo(hers, 'row Bob, Available');
  await arrowTo(hers, 'button Call Bob with video');
  expect(await isShown(hers)).toBe(true);
  await hers.keyboard.press('Enter');
  await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
  await read(hers, 'Ringing');
  expect(await treeOf(hers)).toEqual(expect.arrayContaining(['button Cancel call']));
  await expectNames(hers);

  const his = await bob.openPopup();
  await see(his, 'Answer', 'button');
  expect((await treeOf(his)).some((each) => each.includes('Alice'))).toBe(true);
  await expectNames(his);
  await tabTo(his, 'button Answer');
  expect(await isShown(his)).toBe(true);
  await his.keyboard.press('Enter');
  await Promise.all([seeOther(hers, 'bob'), seeOther(his, 'alice')]);
  for (const page of [hers, his]) await expectNames(page);

  await hers.keyboard.press('m');
  await see(hers, 'Unmute', 'button');
  await read(his, 'Alice');
  await expect.poll(async () => (await treeOf(his)).some((each) => /muted/i.test(each))).toBe(true);
  await tabTo(hers, 'button Unmute');
  await hers.keyboard.press('Space');
  await see(hers, 'Mute', 'button');

  await arrowTo(hers, 'button Hang up');
  await hers.keyboard.press('Enter');
  await read(his, 'Alice hung up');
  await expect.poll(() => treeOf(his)).toEqual(expect.arrayContaining(['button Call again']));
  await expectNames(his);
  await tabTo(his, 'button Call again');
  await Promise.all([idle(alice), idle(bob)]);
});
