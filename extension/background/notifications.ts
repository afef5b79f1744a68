/** The desktop notifications, in the words of the design. Buttons: the one that refuses first, the one that talks second. */
import browser from 'webextension-polyfill';
import type { CallId, CallKind } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import { huesOf, initialsOf } from '../core/avatar.ts';
import type { Contact, HistoryEntry, Wish } from '../storage.ts';
import { get } from './store.ts';

const CALL_PREFIX = 'call:';
/** The notification that several missed calls fold into. */
const SEVERAL_ID = 'missed';
const APP_ICON = 'extension/icons/icon-128.png';
/** What Chromium shows of it; more would only be drawn, packed and unpacked on the way. */
const ICON_PX = 80;
/** How many drawn pictures are kept. */
const MAX_ICONS = 64;

/** @returns the call a notification is about, or null. */
export const callOfNotification = (id: string): string | null =>
  id.startsWith(CALL_PREFIX) ? id.slice(CALL_PREFIX.length) : null;

const idOf = (call: CallId): string => CALL_PREFIX + call;
const appIcon = (): string => browser.runtime.getURL(APP_ICON);

const icons = new Map<string, Promise<string>>();

/** The colours and initials of somebody, as the avatar in the views. Drawn once: a ring does not wait for it. @returns a PNG as data URL. */
export function avatarIcon(address: Address, name: string): Promise<string> {
  const key = `${address} ${initialsOf(name)}`;
  const icon = icons.get(key) ?? drawAvatar(address, name);
  icons.delete(key);
  icons.set(key, icon);
  const oldest = icons.size > MAX_ICONS ? icons.keys().next().value : undefined;
  if (oldest !== undefined) icons.delete(oldest);
  return icon;
}

async function drawAvatar(address: Address, name: string): Promise<string> {
  const { h1, h2 } = await huesOf(address);
  const canvas = new OffscreenCanvas(ICON_PX, ICON_PX);
  const paint = canvas.getContext('2d');
  if (!paint) return appIcon();
  const wash = paint.createLinearGradient(0, 0, ICON_PX, ICON_PX);
  wash.addColorStop(0, `oklch(0.91 0.062 ${h1})`);
  wash.addColorStop(1, `oklch(0.83 0.088 ${h2})`);
  paint.fillStyle = wash;
  paint.beginPath();
  paint.arc(ICON_PX / 2, ICON_PX / 2, ICON_PX / 2, 0, 2 * Math.PI);
  paint.fill();
  paint.fillStyle = `oklch(0.34 0.075 ${h1})`;
  paint.font = `600 ${ICON_PX * 0.36}px system-ui, sans-serif`;
  paint.textAlign = 'center';
  paint.textBaseline = 'middle';
  paint.fillText(initialsOf(name), ICON_PX / 2, ICON_PX * 0.523);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
  return `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`;
}

/** Nobody's picture needs its way walked twice within this time, in milliseconds. */
const REHEARSED_MS = 1000;
let rehearsedAt = 0;

/**
 * Loads a caller's picture as Chromium is about to do for their notification, which in a worker is a fetch, a blob, a bitmap and
 * a canvas. After an idle second that takes some 5 of the 24 ms that a ring needs beside its way; while its mail is opened it costs none.
 */
export async function rehearseIcon(caller: Contact): Promise<void> {
  const now = performance.now();
  if (rehearsedAt > 0 && now - rehearsedAt < REHEARSED_MS) return;
  rehearsedAt = now;
  const icon = await avatarIcon(caller.address, caller.name);
  const bitmap = await createImageBitmap(await (await fetch(icon)).blob());
  const paint = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
  paint?.drawImage(bitmap, 0, 0);
  paint?.getImageData(0, 0, bitmap.width, bitmap.height);
  bitmap.close();
}

type Options = Partial<chrome.notifications.NotificationCreateOptions>;

/** @returns when the browser has taken the notification. @throws if it shows none. */
async function show(
  id: string,
  title: string,
  message: string,
  icon: string,
  options: Options,
): Promise<void> {
  await chrome.notifications.create(id, {
    type: 'basic',
    iconUrl: icon,
    title,
    message,
    priority: 2,
    silent: true,
    ...options,
  });
}

const buttons = (...titles: string[]): Options => ({ buttons: titles.map((title) => ({ title })) });

/** Who a notification says it is: nobody is called by a name that is somebody else's. */
const callerOf = ({ name, claim }: Contact): string => (claim ? `Someone who says they are ${name}` : name);

/** Somebody rings. Stays until answered, declined or over. */
export async function showIncoming(call: CallId, caller: Contact, kind: CallKind): Promise<void> {
  const { hideNames } = await get('settings');
  const stays: Options = { requireInteraction: true, ...buttons('Decline', 'Answer') };
  if (hideNames)
    return show(idOf(call), 'Someone you know is calling', 'Open Sidecall to see who', appIcon(), stays);
  const icon = await avatarIcon(caller.address, caller.name);
  const message = kind === 'video' ? 'Video call' : 'Sound only';
  return show(idOf(call), `${callerOf(caller)} is calling`, message, icon, stays);
}

const firstName = ({ name }: Contact): string => name.split(/\s+/)[0] || name;

/**
 * Somebody rings during a call.
 * @param current whom this person talks with; undefined while they only ring somebody, who can't be put on hold
 */
export async function showSecond(call: CallId, caller: Contact, current: Contact | undefined): Promise<void> {
  const { hideNames } = await get('settings');
  const answer = current
    ? hideNames
      ? 'Hold and answer'
      : `Hold ${firstName(current)}, answer`
    : 'Hang up and answer';
  const stays: Options = { requireInteraction: true, ...buttons('Not now', answer) };
  if (hideNames)
    return show(idOf(call), 'Someone you know is calling', 'Open Sidecall to see who', appIcon(), stays);
  const icon = await avatarIcon(caller.address, caller.name);
  const message = current ? `You’re on a call with ${current.name}` : 'You’re on another call';
  return show(idOf(call), `${callerOf(caller)} is calling`, message, icon, stays);
}

const timeOf = (at: number): string =>
  new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(at);

function dayAndTime(at: number): string {
  const days = Math.round((startOfDay(Date.now()) - startOfDay(at)) / 86_400_000);
  if (days === 0) return `Today at ${timeOf(at)}`;
  if (days === 1) return `Yesterday at ${timeOf(at)}`;
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Missed calls nobody has looked at: one under the id of its ring, several folded into one. Silent. */
export async function showMissed(
  missed: readonly HistoryEntry[],
  contacts: Readonly<Record<string, Contact>>,
): Promise<void> {
  const [latest] = missed;
  if (!latest) return clearMissed([]);
  const { hideNames } = await get('settings');
  const nameOf = (peer: Address): string => {
    const contact = contacts[peer];
    return contact ? callerOf(contact) : 'Someone';
  };
  if (missed.length === 1) {
    const title = hideNames ? 'Missed call' : `Missed call from ${nameOf(latest.peer)}`;
    const icon = hideNames ? appIcon() : await avatarIcon(latest.peer, nameOf(latest.peer));
    return show(idOf(latest.call), title, dayAndTime(latest.at), icon, {
      requireInteraction: false,
      ...buttons('Later', 'Call back'),
    });
  }
  await Promise.all(missed.map(({ call }) => clearCall(call)));
  const names = [...new Set(missed.map(({ peer }) => nameOf(peer)))];
  const message = hideNames
    ? 'Open Sidecall to see who'
    : new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
  return show(SEVERAL_ID, `${missed.length} missed calls`, message, appIcon(), {
    requireInteraction: false,
    ...buttons('Later', 'See them'),
  });
}

/** What somebody asked to be told has come true. */
export async function showWish(id: string, wish: Wish, contact: Contact): Promise<void> {
  const { hideNames } = await get('settings');
  const call = hideNames ? 'Call' : `Call ${firstName(contact)}`;
  const icon = hideNames ? appIcon() : await avatarIcon(contact.address, contact.name);
  const options = (later: string): Options => ({ requireInteraction: true, ...buttons(later, call) });
  if (wish.ask === 'remind') {
    const title = hideNames ? 'A call you wanted to make' : `Call ${contact.name}?`;
    return show(id, title, `You asked to be reminded at ${timeOf(wish.at)}.`, icon, options('In 10 minutes'));
  }
  const who = hideNames ? 'Someone' : contact.name;
  const title = wish.ask === 'back' ? `${who} is back` : `${who} is free`;
  return show(id, title, 'You asked to know.', icon, options('Later'));
}

/** Takes the notification of a call from the screen. */
export const clearCall = async (call: CallId): Promise<void> =>
  void (await chrome.notifications.clear(idOf(call)));

/** Takes the notifications of missed calls from the screen: they were looked at. */
export async function clearMissed(missed: readonly HistoryEntry[]): Promise<void> {
  await Promise.all([chrome.notifications.clear(SEVERAL_ID), ...missed.map(({ call }) => clearCall(call))]);
}
