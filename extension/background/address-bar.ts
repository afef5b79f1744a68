/** Calls by name from the address bar: `call`, a space, and somebody's name. */
import type { CallKind } from '../../relay/mail.ts';
import { type Choice, choicesOf, escapeXml, suggest } from '../core/find-people.ts';
import { pinnedWords } from '../views/ui/pinned-words.ts';
import { ensureCallIsShown } from './call-window.ts';
import { dialFrom } from './dial.ts';
import { get } from './store.ts';

const words = pinnedWords.omnibox;
const DESCRIBE: Record<CallKind, (name: string) => string> = { video: words.video, audio: words.sound };

const suggestions = async (typed: string): Promise<Choice[]> =>
  suggest(choicesOf(Object.values(await get('contacts')), words.soundText), typed);

const describe = ({ kind, text, name }: Choice): string =>
  escapeXml(DESCRIBE[kind](kind === 'video' ? text : name));

/** Something was typed after the keyword: the first line says what Enter does. */
export async function typed(
  text: string,
  show: (suggestions: chrome.omnibox.SuggestResult[]) => void,
): Promise<void> {
  if (text.trim() === '') {
    await chrome.omnibox.setDefaultSuggestion({ description: escapeXml(words.hint) });
    return show([]);
  }
  const [first, ...others] = await suggestions(text);
  const description = first ? describe(first) : escapeXml(words.nobody(text.trim()));
  await chrome.omnibox.setDefaultSuggestion({ description });
  show(others.map((choice) => ({ content: choice.text, description: describe(choice) })));
}

/** Enter was pressed. @param shown whether the panel opened, asked in the first turn. */
export async function entered(text: string, shown: Promise<boolean>): Promise<void> {
  const [choice] = text.trim() === '' ? [] : await suggestions(text);
  // Whoever is not found can be looked for in the list.
  return choice ? dialFrom(choice.peer, choice.kind, shown) : ensureCallIsShown(shown);
}
