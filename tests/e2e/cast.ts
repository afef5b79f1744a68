/** Alice and Bob with installed browsers, a relay between them, and each on the other's list: made as people make it. */
import type { Page } from 'puppeteer-core';
import type { Address } from '../../relay/protocol.ts';
import { createRelay, type Relay } from '../../relay/server.ts';
import { type BrowserOptions, type PersonBrowser, startBrowser } from './harness/browser.ts';
import { CAST, personMedia } from './harness/media.ts';
import { click, read, see, type } from './ui.ts';

export const PAGES = {
  welcome: 'extension/views/welcome/welcome.html',
  settings: 'extension/views/settings/settings.html',
  panel: 'extension/views/panel/panel.html',
  window: 'extension/views/window/call-window.html',
  popup: 'extension/views/popup/popup.html',
} as const;

export interface Cast {
  relay: Relay;
  alice: PersonBrowser;
  bob: PersonBrowser;
  /** Starts the relay again on its port. */
  restartRelay(): Promise<void>;
  close(): Promise<void>;
}

type Options = Partial<Omit<BrowserOptions, 'name'>>;

/** A browser of one of the cast, with their camera and the sound they are known by; others borrow Alice's. */
export async function person(name: string, options: Options = {}): Promise<PersonBrowser> {
  const { camera, tone } = await personMedia(name === 'Bob' ? 'bob' : 'alice');
  return startBrowser({
    name,
    camera,
    microphone: tone,
    ...options,
  });
}

/** Goes through the welcome page to its last step. @returns the page, with the invite link on it. */
export async function welcome(someone: PersonBrowser, relay: Relay, hasCamera = true): Promise<Page> {
  const page = await someone.view(PAGES.welcome);
  await click(page, hasCamera ? 'Turn them on' : 'Microphone only');
  await read(page, 'There you are');
  await click(page, 'Continue');
  await type(page, 'Your name', someone.name);
  await type(page, 'Relay address', relay.host);
  await read(page, 'Connected. It answered in');
  await click(page, 'Continue');
  await read(page, 'Works once, for 7 days.');
  return page;
}

/** @returns the link on the last step of the welcome page. */
export const inviteOn = (page: Page): Promise<string> =>
  page
    .locator('::-p-aria([name="Your invite link"])')
    .map((field) => (field as HTMLInputElement).value)
    .wait();

/** Bob takes Alice's invite from her welcome page, and both go through to its end. */
export async function befriend(alicePage: Page, bobPage: Page, inviter = 'Alice'): Promise<void> {
  const link = await inviteOn(alicePage);
  await type(bobPage, 'Did someone send you a link?', link);
  await click(bobPage, `Add ${inviter}`);
  for (const page of [alicePage, bobPage]) {
    await click(page, 'Continue');
    await read(page, 'You’re ready');
  }
}

/** Opens the popup and waits until the other is seen there. */
export async function popupWith(
  someone: PersonBrowser,
  other: string,
  presence = 'Available',
): Promise<Page> {
  const popup = await someone.openPopup();
  await see(popup, `${other}, ${presence}`, 'row');
  return popup;
}

/** Says something to the background, as a view does. @returns its reply. */
export async function ask<R = unknown>(someone: PersonBrowser, type: string, what: object = {}): Promise<R> {
  const page = await someone.open(PAGES.settings);
  const message = { target: 'background', type, ask: what };
  const answer = await page.evaluate(
    (given) => chrome.runtime.sendMessage(given) as Promise<{ reply: unknown }>,
    message,
  );
  await page.close();
  return answer.reply as R;
}

/** Gives them their name and a relay without the welcome page, for tests of something else. */
export const settleIn = (someone: PersonBrowser, relay: Relay): Promise<unknown> =>
  ask(someone, 'profile.save', { name: someone.name, relay: relay.host, welcomed: true });

/** @returns the link of an invite of theirs that nobody has used. */
export const freshInvite = async (someone: PersonBrowser): Promise<string> =>
  (await ask<{ link: string }>(someone, 'invite.get', { fresh: true })).link;

/** Puts both on each other's list, without the pages that people do it on. */
export async function acquaint(inviter: PersonBrowser, guest: PersonBrowser): Promise<void> {
  const link = await freshInvite(inviter);
  await ask(guest, 'invite.take', { link, name: inviter.name });
  for (const [someone, other] of [
    [inviter, guest],
    [guest, inviter],
  ] as const) {
    const popup = await popupWith(someone, other.name);
    await popup.close();
    await someone.gone(PAGES.popup);
  }
}

/** @returns the address that their browser made for them. */
export async function addressOf(someone: PersonBrowser): Promise<Address> {
  const worker = await someone.worker();
  return worker.evaluate(
    async () => ((await chrome.storage.local.get('profile'))['profile'] as { address: Address }).address,
  );
}

export interface Gathering {
  alice?: Options;
  bob?: Options;
  /** Theirs, which is closed with them; by default one that works. */
  relay?: Relay;
  /** Without the pages on which people get there. */
  quickly?: boolean;
}

/** Both installed, welcomed and each other's contact. */
export async function gather(options: Gathering = {}): Promise<Cast> {
  let relay = options.relay ?? (await createRelay({ port: 0 }));
  const [alice, bob] = await Promise.all([person('Alice', options.alice), person('Bob', options.bob)]);
  if (options.quickly) {
    await Promise.all([settleIn(alice, relay), settleIn(bob, relay)]);
    await acquaint(alice, bob);
  } else {
    const pages = await Promise.all([
      welcome(alice, relay, options.alice?.camera !== 'none'),
      welcome(bob, relay, options.bob?.camera !== 'none'),
    ]);
    await befriend(...pages);
    await Promise.all(pages.map((page) => page.close()));
  }
  return {
    get relay() {
      return relay;
    },
    alice,
    bob,
    async restartRelay() {
      const { port } = relay;
      await relay.close();
      relay = await createRelay({ port });
    },
    async close() {
      await Promise.all([alice.close(), bob.close()]);
      await relay.close();
    },
  };
}

export { CAST };
