/** Whatever happens to a cluster, in the end it is like one relay. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Address } from '../../relay/protocol.ts';
import { Client, Node, PEOPLE, SETTLING_MS, World } from './cluster-world.ts';

interface Model {
  /** The link that counts, and whom it watches. */
  links: Map<Address, { client: Client; watched: Set<Address> }>;
}

/** One thing that happens: to person `who` at node `where`. */
type Step =
  | { do: 'enter'; who: number; where: number }
  | { do: 'leave'; who: number }
  | { do: 'watch'; who: number; whom: number[] }
  | { do: 'cut'; where: number }
  | { do: 'mend'; where: number }
  | { do: 'die'; where: number }
  | { do: 'isolate'; where: number }
  | { do: 'pass'; ms: number };

const nat = (max: number) => fc.nat(max);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('enter' as const), who: nat(3), where: nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who: nat(3) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('watch' as const), who: nat(3), whom: fc.uniqueArray(nat(3)) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), where: nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('isolate' as const), where: nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mend' as const), where: nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), where: nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 25, 300, 5000) }),
  },
);

function byAddress(n: number): Address {
  return PEOPLE[n] as Address;
}

async function act(world: World, { links }: Model, next: Step): Promise<void> {
  switch (next.do) {
    case 'enter': {
      const client = new Client(world.nodes[next.where] as Node, byAddress(next.who));
      links.set(client.address, { client, watched: new Set() });
      // Two logins of one person at the same instant have no order: in life they are some milliseconds apart.
      return world.clock.advance(1);
    }
    case 'leave':
      links.get(byAddress(next.who))?.client.leave();
      links.delete(byAddress(next.who));
      return;
    case 'watch': {
      const link = links.get(byAddress(next.who));
      if (!link?.client.isOpen) return;
      link.watched = new Set(next.whom.map(byAddress).filter((other) => other !== link.client.address));
      return link.client.watch([...link.watched]);
    }
    case 'cut':
      return world.nodes[next.where]?.bus.turn('down');
    case 'isolate':
      world.network.isolated.add((world.nodes[next.where] as Node).bus);
      return;
    case 'mend':
      world.network.isolated.clear();
      return world.nodes[next.where]?.bus.turn('up');
    case 'die': {
      const dead = world.nodes[next.where] as Node;
      await dead.die();
      for (const [who, { client }] of links) if (client.node === dead) links.delete(who);
      world.nodes[next.where] = new Node(world);
      return;
    }
    case 'pass':
      return world.pass(next.ms);
    default:
      next satisfies never;
  }
}

test(
  'whatever happens, in the end everybody has one link and sees who they would see at one relay',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true })),
        async (steps, randoms) => {
          const world = new World(3, () => randoms.next().value ?? 0);
          const model: Model = { links: new Map() };
          for (const next of steps) await act(world, model, next);
          world.network.isolated.clear();
          for (const node of world.nodes) node.bus.turn('up');
          await world.pass(SETTLING_MS, 1000);
          for (const [who, { client, watched }] of model.links) {
            expect(client.isOpen, 'the newest link is still there').toBe(true);
            const mutual = [...watched].filter((other) => model.links.get(other)?.watched.has(who));
            expect([...client.sees].sort(), 'sees').toEqual(mutual.sort());
            const holders = world.nodes.filter(({ board }) => board.watchedBy(who) !== undefined);
            expect(holders, 'one node has the address').toEqual([client.node]);
          }
        },
      ),
      { numRuns: 40 },
    );
  },
);
