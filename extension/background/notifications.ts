/** The desktop notifications, in the words of the design. Buttons: the one that refuses first, the one that talks second. */
import browser from 'webextension-polyfill';
import type { CallId, CallKind } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import { huesOf, initialsOf } from '../core/avatar.ts';
import type { Contact, HistoryEntry, Wish } from '../storage.ts';
import { listOf } from '../views/ui/dates.ts';
import { notificationWords as words } from '../views/ui/notification-words.ts';
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

const callerOf = ({ name, claim }: Contact) => ({ name, claims: claim !== null });

/** Somebody rings. Stays until answered, declined or over. */
export async function showIncoming(call: CallId, caller: Contact, kind: CallKind): Promise<void> {
  const { hideNames } = await get('settings');
  const stays: Options = { requireInteraction: true, ...buttons(words.decline, words.answer) };
  if (hideNames) return show(idOf(call), words.callsHidden, words.seeWho, appIcon(), stays);
  const icon = await avatarIcon(caller.address, caller.name);
  return show(idOf(call), words.calls(callerOf(caller)), words.kind(kind), icon, stays);
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
      ? words.holdAndAnswer
      : words.holdThemAndAnswer(firstName(current))
    : words.hangUpAndAnswer;
  const stays: Options = { requireInteraction: true, ...buttons(words.notNow, answer) };
  if (hideNames) return show(idOf(call), words.callsHidden, words.seeWho, appIcon(), stays);
  const icon = await avatarIcon(caller.address, caller.name);
  const message = current ? words.onCallWith(current.name) : words.onCall;
  return show(idOf(call), words.calls(callerOf(caller)), message, icon, stays);
}

/** Missed calls nobody has looked at: one under the id of its ring, several folded into one. Silent. */
export async function showMissed(
  missed: readonly HistoryEntry[],
  contacts: Readonly<Record<string, Contact>>,
): Promise<void> {
  const [latest] = missed;
  if (!latest) return clearMissed([]);
  const { hideNames } = await get('settings');
  const knownOf = ({ peer }: HistoryEntry) => contacts[peer] && callerOf(contacts[peer]);
  if (missed.length === 1) {
    const known = hideNames ? undefined : knownOf(latest);
    const title = known ? words.missed(known) : words.missedHidden;
    const icon = known ? await avatarIcon(latest.peer, known.name) : appIcon();
    return show(idOf(latest.call), title, words.missedAt(latest.at, Date.now()), icon, {
      requireInteraction: false,
      ...buttons(words.later, words.callBack),
    });
  }
  await Promise.all(missed.map(({ call }) => clearCall(call)));
  const names = missed.map((entry) => {
    const known = knownOf(entry);
    return known ? (known.claims ? words.someoneClaims(known.name) : known.name) : words.someone;
  });
  const message = hideNames ? words.seeWho : listOf([...new Set(names)]);
  return show(SEVERAL_ID, words.severalMissed(missed.length), message, appIcon(), {
    requireInteraction: false,
    ...buttons(words.later, words.seeThem),
  });
}

const RETURN_ID = 'return';
export const isReturn = (id: string): boolean => id === RETURN_ID;
export const clearReturn = async (): Promise<void> => void (await chrome.notifications.clear(RETURN_ID));

/** The browser died in a call, and the other side still waits. */
export async function showReturn(contact: Contact): Promise<void> {
  const { hideNames } = await get('settings');
  const stays: Options = { requireInteraction: true, ...buttons(words.notNow, words.goBack) };
  if (hideNames) return show(RETURN_ID, words.wereHidden, words.stillThere, appIcon(), stays);
  const icon = await avatarIcon(contact.address, contact.name);
  return show(RETURN_ID, words.wereWith(contact.name), words.stillThere, icon, stays);
}

/** What somebody asked to be told has come true. */
export async function showWish(id: string, wish: Wish, contact: Contact): Promise<void> {
  const { hideNames } = await get('settings');
  const { name, address } = contact;
  const call = hideNames ? words.call : words.callThem(firstName(contact));
  const icon = hideNames ? appIcon() : await avatarIcon(address, name);
  const options = (later: string): Options => ({ requireInteraction: true, ...buttons(later, call) });
  switch (wish.ask) {
    case 'remind': {
      const title = hideNames ? words.remindHidden : words.remindThem(name);
      return show(id, title, words.remindedAt(wish.at), icon, options(words.inTenMinutes));
    }
    case 'back': {
      const title = hideNames ? words.isBackHidden : words.isBack(name);
      return show(id, title, words.askedToKnow, icon, options(words.later));
    }
    case 'free': {
      const title = hideNames ? words.isFreeHidden : words.isFree(name);
      return show(id, title, words.askedToKnow, icon, options(words.later));
    }
  }
}

/** Takes the notification of a call from the screen. */
export const clearCall = async (call: CallId): Promise<void> =>
  void (await chrome.notifications.clear(idOf(call)));

/** Takes the notifications of missed calls from the screen: they were looked at. */
export async function clearMissed(missed: readonly HistoryEntry[]): Promise<void> {
  await Promise.all([chrome.notifications.clear(SEVERAL_ID), ...missed.map(({ call }) => clearCall(call))]);
}
