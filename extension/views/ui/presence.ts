/** Who is there, in a dot and in words. */
import type { Contact, HistoryEntry, Presence } from '../../storage.ts';
import type { Address } from '../../../relay/protocol.ts';
import { firstName, words } from './words.ts';

/** How long a missed call stands on top of the list, in milliseconds. After that it is among the recent calls only. */
const MISSED_SHOWN_MS = 24 * 3600 * 1000;

/** What the dot of an avatar says: there, on a call, not to be disturbed, not there. */
export type DotKind = 'on' | 'call' | 'dnd' | 'off';

const ORDER: readonly DotKind[] = ['on', 'call', 'dnd', 'off'];

export function dotOf(presence: Presence | undefined): DotKind {
  if (!presence?.online) return 'off';
  return presence.status === 'available' ? 'on' : presence.status;
}

/** @returns the line below somebody's name at `now` ms. */
export function lineOf(contact: Contact, presence: Presence | undefined, now: number): string {
  if (contact.claim) return words.people.says(firstName(contact.name));
  switch (dotOf(presence)) {
    case 'on':
      return words.people.available;
    case 'call':
      return words.people.onCall;
    case 'dnd':
      return presence?.until ? words.people.dndUntil(presence.until) : words.people.dnd;
    case 'off':
      return contact.lastSeenAt === null
        ? words.people.offline
        : words.people.lastHere(contact.lastSeenAt, now);
  }
}

/** @returns the contacts, those who can be reached first, then by name. */
export const inOrder = (
  contacts: readonly Contact[],
  presence: Readonly<Record<string, Presence>>,
): Contact[] =>
  [...contacts].sort((a, b) => {
    const rank = ({ address }: Contact) => ORDER.indexOf(dotOf(presence[address]));
    return rank(a) - rank(b) || a.name.localeCompare(b.name);
  });

/** @returns the missed call that is the last word between this person and each other, newest first. */
export function missedCalls(history: readonly HistoryEntry[], now: number): HistoryEntry[] {
  const latest = new Map<Address, HistoryEntry>();
  for (const entry of history) {
    const known = latest.get(entry.peer);
    if (!known || known.at < entry.at) latest.set(entry.peer, entry);
  }
  return [...latest.values()]
    .filter(
      ({ outcome, direction, at }) =>
        outcome === 'missed' && direction === 'in' && now - at < MISSED_SHOWN_MS,
    )
    .sort((a, b) => b.at - a.at);
}
