/** Invites and contacts: makes and takes invites, introduces this person to inviters, and admits who shows a live secret. */
import type { MailBody } from '../../relay/mail.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';
import { endOf, formatInvite, parseInvite, untilDayOf } from '../core/invite.ts';
import { cleanName } from '../core/name.ts';
import {
  admitPerson,
  compared,
  type Contacts,
  problemOf,
  pruneInvites,
  settle,
  waitingContact,
} from '../core/people.ts';
import type { Ask, Reply } from '../messages.ts';
import { type Pace, type PaceLimit, take } from '../core/pace.ts';
import type { Contact, Invite } from '../storage.ts';
import type { Identity } from './identity.ts';
import type { PostOffice } from './post-office.ts';
import { get, update } from './store.ts';

/** How often somebody who waits for an inviter introduces themselves again, in milliseconds, give or take a quarter. */
const INTRODUCE_EVERY_MS = 60_000;
/** How often all holders of secrets that are worth nothing are told so, together. */
const REFUSALS: PaceLimit = { burst: 20, everyMs: 3000 };
/** How often a contact may introduce themselves again: each may mean a link to another relay, and is answered. */
const GREETINGS: PaceLimit = { burst: 3, everyMs: 10_000 };

type Introduction = Extract<MailBody, { type: 'contact' | 'refused' }>;

export interface People {
  getInvite(fresh: boolean): Promise<{ link: string; until: number }>;
  revokeInvite(secret: string): Promise<void>;
  readInvite(link: string): Promise<Reply<'background', 'invite.read'>>;
  takeInvite(link: string, name: string): Promise<Reply<'background', 'invite.take'>>;
  rename(address: Address, name: string): Promise<void>;
  remove(address: Address): Promise<void>;
  block(address: Address, isBlocked: boolean): Promise<void>;
  decide(ask: Ask<'background', 'contact.claim'>): Promise<void>;
  compared(ask: Ask<'background', 'contact.compared'>): Promise<void>;
  /** @returns whether this mail is looked at although its sender is no contact: it shows the secret of an invite. */
  isIntroduction(mail: MailBody): Promise<boolean>;
  onIntroduction(from: Address, mail: Introduction): Promise<void>;
  /** Introduces this person to every inviter who has not answered yet. */
  introduce(): Promise<void>;
}

export interface PeopleOptions {
  me: Identity;
  post: PostOffice;
  /** The list of contacts has changed. */
  onChange(): Promise<void>;
}

export function createPeople({ me, post, onChange }: PeopleOptions): People {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refusals: Pace | undefined;
  const greetings = new Map<Address, Pace>();

  const linkOf = async (invite: Invite): Promise<{ link: string; until: number }> => {
    const { relay, name } = await get('profile');
    const untilDay = untilDayOf(invite.madeAt);
    return {
      link: formatInvite({ relay, address: me.address, secret: invite.secret, untilDay, name }),
      until: invite.until,
    };
  };

  const makeInvite = (now: number): Invite => ({
    secret: toBase64url(crypto.getRandomValues(new Uint8Array(16))),
    madeAt: now,
    until: endOf(untilDayOf(now)),
    state: 'live',
    usedBy: null,
  });

  const change = async (address: Address, each: (contact: Contact) => Contact): Promise<void> => {
    await update('contacts', (all) => {
      const contact = all[address];
      return contact ? { ...all, [address]: each(contact) } : all;
    });
  };

  /** Changes the list, and lets the links follow if that changed anything. */
  const changeAll = async (each: (all: Contacts) => Contacts): Promise<void> => {
    const changed = { really: false };
    await update('contacts', (all) => {
      const after = each(all);
      changed.really = after !== all;
      return after;
    });
    if (changed.really) await onChange();
  };

  const introduceTo = async (contact: Contact): Promise<void> => {
    if (contact.bond.state !== 'waiting' || Date.now() >= contact.bond.until) return;
    const { name, relay } = await get('profile');
    await post.send(contact.address, {
      type: 'contact',
      answer: false,
      name,
      relay,
      secret: contact.bond.secret,
    });
  };

  const introduce = async (): Promise<void> => {
    clearTimeout(timer);
    const waiting = Object.values(await get('contacts')).filter(({ bond }) => bond.state === 'waiting');
    for (const contact of waiting) await introduceTo(contact);
    if (waiting.length === 0) return;
    timer = setTimeout(() => void introduce(), INTRODUCE_EVERY_MS * (0.75 + Math.random() / 2));
  };

  const admit = async (from: Address, mail: Extract<Introduction, { type: 'contact' }>): Promise<void> => {
    const now = Date.now();
    const admittance = admitPerson(from, mail, await get('contacts'), await get('invites'), now);
    if (admittance.do === 'drop') return;
    if (admittance.do === 'refuse') return refuse(from, admittance.reason);
    const { invite } = admittance;
    if (!invite && !isPaced(from)) return;
    if (invite && !(await useUp(invite, from))) return refuse(from, 'used');
    // Decided again on the list as it is now: they may have been renamed, blocked or removed meanwhile.
    await changeAll((all) => {
      const still = admitPerson(from, mail, all, invite ? [invite] : [], now);
      return still.do === 'admit' && still.contact !== all[from] ? { ...all, [from]: still.contact } : all;
    });
    const { name, relay } = await get('profile');
    await post.send(from, { type: 'contact', answer: true, name, relay });
  };

  /** Whoever holds a secret that is worth nothing asks again in a minute; a flood of them makes no flood of answers. */
  const refuse = async (to: Address, reason: 'used' | 'revoked' | 'expired'): Promise<void> => {
    const { granted, pace } = take(refusals, Date.now(), REFUSALS);
    refusals = pace;
    if (granted) await post.send(to, { type: 'refused', reason });
  };

  /** @returns whether a contact may introduce themselves again now. */
  const isPaced = (contact: Address): boolean => {
    const { granted, pace } = take(greetings.get(contact), Date.now(), GREETINGS);
    greetings.set(contact, pace);
    return granted;
  };

  /** Two may show the same secret at the same moment: the first is in. */
  const useUp = async (invite: Invite, by: Address): Promise<boolean> => {
    const after = await update('invites', (all) =>
      all.map((each) =>
        each.secret === invite.secret && each.state === 'live'
          ? { ...each, state: 'used', usedBy: by }
          : each,
      ),
    );
    return after.some((each) => each.secret === invite.secret && each.usedBy === by);
  };

  return {
    async getInvite(fresh) {
      const now = Date.now();
      const invites = await update('invites', (all) => {
        const kept = pruneInvites(all, now);
        const live = kept.some((each) => each.state === 'live' && now < each.until);
        return fresh || !live ? [...kept, makeInvite(now)] : all;
      });
      const newest = invites.findLast((each) => each.state === 'live' && now < each.until);
      if (!newest) throw new Error('no invite could be made');
      return linkOf(newest);
    },
    async revokeInvite(secret) {
      await update('invites', (all) =>
        all.map((each) =>
          each.secret === secret && each.state === 'live' ? { ...each, state: 'revoked' } : each,
        ),
      );
    },
    async readInvite(pasted) {
      const link = parseInvite(pasted);
      const problem = problemOf(link, me.address, await get('contacts'), Date.now());
      if (!problem && link) {
        return {
          ok: true,
          address: link.address,
          name: link.name,
          relay: link.relay,
          until: endOf(link.untilDay),
        };
      }
      const known = link && (await get('contacts'))[link.address];
      return {
        ok: false,
        problem: problem ?? 'malformed',
        ...(link && { name: known?.name ?? link.name, until: endOf(link.untilDay) }),
      };
    },
    async takeInvite(pasted, name) {
      const link = parseInvite(pasted);
      const now = Date.now();
      const problem = problemOf(link, me.address, await get('contacts'), now);
      if (problem || !link) return { ok: false, problem: problem ?? 'malformed' };
      await changeAll((all) =>
        // They may have come in by an invite of this person's meanwhile.
        problemOf(link, me.address, all, now) === 'known'
          ? all
          : { ...all, [link.address]: waitingContact(link, name, all, now) },
      );
      await introduce();
      return { ok: true };
    },
    async rename(address, name) {
      const clean = cleanName(name);
      if (clean === '') return;
      await change(address, (contact) => ({ ...contact, name: clean }));
    },
    async remove(address) {
      await update('contacts', ({ [address]: _, ...rest }) => rest);
      greetings.delete(address);
      await post.forget(address);
      await onChange();
    },
    async block(address, isBlocked) {
      const now = Date.now();
      await change(address, (contact) =>
        isBlocked ? { ...contact, blockedAt: now } : { ...contact, blockedAt: null, unblockedAt: now },
      );
      if (isBlocked) await post.forget(address);
      await onChange();
    },
    async decide({ address, choice }) {
      await change(address, (contact) =>
        contact.claim ? { ...contact, claim: { ...contact.claim, choice } } : contact,
      );
      await onChange();
    },
    async compared({ address, isSame }) {
      await change(address, (contact) => compared(contact, isSame, Date.now()));
      await onChange();
    },
    async isIntroduction(mail) {
      if (mail.type !== 'contact' || mail.answer || mail.secret === undefined) return false;
      return (await get('invites')).some(({ secret }) => secret === mail.secret);
    },
    async onIntroduction(from, mail) {
      if (mail.type === 'contact' && !mail.answer) return admit(from, mail);
      await changeAll((all) => {
        const settled = settle(all[from], mail);
        return settled ? { ...all, [from]: settled } : all;
      });
    },
    introduce,
  };
}
