/** Who is whom and who may reach whom: claimed names, blocking, removing. */
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { mayPreconnect } from '../../extension/core/ice-policy.ts';
import { forget, post } from '../../extension/core/outbox.ts';
import {
  admitPerson,
  compared,
  problemOf,
  relaysOf,
  settle,
  waitingContact,
} from '../../extension/core/people.ts';
import { isReachableFor, mayWrite, rangWhileBlocked } from '../../extension/core/reach.ts';
import { settingsSchema } from '../../extension/core/stored.ts';
import type { Contact, Invite } from '../../extension/storage.ts';
import type { MailBody } from '../../relay/mail.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';
import { ALICE, BOB, newId } from './two-people.ts';

const NOW = 1_800_000_000_000;
const DAY = 24 * 3_600_000;
const NEW_KEY = toBase64url(new Uint8Array(32).fill(77)) as Address;
const SECRET = toBase64url(new Uint8Array(16).fill(9));

const priya: Contact = {
  address: BOB,
  name: 'Priya',
  relay: 'relay.example',
  addedAt: NOW,
  bond: { state: 'mutual' },
  checkedAt: NOW,
  lastSeenAt: NOW,
  claim: null,
  blockedAt: null,
  unblockedAt: null,
};
const invite: Invite = { secret: SECRET, madeAt: NOW, until: NOW + 7 * DAY, state: 'live', usedBy: null };
const arrival = (name: string, secret = SECRET) =>
  ({ type: 'contact', answer: false, name, relay: 'relay.example', secret }) as const;
const arrive = (name: string, known: Contact[] = [priya], from = NEW_KEY): Contact => {
  const contacts = Object.fromEntries(known.map((contact) => [contact.address, contact]));
  const admittance = admitPerson(from, arrival(name), contacts, [invite], NOW);
  if (admittance.do !== 'admit') throw new Error(`it was ${admittance.do}`);
  return admittance.contact;
};
const settings = v.parse(settingsSchema, {});
const TYPES: readonly MailBody['type'][] = [
  'ring',
  'ringing',
  'signal',
  'accept',
  'decline',
  'cancel',
  'busy',
  'hangup',
  'got',
  'stale',
  'contact',
  'refused',
  'status',
  'missed',
];

describe('somebody new under a name that is known', () => {
  it.each(['Priya', 'PRIYA', ' priya ', 'Ｐｒｉｙａ', 'Priya\u200b'])(
    'claims it, however it is written: %j',
    (name) => {
      expect(arrive(name).claim).toEqual({ of: BOB, by: 'them', choice: 'open' });
    },
  );

  it('claims nothing if the name is free, or theirs', () => {
    expect(arrive('Priya Nair').claim).toBeNull();
    expect(arrive('').claim).toBeNull();
    expect(arrive('', [{ ...priya, name: '' }]).claim).toBeNull();
    expect(
      arrive('Priya', [{ ...priya, bond: { state: 'waiting', secret: SECRET, until: NOW } }], BOB).claim,
    ).toBeNull();
  });

  it('claims it also from somebody this person has blocked, but not from an invite that came to nothing', () => {
    expect(arrive('Priya', [{ ...priya, blockedAt: NOW }]).claim).not.toBeNull();
    expect(arrive('Priya', [{ ...priya, bond: { state: 'refused', reason: 'used' } }]).claim).toBeNull();
  });

  it('claims it too when this person took their invite, by the name in it or the one they gave', () => {
    const link = {
      relay: 'relay.example',
      address: NEW_KEY,
      secret: SECRET,
      untilDay: 30_000,
      name: 'Priya',
    };
    const claim = { of: BOB, by: 'me', choice: 'open' };
    expect(waitingContact(link, 'Priya’s new laptop', { [BOB]: priya }, NOW).claim).toEqual(claim);
    const renamed = waitingContact({ ...link, name: 'P' }, 'priya', { [BOB]: priya }, NOW);
    expect(renamed.claim).toEqual(claim);
    expect(settle(renamed, { ...arrival('P'), answer: true })).toMatchObject({
      claim,
      bond: { state: 'mutual' },
    });
  });

  it('keeps its claim when it introduces itself again, and changes nothing of whom it names', () => {
    const claimer = arrive('Priya');
    const again = arrive('Somebody else', [priya, claimer]);
    expect(again).toEqual(claimer);
    expect(again.address).not.toBe(priya.address);
    expect(again.checkedAt).toBeNull();
  });

  it('cannot ring, be seen, or have anything pre-connected before this person chooses to compare', () => {
    for (const choice of ['open', 'not-now'] as const) {
      const claimer: Contact = { ...arrive('Priya'), claim: { of: BOB, by: 'them', choice } };
      expect(isReachableFor(claimer)).toBe(false);
      expect(mayPreconnect(claimer, settings, false)).toBe(false);
      expect(TYPES.filter((type) => mayWrite(claimer, type))).toEqual(['contact', 'refused']);
    }
  });

  it('may talk once this person wants to compare, but shows no address before an answer', () => {
    const claimer: Contact = { ...arrive('Priya'), claim: { of: BOB, by: 'them', choice: 'compare' } };
    expect(isReachableFor(claimer)).toBe(true);
    expect(TYPES.every((type) => mayWrite(claimer, type))).toBe(true);
    expect(mayPreconnect(claimer, settings, false)).toBe(false);
  });

  it('is a contact like any other once the pictures matched, and out of reach once they did not', () => {
    const claimer: Contact = { ...arrive('Priya'), claim: { of: BOB, by: 'them', choice: 'compare' } };
    const matched = compared(claimer, true, NOW);
    expect(matched).toMatchObject({ claim: null, checkedAt: NOW });
    expect(mayPreconnect(matched, settings, false)).toBe(true);
    const differing = compared(claimer, false, NOW);
    expect(differing.checkedAt).toBeNull();
    expect(isReachableFor(differing)).toBe(false);
  });
});

describe('comparing pictures', () => {
  it('is remembered with its date, and forgotten when they differ', () => {
    expect(compared({ ...priya, checkedAt: null }, true, NOW).checkedAt).toBe(NOW);
    expect(compared(priya, false, NOW)).toEqual({ ...priya, checkedAt: null });
  });
});

describe('somebody blocked', () => {
  const blocked: Contact = { ...priya, blockedAt: NOW };

  it('is not watched, is written nothing and is heard in nothing', () => {
    expect(isReachableFor(blocked)).toBe(false);
    expect(TYPES.filter((type) => mayWrite(blocked, type))).toEqual([]);
    expect(mayPreconnect(blocked, settings, false)).toBe(false);
  });

  it('keeps no link to their relay open', () => {
    const far = { ...blocked, relay: 'far.example' };
    expect(relaysOf('own.example', [priya, far])).toEqual(['own.example', 'relay.example']);
  });

  it('is sent nothing that was still waiting, while others are', () => {
    const call = newId();
    const toBoth = [ALICE, BOB].reduce(
      (outbox, to) => post(outbox, to, { type: 'cancel', call }, NOW),
      post([], BOB, { type: 'missed', call, kind: 'audio', rang: NOW }, NOW),
    );
    expect(forget(toBoth, BOB).map(({ to }) => to)).toEqual([ALICE]);
  });

  it('has not rung in the time they were blocked, whenever that is told', () => {
    const freed = { ...priya, unblockedAt: NOW };
    expect(rangWhileBlocked(freed, NOW - 1)).toBe(true);
    expect(rangWhileBlocked(freed, NOW + 1)).toBe(false);
    expect(rangWhileBlocked(priya, NOW - 1)).toBe(false);
  });

  it('is there again once unblocked, or when this person takes an invite of theirs', () => {
    expect(isReachableFor({ ...blocked, blockedAt: null })).toBe(true);
    const link = { relay: 'relay.example', address: BOB, secret: SECRET, untilDay: 30_000, name: 'Priya' };
    expect(problemOf(link, ALICE, { [BOB]: priya }, NOW)).toBe('known');
    expect(problemOf(link, ALICE, { [BOB]: blocked }, NOW)).toBeNull();
    expect(waitingContact(link, '', { [BOB]: blocked }, NOW).blockedAt).toBeNull();
  });
});

describe('somebody removed', () => {
  it('does not come back by the invite they once used', () => {
    const used: Invite = { ...invite, state: 'used', usedBy: BOB };
    expect(admitPerson(BOB, arrival('Priya'), {}, [used], NOW)).toEqual({ do: 'drop' });
    expect(admitPerson(NEW_KEY, arrival('Priya'), {}, [used], NOW)).toEqual({ do: 'refuse', reason: 'used' });
  });
});
