/** Opens and closes the call host, and is sure of it before anything is sent there. */
import browser from 'webextension-polyfill';
import { send } from '../messages.ts';

const HOST_PAGE = 'extension/call/host.html';
/** How long the host stays open without a view and without a call, in milliseconds. */
export const LINGER_MS = 30_000;

let opening: Promise<void> | undefined;
let closing: ReturnType<typeof setTimeout> | undefined;
let closingNow: Promise<void> = Promise.resolve();

export const isHostOpen = (): Promise<boolean> => chrome.offscreen.hasDocument();

async function create(): Promise<void> {
  try {
    await chrome.offscreen.createDocument({
      url: browser.runtime.getURL(HOST_PAGE),
      reasons: [chrome.offscreen.Reason.USER_MEDIA, chrome.offscreen.Reason.WEB_RTC],
      justification:
        'Holds the camera, the microphone and the peer connection of a call while no page is open.',
    });
  } catch (error) {
    // Somebody else has just made it: then it is there, which is all that was wanted.
    if (!(await isHostOpen())) throw error;
  }
}

/** Opens the call host if it is not there. @returns when it answers. @throws if the browser opens none. */
export function openHost(): Promise<void> {
  keepHost();
  opening ??= (async () => {
    await closingNow;
    if (!(await isHostOpen())) await create();
    await send('host', 'ping', {}).catch(recreate);
  })().finally(() => (opening = undefined));
  return opening;
}

/** One whose start failed answers nothing, ever. */
async function recreate(): Promise<void> {
  await chrome.offscreen.closeDocument().catch(() => undefined);
  await create();
  await send('host', 'ping', {});
}

/** @returns whether it is going to be closed unless it is needed again. */
export const isClosing = (): boolean => closing !== undefined;

/** Closes the call host unless it is needed again within 30 s from now. Without it no camera light can be on. */
export function closeHostSoon(): void {
  clearTimeout(closing);
  closing = setTimeout(() => {
    closing = undefined;
    closingNow = closeIdleHost().catch(() => undefined);
  }, LINGER_MS);
}

/** It is needed. */
export function keepHost(): void {
  clearTimeout(closing);
  closing = undefined;
}

/** Asks it first: a view or a call may have come that has not been heard of yet. */
async function closeIdleHost(): Promise<void> {
  if (opening || !(await isHostOpen())) return;
  const { idle } = await send('host', 'idle', {});
  if (idle && !opening) await chrome.offscreen.closeDocument();
}
