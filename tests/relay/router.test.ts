import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Address } from '../../relay/protocol.ts';
import { type Notice, Router } from '../../relay/router.ts';

/** The pure router does not look into addresses, so names serve. */
const PEOPLE = ['alice', 'bob', 'carol', 'dave'] as Address[];

/** A link as a client sees it: what it was told since it last said whom it watches. */
interface ModelLink {
  readonly who: Address;
  sees: Map<Address, boolean>;
}

/** What must be true, said as plainly as possible: who is linked by which link, and whom each watches. */
interface Model {
  links: Map<Address, ModelLink>;
  watched: Map<Address, Set<Address>>;
}

interface Real {
  router: Router<ModelLink>;
  /** Every link there ever was, the replaced and closed ones as well. */
  everyLink: ModelLink[];
}

function tell(notices: Notice<ModelLink>[]): void {
  for (const { to, about, online } of notices) {
    if (!online)
      expect(to.sees.get(about), `${to.who} is told that ${about} left whom they did not see`).toBe(true);
    else expect(to.sees.get(about), `${to.who} is told twice that ${about} is there`).not.toBe(true);
    to.sees.set(about, online);
  }
}

function checkEverything(model: Model, { router }: Real): void {
  expect(router.size).toBe(model.links.size);
  for (const [who, link] of model.links) {
    expect(router.find(who)?.link).toBe(link);
    const isMutual = (other: Address) =>
      other !== who &&
      model.links.has(other) &&
      model.watched.get(who)?.has(other) &&
      model.watched.get(other)?.has(who);
    const seen = PEOPLE.filter((other) => link.sees.get(other));
    expect(seen, `whom ${who} sees`).toEqual(PEOPLE.filter(isMutual));
  }
}

class Join implements fc.Command<Model, Real> {
  constructor(readonly who: Address) {}
  check = () => true;
  run(model: Model, real: Real): void {
    const link: ModelLink = { who: this.who, sees: new Map() };
    const { replaced, notices } = real.router.join(this.who, link);
    expect(replaced).toBe(model.links.get(this.who));
    real.everyLink.push(link);
    model.links.set(this.who, link);
    model.watched.set(this.who, new Set());
    tell(notices);
    checkEverything(model, real);
  }
  toString = () => `${this.who} joins`;
}

class Leave implements fc.Command<Model, Real> {
  constructor(readonly pick: number) {}
  check = () => true;
  run(model: Model, real: Real): void {
    const link = real.everyLink[this.pick % Math.max(1, real.everyLink.length)];
    if (!link) return;
    const isCurrent = model.links.get(link.who) === link;
    if (isCurrent) {
      model.links.delete(link.who);
      model.watched.delete(link.who);
    }
    const notices = real.router.leave(link.who, link);
    if (!isCurrent) expect(notices).toEqual([]);
    tell(notices);
    checkEverything(model, real);
  }
  toString = () => `link ${this.pick} leaves`;
}

class Watch implements fc.Command<Model, Real> {
  constructor(
    readonly pick: number,
    readonly addresses: Address[],
  ) {}
  check = () => true;
  run(model: Model, real: Real): void {
    const link = real.everyLink[this.pick % Math.max(1, real.everyLink.length)];
    if (!link) return;
    const isCurrent = model.links.get(link.who) === link;
    if (isCurrent) {
      model.watched.set(link.who, new Set(this.addresses));
      // What follows its own watch is the whole truth for the client that sent it.
      link.sees = new Map();
    }
    const notices = real.router.watch(link.who, link, this.addresses);
    if (!isCurrent) expect(notices).toEqual([]);
    tell(notices);
    checkEverything(model, real);
  }
  toString = () => `link ${this.pick} watches ${this.addresses.join(' and ')}`;
}

test('in every order of coming, watching and leaving, two see each other exactly while both watch', () => {
  const commands = [
    fc.constantFrom(...PEOPLE).map((who) => new Join(who)),
    fc.nat(20).map((pick) => new Leave(pick)),
    fc
      .tuple(fc.nat(20), fc.array(fc.constantFrom(...PEOPLE), { maxLength: 5 }))
      .map(([i, list]) => new Watch(i, list)),
  ];
  fc.assert(
    fc.property(fc.commands(commands, { maxCommands: 60 }), (cmds) => {
      fc.modelRun(
        () => ({
          model: { links: new Map(), watched: new Map() },
          real: { router: new Router<ModelLink>(), everyLink: [] },
        }),
        cmds,
      );
    }),
    { numRuns: 1500 },
  );
});

test('what a replaced link watched is forgotten with it', () => {
  const router = new Router<string>();
  const [alice, bob] = PEOPLE as [Address, Address];
  router.join(alice, 'older');
  router.join(bob, 'bob');
  router.watch(alice, 'older', [bob]);
  router.watch(bob, 'bob', [alice]);
  expect(router.join(alice, 'newer')).toEqual({
    replaced: 'older',
    notices: [{ to: 'bob', about: alice, online: false }],
  });
  expect(router.find(alice)?.watched.size).toBe(0);
});
