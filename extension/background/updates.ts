/**
 * Takes updates. The browser installs one only while nothing of the extension runs, and this background always does: so
 * it starts itself anew, when nobody would notice.
 */
import browser from 'webextension-polyfill';
import { mayUpdate } from '../core/update.ts';
import { get, update } from './store.ts';

/** An update waits. It is taken at once if it may be. */
export async function updateWaits(): Promise<void> {
  await update('updateWaits', () => true);
  await takeUpdate();
}

/** Takes an update that waits, if it may be taken now. */
export async function takeUpdate(): Promise<void> {
  if (!(await get('updateWaits'))) return;
  const { POPUP, SIDE_PANEL, TAB } = chrome.runtime.ContextType;
  const pages = await chrome.runtime.getContexts({ contextTypes: [POPUP, SIDE_PANEL, TAB] });
  const going = { calls: await get('calls'), outbox: await get('outbox'), pages: pages.length };
  if (mayUpdate(going)) browser.runtime.reload();
}
