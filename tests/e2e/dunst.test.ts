/** A desktop that is not ours: the real daemon dunst shows Chromium's notification and brings its presses back. */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startBrowser } from './harness/browser.ts';
import { startBus } from './harness/bus.ts';
import { startDisplay } from './harness/display.ts';
import { startDunst } from './harness/dunst.ts';

const extension = {
  folder: fileURLToPath(new URL('./fixtures/toy', import.meta.url)),
  id: 'iihpmpbdldkoegbppeleiomjfdbhegal',
};
const PICTURE = fileURLToPath(new URL('../../artifacts/screenshots/dunst.png', import.meta.url));

test('dunst shows the notification, and a press of Answer there opens the side panel', async () => {
  const [bus, display] = await Promise.all([startBus(), startDisplay()]);
  onTestFinished(() => Promise.all([bus.close(), display.close()]).then(() => undefined));
  const dunst = await startDunst({ bus, display });
  onTestFinished(() => dunst.close());
  const bob = await startBrowser({ name: 'Bob', extension, bus });
  onTestFinished(() => bob.close());

  await (await bob.worker()).evaluate(() => globalThis.ring());
  const note = await dunst.next('Alice is calling');
  await dunst.screenshot(PICTURE);
  expect(statSync(PICTURE).size).toBeGreaterThan(2_000);
  await dunst.press(note, 'Answer');
  await bob.view('panel.html');
  await dunst.closed(note);
});
