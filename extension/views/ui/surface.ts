/** What a view does with the browser around it: other pages, the side panel, the call window. */
import browser from 'webextension-polyfill';
import { send } from '../../messages.ts';

export type ViewName = 'popup' | 'panel' | 'window' | 'large' | 'welcome' | 'settings';

export const surface: { view: ViewName; besideWindow: number | null } = { view: 'popup', besideWindow: null };

/**
 * Learns beforehand which window the side panel would open in: `sidePanel.open` needs the click's gesture, which is gone
 * after any wait. A window of another type has no side panel; asking for one there crashes some browsers
 * (https://github.com/brave/brave-browser/issues/59256).
 */
export async function learnWindow(): Promise<void> {
  const window = await browser.windows.getCurrent();
  surface.besideWindow = window.type === 'normal' && window.id !== undefined ? window.id : null;
}

const leavePopup = (): void => {
  if (surface.view === 'popup') window.close();
};

/** Opens the side panel. To be called first thing in a click handler. */
export function openBesideTab(): void {
  if (surface.besideWindow === null) return void popOut();
  chrome.sidePanel.open({ windowId: surface.besideWindow }).then(leavePopup, popOut);
}

export async function popOut(): Promise<void> {
  await send('background', 'window.open', {});
  leavePopup();
}

async function openTab(url: string): Promise<void> {
  await browser.tabs.create({ url });
  leavePopup();
}

export const openSettings = (section = ''): Promise<void> =>
  openTab(browser.runtime.getURL(`extension/views/settings/settings.html${section}`));
export const openWelcome = (): Promise<void> =>
  openTab(browser.runtime.getURL('extension/views/welcome/welcome.html#devices'));

const LARGE = 'extension/views/large/large-screen.html';

/** Shows the other's screen in a tab of its own, or the tab that does so already. */
export async function openLarge(): Promise<void> {
  const url = browser.runtime.getURL(LARGE);
  const open = chrome.extension.getViews({ type: 'tab' }).find(({ location }) => location.href === url);
  const tab = await open?.chrome.tabs.getCurrent();
  if (tab?.id === undefined) return openTab(url);
  await browser.tabs.update(tab.id, { active: true });
  leavePopup();
}

/** Opens the browser's page of what this extension may use. */
export const openDeviceSettings = (): Promise<void> =>
  openTab(
    `chrome://settings/content/siteDetails?site=${encodeURIComponent(`chrome-extension://${browser.runtime.id}`)}`,
  );

export async function closeTab(): Promise<void> {
  const tab = await browser.tabs.getCurrent();
  if (tab.id !== undefined) await browser.tabs.remove(tab.id);
}

/** Opens the popup, or the side panel where a browser does not let a page do that. */
export async function openSidecall(): Promise<void> {
  await chrome.action.openPopup().catch(openBesideTab);
}
