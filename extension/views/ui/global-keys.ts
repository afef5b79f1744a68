/** The keys that work anywhere in the browser, as this person has set them there. */
import { pinnedWords } from './pinned-words.ts';
import type { Shortcut } from './shortcuts.ts';

type Named = keyof typeof pinnedWords.keys;
const NAMES: readonly Named[] = ['_execute_action', 'beside-tab', 'answer', 'hang-up', 'mute'];

/** @returns each with its keys, of which there are none where the browser or this person has set none. */
export async function globalKeys(): Promise<Shortcut[]> {
  const all = await chrome.commands.getAll();
  return NAMES.map((name) => {
    const shortcut = all.find((command) => command.name === name)?.shortcut ?? '';
    // "Alt+C"; on macOS, signs without a sign between: "⌥C".
    const keys = shortcut.includes('+') ? shortcut.split('+') : [...shortcut];
    return { does: pinnedWords.keys[name], keys };
  });
}

/** Opens the browser's own page where they are changed. */
export const openKeySettings = (): Promise<unknown> =>
  chrome.tabs.create({ url: 'chrome://extensions/shortcuts' });
