/** "Tell me when Priya is back" and "Remind me in 10 minutes": keeps what was asked, and says it when it has come true. */
import type { CallKind } from '../../relay/mail.ts';
import { type Address, isAddress } from '../../relay/protocol.ts';
import { forgetWishes, isFulfilled, nextLook, REMIND_AFTER_MS, wishFor } from '../core/wish.ts';
import browser from 'webextension-polyfill';
import { send } from '../messages.ts';
import type { Wish } from '../storage.ts';
import { openHost } from './host-door.ts';
import { showWish } from './notifications.ts';
import { get, update } from './store.ts';

/** What a timer can hold; longer ones come at once (HTML, 8.7). */
const MAX_TIMER_MS = 2 ** 31 - 1;
const PREFIX = 'wish:';
const idOf = ({ ask, kind, peer }: Wish): string => `${PREFIX}${ask}:${kind}:${peer}`;

/** At the minute, also when the worker was stopped: the browser starts it for an alarm. */
const ALARM = 'wish';
let looking: ReturnType<typeof setTimeout> | undefined;

/** An alarm comes late or not at all while the worker is busy living, and a timer dies with the worker: either will do. */
async function lookAgain(): Promise<void> {
  clearTimeout(looking);
  const now = Date.now();
  const at = nextLook(await get('wishes'), await get('presence'), now);
  if (at === null) return;
  looking = setTimeout(() => void grantWishes(), Math.min(at - now, MAX_TIMER_MS));
  await browser.alarms.create(ALARM, { when: at });
}

/** Somebody asked to be told, or reminded. */
export async function makeWish(peer: Address, ask: Wish['ask'], kind: CallKind): Promise<void> {
  const at = Date.now() + (ask === 'remind' ? REMIND_AFTER_MS : 0);
  await update('wishes', (all) => wishFor(all, { peer, ask, kind, at }));
  await grantWishes();
}

/** Says what has come true: after a change of presence, and at every alarm. */
export async function grantWishes(): Promise<void> {
  const [presence, contacts] = await Promise.all([get('presence'), get('contacts')]);
  const now = Date.now();
  const granted: Wish[] = [];
  await update('wishes', (all) => {
    granted.push(...all.filter((wish) => isFulfilled(wish, presence[wish.peer], now)));
    return granted.length === 0 ? all : all.filter((wish) => !granted.includes(wish));
  });
  for (const wish of granted) {
    const contact = contacts[wish.peer];
    if (contact) await showWish(idOf(wish), wish, contact).catch(() => undefined);
  }
  await lookAgain();
}

/** They are no contact any more. */
export const dropWishes = async (peer: Address): Promise<void> =>
  void (await update('wishes', (all) => forgetWishes(all, peer)));

/**
 * A button of such a notification was pressed.
 * @returns whether it was one
 */
export async function pressedWish(id: string, talks: boolean): Promise<boolean> {
  if (!id.startsWith(PREFIX)) return false;
  const [ask, kind, peer] = id.slice(PREFIX.length).split(':');
  if (!isAddress(peer) || (kind !== 'audio' && kind !== 'video')) return true;
  if (talks) {
    await openHost();
    await send('host', 'dial', { peer, kind });
  } else if (ask === 'remind') {
    await makeWish(peer, 'remind', kind);
  }
  return true;
}
