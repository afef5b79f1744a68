/** What a key that is pressed anywhere in the browser does to the calls there are. */
import type { CallId } from '../../relay/mail.ts';
import type { CallSummary } from '../storage.ts';

const COMMANDS = ['answer', 'hang-up', 'beside-tab', 'mute'] as const;
/** The names of the manifest. Opening the popup is the browser's own. */
export type Command = (typeof COMMANDS)[number];
export const isCommand = (name: string): name is Command => COMMANDS.some((command) => command === name);

export type CommandAct =
  | { do: 'answer' | 'decline' | 'hang-up' | 'mute'; call: CallId }
  /** The page beside the tab is all that was wanted. */
  | { do: 'show' }
  | { do: 'nothing' };

const isRinging = ({ phase }: CallSummary): boolean => phase === 'incoming';
const isOn = ({ phase }: CallSummary): boolean => phase !== 'incoming' && phase !== 'ended';

/**
 * @returns what `command` does. What rings is answered and declined before anything is done to a call that goes on: of two
 * things one key could mean, the one that loses less.
 */
export function actOf(command: Command, calls: readonly CallSummary[]): CommandAct {
  const rings = calls.find(isRinging);
  const goesOn = calls.find(isOn);
  switch (command) {
    case 'answer':
      return rings ? { do: 'answer', call: rings.id } : { do: 'nothing' };
    case 'hang-up':
      if (rings) return { do: 'decline', call: rings.id };
      return goesOn ? { do: 'hang-up', call: goesOn.id } : { do: 'nothing' };
    case 'mute':
      return goesOn ? { do: 'mute', call: goesOn.id } : { do: 'nothing' };
    case 'beside-tab':
      return { do: 'show' };
    default:
      return command satisfies never;
  }
}

/** @returns whether `act` shows the call beside the tab. The panel opens in the first turn of the key or not at all. */
export const opensPanel = (act: CommandAct): boolean => act.do === 'answer' || act.do === 'show';
