/** Who holds whom: what an invite, and the mail that follows it, make of two strangers. Pure. */
import type { MailBody } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import type { InviteProblem } from '../messages.ts';
import type { Claim, Contact, Invite } from '../storage.ts';
import { endOf, type InviteLink, REMEMBER_INVITES_MS } from './invite.ts';
import { cleanName, isSameName } from './name.ts';
import { mayFollow } from './relay-address.ts';

export type Contacts = Readonly<Record<string, Contact>>;
type ContactMail = Extract<MailBody, { type: 'contact' }>;
type Refused = Extract<MailBody, { type: 'refused' }>;

/** @returns why this person can't use the invite, or null if they can. */
export function problemOf(
  link: InviteLink | null,
  me: Address,
  contacts: Contacts,
  now: number,
): InviteProblem | null {
  if (!link) return 'malformed';
  if (link.address === me) return 'own';
  const known = contacts[link.address];
  // Whoever takes the invite of somebody they blocked wants them back.
  if (known?.bond.state === 'mutual' && known.blockedAt === null) return 'known';
  return now >= endOf(link.untilDay) ? 'expired' : null;
}

/**
 * @returns what is to be made of a key that is new here and goes by the name of somebody known, or null if the name is free.
 * Anybody can take any name: only the pictures tell whether it is the same person.
 */
function claimOf(
  address: Address,
  names: readonly string[],
  contacts: Contacts,
  by: Claim['by'],
): Claim | null {
  const known = Object.values(contacts).find(
    (other) =>
      other.address !== address &&
      other.bond.state !== 'refused' &&
      names.some((name) => name !== '' && isSameName(other.name, name)),
  );
  return known ? { of: known.address, by, choice: 'open' } : null;
}

/** @returns the inviter as a contact that waits for their browser to answer. `name` is what this person calls them. */
export const waitingContact = (link: InviteLink, name: string, contacts: Contacts, now: number): Contact => ({
  address: link.address,
  name: cleanName(name) || link.name,
  relay: link.relay,
  addedAt: now,
  bond: { state: 'waiting', secret: link.secret, until: endOf(link.untilDay) },
  checkedAt: null,
  lastSeenAt: null,
  claim: claimOf(link.address, [link.name, cleanName(name)], contacts, 'me'),
  blockedAt: null,
  unblockedAt: null,
});

export type Admittance =
  | { do: 'drop' }
  | { do: 'refuse'; reason: Refused['reason'] }
  /** They are a contact now, or still. `invite` is the one they used up. */
  | { do: 'admit'; contact: Contact; invite: Invite | null };

/** What becomes of somebody who shows the secret of an invite, or of a contact who introduces themselves again. */
export function admitPerson(
  from: Address,
  mail: ContactMail,
  contacts: Contacts,
  invites: readonly Invite[],
  now: number,
): Admittance {
  const known = contacts[from];
  const invite = invites.find(({ secret }) => secret === mail.secret) ?? null;
  if (known?.bond.state === 'mutual')
    return {
      do: 'admit',
      contact: known.relay === mail.relay ? known : { ...known, relay: mail.relay },
      invite: null,
    };
  if (!invite) return { do: 'drop' };
  // Whoever used it and is no contact any more was removed: for them this person isn't there.
  if (invite.usedBy === from) return { do: 'drop' };
  if (invite.state !== 'live') return { do: 'refuse', reason: invite.state };
  if (now >= invite.until) return { do: 'refuse', reason: 'expired' };
  const name = cleanName(mail.name);
  const contact: Contact = {
    address: from,
    name: known?.name ?? name,
    relay: mail.relay,
    addedAt: known?.addedAt ?? now,
    bond: { state: 'mutual' },
    checkedAt: null,
    lastSeenAt: now,
    claim: known?.claim ?? claimOf(from, [name], contacts, 'them'),
    // A block of this very moment stands.
    blockedAt: known?.blockedAt ?? null,
    unblockedAt: known?.unblockedAt ?? null,
  };
  return { do: 'admit', contact, invite };
}

/** @returns the contact after their browser answered the introduction, or null if none was waited for. */
export function settle(contact: Contact | undefined, mail: ContactMail | Refused): Contact | null {
  if (contact?.bond.state !== 'waiting') return null;
  if (mail.type === 'refused') return { ...contact, bond: { state: 'refused', reason: mail.reason } };
  return { ...contact, relay: mail.relay, bond: { state: 'mutual' } };
}

/** @returns the contact after the safety pictures were compared in a call. */
export function compared(contact: Contact, isSame: boolean, now: number): Contact {
  if (isSame) return { ...contact, checkedAt: now, claim: null };
  return { ...contact, checkedAt: null, claim: contact.claim && { ...contact.claim, choice: 'not-now' } };
}

/** @returns the invites without those that ended so long ago that nobody needs to be told why. */
export const pruneInvites = (invites: readonly Invite[], now: number): Invite[] =>
  invites.filter(({ until }) => now < until + REMEMBER_INVITES_MS);

/** How many relays this browser keeps a link to at most. */
export const MAX_LINKS = 4;
/** @returns the relays to hold links to: the own first, then those of contacts, as far as others' word may lead there. */
export function relaysOf(own: string, contacts: readonly Contact[]): string[] {
  const theirs = contacts.filter(({ blockedAt }) => blockedAt === null).map(({ relay }) => relay);
  return [...new Set([own, ...theirs.filter((relay) => mayFollow(own, relay))])].slice(0, MAX_LINKS);
}
