import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTalking } from '../../extension/core/call-state.ts';
import * as desks from '../../extension/core/desk.ts';
import { broughtBack, hold } from '../../extension/core/hold.ts';
import type { CallId, CallMail } from '../../relay/mail.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';
import { ALICE, BOB, newId } from './two-people.ts';

const CAROL = toBase64url(new Uint8Array(32).fill(77)) as Address;
const DAVE = toBase64url(new Uint8Array(32).fill(78)) as Address;
const OTHERS = [BOB, CAROL, DAVE];
const NOW = 1_000_000;

/** Alice and her desk. */
class Alice {
  desk = desks.emptyDesk(ALICE);
  sent: string[] = [];

  rungBy(peer: Address): CallId {
    const call = newId();
    this.take(desks.receive(this.desk, peer, { type: 'ring', call, kind: 'video' }, NOW));
    return call;
  }

  dials(peer: Address): CallId {
    const id = newId();
    this.take(desks.dial(this.desk, peer, id, 'video', NOW));
    return id;
  }

  answers(id: CallId, others: 'hold' | 'hang-up' = 'hold'): void {
    this.take(desks.answer(this.desk, id, 'video', NOW, others));
  }

  swapsTo(id: CallId): void {
    this.take(desks.takeUp(this.desk, id, NOW));
  }

  holds(id: CallId): void {
    this.desk = hold(this.desk, id);
  }

  hears(peer: Address, body: CallMail): void {
    this.take(desks.receive(this.desk, peer, body, NOW));
  }

  turnsAway(id: CallId): void {
    this.take(desks.apply(this.desk, id, { type: 'turn-away' }, NOW));
  }

  ends(id: CallId): void {
    this.take(desks.apply(this.desk, id, { type: 'hang-up' }, NOW));
  }

  /** Name, state and hold of each living call, the one in front first. */
  get calls(): string[] {
    return this.desk.calls
      .filter(desks.isLive)
      .map(({ peer, state, isHeld }) => `${nameOf(peer)} ${state.phase}${isHeld ? ', held' : ''}`);
  }

  private take({ desk, send }: desks.Outcome): void {
    this.desk = desk;
    this.sent.push(...send.map(({ to, body }) => `${body.type} to ${nameOf(to)}`));
  }
}

const nameOf = (peer: Address): string => ({ [BOB]: 'Bob', [CAROL]: 'Carol', [DAVE]: 'Dave' })[peer] ?? '?';

/** Alice in a call with Bob. */
function talking(): { alice: Alice; bob: CallId } {
  const alice = new Alice();
  const bob = alice.rungBy(BOB);
  alice.answers(bob);
  alice.sent = [];
  return { alice, bob };
}

/** Alice in a call with Carol, Bob on hold. */
function withTwo(): { alice: Alice; bob: CallId; carol: CallId } {
  const { alice, bob } = talking();
  const carol = alice.rungBy(CAROL);
  alice.answers(carol);
  alice.sent = [];
  return { alice, bob, carol };
}

describe('a second call', () => {
  it('is answered with the first on hold, and nobody is hung up on', () => {
    const { alice } = withTwo();
    expect(alice.calls).toEqual(['Carol connecting', 'Bob connecting, held']);
    expect(alice.sent).toEqual([]);
  });

  it('is answered with the first hung up on, where that is wanted', () => {
    const { alice } = talking();
    const carol = alice.rungBy(CAROL);
    alice.answers(carol, 'hang-up');
    expect(alice.calls).toEqual(['Carol connecting']);
    expect(alice.sent).toEqual(['hangup to Bob', 'accept to Carol']);
  });

  it('that is turned away leaves the first as it was', () => {
    const { alice } = talking();
    const carol = alice.rungBy(CAROL);
    alice.turnsAway(carol);
    expect(alice.calls).toEqual(['Bob connecting']);
  });

  it('answered while one’s own ring goes on ends that ring: it can’t wait', () => {
    const alice = new Alice();
    alice.dials(BOB);
    const carol = alice.rungBy(CAROL);
    alice.answers(carol);
    expect(alice.calls).toEqual(['Carol connecting']);
    expect(alice.sent).toEqual(['ring to Bob', 'cancel to Bob', 'accept to Carol']);
  });

  it('of two that ring, answered first, leaves the other ringing', () => {
    const alice = new Alice();
    alice.rungBy(BOB);
    const carol = alice.rungBy(CAROL);
    alice.answers(carol);
    expect(alice.calls).toEqual(['Carol connecting', 'Bob incoming']);
  });

  it('makes a third busy at once, whoever is on hold', () => {
    const { alice } = withTwo();
    alice.rungBy(DAVE);
    expect(alice.sent).toEqual(['busy to Dave']);
    alice.dials(DAVE);
    expect(alice.sent).toEqual(['busy to Dave']);
  });
});

describe('somebody on hold', () => {
  it('changes places with the call in front, as often as one likes', () => {
    const { alice, bob, carol } = withTwo();
    alice.swapsTo(bob);
    expect(alice.calls).toEqual(['Bob connecting', 'Carol connecting, held']);
    alice.swapsTo(carol);
    expect(alice.calls).toEqual(['Carol connecting', 'Bob connecting, held']);
  });

  it('is taken up when the call in front ends, whoever ends it', () => {
    const mine = withTwo();
    mine.alice.ends(mine.carol);
    expect(mine.alice.calls).toEqual(['Bob connecting']);
    const theirs = withTwo();
    theirs.alice.hears(CAROL, { type: 'hangup', call: theirs.carol });
    expect(theirs.alice.calls).toEqual(['Bob connecting']);
  });

  it('is told apart from whoever ended when they come back, so that the muted stay muted', () => {
    const { alice, bob, carol } = withTwo();
    const before = alice.desk;
    alice.hears(CAROL, { type: 'hangup', call: carol });
    expect(broughtBack(before, alice.desk)).toMatchObject({ back: { id: bob }, ended: { id: carol } });
    const swapped = withTwo();
    const earlier = swapped.alice.desk;
    swapped.alice.swapsTo(swapped.bob);
    expect(broughtBack(earlier, swapped.alice.desk)).toBeNull();
  });

  it('may leave without a change in front', () => {
    const { alice, bob } = withTwo();
    alice.hears(BOB, { type: 'hangup', call: bob });
    expect(alice.calls).toEqual(['Carol connecting']);
  });

  it('by hand stays so while somebody else only rings', () => {
    const { alice, bob } = talking();
    alice.holds(bob);
    const carol = alice.rungBy(CAROL);
    alice.hears(CAROL, { type: 'cancel', call: carol });
    expect(alice.calls).toEqual(['Bob connecting, held']);
    alice.swapsTo(bob);
    expect(alice.calls).toEqual(['Bob connecting']);
  });

  it('is there before somebody else is rung, and again when they don’t answer', () => {
    const { alice } = talking();
    const carol = alice.dials(CAROL);
    expect(alice.calls).toEqual(['Carol calling', 'Bob connecting, held']);
    alice.hears(CAROL, { type: 'busy', call: carol });
    expect(alice.calls).toEqual(['Bob connecting']);
  });

  it('is taken up when they are dialled', () => {
    const { alice } = withTwo();
    alice.dials(BOB);
    expect(alice.calls).toEqual(['Bob connecting', 'Carol connecting, held']);
  });

  it('is never somebody who only rings or is rung', () => {
    const alice = new Alice();
    const bob = alice.dials(BOB);
    const carol = alice.rungBy(CAROL);
    alice.holds(bob);
    alice.holds(carol);
    alice.swapsTo(carol);
    expect(alice.calls).toEqual(['Bob calling', 'Carol incoming']);
  });
});

describe('whatever happens', () => {
  const peer = fc.constantFrom(...OTHERS);
  const command = fc.record({
    does: fc.constantFrom(
      'rungBy',
      'dials',
      'answers',
      'answersAlone',
      'swapsTo',
      'holds',
      'ends',
      'hangup',
      'accept',
    ),
    peer,
  });

  it('at most two calls live, one has this person’s attention, and it is in front', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const alice = new Alice();
        for (const { does, peer: who } of commands) {
          const before = alice.desk.calls.find((call) => call.peer === who && desks.isLive(call));
          if (does === 'rungBy') alice.rungBy(who);
          else if (does === 'dials') alice.dials(who);
          else if (!before) continue;
          else if (does === 'answers') alice.answers(before.id);
          else if (does === 'answersAlone') alice.answers(before.id, 'hang-up');
          else if (does === 'swapsTo') alice.swapsTo(before.id);
          else if (does === 'holds') alice.holds(before.id);
          else if (does === 'ends') alice.ends(before.id);
          else alice.hears(who, { type: does as 'hangup' | 'accept', call: before.id });

          const live = alice.desk.calls.filter(desks.isLive);
          const engaged = live.filter(({ state }) => state.phase !== 'incoming');
          const attended = engaged.filter(({ isHeld }) => !isHeld);
          expect(live.length).toBeLessThanOrEqual(desks.MAX_CALLS);
          expect(attended.length).toBeLessThanOrEqual(1);
          if (attended[0]) expect(engaged[0]).toBe(attended[0]);
          for (const call of live.filter(({ isHeld }) => isHeld)) expect(isTalking(call.state)).toBe(true);
          // Nobody is left waiting by an ending: only a hand puts the last one on hold.
          if (before && !before.isHeld && before.state.phase !== 'incoming' && does !== 'holds')
            if (!live.some(({ id }) => id === before.id) && engaged.length > 0)
              expect(attended.length).toBe(1);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
