/** Finds people to call by name: what the address bar makes of what is typed. */
import type { CallKind } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import type { Contact } from '../storage.ts';
import { folded, matches } from './match-name.ts';
import { isUnsettled } from './reach.ts';

/** How many suggestions the address bar gets. Chromium shows nine lines, of which the first is the default. */
const MAX_SUGGESTIONS = 6;

/** @returns whether this person may ring them: each has the other on the list, and nobody only claims a name. */
export const isCallable = (contact: Contact): boolean =>
  contact.bond.state === 'mutual' && contact.blockedAt === null && !isUnsettled(contact);

/** One line of the address bar: whom it calls, and the text it puts there, by which it is known again. */
export interface Choice {
  readonly peer: Address;
  readonly kind: CallKind;
  readonly name: string;
  readonly text: string;
}

/**
 * @returns every call that could be made by name. Of two people with one name, the second is told from the first by a number.
 * @param soundOnly the text of a call with sound only to somebody whose own text is given
 */
export function choicesOf(contacts: readonly Contact[], soundOnly: (text: string) => string): Choice[] {
  const seen = new Map<string, number>();
  return contacts
    .filter(isCallable)
    .sort((a, b) => a.name.localeCompare(b.name) || a.addedAt - b.addedAt)
    .flatMap(({ address: peer, name }) => {
      const nth = (seen.get(folded(name)) ?? 0) + 1;
      seen.set(folded(name), nth);
      const text = nth === 1 ? name : `${name} ${String(nth)}`;
      return [
        { peer, kind: 'video', name, text },
        { peer, kind: 'audio', name, text: soundOnly(text) },
      ] as const;
    });
}

/** A name that begins with what was typed comes before one with a word that does, and that before any other. */
function rankOf(name: string, typed: string): number {
  const [text, wanted] = [folded(name), folded(typed.trim())];
  if (text.startsWith(wanted)) return 0;
  return text.split(/[\s-]+/).some((word) => word.startsWith(wanted)) ? 1 : 2;
}

/** @returns the calls to offer for what was typed, the one that Enter makes first. Sound only is offered for that person. */
export function suggest(choices: readonly Choice[], typed: string): Choice[] {
  const exact = choices.filter(({ text }) => folded(text) === folded(typed.trim()));
  const found = choices
    .filter(
      ({ kind, text }) => kind === 'video' && matches(text, typed) && !exact.some((e) => e.text === text),
    )
    .sort((a, b) => rankOf(a.name, typed) - rankOf(b.name, typed));
  const [first, ...others] = [...exact, ...found];
  if (!first) return [];
  const sound = choices.find(
    ({ kind, peer }) => first.kind === 'video' && kind === 'audio' && peer === first.peer,
  );
  return [first, ...(sound ? [sound] : []), ...others].slice(0, MAX_SUGGESTIONS);
}

/** @returns text for a suggestion of the address bar, which is XML (omnibox API, DescriptionStyleType). */
export const escapeXml = (text: string): string =>
  text
    // What no XML may hold (XML 1.0, 2.2), such as half a surrogate pair.
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`);
