/** What a view does with the browser around it: other pages, the side panel, the call window. */
import browser from 'webextension-polyfill';
import { mayOpenDocument, type PagePlace } from '../../core/picture-in-picture.ts';
import { send } from '../../messages.ts';

export type ViewName = 'popup' | 'panel' | 'window' | 'large' | 'welcome' | 'settings';

interface Surface {
  view: ViewName;
  /** The window whose side panel can be opened from here: of the page itself, or the last one that has any. */
  besideWindow: number | null;
  place: PagePlace;
}
export const surface: Surface = {
  view: 'popup',
  besideWindow: null,
  place: { page: /([^/]*)\.html$/.exec(location.pathname)?.[1] ?? '', hasTab: false },
};

/** Takes the document picture in picture from a page that may not open one, so that nothing in it can. */
function guardPicture(place: PagePlace): void {
  if (!mayOpenDocument(place))
    Object.defineProperty(window, 'documentPictureInPicture', { value: undefined });
}

/** Learns whether the page stands in a tab or a window of its own. */
export async function learnPlace(): Promise<void> {
  guardPicture({ ...surface.place, hasTab: true });
  // Its type leaves out that there may be none.
  const tab: unknown = await browser.tabs.getCurrent();
  surface.place = { ...surface.place, hasTab: tab !== undefined && tab !== null };
  guardPicture(surface.place);
}

/**
 * Learns beforehand which window the side panel would open in: `sidePanel.open` needs the click's gesture, which is gone
 * after any wait. A window of another type has no side panel; asking for one there crashes some browsers
 * (https://github.com/brave/brave-browser/issues/59256).
 */
export async function learnWindow(): Promise<void> {
  const window = await browser.windows.getCurrent();
  if (window.type === 'normal') surface.besideWindow = window.id ?? null;
  else if (surface.view === 'window') followNormalWindow();
}

/** The call window leads back to the window that was used last. */
function followNormalWindow(): void {
  const learn = async () => {
    const last = await chrome.windows.getLastFocused({ windowTypes: ['normal'] }).catch(() => null);
    surface.besideWindow = last?.type === 'normal' ? (last.id ?? null) : null;
  };
  chrome.windows.onFocusChanged.addListener(() => void learn());
  void learn();
}

const leavePopup = (): void => {
  if (surface.view === 'popup') window.close();
};
/** What has gone beside a tab is not needed in a window as well. */
const leaveForPanel = (): void => {
  if (surface.view === 'popup' || surface.view === 'window') window.close();
};

/** Opens the side panel. To be called first thing in a click handler. */
export function openBesideTab(): void {
  if (surface.besideWindow === null) return void openCallWindow();
  chrome.sidePanel.open({ windowId: surface.besideWindow }).then(leaveForPanel, openCallWindow);
}

export async function openCallWindow(): Promise<void> {
  await send('background', 'window.open', {});
  leavePopup();
}

const ownWindow = (): Promise<chrome.windows.Window> => chrome.windows.getCurrent();

/** Puts the call window out of the way. In a tab among others there is nothing in the way. */
export async function stepBack(): Promise<void> {
  const { id, type } = await ownWindow();
  if (id !== undefined && type === 'popup') await chrome.windows.update(id, { state: 'minimized' });
}

/** Brings the call window back. */
export async function restoreWindow(): Promise<void> {
  const { id, state } = await ownWindow();
  if (id !== undefined && state === 'minimized') await chrome.windows.update(id, { state: 'normal' });
}

async function openTab(url: string): Promise<void> {
  await browser.tabs.create({ url });
  leavePopup();
}

/** Shows what is at an address of this extension's own, such as a file that came, in a tab. */
export const showInTab = (url: string): Promise<void> => openTab(url);

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
