/** The harness proves itself on a toy extension: two real browsers, a desktop each, eyes and ears that can be trusted. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PersonBrowser, startBrowser } from './harness/browser.ts';
import { CAST, personMedia } from './harness/media.ts';
import { hear, seePicture } from './harness/senses.ts';

const extension = {
  folder: fileURLToPath(new URL('./fixtures/toy', import.meta.url)),
  id: 'iihpmpbdldkoegbppeleiomjfdbhegal',
};

/** What the toy's contexts offer to the test. */
declare global {
  var ring: () => Promise<string>;
  var host: () => Promise<void>;
  var openMedia: () => Promise<void>;
  var describeTo: (remote?: RTCSessionDescriptionInit) => Promise<RTCSessionDescriptionInit>;
  var local: MediaStream;
  var remote: MediaStream;
  var speaker: HTMLAudioElement;
}

const theVideo = (): HTMLVideoElement | null => document.querySelector('video');
const theRemote = (): MediaStream => globalThis.remote;
const theSpeaker = (): HTMLAudioElement => globalThis.speaker;

/** Runs in the worker and resolves when this button was pressed. */
async function pressed(button: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const check = async (): Promise<void> => {
      if ((await chrome.storage.local.get('pressed'))['pressed'] === button) resolve();
    };
    chrome.storage.onChanged.addListener(() => void check());
    void check();
  });
}

let alice: PersonBrowser;
let bob: PersonBrowser;

beforeAll(async () => {
  const [hers, his] = [await personMedia('alice'), await personMedia('bob')];
  [alice, bob] = await Promise.all([
    startBrowser({ name: 'Alice', extension, camera: hers.camera, microphone: hers.tone }),
    startBrowser({ name: 'Bob', extension, camera: his.camera, microphone: his.tone }),
  ]);
});

afterAll(async () => {
  await Promise.all([alice, bob].map((one) => one.close()));
});

test('picture and sound of each are recognised at the far end, and so is their absence', async () => {
  for (const one of [alice, bob]) await (await one.worker()).evaluate(() => globalThis.host());
  const [hers, his] = await Promise.all([alice.host(), bob.host()]);
  await Promise.all([hers, his].map((host) => host.evaluate(() => globalThis.openMedia())));
  const offer = await hers.evaluate(() => globalThis.describeTo());
  const answer = await his.evaluate((description) => globalThis.describeTo(description), offer);
  await hers.evaluate((description) => globalThis.describeTo(description), answer);

  await seePicture(his, theRemote, { colour: CAST.alice.colour, moving: true });
  await seePicture(hers, theRemote, { colour: CAST.bob.colour, moving: true });
  await Promise.all([
    hear(his, theSpeaker, { frequency: CAST.alice.frequency }),
    hear(hers, theSpeaker, { frequency: CAST.bob.frequency }),
  ]);

  await hers.evaluate(() => {
    for (const track of globalThis.local.getTracks()) track.enabled = false;
  });
  await hear(his, theSpeaker, { sound: false });
  await expect(seePicture(his, theRemote, { colour: 'orange', moving: true }, 1)).rejects.toThrow(
    /there was .*"black"/,
  );
  await hers.evaluate(() => {
    for (const track of globalThis.local.getTracks()) track.enabled = true;
  });
});

test('a press on the notification is a gesture, and panel and popup show the stream of the host', async () => {
  await (await bob.worker()).evaluate(() => globalThis.ring());
  const note = await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
  expect(note.buttons).toEqual(['Decline', 'Answer']);
  bob.notifications.press(note, 'Answer');
  const panel = await bob.view('panel.html');
  await seePicture(panel, theVideo, { colour: CAST.alice.colour, moving: true });
  await seePicture(await bob.openPopup(), theVideo, { colour: CAST.alice.colour, moving: true });
});

test('a stopped worker is gone, and a press on a notification wakes it', async () => {
  await (await bob.worker()).evaluate(() => globalThis.ring());
  const note = await bob.notifications.next();
  await bob.stopWorker();
  bob.notifications.press(note, 'Decline');
  await (await bob.worker()).evaluate(pressed, 0);
  expect([...alice.faults, ...bob.faults]).toEqual([]);
});
