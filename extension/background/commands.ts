/** The keys that work from any tab, with no page of ours open. */
import { actOf, type CommandAct, isCommand, opensPanel } from '../core/command.ts';
import { send } from '../messages.ts';
import { clearCall } from './notifications.ts';
import { ensureCallIsShown, openPanel } from './call-window.ts';
import { get, known } from './store.ts';

/**
 * Opens the panel if the key shows something, as only the first turn of a key may: from what this worker knows by then.
 * @returns whether it opened, or undefined if it was not asked to
 */
export const panelFor = (name: string): Promise<boolean> | undefined =>
  isCommand(name) && opensPanel(actOf(name, known('calls') ?? [])) ? openPanel() : undefined;

/** @param shown whether the panel opened, if it was asked to. */
export async function commanded(name: string, shown: Promise<boolean> | undefined): Promise<void> {
  if (!isCommand(name)) return;
  const act = actOf(name, await get('calls'));
  await carryOut(act);
  // A worker that was started by the key knew of no call in time: then a window shows it.
  if (opensPanel(act)) await ensureCallIsShown(shown ?? Promise.resolve(false));
}

async function carryOut(act: CommandAct): Promise<void> {
  switch (act.do) {
    case 'answer':
      await send('host', 'answer', { call: act.call });
      return clearCall(act.call);
    case 'decline':
      await send('host', 'decline', { call: act.call });
      return clearCall(act.call);
    case 'hang-up':
      return void (await send('host', 'hang-up', { call: act.call }));
    case 'mute':
      return void (await send('host', 'toggle-microphone', { call: act.call }));
    case 'show':
    case 'nothing':
      return;
    default:
      return act satisfies never;
  }
}
