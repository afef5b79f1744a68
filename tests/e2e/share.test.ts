/** One call in which Alice shows Bob a tab: the picker's answer is chosen by a switch of her browser, since no test can press it. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hearOther, seeOther, talk } from './call.ts';
import { type Cast, gather, PAGES } from './cast.ts';
import { buildWith, type GrantedBuild } from './harness/granted-build.ts';
import { hear, seePicture } from './harness/senses.ts';
import { serveShownPage, SHOWING, SHOWN, type ShownPage } from './harness/shown-page.ts';
import { click, press, read, see, textOf } from './ui.ts';

let build: GrantedBuild;
let shown: ShownPage;
let cast: Cast;
/** Alice's tab that is shown, her call window, and Bob's side panel. */
let tab: Page;
let hers: Page;
let panel: Page;

beforeAll(async () => {
  [build, shown] = await Promise.all([buildWith('tabCapture'), serveShownPage()]);
  cast = await gather({ quickly: true, alice: { extension: build.extension, ...SHOWING }, bob: SHOWING });
  await keepConnections(await cast.alice.host());
  const { popup, panel: opened } = await talk(cast, 'video');
  panel = opened;
  await popup.close();
  tab = await showTab();
  hers = await cast.alice.open(PAGES.window);
});
afterAll(async () => {
  await cast.close();
  shown.close();
  await build.remove();
});

async function showTab(someone = cast.alice): Promise<Page> {
  const page = await someone.chromium.newPage();
  await page.goto(shown.url);
  return page;
}

/** simple-peer hands no connection out, and a test has to break one. */
const keepConnections = (host: Page): Promise<void> =>
  host.evaluate(() => {
    const kept: RTCPeerConnection[] = [];
    Object.assign(window, { kept });
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(config?: RTCConfiguration) {
        super(config);
        kept.push(this);
      }
    };
  });

const screenOf = (): HTMLVideoElement | null => document.querySelector('.shot video');
/** What plays the sound of a screen: beside the voice, and apart from it. */
const soundOfScreen = (): HTMLAudioElement | null => document.querySelectorAll('audio')[1] ?? null;

/** The tab is seen as large as it is, no letter scaled away; only that an odd side loses its last row, as 4:2:0 has none. */
async function seeTab(page: Page): Promise<void> {
  const { width, height } = await tab.evaluate(() => {
    const even = (side: number): number => Math.floor((side * devicePixelRatio) / 2) * 2;
    return { width: even(innerWidth), height: even(innerHeight) };
  });
  await seePicture(page, screenOf, { colour: SHOWN.colour, moving: true, width, height });
}
const hearTab = async (): Promise<void> =>
  void (await hear(await cast.bob.host(), soundOfScreen, { frequency: SHOWN.frequency }));

/** The screen is gone and the face is back. */
async function seeItEnd(): Promise<void> {
  await panel.waitForSelector('.shot', { hidden: true });
  await seeOther(panel, 'alice');
  expect(await textOf(panel)).not.toContain('Showing you');
}

describe('a tab that Alice shows', () => {
  it('arrives with its picture as large as it is, with its tone, beside her face and her voice', async () => {
    await hers.bringToFront();
    await press(hers, 's');
    await read(hers, 'Bob can see a tab');
    await see(hers, 'Stop sharing', 'button');
    await read(panel, 'Showing you a tab');
    await Promise.all([seeTab(panel), hearTab()]);
    await Promise.all([seeOther(panel, 'alice'), hearOther(cast.bob)]);
  });

  it('is told apart from her camera by what it costs: its size is kept when the path is narrow', async () => {
    const sent = await (
      await cast.alice.host()
    ).evaluate(async () => {
      const { kept } = window as unknown as { kept: RTCPeerConnection[] };
      const senders =
        kept
          .at(-1)
          ?.getSenders()
          .filter(({ track }) => track?.kind === 'video') ?? [];
      return senders.map((sender) => ({
        hint: sender.track?.contentHint,
        keeps: sender.getParameters().degradationPreference,
      }));
    });
    expect(sent).toEqual([
      { hint: '', keeps: 'maintain-framerate' },
      { hint: 'detail', keeps: 'maintain-resolution' },
    ]);
  });

  it('can be looked at closely, moved, filled and fitted, with keys, wheel, mouse and two fingers', async () => {
    const lies = () =>
      panel.$eval('.shot video', (video) => {
        const { a: scale, e: left } = new DOMMatrix(getComputedStyle(video).transform);
        return { scale, left: left + video.clientWidth / 2 };
      });
    const scale = () => lies().then((each) => each.scale);
    await panel.focus('.shot');
    expect(await scale()).toBe(1);
    await panel.keyboard.press('+');
    expect(await scale()).toBeCloseTo(1.25);
    await panel.keyboard.press('0');
    expect(await scale()).toBe(1);
    const box = await (await panel.$('.shot'))?.boundingBox();
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
    await panel.mouse.move(x, y);
    await panel.mouse.wheel({ deltaY: -480 });
    await expect.poll(scale).toBeCloseTo(2);
    await panel.mouse.down();
    await panel.mouse.move(x - 50, y);
    await panel.mouse.up();
    expect((await lies()).left).toBeCloseTo(-50);
    await click(panel, '200%. Fit the whole screen');
    expect(await lies()).toEqual({ scale: 1, left: 0 });
    const fingers = [
      await panel.touchscreen.touchStart(x - 20, y),
      await panel.touchscreen.touchStart(x + 20, y),
    ];
    await fingers[0]?.move(x - 40, y);
    await fingers[1]?.move(x + 40, y);
    await expect.poll(scale).toBeCloseTo(2);
    for (const finger of fingers) await finger.end();
    await click(panel, '200%. Fit the whole screen');
  });

  it('can be opened large, in a tab that shows the same picture', async () => {
    await click(panel, 'Open large in a tab');
    const large = await cast.bob.view('extension/views/large/large-screen.html');
    await Promise.all([seeTab(large), seeOther(large, 'alice')]);
    await large.close();
  });

  it('is carried on by a fresh link when the path is lost', async () => {
    await (
      await cast.alice.host()
    ).evaluate(() => (window as unknown as { kept: RTCPeerConnection[] }).kept.at(-1)?.close());
    await expect
      .poll(
        async () =>
          (await cast.alice.host()).evaluate(
            () =>
              (window as unknown as { kept: RTCPeerConnection[] }).kept.filter(
                ({ connectionState }) => connectionState === 'connected',
              ).length,
          ),
        { timeout: 30_000 },
      )
      .toBe(1);
    await read(panel, 'Showing you a tab');
    await Promise.all([seeTab(panel), hearTab()]);
    await read(hers, 'Bob can see a tab');
  });

  it('may be watched by who shows something himself: each sees the other’s, and is told of their own', async () => {
    const his = await showTab(cast.bob);
    await press(panel, 's');
    await read(panel, 'Alice can see a tab');
    await read(panel, 'Showing you a tab');
    await hers.bringToFront();
    await read(hers, 'Showing you a tab');
    await read(hers, 'Bob can see a tab');
    await seePicture(hers, screenOf, { colour: SHOWN.colour, moving: true });
    await click(panel, 'Stop sharing');
    await hers.waitForSelector('.shot', { hidden: true });
    await his.close();
  });

  it('is seen no more once she stops it, and is heard no more', async () => {
    await click(hers, 'Stop sharing');
    await seeItEnd();
    await hear(await cast.bob.host(), soundOfScreen, { sound: false });
    await see(hers, 'Share your screen', 'button');
  });

  it('ends for both when it ends in the browser: the tab is closed', async () => {
    await click(hers, 'Share your screen');
    await read(panel, 'Showing you a tab');
    await seeTab(panel);
    await tab.close();
    await seeItEnd();
    await see(hers, 'Share your screen', 'button');
  });
});

describe('the toolbar', () => {
  it('shows the tab under it with one click and no picker', async () => {
    tab = await showTab();
    await tab.bringToFront();
    const extension = [...(await cast.alice.chromium.extensions()).values()][0];
    await extension?.triggerAction(tab);
    const popup = await cast.alice.view(PAGES.popup);
    await click(popup, 'Share this tab');
    await read(panel, 'Showing you a tab');
    await Promise.all([seeTab(panel), hearTab()]);
    await hers.bringToFront();
    await click(hers, 'Stop sharing');
    await seeItEnd();
  });

  it('says why before the browser is asked for the permission that this needs', async () => {
    const popup = await cast.bob.openPopup();
    await click(popup, 'Share this tab');
    await read(popup, 'Sidecall needs a permission');
    await see(popup, 'Ask my browser', 'button');
    await see(popup, 'Pick the tab myself', 'button');
    await popup.close();
  });
});
