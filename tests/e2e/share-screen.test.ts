/**
 * Alice shows Bob her whole screen, captured from a real display. A switch of her browser stands for the picker, and would share the
 * sound of the computer too, which this one has none of: the host's wish for it is left out.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seeOther, talk } from './call.ts';
import { type Cast, gather, PAGES } from './cast.ts';
import { type Display, startDisplay } from './harness/display.ts';
import { seePicture } from './harness/senses.ts';
import { click, press, read, textOf } from './ui.ts';

let display: Display;
let cast: Cast;
beforeAll(async () => {
  display = await startDisplay();
  const args = ['--auto-select-desktop-capture-source=Entire screen'];
  cast = await gather({ quickly: true, alice: { display, args } });
});
afterAll(async () => {
  await cast.close();
  await display.close();
});

it('a whole screen is seen as large as it is, and stopping brings the face back', async () => {
  const { popup, panel } = await talk(cast, 'video');
  const host = await cast.alice.host();
  await host.evaluate(() => {
    const devices = navigator.mediaDevices;
    const ask = devices.getDisplayMedia.bind(devices);
    devices.getDisplayMedia = ({ video }: DisplayMediaStreamOptions = {}) => ask({ video: video ?? true });
  });
  await popup.close();
  const hers = await cast.alice.open(PAGES.window);
  await hers.bringToFront();
  await press(hers, 's');
  await read(hers, 'Bob can see your screen');
  const { width, height } = await hers.evaluate(() => ({ width: screen.width, height: screen.height }));
  await seePicture(panel, () => document.querySelector<HTMLVideoElement>('.shot video'), { width, height });
  await read(panel, 'Showing you a screen');
  await click(hers, 'Stop sharing');
  await panel.waitForSelector('.shot', { hidden: true });
  await seeOther(panel, 'alice');
  expect(await textOf(hers)).not.toContain('Bob can see');
});
