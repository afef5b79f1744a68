/** What a pressed button of a notification does. */
import * as v from 'valibot';
import { callIdSchema } from '../../relay/mail.ts';
import { send } from '../messages.ts';
import { ensureCallIsShown } from './call-window.ts';
import { openHost } from './host-door.ts';
import { callOfNotification } from './notifications.ts';
import type { Returns } from './returns.ts';
import { get } from './store.ts';
import { pressedWish } from './wishes.ts';

/**
 * A button was pressed.
 * @param talks whether it is the one that talks: Answer, Call back, See them
 * @param shown whether the panel opened, if it was asked to
 */
export async function pressed(
  id: string,
  talks: boolean,
  shown: Promise<boolean> | undefined,
  returns: Pick<Returns, 'pressed'>,
): Promise<void> {
  if (await returns.pressed(id, talks)) return shown && ensureCallIsShown(shown);
  const call = v.safeParse(callIdSchema, callOfNotification(id));
  // The word that people wait for goes first. A host that is only just opening hears it below.
  const early =
    talks && call.success ? send('host', 'answer', { call: call.output }).catch(() => null) : null;
  await chrome.notifications.clear(id);
  await pressedWish(id, talks);
  if (!call.success) return shown && ensureCallIsShown(shown);
  // A ring whose host is only just opening is in no list yet; a missed call is in the history.
  const isOver = (await get('history')).some((entry) => entry.call === call.output);
  if (!isOver) {
    if ((await early)?.answered) return shown && ensureCallIsShown(shown);
    await openHost();
    await (talks
      ? send('host', 'answer', { call: call.output })
      : send('host', 'decline', { call: call.output }));
  } else if (talks) {
    await callBack(call.output);
  }
  if (shown) await ensureCallIsShown(shown);
}

async function callBack(call: string): Promise<void> {
  const missed = (await get('history')).find((entry) => entry.call === call);
  if (!missed) return;
  await openHost();
  await send('host', 'dial', { peer: missed.peer, kind: missed.kind });
}
