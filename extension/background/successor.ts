/** Where a successor (`core/successor.ts`) takes over, and what a person sees of it. */
import browser from 'webextension-polyfill';
import { type Places, takeSuccessor } from '../core/successor.ts';
import { settleKeys, successor } from '../key-store.ts';
import { forgetOwnSound } from '../sound-store.ts';

const places: Places = {
  successor,
  async quieten() {
    const shown = await chrome.notifications.getAll();
    await Promise.all([
      ...Object.keys(shown).map((id) => chrome.notifications.clear(id)),
      chrome.offscreen.closeDocument().catch(() => undefined),
      browser.storage.session.clear(),
    ]);
  },
  async replaceLocal(local) {
    await browser.storage.local.set(local);
    const all = await browser.storage.local.get(null);
    await browser.storage.local.remove(Object.keys(all).filter((key) => !(key in local)));
    await forgetOwnSound();
  },
  settleKeys,
};

/** Lets a successor take over, if one is in line. To be done before anything kept is read. */
export const takeOver = (): Promise<'restored' | 'fresh' | null> => takeSuccessor(places);

/** Opens the page that says who one is now. */
export const openArrival = (came: 'restored' | 'fresh'): Promise<unknown> =>
  browser.tabs.create({
    url: `extension/views/welcome/welcome.html${came === 'restored' ? '#restored' : ''}`,
  });

/**
 * Starts the extension anew, so that nothing in memory outlives the state it belonged to. Its pages close.
 * Without a successor in line there is nothing to do: a worker that started meanwhile has seen to it.
 */
export async function makeWay(): Promise<void> {
  if ((await successor()) === null) return;
  // After the answer to whoever asked.
  setTimeout(() => chrome.runtime.reload());
}
