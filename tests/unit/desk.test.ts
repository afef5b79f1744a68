import { describe, expect, it } from 'vitest';
import { CONNECT_TIMEOUT_MS, RING_TIMEOUT_MS } from '../../extension/core/call-state.ts';
import * as desks from '../../extension/core/desk.ts';
import type { CallMail } from '../../relay/mail.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';
import { ALICE, BOB, newId } from './two-people.ts';

const CAROL = toBase64url(new Uint8Array(32).fill(77)) as Address;
const DAVE = toBase64url(new Uint8Array(32).fill(78)) as Address;
const NOW = 1_000_000;
const ring = (call = newId()): Extract<CallMail, { type: 'ring' }> => ({ type: 'ring', call, kind: 'video' });

/** Alice in a call with Bob. */
function talking(): desks.Desk {
  const rung = ring();
  let { desk } = desks.receive(desks.emptyDesk(ALICE), BOB, rung, NOW);
  desk = desks.answer(desk, rung.call, 'video', NOW).desk;
  desk = desks.receive(desk, BOB, { type: 'signal', call: rung.call, link: 1, offer: 'o' }, NOW).desk;
  return desks.linked(desk, rung.call, 1, NOW).desk;
}

const phases = (desk: desks.Desk): string[] => desk.calls.map(({ state }) => state.phase);
const sent = (outcome: desks.Outcome): string[] =>
  outcome.send.map(({ to, body }) => `${body.type} to ${to === BOB ? 'Bob' : 'other'}`);

describe('a second and a third call', () => {
  it('the second waits behind the first, the third hears busy at once', () => {
    const second = desks.receive(talking(), CAROL, ring(), NOW);
    expect(second.verdict).toBe('second');
    expect(phases(second.desk)).toEqual(['active', 'incoming']);
    const third = desks.receive(second.desk, DAVE, ring(), NOW);
    expect(third.verdict).toBe('busy');
    expect(third.send).toMatchObject([{ to: DAVE, body: { type: 'busy' } }]);
    expect(phases(third.desk)).toEqual(['active', 'incoming']);
  });

  it('the second hears busy after 45 s, because nobody was free to answer', () => {
    const rung = ring();
    const { desk } = desks.receive(talking(), CAROL, rung, NOW);
    const late = desks.apply(desk, rung.call, { type: 'tick' }, NOW + RING_TIMEOUT_MS);
    expect(late.send).toEqual([{ to: CAROL, body: { type: 'busy', call: rung.call } }]);
    expect(phases(late.desk)).toEqual(['active', 'ended']);
  });

  it('nobody can be rung while two calls live', () => {
    const { desk } = desks.receive(talking(), CAROL, ring(), NOW);
    expect(desks.dial(desk, DAVE, newId(), 'audio', NOW)).toEqual({ desk, send: [], links: [] });
  });
});

describe('ringing somebody', () => {
  it('who rings here answers them', () => {
    const { desk } = desks.receive(desks.emptyDesk(ALICE), BOB, ring(), NOW);
    const dialled = desks.dial(desk, BOB, newId(), 'audio', NOW);
    expect(sent(dialled)).toEqual(['accept to Bob']);
    expect(dialled.desk.calls[0]?.own).toBe('audio');
  });

  it('with whom one talks already changes nothing', () => {
    const desk = talking();
    expect(desks.dial(desk, BOB, newId(), 'video', NOW).send).toEqual([]);
  });

  it('sends the ring before there is an offer, and makes the first link at once', () => {
    const dialled = desks.dial(desks.emptyDesk(ALICE), BOB, newId(), 'video', NOW);
    expect(sent(dialled)).toEqual(['ring to Bob']);
    expect(dialled.send[0]?.body).not.toHaveProperty('offer');
    expect(dialled.links).toMatchObject([{ act: { do: 'open', n: 1, role: 'caller' } }]);
  });
});

describe('mail', () => {
  it('of a call by somebody who is not in it changes nothing', () => {
    const desk = talking();
    const id = desk.calls[0]?.id ?? newId();
    const forged = desks.receive(desk, CAROL, { type: 'hangup', call: id }, NOW);
    expect(forged.verdict).toBe('unknown');
    expect(forged.desk).toBe(desk);
    expect(desks.receive(desk, CAROL, ring(id), NOW).verdict).toBe('unknown');
  });

  it('makes no transport before the answer unless it is allowed', () => {
    const rung = ring();
    const { desk } = desks.receive(desks.emptyDesk(ALICE), BOB, rung, NOW);
    const offer: CallMail = { type: 'signal', call: rung.call, link: 1, offer: 'o' };
    const held = desks.receive(desk, BOB, offer, NOW);
    expect(held.links).toEqual([]);
    expect(desks.allowLink(held.desk, rung.call).links.map(({ act }) => act.do)).toEqual(['open', 'feed']);
    expect(desks.answer(held.desk, rung.call, 'video', NOW).links.map(({ act }) => act.do)).toEqual([
      'open',
      'feed',
    ]);
  });

  it('of a new ring by somebody one talks to means that the old call is over for them', () => {
    const before = talking();
    const again = desks.receive(before, BOB, ring(), NOW);
    expect(again.verdict).toBe('ring');
    expect(phases(again.desk).sort()).toEqual(['ended', 'incoming']);
  });
});

describe('a ring that lost against one’s own', () => {
  it('rings after all when the other side only declines the survivor', () => {
    const mine = desks.dial(desks.emptyDesk(ALICE), BOB, newId(), 'video', NOW).desk;
    const theirs = ring();
    const crossed = desks.receive(mine, BOB, theirs, NOW);
    expect(crossed.verdict).toBe('known');
    const id = mine.calls[0]?.id ?? newId();
    const declined = desks.receive(crossed.desk, BOB, { type: 'decline', call: id }, NOW);
    expect(declined.desk.calls.filter(desks.isLive)).toMatchObject([
      { id: theirs.call, state: { phase: 'incoming' } },
    ]);
  });

  it('does not ring any more once the survivor was answered', () => {
    const mine = desks.dial(desks.emptyDesk(ALICE), BOB, newId(), 'video', NOW).desk;
    const id = mine.calls[0]?.id ?? newId();
    const theirs = ring();
    let { desk } = desks.receive(mine, BOB, theirs, NOW);
    desk = desks.receive(desk, BOB, { type: 'accept', call: id, instead: theirs.call }, NOW).desk;
    const over = desks.receive(desk, BOB, { type: 'hangup', call: id }, NOW);
    expect(over.desk.calls.filter(desks.isLive)).toEqual([]);
  });

  it('takes over on the side of the larger address, which goes on with its own choice of devices', () => {
    const mine = desks.dial(desks.emptyDesk(BOB), ALICE, newId(), 'audio', NOW).desk;
    const id = mine.calls[0]?.id;
    const theirs = ring();
    const crossed = desks.receive(mine, ALICE, theirs, NOW);
    expect(crossed.send).toEqual([{ to: ALICE, body: { type: 'accept', call: theirs.call, instead: id } }]);
    expect(crossed.desk.calls).toMatchObject([
      { id: theirs.call, direction: 'in', own: 'audio', state: { phase: 'connecting' } },
    ]);
    const cancelled = desks.receive(crossed.desk, ALICE, { type: 'cancel', call: id ?? newId() }, NOW);
    expect(phases(cancelled.desk)).toEqual(['ended']);
  });
});

describe('a transport that never stands', () => {
  it('ends the call after 20 s, and says that no way was found', () => {
    const rung = ring();
    let { desk } = desks.receive(desks.emptyDesk(ALICE), BOB, rung, NOW);
    desk = desks.answer(desk, rung.call, 'video', NOW).desk;
    const late = desks.apply(desk, rung.call, { type: 'tick' }, NOW + CONNECT_TIMEOUT_MS);
    expect(late.send).toEqual([{ to: BOB, body: { type: 'hangup', call: rung.call, reason: 'no-way' } }]);
    expect(late.links).toMatchObject([{ act: { do: 'close' } }]);
  });
});
