/** The nodes' protocol over a network in memory. */
import { expect, test } from 'vitest';
import { ANSWER_MS, HUSH_MS } from '../../relay/far-mail.ts';
import { LOST_MS } from '../../relay/node-roll.ts';
import { ALICE, BOB, Client, Node, SETTLING_MS, World } from './cluster-world.ts';

/** Alice and Bob at two nodes, each seen by the other. */
async function meet(world: World): Promise<{ alice: Client; bob: Client }> {
  const [one, other] = world.nodes as [Node, Node];
  const alice = new Client(one, ALICE);
  const bob = new Client(other, BOB);
  alice.watch([BOB]);
  bob.watch([ALICE]);
  await world.pass(300);
  expect([[...alice.sees], [...bob.sees]]).toEqual([[BOB], [ALICE]]);
  return { alice, bob };
}

test('mail crosses nodes with the name of its sender, and is not answered', async () => {
  const world = new World(3);
  const { alice, bob } = await meet(world);
  for (let ref = 1; ref <= 20; ref++) alice.mail(BOB, ref);
  await world.pass(ANSWER_MS + 100);
  expect(bob.mails.map((mail) => mail.readUInt32BE(32))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(bob.mails[0]?.toString('base64url', 0, 32)).toBe(ALICE);
  expect(alice.refused).toEqual([]);
});

test('a sender who sees the recipient hears at once that the recipient is full, or is gone unnoticed', async () => {
  const world = new World(2);
  const { alice, bob } = await meet(world);
  bob.isFull = true;
  alice.mail(BOB, 1);
  await world.network.settle();
  expect(alice.refused).toEqual([[1, 'full']]);
  await bob.node.die();
  alice.mail(BOB, 2);
  await world.network.settle();
  expect(alice.refused).toEqual([
    [1, 'full'],
    [2, 'offline'],
  ]);
});

test('a recipient who watches a sender they do not see yet is told nothing wrong', async () => {
  const world = new World(2);
  const [one, other] = world.nodes as [Node, Node];
  const alice = new Client(one, ALICE);
  const bob = new Client(other, BOB);
  bob.watch([ALICE]);
  await world.network.settle();
  alice.mail(BOB);
  await world.pass(ANSWER_MS);
  expect(bob.mails).toHaveLength(1);
  expect(alice.refused).toEqual([]);
});

test('a stranger hears offline after the same time, wherever the recipient is and whatever came of it', async () => {
  const told: Record<string, number> = {};
  for (const where of ['nowhere', 'here', 'elsewhere', 'full', 'away', 'hung'] as const) {
    const world = new World(2);
    const [one, other] = world.nodes as [Node, Node];
    const alice = new Client(one, ALICE);
    const bob = where === 'nowhere' ? undefined : new Client(where === 'here' ? one : other, BOB);
    if (bob) bob.isFull = where === 'full';
    await world.pass(300);
    if (where === 'away') one.bus.turn('down');
    alice.mail(BOB);
    if (where === 'hung') world.network.lose();
    expect(alice.refused).toEqual([]);
    const start = world.clock.monotonicMs();
    while (alice.refused.length === 0) await world.pass(1);
    told[where] = world.clock.monotonicMs() - start;
    expect(alice.refused).toEqual([[1, 'offline']]);
    await world.pass(ANSWER_MS + 100);
    expect(alice.refused).toHaveLength(1);
    expect(bob?.mails.length ?? 0).toBe(where === 'here' || where === 'elsewhere' ? 1 : 0);
  }
  expect(new Set(Object.values(told)).size, JSON.stringify(told)).toBe(1);
  expect(told['here']).toBeGreaterThanOrEqual(HUSH_MS);
});

test('mail whose answer never comes is told after two seconds, and at once when the bus goes away', async () => {
  const world = new World(2);
  const { alice } = await meet(world);
  alice.mail(BOB, 1);
  world.network.lose();
  await world.pass(ANSWER_MS - 100);
  expect(alice.refused).toEqual([]);
  await world.pass(200);
  expect(alice.refused).toEqual([[1, 'offline']]);
  alice.mail(BOB, 2);
  world.network.lose();
  alice.node.bus.turn('down');
  expect(alice.refused.at(-1)).toEqual([2, 'offline']);
});

test('a node that stood still reads its answers before it tells anybody that there are none', async () => {
  const world = new World(2);
  const { alice } = await meet(world);
  alice.mail(BOB);
  world.clock.freeze(60_000);
  await world.network.settle();
  expect(alice.refused).toEqual([]);
});

test('a newer link at another node replaces the older one, whose clock may be ahead', async () => {
  const world = new World(1);
  const [one, other] = [new Node(world, 5000), world.nodes[0] as Node];
  await world.pass(1000);
  const older = new Client(one, ALICE);
  await world.pass(10);
  const newer = new Client(other, ALICE);
  await world.network.settle();
  expect([older.isOpen, newer.isOpen]).toEqual([false, true]);
  const bob = new Client(one, BOB);
  bob.mail(ALICE);
  await world.network.settle();
  expect([older.mails.length, newer.mails.length]).toEqual([0, 1]);
});

test('two links of one person at the same moment leave one', async () => {
  const world = new World(3);
  const clients = world.nodes.map((node) => new Client(node, ALICE));
  await world.network.settle();
  expect(clients.filter(({ isOpen }) => isOpen)).toHaveLength(1);
});

test('a node that stops takes leave; one that dies is missed after four seconds', async () => {
  const world = new World(3);
  const { alice, bob } = await meet(world);
  await bob.node.board.cluster?.close();
  await world.network.settle();
  expect(alice.sees.size).toBe(0);
  const carol = new Client(world.nodes[2] as Node, BOB);
  carol.watch([ALICE]);
  await world.pass(300);
  expect([...alice.sees]).toEqual([BOB]);
  await carol.node.die();
  await world.pass(LOST_MS - 1500);
  expect([...alice.sees]).toEqual([BOB]);
  await world.pass(3000);
  expect([...alice.sees]).toEqual([]);
});

test('a node that itself stood still misses nobody', async () => {
  const world = new World(2);
  const { alice } = await meet(world);
  world.clock.freeze(60_000);
  expect([...alice.sees]).toEqual([BOB]);
  await world.pass(2000);
  expect([...alice.sees]).toEqual([BOB]);
});

test('who begins to watch long after the login is seen just as soon', async () => {
  const world = new World(2);
  const [one, other] = world.nodes as [Node, Node];
  const [alice, bob] = [new Client(one, ALICE), new Client(other, BOB)];
  bob.watch([ALICE]);
  await world.pass(25_000);
  alice.watch([BOB]);
  await world.pass(300);
  expect([[...alice.sees], [...bob.sees]]).toEqual([[BOB], [ALICE]]);
});

test('that an older link is gone says nothing of a newer one', async () => {
  const world = new World(3);
  const { bob } = await meet(world);
  const [one, , third] = world.nodes as [Node, Node, Node];
  one.bus.turn('down');
  const moved = new Client(third, ALICE);
  moved.watch([BOB]);
  await world.pass(300);
  one.bus.turn('up');
  await world.network.settle();
  expect([...bob.sees]).toEqual([ALICE]);
});

test('who left while the bus was away is seen to have left once it is back', async () => {
  const world = new World(2);
  const { alice, bob } = await meet(world);
  bob.node.bus.turn('down');
  bob.leave();
  await world.pass(1000);
  bob.node.bus.turn('up');
  await world.pass(100);
  expect([...alice.sees]).toEqual([]);
});

test('a link that is older in truth goes as soon as its node is back', async () => {
  const world = new World(2);
  const [one, other] = world.nodes as [Node, Node];
  const older = new Client(one, ALICE);
  await world.pass(100);
  one.bus.turn('down');
  const newer = new Client(other, ALICE);
  await world.pass(25_000);
  expect([older.isOpen, newer.isOpen]).toEqual([true, true]);
  one.bus.turn('up');
  await world.network.settle();
  expect([older.isOpen, newer.isOpen]).toEqual([false, true]);
});

test('a node that was cut off without noticing is made good as soon as it is heard again', async () => {
  const world = new World(2);
  const { alice, bob } = await meet(world);
  world.network.isolated.add(bob.node.bus);
  await world.pass(LOST_MS + 30_000);
  expect([alice.sees.size, bob.sees.size]).toEqual([0, 0]);
  world.network.isolated.clear();
  await world.pass(1500);
  expect([[...alice.sees], [...bob.sees]]).toEqual([[BOB], [ALICE]]);
});

test('who stopped watching while a message was lost is seen to have left after the next round', async () => {
  const world = new World(2);
  const { alice, bob } = await meet(world);
  world.network.isolated.add(alice.node.bus);
  alice.watch([]);
  await world.pass(1000);
  world.network.isolated.clear();
  expect([...bob.sees]).toEqual([ALICE]);
  await world.pass(SETTLING_MS, 1000);
  expect([...bob.sees]).toEqual([]);
});

test('who moved to another node while the claim was lost is seen there in the end', async () => {
  const world = new World(2);
  const [one, other] = world.nodes as [Node, Node];
  const [alice, bob] = [new Client(one, ALICE), new Client(one, BOB)];
  alice.watch([BOB]);
  bob.watch([ALICE]);
  await world.pass(25_000);
  world.network.isolated.add(other.bus);
  const moved = new Client(other, ALICE);
  moved.watch([BOB]);
  await world.pass(100);
  world.network.isolated.clear();
  await world.pass(25_000);
  expect([alice.isOpen, moved.isOpen]).toEqual([false, true]);
  expect([[...bob.sees], [...moved.sees]]).toEqual([[ALICE], [BOB]]);
});
