/** The right click: on a link that is an invite, and on the icon. */
import browser from 'webextension-polyfill';
import { isCallable } from '../core/find-people.ts';
import { MAX_LINK_LENGTH, parseInvite } from '../core/invite.ts';
import { isDoNotDisturb } from '../core/quiet.ts';
import type { Errand } from '../storage.ts';
import { pinnedWords } from '../views/ui/pinned-words.ts';
import { ensureCallIsShown, openPanel } from './call-window.ts';
import { dialFrom } from './dial.ts';
import type { Service } from './service.ts';
import { get, update } from './store.ts';

const ITEMS = {
  callInvite: 'call-invite',
  dnd: 'dnd',
  copyInvite: 'copy-invite',
  settings: 'settings',
} as const;
type Click = Pick<chrome.contextMenus.OnClickData, 'menuItemId' | 'linkUrl' | 'checked'>;
const SETTINGS_PAGE = 'extension/views/settings/settings.html';

/** Makes the menus anew. They outlive the worker, not an update. */
export async function makeMenus(): Promise<void> {
  const { menu } = pinnedWords;
  await chrome.contextMenus.removeAll();
  // A pattern sees nothing of a link behind its `#`: what is no invite shows the entry and leads to a sentence.
  const { availability } = await get('settings');
  const checked = isDoNotDisturb(availability, Date.now());
  add({ id: ITEMS.callInvite, title: menu.callInvite, contexts: ['link'], targetUrlPatterns: ['*://*/i'] });
  add({ id: ITEMS.dnd, title: menu.dnd, type: 'checkbox', checked, contexts: ['action'] });
  add({ id: ITEMS.copyInvite, title: menu.copyInvite, contexts: ['action'] });
  add({ id: ITEMS.settings, title: menu.settings, contexts: ['action'] });
}

/** One that is there already is as good as a new one. */
const add = (item: chrome.contextMenus.CreateProperties): void =>
  void chrome.contextMenus.create(item, () => void chrome.runtime.lastError);

/** Brings the tick at "Do not disturb" up to date with the settings and the clock. */
export async function refreshMenus(): Promise<void> {
  const { availability } = await get('settings');
  const checked = isDoNotDisturb(availability, Date.now());
  await chrome.contextMenus.update(ITEMS.dnd, { checked }).catch(() => undefined);
}

/** What must happen in the first turn of the click. @returns whether the panel opened, or undefined if it was not asked to. */
export const panelForMenu = ({ menuItemId }: Click): Promise<boolean> | undefined =>
  menuItemId === ITEMS.callInvite ? openPanel() : undefined;

/** An entry was chosen. @param shown what `panelForMenu` gave */
export async function chosen(
  { menuItemId, linkUrl = '', checked = false }: Click,
  shown: Promise<boolean> | undefined,
  { handlers }: Service,
): Promise<void> {
  switch (menuItemId) {
    case ITEMS.callInvite:
      return callInviter(linkUrl, shown ?? Promise.resolve(false));
    case ITEMS.dnd: {
      const availability = checked
        ? ({ status: 'dnd', until: null } as const)
        : ({ status: 'available' } as const);
      return void (await handlers['settings.save']({ change: { availability } }));
    }
    case ITEMS.copyInvite:
      // A worker has no clipboard, and writing from the host, which never has focus, would take another permission.
      await leave({ do: 'copy-invite' });
      return chrome.action.openPopup();
    case ITEMS.settings:
      return void (await browser.tabs.create({ url: SETTINGS_PAGE }));
  }
}

const leave = (errand: Errand): Promise<Errand> => update('errand', () => errand);

/** Rings the inviter if they are a contact; a stranger is shown first, so that nothing is taken by a click on a web page. */
async function callInviter(linkUrl: string, shown: Promise<boolean>): Promise<void> {
  const invite = parseInvite(linkUrl);
  const contact = invite && (await get('contacts'))[invite.address];
  if (contact && isCallable(contact)) return dialFrom(contact.address, 'video', shown);
  // What is behind it, or what is wrong with it, the page says.
  await leave({ do: 'add', link: linkUrl.slice(0, MAX_LINK_LENGTH) });
  await ensureCallIsShown(shown);
}
