/** What the settings page tries and lets hear, with real devices, notifications and sounds; and that a ring stops everywhere at once. */
import type { ElementHandle, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { idle, ring, tidyUp } from './call.ts';
import { CAST, type Cast, gather, PAGES, popupWith } from './cast.ts';
import { personMedia } from './harness/media.ts';
import { hear, seePicture } from './harness/senses.ts';
import { click, read, see, textOf } from './ui.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await gather({ quickly: true });
});
afterEach(async () => {
  await Promise.all([cast.alice, cast.bob].map(tidyUp));
});
afterAll(async () => {
  await cast.close();
});

/** @returns what a line of the check-up says, with the one thing it offers to do. */
const lineOf = (page: Page, line: string): Promise<string> =>
  page.evaluate(
    (wanted) =>
      [...document.querySelectorAll<HTMLElement>('#check-up li')]
        .find((each) => each.innerText.startsWith(wanted))
        ?.innerText.replaceAll(/\s+/g, ' ') ?? '',
    line,
  );

describe('the check-up', () => {
  it('tries everything a call needs, and its report holds no name and no address', async () => {
    const { alice } = cast;
    const page = await alice.open(PAGES.settings);
    await click(page, 'Run the check-up');
    await alice.notifications.next(({ summary }) => summary === 'This is how a call arrives');
    await read(page, 'Did you see it?');
    await click(page, 'Yes');
    await expect.poll(() => lineOf(page, 'Notifications')).toBe('Notifications Allowed');
    await expect.poll(() => lineOf(page, 'Camera')).toMatch(/^Camera .+, 480p$/);
    await expect.poll(() => lineOf(page, 'Microphone')).toMatch(/^Microphone .+, hears you$/);
    await expect.poll(() => lineOf(page, 'Relay')).toMatch(/^Relay \d+ ms$/);
    await expect.poll(() => lineOf(page, 'Straight path')).toBe('Straight path to others Open');
    await expect
      .poll(() => lineOf(page, 'Path through'))
      .toBe('Path through the relay Your relay has none. Most calls do without.');
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', {
        value: { writeText: (text: string) => Object.assign(window, { copied: text }) },
      });
    });
    await click(page, 'Copy report');
    const report = await page.evaluate(() => (window as unknown as { copied: string }).copied);
    expect(report.split('\n')).toHaveLength(6);
    for (const secret of ['Alice', 'fake_device', cast.relay.host, '127.0.0.1'])
      expect(report).not.toContain(secret);
  });

  it('has one next step for each red line', async () => {
    const { alice, relay } = cast;
    await alice.setPermissions({ camera: 'denied' });
    await relay.close();
    const page = await alice.open(PAGES.settings);
    await click(page, 'Run the check-up');
    await expect
      .poll(() => lineOf(page, 'Camera'))
      .toBe('Camera Your camera is switched off for Sidecall Open camera settings');
    await read(page, 'Did you see it?');
    await click(page, 'No');
    await expect
      .poll(() => lineOf(page, 'Notifications'))
      .toBe(
        'Notifications Your computer is hiding Sidecall’s notifications, so calls won’t ring. Show me how',
      );
    await expect
      .poll(() => lineOf(page, 'Relay'), { timeout: 15_000 })
      .toBe('Relay That relay isn’t answering. Check the address. Use another relay');
    await click(page, 'Show me how');
    await read(page, 'Open your computer’s notification settings');
    await cast.restartRelay();
    await alice.setPermissions({ camera: 'granted' });
  });
});

it('a test call shows and plays back oneself, and leaves the devices off', async () => {
  const page = await cast.alice.open(PAGES.settings);
  await click(page, 'See and hear yourself');
  const own = () => document.querySelector<HTMLVideoElement>('#devices video');
  await seePicture(page, own, { colour: CAST.alice.colour, moving: true });
  const stream = await page.evaluateHandle(
    () => document.querySelector<HTMLVideoElement>('#devices video')?.srcObject as MediaStream,
  );
  await click(page, 'Record five seconds');
  await read(page, 'This is how people see and hear you.');
  const played = () =>
    (
      document.querySelector('#devices video') as (HTMLVideoElement & { captureStream(): MediaStream }) | null
    )?.captureStream();
  await hear(page, played, { frequency: CAST.alice.frequency });
  await click(page, 'Stop');
  expect(await stream.evaluate((each) => each.getTracks().map(({ readyState }) => readyState))).toEqual([
    'ended',
    'ended',
  ]);
});

/** From here on what the host plays through Web Audio, as its ringtone, is heard in `window.rung` too. */
const overhear = async (): Promise<Page> => {
  const host = await cast.bob.host();
  await host.evaluate(() => {
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode;
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
      if (to === this.context.destination) {
        const ear = (this.context as AudioContext).createMediaStreamDestination();
        connect.call(this, ear);
        Object.assign(window, { rung: ear.stream });
      }
      return connect.call(this, to);
    } as typeof AudioNode.prototype.connect;
  });
  return host;
};
const rung = () => (window as unknown as { rung?: MediaStream }).rung ?? null;

describe('a ring', () => {
  it('sounds as this person chose, and what can’t be a ringtone says why', async () => {
    const { bob } = cast;
    const page = await bob.open(PAGES.settings);
    const input = (await page.waitForSelector(
      '#ringing input[type=file]',
    )) as ElementHandle<HTMLInputElement>;
    await input.uploadFile('package.json');
    await read(page, 'We can’t play this file. Try another one.');
    await input.uploadFile((await personMedia('alice')).tone);
    await read(page, 'That’s your ringtone now.');
    const host = await overhear();
    await ring(cast, 'sound');
    await hear(host, rung, { frequency: CAST.alice.frequency });
  });

  it('is heard, and seen on notification, popup, panel and badge; declined in one, it stops in all at once', async () => {
    const { alice, bob } = cast;
    const panel = await bob.open(PAGES.panel);
    const host = await overhear();
    const { popup, notification } = await ring(cast, 'video');
    const his = await bob.openPopup();
    for (const view of [panel, his]) await see(view, 'Answer', 'button');
    const badge = async () => (await bob.worker()).evaluate(() => chrome.action.getBadgeText({}));
    expect(await badge()).toBe('1');
    await hear(host, rung);
    const before = bob.notifications.shown.length;
    await click(his, 'Decline');
    await bob.notifications.closed(notification);
    await read(popup, 'Bob');
    await expect.poll(() => textOf(panel)).not.toContain('Answer');
    await expect
      .poll(() =>
        host.evaluate(
          () =>
            window.sidecallHost?.snapshot.calls.filter(({ snapshot }) => snapshot.state.phase !== 'ended')
              .length,
        ),
      )
      .toBe(0);
    await hear(host, rung, { sound: false });
    await expect.poll(badge).toBe('');
    await Promise.all([idle(alice), idle(bob)]);
    // Declined is not missed: nothing new is shown, and nothing sounds.
    expect(bob.notifications.shown.length).toBe(before);
  });

  it('names nobody on the screen where this person wants it so', async () => {
    const { alice, bob } = cast;
    const page = await bob.open(PAGES.settings);
    await click(page, 'Show names in notifications', 'switch');
    await page.waitForSelector('[role=switch][aria-labelledby=show-names][aria-checked=false]');
    const popup = await popupWith(alice, 'Bob');
    await click(popup, 'Call Bob with video');
    const { body } = await bob.notifications.next(({ summary }) => summary === 'Someone you know is calling');
    expect(body).toBe('Open Sidecall to see who');
    await click(popup, 'Cancel call');
    await idle(alice);
  });

  it('disturbs nobody in quiet hours, nor from whom this person does not want it, and is noted', async () => {
    const { alice, bob } = cast;
    const page = await bob.open(PAGES.settings);
    const before = bob.notifications.shown.length;
    const rings = async (answer: string): Promise<void> => {
      const popup = await alice.openPopup();
      await click(popup, 'Call Bob with video');
      await read(popup, answer);
      await popup.close();
      await alice.gone(PAGES.popup);
    };
    await click(page, 'Only people I’ve safety checked 0 of 1', 'radio');
    await rings('Bob can’t talk now');
    // Another question has an answer of the same name.
    await page.locator('input[name=who-rings][value=everyone]').click();
    const hour = new Date().getHours();
    const set = async (name: string, end: 'from' | 'to', wanted: number): Promise<void> => {
      const time = `${String(wanted % 24).padStart(2, '0')}:00`;
      const field = await page.waitForSelector(`input[aria-label="${name}"]`);
      await field?.evaluate((input, value) => {
        (input as HTMLInputElement).value = value;
        input.dispatchEvent(new Event('change', { bubbles: true }));
      }, time);
      await page.waitForFunction(
        async (which, minutes) => {
          const { settings } = await chrome.storage.local.get('settings');
          return (settings as { quietHours?: Record<string, number> }).quietHours?.[which] === minutes;
        },
        {},
        end,
        60 * (wanted % 24),
      );
    };
    await set('Quiet hours begin', 'from', hour + 23);
    await set('Quiet hours end', 'to', hour + 2);
    await click(page, 'Quiet hours', 'switch');
    const panel = await bob.open(PAGES.panel);
    await read(panel, 'Calls won’t ring until');
    await rings('Do not disturb until');
    expect(bob.notifications.shown.length).toBe(before);
    await read(panel, 'Missed call');
    await page.bringToFront();
    await click(page, 'Quiet hours', 'switch');
    await panel.waitForFunction(() => !document.body.innerText.includes('Calls won’t ring'));
    await Promise.all([page.close(), panel.close()]);
  });
});
