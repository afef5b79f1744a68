import { afterEach, describe, expect, it } from 'vitest';
import { createRelay } from '../../relay/server.ts';
import { hearOther, seeOther } from './call.ts';
import { type Cast, gather, PAGES, person, popupWith } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { seePicture } from './harness/senses.ts';
import { click, read, see } from './ui.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function gathered(...args: Parameters<typeof gather>): Promise<Cast> {
  const cast = await gather(...args);
  open.push(cast);
  return cast;
}

const settingsTab = (someone: PersonBrowser) =>
  someone.chromium.waitForTarget(
    (target) => target.url().startsWith('chrome://settings/content/siteDetails'),
    { timeout: 10_000 },
  );

describe('the welcome page', () => {
  it('says what to do when the browser refuses, and goes on once it allows', async () => {
    const relay = await createRelay({ port: 0 });
    const bob = await person('Bob', { permissions: { camera: 'denied', microphone: 'denied' } });
    open.push(bob, relay);
    const page = await bob.view(PAGES.welcome);
    await click(page, 'Turn them on');
    await read(page, 'switched off for Sidecall');
    await bob.setPermissions({ camera: 'granted', microphone: 'granted' });
    await click(page, 'Try again');
    await read(page, 'There you are');
    await seePicture(page, () => document.querySelector('video'), { colour: 'blue', moving: true });
    await expect
      .poll(
        () =>
          page.evaluate(() => Number(document.querySelector('[role=meter]')?.getAttribute('aria-valuenow'))),
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
  });
});

describe('before a call', () => {
  it('a blocked camera is named, nothing rings, and the call starts by itself once it is allowed', async () => {
    const { alice, bob } = await gathered();
    await alice.setPermissions({ camera: 'denied' });
    const popup = await popupWith(alice, 'Bob');
    await click(popup, 'Call Bob with video');
    await read(popup, 'Your camera is switched off for Sidecall');
    await read(popup, 'Come back. The call starts by itself');
    await see(popup, 'Call with sound only', 'button');
    await click(popup, 'Open camera settings');
    await settingsTab(alice);
    expect(bob.notifications.shown).toEqual([]);
    await alice.setPermissions({ camera: 'granted' });
    await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
  });

  it('a blocked microphone is named, with its one way on', async () => {
    const { alice, bob } = await gathered();
    await alice.setPermissions({ microphone: 'denied' });
    const popup = await popupWith(alice, 'Bob');
    await click(popup, 'Call Bob, sound only');
    await read(popup, 'Your microphone is switched off for Sidecall');
    await read(popup, 'Without it, nobody can hear you.');
    await click(popup, 'Open microphone settings');
    await settingsTab(alice);
    expect(bob.notifications.shown).toEqual([]);
  });

  it('a camera that is not there is named, and the call goes on with sound only', async () => {
    const { alice, bob } = await gathered({ alice: { camera: 'none' } });
    const popup = await popupWith(alice, 'Bob');
    await click(popup, 'Call Bob with video');
    await read(popup, 'We can’t find a camera.');
    await click(popup, 'Call with sound only');
    const { body } = await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    expect(body).toBe('Sound only');
  });

  it('a machine without any microphone says so', async () => {
    const { alice } = await gathered();
    const popup = await popupWith(alice, 'Bob');
    await (
      await alice.host()
    ).evaluate(() => {
      navigator.mediaDevices.enumerateDevices = () => Promise.resolve([]);
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    await click(popup, 'Call Bob with video');
    await read(popup, 'We can’t find a microphone.');
  });
});

describe('in a call', () => {
  it('a camera that another app uses is named, and the call has sound', async () => {
    const { alice, bob } = await gathered();
    const popup = await popupWith(alice, 'Bob');
    // No file or flag makes Chromium's fake camera fail as a busy one does, so its answer is put in its place.
    await (
      await alice.host()
    ).evaluate(() => {
      const busy = { getUserMedia: () => Promise.reject(new DOMException('busy', 'NotReadableError')) };
      // The host asks for the camera in a frame of its own.
      Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', {
        get: () => ({ navigator: { mediaDevices: busy } }),
      });
    });
    await click(popup, 'Call Bob with video');
    const notification = await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    await read(popup, 'Another app is using your camera.');
    await see(popup, 'Try again', 'button');
    bob.notifications.press(notification, 'Answer');
    const panel = await bob.view(PAGES.panel);
    await read(panel, 'Alice’s camera is off');
    await Promise.all([hearOther(bob), seeOther(popup, 'bob')]);
  });

  it('a microphone blocked on the side that answers is named there', async () => {
    const { alice, bob } = await gathered({ bob: {} });
    await bob.setPermissions({ microphone: 'denied' });
    const popup = await popupWith(alice, 'Bob');
    await click(popup, 'Call Bob with video');
    const notification = await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    bob.notifications.press(notification, 'Answer');
    const panel = await bob.view(PAGES.panel);
    await read(panel, 'Your microphone is switched off for Sidecall');
    await see(panel, 'Open microphone settings', 'button');
    await see(popup, 'Bob is muted');
  });
});
