import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { World } from './two-people.ts';

type Who = 'alice' | 'bob';
type Command =
  | { do: 'dial' | 'answer' | 'decline' | 'hangUp' | 'breakLink' | 'login' | 'hold' | 'takeUp'; who: Who }
  | { do: 'deliver' | 'copy' | 'drop'; index: number }
  | { do: 'hear' }
  | { do: 'wait'; ms: number };

const who = fc.constantFrom<Who>('alice', 'bob');
const index = fc.nat(6);
const act = fc.record({
  do: fc.constantFrom('dial', 'answer', 'decline', 'hangUp', 'breakLink', 'login', 'hold', 'takeUp'),
  who,
});
const deliver = fc.record({ do: fc.constant('deliver' as const), index });
const disturb = fc.record({ do: fc.constantFrom('copy', 'drop'), index });
const wait = fc.record({
  do: fc.constant('wait' as const),
  ms: fc.constantFrom(10, 900, 3000, 11_000, 46_000),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: act },
  { weight: 8, arbitrary: deliver },
  { weight: 2, arbitrary: disturb },
  { weight: 2, arbitrary: fc.constant({ do: 'hear' as const }) },
  { weight: 2, arbitrary: wait },
);

function run(world: World, each: Command): void {
  switch (each.do) {
    case 'deliver':
      return world.deliver(each.index % Math.max(1, world.flying.length));
    case 'copy':
      return world.deliver(each.index % Math.max(1, world.flying.length), true);
    case 'drop':
      return world.drop(each.index % Math.max(1, world.flying.length));
    case 'hear':
      return world.hear();
    case 'wait':
      return world.advance(each.ms);
    default:
      return world[each.who][each.do]();
  }
}

/** What both sides think of their calls, in a form that must be equal. */
const view = (calls: World['alice']['live']) => calls.map(({ id, state }) => `${id} ${state.phase}`).sort();

describe('two people joined by a network that loses, reorders and doubles mail', () => {
  it('never disagree about a call once messages flow again', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const world = new World();
        for (const each of commands) {
          run(world, each);
          for (const person of world.people) {
            expect(person.live.length).toBeLessThanOrEqual(1);
            expect(new Set(person.rung).size).toBe(person.rung.length);
          }
        }
        world.heal();
        expect(view(world.alice.live)).toEqual(view(world.bob.live));
        for (const { state } of world.alice.live) expect(state.phase).toBe('active');
        for (const [one, other] of [world.people, world.people.toReversed()] as const)
          for (const { id, isHeld } of one.live) expect(other.waits.has(id)).toBe(isHeld);
      }),
      { numRuns: 3000 },
    );
  });

  it('have nothing left to say after everything has arrived', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const world = new World();
        for (const each of commands) run(world, each);
        world.heal();
        expect(world.alice.outbox).toEqual([]);
        expect(world.bob.outbox).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('come to one call when both ring at once, in whatever order their mail arrives', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(index, { maxLength: 30 }), (aliceFirst, order) => {
        const world = new World();
        const [first, second] = aliceFirst ? [world.alice, world.bob] : [world.bob, world.alice];
        first.dial();
        second.dial();
        for (const each of order) world.deliver(each % Math.max(1, world.flying.length));
        world.heal();
        expect(view(world.alice.live)).toEqual(view(world.bob.live));
        expect(world.alice.live.map(({ state }) => state.phase)).toEqual(['active']);
        expect([...world.alice.rung, ...world.bob.rung]).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('come to one call when both ring at once and half of the first words are lost', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (kept) => {
        const world = new World();
        world.alice.dial();
        world.bob.dial();
        for (const keep of kept)
          if (keep) world.deliver(0);
          else world.drop(0);
        world.heal();
        expect(view(world.alice.live)).toEqual(view(world.bob.live));
      }),
      { numRuns: 1000 },
    );
  });

  it('rings, answers and talks over a good network within one exchange', () => {
    const world = new World();
    world.alice.dial();
    world.flow();
    expect(world.alice.live[0]?.state).toMatchObject({ phase: 'ringing', linked: true });
    expect(world.bob.live[0]?.state).toMatchObject({ phase: 'incoming', linked: true });
    world.bob.answer();
    expect(world.bob.live[0]?.state.phase).toBe('active');
    world.flow();
    expect(world.alice.live[0]?.state.phase).toBe('active');
  });

  it('survives a lost transport with a fresh one of the next number', () => {
    const world = new World();
    world.alice.dial();
    world.flow();
    world.bob.answer();
    world.flow();
    world.bob.breakLink();
    expect(world.bob.live[0]?.state.phase).toBe('reconnecting');
    world.flow();
    expect(world.alice.live[0]?.book.n).toBe(2);
    expect(world.bob.live[0]?.state.phase).toBe('active');
  });

  it('know who is on hold, also when the link broke before the word arrived', () => {
    const world = new World();
    world.alice.dial();
    world.flow();
    world.bob.answer();
    world.flow();
    const [call] = world.alice.live;
    if (!call) throw new Error('no call came about');
    world.alice.hold();
    world.bob.breakLink();
    world.hear();
    expect(world.bob.waits.has(call.id)).toBe(false);
    world.flow();
    expect(world.bob.waits.has(call.id)).toBe(true);
    world.alice.takeUp();
    world.flow();
    expect(world.bob.waits.has(call.id)).toBe(false);
  });

  it('answers who still rings for an ended call with its ending, and does not ring', () => {
    const world = new World();
    world.alice.dial();
    const ring = world.flying[0];
    world.flow();
    world.bob.decline();
    world.flow();
    if (!ring) throw new Error('no ring flew');
    world.bob.take({ ...ring, seq: ring.seq + 10_000 });
    expect(world.bob.rung).toHaveLength(1);
    expect(world.flying.map(({ body }) => body.type)).toEqual(['decline', 'got']);
  });

  it('rings once for a ring that comes twice, and not at all for one that comes after its cancel', () => {
    const world = new World();
    world.alice.dial();
    world.advance(1000);
    world.flow();
    expect(world.bob.rung).toHaveLength(1);

    const other = new World();
    other.alice.dial();
    other.alice.hangUp();
    other.deliver(other.flying.findIndex(({ body }) => body.type === 'cancel'));
    other.flow();
    expect(other.bob.rung).toEqual([]);
  });

  it('ends a ring as missed when no authentic word follows within ten seconds: nobody is there who rings', () => {
    const world = new World();
    world.alice.dial();
    world.deliver(0);
    world.flying = [];
    world.alice.outbox = [];
    world.advance(10_000);
    expect(world.bob.desk.calls[0]?.state).toMatchObject({ phase: 'ended', reason: 'missed' });
  });
});
