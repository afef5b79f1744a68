/** One call without hands: Alice rings Bob, he answers on a real notification, both are seen and heard, he calls back. */
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { Relay } from '../../relay/server.ts';
import { befriend, CAST, PAGES, person, popupWith, welcome } from '../e2e/cast.ts';
import type { PersonBrowser } from '../e2e/harness/browser.ts';
import { startBus } from '../e2e/harness/bus.ts';
import { startDisplay } from '../e2e/harness/display.ts';
import { type Dunst, startDunst } from '../e2e/harness/dunst.ts';
import { personMedia } from '../e2e/harness/media.ts';
import { hear, seePicture } from '../e2e/harness/senses.ts';
import { click, clickAway, read, see } from '../e2e/ui.ts';
import { startTimeline } from './timeline.ts';

interface Seat {
  browser: PersonBrowser;
  dunst: Dunst;
  close(): Promise<void>;
}

/** A desktop with a real notification daemon, and a browser on it with a moving picture and a voice. */
async function seat(name: 'Alice' | 'Bob'): Promise<Seat> {
  const [bus, display] = await Promise.all([startBus(), startDisplay()]);
  const dunst = await startDunst({ bus, display });
  const { voice } = await personMedia(name === 'Alice' ? 'alice' : 'bob');
  const browser = await person(name, { bus, microphone: voice });
  return {
    browser,
    dunst,
    async close() {
      await browser.close();
      await dunst.close();
      await display.close();
      await bus.close();
    },
  };
}

/** Resolves when the picture that is called so is painted there. */
async function painted(view: Page, label: RegExp): Promise<void> {
  await view.waitForFunction(
    (pattern) =>
      [...document.querySelectorAll('video')].some(
        (video) =>
          new RegExp(pattern).test(video.ariaLabel ?? '') && video.videoWidth > 0 && video.currentTime > 0,
      ),
    { polling: 'raf', timeout: 15_000 },
    label.source,
  );
}

const firstPicture = (view: Page): Promise<void> => painted(view, /’s camera$/);
const ownPicture = (view: Page): Promise<void> => painted(view, /^Your camera$/);

/** Resolves when the page is clicked. */
const nextClick = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        document.addEventListener('click', () => resolve(), { capture: true, once: true });
      }),
  );

/** Resolves when the popup shows the call it has begun. */
async function calling(popup: Page): Promise<void> {
  await popup.waitForFunction(() => /Reaching|Ringing/.test(document.body.innerText), { polling: 'raf' });
}

async function seeAndHear(view: Page, someone: PersonBrowser, other: 'alice' | 'bob'): Promise<void> {
  await seePicture(
    view,
    () =>
      [...document.querySelectorAll('video')].find((video) => video.ariaLabel?.endsWith('’s camera')) ?? null,
    { colour: CAST[other].colour, moving: true },
  );
  await hear(await someone.host(), () => document.querySelector('audio'), { sound: true });
}

/**
 * Makes the call and prints its time line.
 * @param folder where the screenshots go
 * @throws if anything does not happen, or if one side does not see and hear the other.
 */
export async function makeCall(relay: Relay, folder: string, say: (line: string) => void): Promise<void> {
  const seats = await Promise.all([seat('Alice'), seat('Bob')]);
  const [{ browser: alice, dunst: aliceDunst }, { browser: bob, dunst: bobDunst }] = seats;
  const shoot = async (someone: PersonBrowser, page: Page, what: string): Promise<void> => {
    await someone.screenshot(page, what, folder);
  };
  try {
    const pages = await Promise.all([welcome(alice, relay), welcome(bob, relay)]);
    await shoot(alice, pages[0], 'welcome-invite');
    await befriend(...pages);
    await Promise.all(pages.map((page) => page.close()));
    const popup = await popupWith(alice, 'Bob');
    await shoot(alice, popup, 'popup');

    say('');
    say('Alice calls Bob with video:');
    // The hand that clicks takes longer than the call: what counts begins with the click itself.
    const clicked = nextClick(popup).then(() => startTimeline(say));
    const [time, notification] = await Promise.all([
      clicked,
      bobDunst.next('Alice is calling').then(async (shown) => {
        (await clicked).mark('notification shown');
        return shown;
      }),
      calling(popup).then(async () => (await clicked).mark('ring sent')),
      click(popup, 'Call Bob with video'),
    ]);
    await read(popup, 'Ringing');
    await ownPicture(popup);
    await shoot(alice, popup, 'popup-ringing');
    await bobDunst.screenshot(join(folder, 'bob-notification.png'));
    await bobDunst.press(notification, 'Answer');
    time.mark('accepted');
    const aliceSees = firstPicture(popup).then(() => time.mark('first picture at Alice'));
    const panel = await bob.view(PAGES.panel);
    await Promise.all([aliceSees, firstPicture(panel).then(() => time.mark('first picture at Bob'))]);
    await Promise.all([seeAndHear(popup, alice, 'bob'), seeAndHear(panel, bob, 'alice')]);
    time.mark('both see and hear each other');
    await shoot(alice, popup, 'popup-in-call');
    await shoot(bob, panel, 'panel-in-call');
    await clickAway(popup, 'Beside this tab');
    const alicePanel = await alice.view(PAGES.panel);
    await firstPicture(alicePanel);
    await shoot(alice, alicePanel, 'panel-in-call');
    await click(panel, 'Hang up');
    time.mark('hung up');
    await read(alicePanel, 'Bob hung up at');
    await shoot(alice, alicePanel, 'panel-ended');

    say('');
    say('Bob calls back, sound only:');
    await click(panel, 'Back to people');
    await shoot(bob, panel, 'panel');
    const bobPopup = await popupWith(bob, 'Alice');
    await shoot(bob, bobPopup, 'popup');
    await click(bobPopup, 'Call Alice, sound only');
    const back = await aliceDunst.next('Bob is calling');
    await aliceDunst.screenshot(join(folder, 'alice-notification.png'));
    const alicePopup = await alice.openPopup();
    await see(alicePopup, 'Answer', 'button');
    await shoot(alice, alicePopup, 'popup-incoming');
    await aliceDunst.press(back, 'Decline');
    await read(bobPopup, 'Alice can’t talk now');
    say('  declined on the notification, and Bob was told');
    await shoot(bob, bobPopup, 'popup-declined');
  } finally {
    await Promise.all(seats.map((each) => each.close()));
  }
  say('');
}
