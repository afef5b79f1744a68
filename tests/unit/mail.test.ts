import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as links from '../../extension/core/link-book.ts';
import * as outboxes from '../../extension/core/outbox.ts';
import { admitPerson, problemOf, settle, waitingContact } from '../../extension/core/people.ts';
import { quietAt } from '../../extension/core/quiet.ts';
import { admit, keepEnding, KEEP_ENDINGS_MS, STALE_RING_MS } from '../../extension/core/ring-policy.ts';
import type { Contact, Invite } from '../../extension/storage.ts';
import {
  type CallMail,
  decodeMail,
  encodeMail,
  MAIL_PAD_BYTES,
  MAX_CANDIDATES,
  MAX_SDP_LENGTH,
} from '../../relay/mail.ts';
import { toBase64url } from '../../relay/protocol.ts';
import { ALICE, BOB, newId } from './two-people.ts';

const CALL = newId();
const NOW = Date.UTC(2026, 10, 22);
const ring: CallMail = { type: 'ring', call: CALL, kind: 'video' };

describe('a sealed body', () => {
  it('is read as it was written, in steps of one KiB', () => {
    const mail = { ...ring, seq: 7, at: NOW };
    const bytes = encodeMail(mail);
    expect(bytes.length % MAIL_PAD_BYTES).toBe(0);
    expect(decodeMail(bytes)).toEqual(mail);
  });

  it.each<[string, object]>([
    ['has no number', { ...ring, at: 1 }],
    ['has no time', { ...ring, seq: 1 }],
    ['is of an unknown type', { type: 'dance', call: CALL }],
    ['has a call id of another length', { ...ring, call: 'AAAA' }],
    ['has a call id that does not re-encode to itself', { ...ring, call: `${CALL.slice(0, 21)}B` }],
    ['has too long an offer', { ...ring, offer: 'x'.repeat(MAX_SDP_LENGTH + 1) }],
    [
      'has too many candidates',
      {
        type: 'signal',
        call: CALL,
        link: 1,
        candidates: Array(MAX_CANDIDATES + 1).fill({ candidate: '', sdpMid: '0', sdpMLineIndex: 0 }),
      },
    ],
    ['rang at no moment there is', { type: 'missed', call: CALL, kind: 'video', rang: 8.64e15 + 1 }],
    [
      'has a candidate that belongs to nothing',
      {
        type: 'signal',
        call: CALL,
        link: 1,
        candidates: [{ candidate: 'c', sdpMid: null, sdpMLineIndex: null }],
      },
    ],
    ['has link zero', { type: 'signal', call: CALL, link: 0 }],
    [
      'names a relay that is none',
      { type: 'contact', answer: false, name: 'Eve', relay: 'https://evil.example/path' },
    ],
  ])('is refused when it %s', (_, body) => {
    const at = 'at' in body || 'seq' in body ? {} : { seq: 1, at: 1 };
    expect(decodeMail(new TextEncoder().encode(JSON.stringify({ ...body, ...at })))).toBeNull();
  });

  it('is never a reason to throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void decodeMail(bytes)));
    fc.assert(fc.property(fc.json(), (json) => void decodeMail(new TextEncoder().encode(json))));
  });
});

describe('mail that must arrive', () => {
  const posted = outboxes.post([], BOB, ring, NOW);

  it('is sent again after 1, 2, 4 and 8 seconds, then at each login', () => {
    const sent: number[] = [];
    let outbox = posted;
    for (let s = 0; s < 60; s++) {
      const taken = outboxes.takeDue(outbox, NOW + s * 1000);
      outbox = taken.outbox;
      if (taken.due.length > 0) sent.push(s);
    }
    expect(sent).toEqual([1, 3, 7, 15]);
    expect(outboxes.nextDue(outbox)).toBeNull();
    expect(outboxes.takeDue(outboxes.wake(outbox, NOW + 99_000), NOW + 99_000).due).toHaveLength(1);
  });

  it('is done with when the right person has got that mail of that call', () => {
    expect(outboxes.acknowledge(posted, BOB, CALL, 'ring')).toEqual([]);
    expect(outboxes.acknowledge(posted, ALICE, CALL, 'ring')).toEqual(posted);
    expect(outboxes.acknowledge(posted, BOB, CALL, 'accept')).toEqual(posted);
    expect(outboxes.acknowledge(posted, BOB, newId(), 'ring')).toEqual(posted);
  });

  it('never waits without bound for one person', () => {
    let outbox: outboxes.Posted[] = posted;
    for (let i = 0; i < 500; i++) outbox = outboxes.post(outbox, BOB, { ...ring, call: newId() }, NOW);
    expect(outbox).toHaveLength(outboxes.MAX_WAITING);
  });

  it('is not a signal and not a got', () => {
    expect(outboxes.post([], BOB, { type: 'signal', call: CALL, link: 1 }, NOW)).toEqual([]);
    expect(outboxes.post([], BOB, { type: 'got', call: CALL, of: 'ring' }, NOW)).toEqual([]);
  });

  it('gives way to the ending of its call, but a missed call stays', () => {
    const withMissed = outboxes.post(
      posted,
      BOB,
      { type: 'missed', call: CALL, kind: 'video', rang: NOW },
      NOW,
    );
    const ended = outboxes.post(withMissed, BOB, { type: 'cancel', call: CALL }, NOW);
    expect(ended.map(({ body }) => body.type)).toEqual(['missed', 'cancel']);
    expect(outboxes.withdraw(posted, CALL)).toEqual([]);
  });
});

describe('links of a call', () => {
  const signal = (link: number, rest: Partial<links.Signal> = {}): links.Signal => ({
    type: 'signal',
    call: CALL,
    link,
    ...rest,
  });
  const candidate = { candidates: [{ candidate: 'c', sdpMid: '0', sdpMLineIndex: 0 }] };

  it('are made by the caller alone; the callee opens one when the offer is there and it may', () => {
    const held = links.receive(links.emptyBook('callee'), signal(1, candidate), false, NOW);
    const offered = links.receive(held.book, signal(1, { offer: 'o' }), false, NOW);
    expect(offered.acts).toEqual([]);
    expect(links.open(offered.book).acts.map((act) => act.do)).toEqual(['open', 'feed', 'feed']);
    expect(links.open(offered.book).acts[1]).toMatchObject({ signal: { offer: 'o' } });
  });

  it('take an answer once, and no offer at the caller', () => {
    const { book } = links.renew(links.emptyBook('caller'));
    const answered = links.receive(book, signal(1, { answer: 'a' }), true, NOW);
    expect(answered.acts).toHaveLength(1);
    expect(links.receive(answered.book, signal(1, { answer: 'b' }), true, NOW).acts).toEqual([]);
    expect(links.receive(book, signal(1, { offer: 'o' }), true, NOW).acts).toEqual([]);
  });

  it('of a lower number are ignored, and one of a higher number closes the older', () => {
    const first = links.receive(links.emptyBook('callee'), signal(1, { offer: 'o1' }), true, NOW);
    const second = links.receive(first.book, signal(2, { offer: 'o2' }), true, NOW);
    expect(second.acts.map((act) => `${act.do} ${act.n}`)).toEqual(['close 1', 'open 2', 'feed 2']);
    expect(links.receive(second.book, signal(1, candidate), true, NOW).acts).toEqual([]);
  });

  it('are renewed once, however often the callee asks for the same', () => {
    const { book } = links.renew(links.emptyBook('caller'));
    const renewed = links.receive(book, signal(1, { want: true }), true, NOW);
    expect(renewed.book.n).toBe(2);
    expect(links.receive(renewed.book, signal(1, { want: true }), true, NOW).acts).toEqual([]);
  });

  it('feed nothing to a connection that is gone, and hold a bounded amount', () => {
    const open = links.receive(links.emptyBook('callee'), signal(1, { offer: 'o' }), true, NOW).book;
    expect(links.receive(links.lost(open, 1), signal(1, candidate), true, NOW).acts).toEqual([]);
    let book = links.emptyBook('callee');
    for (let i = 0; i < 1000; i++) book = links.receive(book, signal(1, candidate), false, NOW).book;
    expect(book.held.length).toBeLessThanOrEqual(64);
  });
});

describe('a ring', () => {
  const here = {
    quiet: null,
    endings: [],
    isKnown: false,
    talkingSince: null,
    now: NOW,
  } as const;

  it('passes when it is fresh, and is noted as missed when it is over a minute old', () => {
    expect(admit(ring, ALICE, NOW, here)).toEqual({ do: 'pass' });
    expect(admit(ring, ALICE, NOW - STALE_RING_MS - 1, here)).toEqual({ do: 'miss', tell: null });
  });

  it('that a relay held back from before a call that goes on does not end that call', () => {
    expect(admit(ring, ALICE, NOW - 1, { ...here, talkingSince: NOW })).toEqual({ do: 'over', tell: null });
    expect(admit(ring, ALICE, NOW + 1, { ...here, talkingSince: NOW })).toEqual({ do: 'pass' });
  });

  it('hears until when nobody is to be disturbed, and passes after that', () => {
    const until = NOW + 1000;
    const wishes = {
      availability: { status: 'dnd', until },
      quietHours: { on: false, from: 0, to: 60 },
      whoMayRing: 'everyone',
    } as const;
    const at = (now: number) => ({ ...here, now, quiet: quietAt(wishes, now) });
    expect(admit(ring, ALICE, NOW, at(NOW))).toEqual({
      do: 'miss',
      tell: { type: 'decline', call: CALL, reason: 'dnd', until },
    });
    expect(admit(ring, ALICE, NOW, at(until))).toEqual({ do: 'pass' });
  });

  it('of an ended call hears how it ended, whoever asks for a day; nobody else does', () => {
    const endings = keepEnding([], [CALL], ALICE, { type: 'cancel', call: CALL }, NOW);
    expect(admit(ring, ALICE, NOW, { ...here, endings })).toEqual({
      do: 'over',
      tell: { type: 'cancel', call: CALL },
    });
    expect(admit({ type: 'hangup', call: CALL }, ALICE, NOW, { ...here, endings })).toEqual({
      do: 'over',
      tell: null,
    });
    expect(admit(ring, BOB, NOW, { ...here, endings })).toEqual({ do: 'pass' });
    expect(
      keepEnding(endings, [newId()], BOB, { type: 'busy', call: CALL }, NOW + KEEP_ENDINGS_MS),
    ).toHaveLength(1);
  });
});

const contact: Contact = {
  address: BOB,
  name: 'Bob',
  relay: 'relay.example',
  addedAt: NOW,
  bond: { state: 'mutual' },
  checkedAt: null,
  lastSeenAt: null,
  claim: null,
  blockedAt: null,
  unblockedAt: null,
};
describe('people', () => {
  const secret = toBase64url(new Uint8Array(16).fill(9));
  const invite: Invite = { secret, madeAt: NOW, until: NOW + 1000, state: 'live', usedBy: null };
  const hello = {
    type: 'contact',
    answer: false,
    name: 'Bob\u202E',
    relay: 'relay.example',
    secret,
  } as const;
  const link = {
    relay: 'relay.example',
    address: BOB,
    secret,
    untilDay: Math.floor(NOW / 86_400_000),
    name: 'Bob',
  };

  it('are admitted with a live secret, under their cleaned name', () => {
    const admitted = admitPerson(BOB, hello, {}, [invite], NOW);
    expect(admitted).toMatchObject({
      do: 'admit',
      contact: { name: 'Bob', bond: { state: 'mutual' } },
      invite,
    });
  });

  it('hear why when their secret was used, revoked or has run out, and nothing when it was never issued', () => {
    expect(admitPerson(BOB, hello, {}, [{ ...invite, state: 'used', usedBy: ALICE }], NOW)).toEqual({
      do: 'refuse',
      reason: 'used',
    });
    expect(admitPerson(BOB, hello, {}, [{ ...invite, state: 'revoked' }], NOW)).toEqual({
      do: 'refuse',
      reason: 'revoked',
    });
    expect(admitPerson(BOB, hello, {}, [invite], NOW + 1000)).toEqual({ do: 'refuse', reason: 'expired' });
    expect(admitPerson(BOB, hello, {}, [], NOW)).toEqual({ do: 'drop' });
  });

  it('who were removed find nobody there', () => {
    expect(admitPerson(BOB, hello, {}, [{ ...invite, state: 'used', usedBy: BOB }], NOW)).toEqual({
      do: 'drop',
    });
  });

  it('who are contacts already change nothing but the relay they live on', () => {
    const again = admitPerson(
      BOB,
      { ...hello, name: 'Mallory', relay: 'other.example' },
      { [BOB]: contact },
      [],
      NOW,
    );
    expect(again).toEqual({ do: 'admit', contact: { ...contact, relay: 'other.example' }, invite: null });
  });

  it('wait for the inviter and settle only then', () => {
    const waiting = waitingContact(link, '', {}, NOW);
    expect(waiting.bond.state).toBe('waiting');
    expect(settle(waiting, { type: 'contact', answer: true, name: 'x', relay: 'new.example' })).toMatchObject(
      { name: 'Bob', relay: 'new.example', bond: { state: 'mutual' } },
    );
    expect(settle(waiting, { type: 'refused', reason: 'used' })).toMatchObject({
      bond: { state: 'refused', reason: 'used' },
    });
    expect(settle(contact, { type: 'refused', reason: 'used' })).toBeNull();
    expect(settle(undefined, { type: 'contact', answer: true, name: 'x', relay: 'r' })).toBeNull();
  });

  it('cannot use an invite that is none, their own, of somebody known, or over', () => {
    expect(problemOf(null, ALICE, {}, NOW)).toBe('malformed');
    expect(problemOf(link, BOB, {}, NOW)).toBe('own');
    expect(problemOf(link, ALICE, { [BOB]: contact }, NOW)).toBe('known');
    expect(problemOf(link, ALICE, {}, NOW + 2 * 86_400_000)).toBe('expired');
    expect(problemOf(link, ALICE, {}, NOW)).toBeNull();
  });
});
