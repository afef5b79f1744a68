/** Where a call is shown when it is answered with no page open: the side panel, else a window of its own. */
import browser from 'webextension-polyfill';

const WINDOW_PAGE = 'extension/views/window/call-window.html';
const WINDOW_SIZE = { width: 360, height: 640 };
/** How long a side panel may take to say hello before a window is opened instead, in milliseconds. */
const PANEL_PATIENCE_MS = 500;

let normalWindow: number | undefined;
let helloHeard: (() => void) | undefined;

/** Keeps in mind which window a side panel can be opened in. Only normal windows have one. */
export async function noteWindow(id: number): Promise<void> {
  if (id === browser.windows.WINDOW_ID_NONE) return;
  const found = await browser.windows.get(id).catch(() => undefined);
  if (found?.type === 'normal') normalWindow = id;
}

/** The window of a page that asks, or of the last click. */
export const panelWindow = (): number => normalWindow ?? chrome.windows.WINDOW_ID_CURRENT;

/**
 * Opens the side panel. Only in the first turn of a click's handler does the browser allow it, so this is not async and
 * everything else comes after it.
 */
export const openPanel = (): Promise<boolean> =>
  chrome.sidePanel.open({ windowId: panelWindow() }).then(
    () => true,
    () => false,
  );

/** A view of the call has opened. */
export function heardHello(): void {
  helloHeard?.();
}

const isCallShown = async (): Promise<boolean> =>
  (
    await chrome.runtime.getContexts({
      contextTypes: [chrome.runtime.ContextType.SIDE_PANEL, chrome.runtime.ContextType.TAB],
    })
  ).some(
    ({ contextType, documentUrl }) => contextType === 'SIDE_PANEL' || documentUrl?.endsWith(WINDOW_PAGE),
  );

/** Makes sure that something shows the call, after the panel was asked to open. */
export async function ensureCallIsShown(panelOpened: Promise<boolean>): Promise<void> {
  const hello = new Promise<void>((resolve) => (helloHeard = resolve));
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PANEL_PATIENCE_MS));
  if (await panelOpened) {
    if (await isCallShown()) return;
    await Promise.race([hello, patience]);
    if (await isCallShown()) return;
  }
  await openCallWindow();
}

/** Opens the call window, or brings it to the front. */
export async function openCallWindow(): Promise<void> {
  const [open] = await browser.tabs.query({ url: browser.runtime.getURL(WINDOW_PAGE) });
  if (open?.windowId !== undefined)
    return void (await browser.windows.update(open.windowId, { focused: true }));
  await browser.windows.create({ url: WINDOW_PAGE, type: 'popup', focused: true, ...WINDOW_SIZE });
}
