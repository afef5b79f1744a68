import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOST_TIMEOUT_MS } from '../../extension/core/call-state.ts';
import * as links from '../../extension/core/link-book.ts';
import { ATTEMPT_MS, FRESH_MS, REPEAT_MS, SILENT_MS, SUSPECT_MS } from '../../extension/core/recovery.ts';
import { World } from './two-people.ts';

/** Alice and Bob, who talk. */
function talking(): World {
  const world = new World();
  world.alice.dial();
  world.flow();
  world.bob.answer();
  world.flow();
  expect(phases(world)).toEqual(['active', 'active']);
  return world;
}

const phases = (world: World): string[] =>
  world.people.map(({ desk }) => desk.calls[0]?.state.phase ?? 'none');
const newest = (world: World): number[] => world.people.map(({ desk }) => desk.calls[0]?.book.n ?? 0);

/** Time goes on and mail arrives as it is sent. */
function pass(world: World, ms: number): void {
  for (let left = ms; left > 0; left -= 100) {
    world.advance(Math.min(100, left));
    world.flow();
  }
}

describe('two people who talk', () => {
  it('are joined soon after the answer to the offer was lost, as with a worker that was stopped while it rang', () => {
    const world = new World();
    world.alice.dial();
    const isAnswer = () =>
      world.flying.findIndex(({ body }) => body.type === 'signal' && body.answer !== undefined);
    while (isAnswer() < 0) world.deliver(0);
    world.drop(isAnswer());
    world.flow();
    world.bob.answer();
    world.flow();
    expect(world.alice.live[0]?.book.standing).toBeNull();
    pass(world, REPEAT_MS + 100);
    expect(phases(world)).toEqual(['active', 'active']);
    expect(newest(world)).toEqual([1, 1]);
  });

  it('make one fresh link when both lose theirs, not one for each reason', () => {
    const world = talking();
    pass(world, 10_000);
    for (const person of world.people) person.breakLink();
    world.advance(1000);
    expect(newest(world)).toEqual([2, 1]);
  });

  it('go on without a word to anybody after a cut that was shorter than the patience of a link', () => {
    const world = talking();
    world.setPath(false);
    world.setRelay(false);
    pass(world, 3000);
    expect(phases(world)).toEqual(['reconnecting', 'reconnecting']);
    world.setPath(true);
    pass(world, 100);
    pass(world, SUSPECT_MS);
    expect(phases(world)).toEqual(['active', 'active']);
    // The fresh link that could not be spoken of was dropped, and the callee never heard of it.
    expect(world.alice.live[0]?.book.standing).toBe(1);
    expect(links.isMaking(world.alice.live[0]?.book ?? links.emptyBook('caller'))).toBe(false);
  });

  it.each(['alice', 'bob'] as const)(
    'get a fresh link within two seconds when %s is in another network',
    (who) => {
      const world = talking();
      world[who].move();
      pass(world, 2000);
      expect(phases(world)).toEqual(['active', 'active']);
      expect(world.people.map(({ live }) => live[0]?.book.standing)).toEqual([2, 2]);
    },
  );

  it('say at the login what could not leave before, though nothing has fallen silent yet', () => {
    const world = talking();
    pass(world, 1000);
    world.setRelay(false);
    world.alice.move();
    pass(world, 200);
    expect(newest(world)).toEqual([2, 1]);
    world.setRelay(true);
    pass(world, 100);
    expect(world.people.map(({ live }) => live[0]?.book.standing)).toEqual([2, 2]);
  });

  it('make another link soon where one that both know leads nowhere, and then less often', () => {
    const world = talking();
    world.setPath(false);
    const made: number[] = [];
    for (let at = 0; at < 30_000; at += 100) {
      pass(world, 100);
      if (newest(world)[0] !== made.length + 1) made.push(at);
    }
    const waits = made.slice(1).map((at, i) => at - (made[i] ?? 0));
    expect(waits[0]).toBeLessThanOrEqual(FRESH_MS[0] + 300);
    expect(waits.slice(3).every((wait) => wait >= ATTEMPT_MS - 300)).toBe(true);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  });

  it('notice a silence of their own accord, even if only the mail passes, and look until there is a path', () => {
    const world = talking();
    world.setPath(false);
    pass(world, SILENT_MS + 100);
    expect(phases(world)).toEqual(['reconnecting', 'reconnecting']);
    pass(world, 40_000);
    world.setPath(true);
    pass(world, 100);
    expect(phases(world)).toEqual(['active', 'active']);
    expect(new Set(newest(world)).size).toBe(1);
  });

  it('find each other within a second once mail passes after 30 s without anything', () => {
    const world = talking();
    world.setPath(false);
    world.setRelay(false);
    world.bob.move();
    pass(world, 30_000);
    world.setPath(true);
    world.setRelay(true);
    pass(world, 1000);
    expect(phases(world)).toEqual(['active', 'active']);
  });

  it('have lost each other after a minute, both', () => {
    const world = talking();
    world.setPath(false);
    world.setRelay(false);
    pass(world, LOST_TIMEOUT_MS + SILENT_MS - 200);
    expect(phases(world)).toEqual(['reconnecting', 'reconnecting']);
    pass(world, 400);
    expect(phases(world)).toEqual(['ended', 'ended']);
    expect(world.people.map(({ desk }) => desk.calls[0]?.state)).toMatchObject([
      { reason: 'lost' },
      { reason: 'lost' },
    ]);
  });

  it.each(['alice', 'bob'] as const)(
    'are both in the call again when the browser of %s died and goes back',
    (who) => {
      for (const moves of [0, 1, 4]) {
        const world = talking();
        for (let move = 0; move < moves; move++) {
          world.alice.move();
          pass(world, 3000);
        }
        world[who].crash();
        pass(world, 10_000);
        const other = who === 'alice' ? world.bob : world.alice;
        expect(other.live[0]?.state.phase).toBe('reconnecting');
        world[who].goBack();
        pass(world, 3000);
        expect(phases(world)).toEqual(['active', 'active']);
        expect(new Set(world.people.map(({ live }) => live[0]?.book.standing)).size).toBe(1);
      }
    },
  );

  it('come to the same link after whatever befalls path, mail and networks, with two connections each at most', () => {
    const who = fc.constantFrom('alice' as const, 'bob' as const);
    const event = fc.oneof(
      fc.record({ do: fc.constantFrom('move', 'breakLink', 'login'), who }),
      fc.record({ do: fc.constantFrom('path', 'relay'), isOpen: fc.boolean() }),
      fc.record({ do: fc.constantFrom('drop', 'copy'), index: fc.nat(4) }),
      fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(50, 400, 1300, 3000, 9000) }),
      fc.record({ do: fc.constant('deliver'), index: fc.nat(4) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const world = talking();
        for (const each of events) {
          if ('who' in each) world[each.who][each.do as 'move']();
          else if ('isOpen' in each) world[each.do === 'path' ? 'setPath' : 'setRelay'](each.isOpen);
          else if ('ms' in each) world.advance(each.ms);
          else if (each.do === 'drop') world.drop(each.index);
          else world.deliver(each.index, each.do === 'copy');
        }
        world.heal();
        const [alice, bob] = world.people.map(({ live }) => live[0]);
        expect(alice?.state.phase).toBe(bob?.state.phase);
        expect(alice?.book.standing).toBe(bob?.book.standing);
        if (alice) expect(alice.state.phase).toBe('active');
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the links of a call', () => {
  const signal = (link: number, rest: Partial<links.Signal> = {}): links.Signal => ({
    type: 'signal',
    call: 'c' as links.Signal['call'],
    link,
    ...rest,
  });
  const standing = links.stood(links.renew(links.emptyBook('caller')).book, 1).book;

  it('are made beside the one that stands, which is closed when the fresh one takes over', () => {
    const renewed = links.renew(standing);
    expect(renewed.acts).toEqual([{ do: 'open', n: 2, role: 'caller' }]);
    expect(links.stood(renewed.book, 2).acts).toEqual([{ do: 'close', n: 1 }]);
    expect(links.renew(renewed.book).acts.map((act) => `${act.do} ${act.n}`)).toEqual(['close 2', 'open 3']);
  });

  it('are dropped when the one that stands is heard again, unless the other side may stand on them already', () => {
    const renewed = links.renew(standing).book;
    expect(links.recovered(renewed).acts).toEqual([{ do: 'close', n: 2 }]);
    const answered = links.receive(renewed, signal(2, { answer: 'a' }), true, 0).book;
    expect(links.recovered(answered).acts).toEqual([]);
  });

  it('are said again to a callee who does not know the newest, and made above all that it knows', () => {
    const renewed = links.renew(standing).book;
    expect(links.receive(renewed, signal(1, { want: true }), true, 0).acts).toEqual([{ do: 'repeat', n: 2 }]);
    const back = links.receive(
      links.renew(links.emptyBook('caller')).book,
      signal(7, { want: true }),
      true,
      0,
    );
    expect(back.book.n).toBe(8);
  });

  it('are not made faster than a flood of questions asks for them', () => {
    let { book } = links.renew(links.emptyBook('caller'));
    for (let at = 0; at < 1000; at++)
      book = links.receive(book, signal(book.n, { want: true }), true, 10_000 + at).book;
    expect(book.n).toBeLessThanOrEqual(6);
  });
});
