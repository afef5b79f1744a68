/** Rings somebody from where no page of ours is open: an address bar, a menu, a notification. */
import type { CallKind } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import { send } from '../messages.ts';
import { ensureCallIsShown } from './call-window.ts';
import { openHost } from './host-door.ts';

/** @param shown whether the panel opened, asked in the first turn of the click. */
export async function dialFrom(peer: Address, kind: CallKind, shown: Promise<boolean>): Promise<void> {
  await openHost();
  await send('host', 'dial', { peer, kind });
  await ensureCallIsShown(shown);
}
