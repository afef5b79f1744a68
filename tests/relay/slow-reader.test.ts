import { expect, test } from 'vitest';
import type { Received } from './independent-client.ts';
import { ManualClock } from './manual-clock.ts';
import { exchangeMail, goOnline, goOnlineTogether, type Online, startRelay } from './relay-fixture.ts';

const FAST = { mailBurst: 1e6, byteBurst: 1e9, closeTimeoutSeconds: 1 };
const LARGE = Buffer.alloc(60_000);

/** Sends large mails until one is refused. @returns how many were taken, and what the sender heard of the refused. */
async function fill(from: Online, to: Online): Promise<{ taken: number; heard: Received }> {
  for (let taken = 0; taken < 1000; taken++) {
    from.link.mail(to.address, taken, LARGE);
    const [heard] = await from.link.everythingSoFar();
    if (heard) return { taken, heard };
  }
  throw new Error('sixty megabytes were taken for a reader that reads nothing');
}

test('mail for a reader that stopped is refused as full, to those it watches', async () => {
  const relay = await startRelay({ limits: FAST });
  const { alice, bob } = await goOnlineTogether(relay);
  bob.link.socket.pause();
  const { taken, heard } = await fill(alice, bob);
  expect(heard).toEqual({ kind: 'frame', frame: { type: 'undelivered', ref: taken, reason: 'full' } });

  // A stranger must not learn from it that Bob is there.
  const stranger = await goOnline(relay);
  stranger.link.mail(bob.address, 1, LARGE);
  expect(await stranger.link.frame('undelivered')).toMatchObject({ reason: 'offline' });
  // Nor does it concern anybody else.
  const carol = await goOnline(relay);
  await exchangeMail(alice, carol);

  bob.link.socket.resume();
  for (let ref = 0; ref < taken; ref++) expect(await bob.link.next()).toMatchObject({ kind: 'mail', ref });
  await exchangeMail(alice, bob, 77);
});

test('a reader that stays full for 10 seconds is closed with 4008, and one that caught up is not', async () => {
  const clock = new ManualClock();
  const relay = await startRelay({ clock, limits: { ...FAST, bytesPerSecond: 1e9, mailsPerSecond: 1e6 } });
  const { alice, bob } = await goOnlineTogether(relay);
  const carol = await goOnline(relay);
  const started: Record<'bob' | 'carol', number> = { bob: 0, carol: 0 };

  bob.link.socket.pause();
  started.bob = (await fill(alice, bob)).taken;
  carol.link.socket.pause();
  // Carol watches nobody, so only the amount can tell that hers is full as well.
  for (let ref = 0; ref < started.bob + 10; ref++) alice.link.mail(carol.address, ref, LARGE);
  await alice.link.everythingSoFar();
  carol.link.socket.resume();
  await carol.link.everythingSoFar();

  clock.advance(11_000);
  bob.link.socket.resume();
  for (let ref = 0; ref < started.bob; ref++)
    expect(await bob.link.next()).toMatchObject({ kind: 'mail', ref });
  expect(await bob.link.next()).toEqual({ kind: 'closed', code: 4008 });
  await exchangeMail(alice, carol);
});
