/**
 * The tab the toolbar icon was clicked over, shown without a picker. Chromium lets a tab be captured only after a click on the icon over
 * that very tab (`chrome.tabCapture`), and only if the permission was there before the click.
 */
import browser from 'webextension-polyfill';
import type { Call } from '../../call/call-host.ts';
import type { ShareWish } from '../../call/screen-capture.ts';

const PERMISSION = { permissions: ['tabCapture'] as chrome.runtime.ManifestOptionalPermission[] };

/** A tab and how large a picture it makes, in device pixels. */
export interface ClickedTab {
  readonly id: number;
  readonly width: number;
  readonly height: number;
}

/** @returns the tab under this popup; null where there is none. */
export async function clickedTab(): Promise<ClickedTab | null> {
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  if (tab?.id === undefined) return null;
  const { id, width = 0, height = 0 } = tab;
  return {
    id,
    width: Math.round(width * devicePixelRatio),
    height: Math.round(height * devicePixelRatio),
  };
}

/** @returns whether the browser has been asked, and has allowed it. */
export const mayShareTab = (): boolean => (chrome as { tabCapture?: unknown }).tabCapture !== undefined;

/** Asks the browser. Its question closes a popup; @returns what it said, for whoever is still there. */
export const askToShareTab = (): Promise<boolean> => chrome.permissions.request(PERMISSION);

/** Shows the tab at once, or the browser's picker where Chromium does not let it be captured (its own pages, its shop). */
export async function shareTab(call: Call, tab: ClickedTab): Promise<void> {
  const picker: ShareWish = { by: 'picker', prefers: 'tab' };
  const streamId = await chrome.tabCapture.getMediaStreamId({ targetTabId: tab.id }).catch(() => null);
  const { width, height } = tab;
  call.share(streamId === null ? picker : { by: 'tab', streamId, width, height });
}
