import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Person } from './independent-client.ts';
import { dial, exchangeMail, goOnline, goOnlineTogether, startRelay } from './relay-fixture.ts';

test('a mail arrives byte for byte, and says who really sent it', async () => {
  const relay = await startRelay();
  const { alice, bob } = await goOnlineTogether(relay);
  const sealed = randomBytes(3000);
  alice.link.mail(bob.address, 0xdead_beef, sealed);
  expect(await bob.link.next()).toEqual({ kind: 'mail', from: alice.address, ref: 0xdead_beef, sealed });
  expect(await alice.link.everythingSoFar()).toEqual([]);
});

test('mails of one link arrive in the order in which they were sent, also those read at once', async () => {
  const relay = await startRelay();
  const { alice, bob } = await goOnlineTogether(relay);
  for (let ref = 0; ref < 200; ref++) alice.link.mail(bob.address, ref, Buffer.from(`mail ${ref}`));
  for (let ref = 0; ref < 200; ref++) {
    const sealed = Buffer.from(`mail ${ref}`);
    expect(await bob.link.next()).toEqual({ kind: 'mail', from: alice.address, ref, sealed });
  }
});

test('a mail to somebody who is not there is undelivered, with its reference', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  const absent = new Person().address;
  alice.link.send({ type: 'watch', addresses: [absent] });
  for (const ref of [0, 1, 0x8000_0000, 0xffff_ffff]) {
    alice.link.mail(absent, ref);
    expect(await alice.link.frame('undelivered')).toEqual({ type: 'undelivered', ref, reason: 'offline' });
  }
});

test('a mail to an address that is no usable key is undelivered as well', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  alice.link.mail(Buffer.alloc(32).toString('base64url'), 1);
  expect(await alice.link.frame('undelivered')).toMatchObject({ reason: 'offline' });
});

test('a stranger hears the same of somebody online, somebody offline and somebody who watches others', async () => {
  const relay = await startRelay();
  const { bob } = await goOnlineTogether(relay);
  const carol = await goOnline(relay);
  const stranger = await goOnline(relay);
  const people = [bob.address, carol.address, new Person().address];
  stranger.link.send({ type: 'watch', addresses: people });
  people.forEach((address, ref) => stranger.link.mail(address, ref));
  for (const ref of people.keys()) {
    expect(await stranger.link.next()).toEqual({
      kind: 'frame',
      frame: { type: 'undelivered', ref, reason: 'offline' },
    });
  }
  // Yet it was delivered: this is how a new contact knocks.
  expect(await bob.link.next()).toMatchObject({ kind: 'mail', from: stranger.address, ref: 0 });
  expect(await carol.link.next()).toMatchObject({ kind: 'mail', from: stranger.address, ref: 1 });
});

test('somebody who was just removed hears what a stranger hears', async () => {
  const relay = await startRelay();
  const { alice, bob } = await goOnlineTogether(relay);
  bob.link.send({ type: 'watch', addresses: [] });
  expect(await alice.link.frame('presence')).toMatchObject({ online: false });
  alice.link.mail(bob.address, 5);
  expect(await alice.link.frame('undelivered')).toEqual({ type: 'undelivered', ref: 5, reason: 'offline' });
  expect(await bob.link.next()).toMatchObject({ kind: 'mail', ref: 5 });
});

test('a mail to oneself comes back', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  await exchangeMail(alice, alice);
});

test('a newer link of the same address replaces the older one, which is closed with 4001', async () => {
  const relay = await startRelay();
  const { alice, bob } = await goOnlineTogether(relay);
  const newer = await goOnline(relay, bob.person);
  expect(await bob.link.frame('error')).toMatchObject({ code: 'replaced' });
  expect(await bob.link.next()).toEqual({ kind: 'closed', code: 4001 });
  await exchangeMail(alice, newer);
});

test('the end of a replaced link does not take the newer one off line', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  const older = await goOnline(relay);
  const newer = await goOnline(relay, older.person);
  expect(await older.link.closed()).toBe(4001);
  older.link.socket.terminate();
  await exchangeMail(alice, newer);
});

test('only a login replaces a link: who merely claims its address does not', async () => {
  const relay = await startRelay();
  const alice = await goOnline(relay);
  const bob = await goOnline(relay);
  const claiming = await dial(relay);
  claiming.send({ type: 'hello', address: bob.address });
  await claiming.frame('challenge');
  await exchangeMail(alice, bob);
});
