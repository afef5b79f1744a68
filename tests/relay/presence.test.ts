import { expect, test } from 'vitest';
import type { Received } from './independent-client.ts';
import { goOnline, goOnlineTogether, type Online, startRelay } from './relay-fixture.ts';

function shows(who: Online, online: boolean): Received {
  return { kind: 'frame', frame: { type: 'presence', address: who.address, online } };
}

test('who watches somebody that does not watch back sees nothing', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  const bob = await goOnline(relay);
  alice.link.send({ type: 'watch', addresses: [bob.address] });
  expect(await alice.link.everythingSoFar()).toEqual([]);
  expect(await bob.link.everythingSoFar()).toEqual([]);
});

test('once both watch, both see each other, and nobody else does', async () => {
  const relay = await startRelay();
  const [alice, bob, carol] = [await goOnline(relay), await goOnline(relay), await goOnline(relay)];
  carol.link.send({ type: 'watch', addresses: [alice.address, bob.address] });
  await carol.link.everythingSoFar();
  alice.link.send({ type: 'watch', addresses: [bob.address] });
  await alice.link.everythingSoFar();
  bob.link.send({ type: 'watch', addresses: [alice.address] });
  expect(await bob.link.everythingSoFar()).toEqual([shows(alice, true)]);
  expect(await alice.link.everythingSoFar()).toEqual([shows(bob, true)]);
  expect(await carol.link.everythingSoFar()).toEqual([]);
});

test('watching again shows everybody mutual again, to the watcher alone', async () => {
  const relay = await startRelay();
  const { alice, bob } = await goOnlineTogether(relay);
  alice.link.send({ type: 'watch', addresses: [bob.address, alice.address] });
  expect(await alice.link.everythingSoFar()).toEqual([shows(bob, true)]);
  expect(await bob.link.everythingSoFar()).toEqual([]);
});

test('who stops watching somebody goes off line for them', async () => {
  const relay = await startRelay();
  const { alice, bob } = await goOnlineTogether(relay);
  alice.link.send({ type: 'watch', addresses: [] });
  expect(await bob.link.next()).toEqual(shows(alice, false));
  expect(await alice.link.everythingSoFar()).toEqual([]);
});

test('who leaves goes off line for those they see, whether they close or just vanish', async () => {
  const relay = await startRelay();
  for (const leave of ['close', 'terminate'] as const) {
    const { alice, bob } = await goOnlineTogether(relay);
    alice.link.socket[leave]();
    expect(await bob.link.next(), leave).toEqual(shows(alice, false));
  }
});

test('who comes back is seen again only once they watch again', async () => {
  const relay = await startRelay();
  const { alice, bob } = await goOnlineTogether(relay);
  const again = await goOnline(relay, alice.person);
  expect(await bob.link.next()).toEqual(shows(alice, false));
  expect(await bob.link.everythingSoFar()).toEqual([]);
  again.link.send({ type: 'watch', addresses: [bob.address] });
  expect(await again.link.next()).toEqual(shows(bob, true));
  expect(await bob.link.next()).toEqual(shows(alice, true));
});

test('five hundred may be watched at once', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  const bob = await goOnline(relay);
  bob.link.send({ type: 'watch', addresses: [alice.address] });
  await bob.link.everythingSoFar();
  const others = Array.from({ length: 499 }, (_, i) =>
    Buffer.alloc(32, i + 1)
      .fill(i >> 8, 0, 1)
      .toString('base64url'),
  );
  alice.link.send({ type: 'watch', addresses: [...others, bob.address] });
  expect(await alice.link.everythingSoFar()).toEqual([shows(bob, true)]);
});
