import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { goOnline, type Online, startRelay } from './relay-fixture.ts';

const URLS = ['turn:turn.example:3478', 'turns:turn.example:5349?transport=tcp'];
const SECRET = 'the static-auth-secret';

interface IceServer {
  urls: string[];
  username: string;
  credential: string;
}

async function askForTurn({ link }: Online): Promise<IceServer[]> {
  link.send({ type: 'turn' });
  return (await link.frame('ice'))['iceServers'] as IceServer[];
}

test('credentials are those that coturn computes from its secret, good for ten minutes', async () => {
  const clock = new ManualClock();
  const relay = await startRelay({ clock, turnUrls: URLS, turnSecret: SECRET });
  const [server, ...others] = await askForTurn(await goOnline(relay));
  expect(others).toEqual([]);
  expect(server?.urls).toEqual(URLS);
  const [expiry] = server?.username.split(':') ?? [];
  expect(Number(expiry)).toBe(clock.wallMs() / 1000 + 600);
  expect(server?.credential).toBe(
    createHmac('sha1', SECRET).update(String(server?.username)).digest('base64'),
  );
});

test('the user id says nothing of the person, and is another each time', async () => {
  const relay = await startRelay({ turnUrls: URLS, turnSecret: SECRET });
  const alice = await goOnline(relay);
  const ids = [(await askForTurn(alice))[0], (await askForTurn(alice))[0]].map(
    (server) => server?.username.split(':')[1],
  );
  expect(ids[0]).not.toBe(ids[1]);
  for (const id of ids) {
    expect(id).toMatch(/^[\w-]{16}$/);
    expect(alice.address).not.toContain(id);
  }
});

test('an address has six an hour, across its links, and another address has its own', async () => {
  const clock = new ManualClock();
  const relay = await startRelay({ clock, turnUrls: URLS, turnSecret: SECRET });
  const alice = await goOnline(relay);
  for (let i = 0; i < 5; i++) expect(await askForTurn(alice)).toHaveLength(1);
  const again = await goOnline(relay, alice.person);
  expect(await askForTurn(again)).toHaveLength(1);
  expect(await askForTurn(again)).toEqual([]);
  expect(await askForTurn(await goOnline(relay))).toHaveLength(1);
});

test('an hour later there are six again, and in between one every ten minutes', async () => {
  const clock = new ManualClock();
  const relay = await startRelay({ clock, turnUrls: URLS, turnSecret: SECRET });
  let alice = await goOnline(relay);
  for (let i = 0; i < 6; i++) await askForTurn(alice);
  const later = async (ms: number) => {
    clock.freeze(ms);
    alice = await goOnline(relay, alice.person);
  };
  await later(599_000);
  expect(await askForTurn(alice)).toEqual([]);
  await later(1000);
  expect(await askForTurn(alice)).toHaveLength(1);
  expect(await askForTurn(alice)).toEqual([]);
  await later(3_600_000);
  for (let i = 0; i < 6; i++) expect(await askForTurn(alice)).toHaveLength(1);
  expect(await askForTurn(alice)).toEqual([]);
});

test('a relay without a TURN server answers with none', async () => {
  const relay = await startRelay({ stunUrls: ['stun:stun.example'] });
  expect(await askForTurn(await goOnline(relay))).toEqual([]);
});
