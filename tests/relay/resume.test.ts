import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ResumeTokens } from '../../relay/login.ts';
import { isAddress } from '../../relay/protocol.ts';
import { DialError, Person } from './independent-client.ts';
import { ManualClock } from './manual-clock.ts';
import { dial, goOnline, startRelay } from './relay-fixture.ts';

const SECRET = 'a secret of more than thirty-two characters';
const DAY_MS = 86_400_000;

async function firstWord(
  relay: Awaited<ReturnType<typeof startRelay>>,
  address: string,
  resume: string,
  host?: string,
) {
  const link = await dial(relay, host === undefined ? {} : { headers: { host } });
  link.send({ type: 'hello', address, resume });
  const event = await link.next();
  return event.kind === 'frame' ? event.frame.type : event.kind;
}

test('a resume token makes the next login one round trip', async () => {
  const relay = await startRelay();
  const { person, welcome } = await goOnline(relay);
  const again = await dial(relay);
  again.send({ type: 'hello', address: person.address, resume: welcome['resume'] });
  const second = await again.frame('welcome');
  expect(await firstWord(relay, person.address, String(second['resume']))).toBe('welcome');
});

test('a token is good for a day and not a moment longer', async () => {
  const clock = new ManualClock();
  const relay = await startRelay({ clock });
  const { person, welcome } = await goOnline(relay);
  const token = String(welcome['resume']);
  clock.freeze(DAY_MS - 1000);
  expect(await firstWord(relay, person.address, token)).toBe('welcome');
  clock.freeze(1000);
  expect(await firstWord(relay, person.address, token)).toBe('challenge');
});

test('a token of another address is ignored', async () => {
  const relay = await startRelay();
  const { welcome } = await goOnline(relay);
  expect(await firstWord(relay, new Person().address, String(welcome['resume']))).toBe('challenge');
});

test('a token given under another public name is ignored', async () => {
  const relay = await startRelay();
  const { person, welcome } = await goOnline(relay);
  const token = String(welcome['resume']);
  expect(await firstWord(relay, person.address, token, `localhost:${relay.port}`)).toBe('challenge');
  expect(await firstWord(relay, person.address, token)).toBe('welcome');
});

test('a token of a relay with another secret is ignored, one of a node with the same secret is taken', async () => {
  const publicHosts = ['relay.example'];
  const headers = { host: 'relay.example' };
  const one = await startRelay({ publicHosts, secret: SECRET });
  const same = await startRelay({ publicHosts, secret: SECRET });
  const other = await startRelay({ publicHosts });
  const alice = new Person();
  const link = await dial(one, { headers });
  link.send({ type: 'hello', address: alice.address });
  const nonce = alice.open({
    ...sealedOf(await link.frame('challenge')),
    info: 'sidecall.1 login',
    aad: 'relay.example',
  });
  link.send({ type: 'proof', nonce: nonce.toString('base64url') });
  const token = String((await link.frame('welcome'))['resume']);
  expect(await firstWord(same, alice.address, token, 'relay.example')).toBe('welcome');
  expect(await firstWord(other, alice.address, token, 'relay.example')).toBe('challenge');
});

function sealedOf(challenge: Record<string, unknown>) {
  const bytes = (field: string) => Buffer.from(String(challenge[field]), 'base64url');
  return { enc: bytes('enc'), sealed: bytes('sealed') };
}

test('a forged token is ignored, whatever is wrong with it', () => {
  const clock = new ManualClock();
  const tokens = new ResumeTokens(SECRET, 86_400, clock);
  const { address } = new Person();
  if (!isAddress(address)) throw new Error('not an address');
  const good = tokens.issue(address, 'relay.example');
  expect(tokens.accepts(good, address, 'relay.example')).toBe(true);

  const [expiry = '', mac = ''] = good.split('.');
  const forged = [
    '',
    '.',
    expiry,
    `${expiry}.`,
    `.${mac}`,
    `${Number(expiry) + 1}.${mac}`,
    `0${good}`,
    `${good}.`,
    `${good}A`,
  ];
  for (let i = 0; i < good.length; i++) {
    forged.push(good.slice(0, i) + (good[i] === 'A' ? 'B' : 'A') + good.slice(i + 1));
  }
  for (const token of forged) expect(tokens.accepts(token, address, 'relay.example'), token).toBe(false);
});

test('a token is gone on with for half its lifetime, and then there is a new one', () => {
  const clock = new ManualClock();
  const tokens = new ResumeTokens(SECRET, 86_400, clock);
  const { address } = new Person();
  if (!isAddress(address)) throw new Error('not an address');
  const first = tokens.issue(address, 'relay.example');
  clock.advance(43_000_000);
  expect(tokens.renew(first, address, 'relay.example')).toBe(first);
  clock.advance(400_000);
  const second = tokens.renew(first, address, 'relay.example');
  expect(second).not.toBe(first);
  clock.advance(43_100_000);
  expect(tokens.accepts(first, address, 'relay.example')).toBe(false);
  expect(tokens.accepts(second, address, 'relay.example')).toBe(true);
});

test('a forged token costs its bearer only the shortcut: a challenge follows and the login goes on', async () => {
  const relay = await startRelay();
  const link = await dial(relay);
  expect(await link.logIn(new Person(), 'a'.repeat(512))).toMatchObject({ type: 'welcome' });
});

/** What a client offers that has a token, as ARCHITECTURE.md says it. */
function offerOf(address: string, token: string, timeMs = Date.now()): string[] {
  const time = Math.floor(timeMs / 1000);
  const proof = createHash('sha256').update(`sidecall.1 resumed\0${token}\0${time}`).digest('base64url');
  return [
    'sidecall.1',
    'sidecall.1.resumed',
    `resume.${address}.${token.split('.')[0] ?? ''}.${time}.${proof}`,
  ];
}

test('who proves at the upgrade that they have a token is welcome with its answer, and is not asked for hello', async () => {
  const relay = await startRelay();
  const { person, address, welcome, link: older } = await goOnline(relay);
  const token = String(welcome['resume']);
  const link = await dial(relay, { protocols: offerOf(address, token) });
  expect(link.socket.protocol).toBe('sidecall.1.resumed');
  const again = await link.frame('welcome');
  expect(await older.closed()).toBe(4001);
  const bob = await goOnline(relay);
  bob.link.mail(address, 1);
  expect(await link.next()).toMatchObject({ kind: 'mail', from: bob.address });
  // The new token is as good as any, by the other way too.
  expect(await firstWord(relay, person.address, String(again['resume']))).toBe('welcome');
  const tooMuch = await dial(relay, { protocols: offerOf(address, token) });
  tooMuch.send({ type: 'hello', address });
  expect(await tooMuch.closed()).toBe(4000);
});

test('an offer that proves nothing is no offer: the link opens as ever, and hello is waited for', async () => {
  const relay = await startRelay();
  const { person, address, welcome } = await goOnline(relay);
  const token = String(welcome['resume']);
  const [plain = '', resumed = '', offer = ''] = offerOf(address, token);
  const forged = [
    offerOf(address, token, Date.now() - 62_000),
    offerOf(address, token, Date.now() + 62_000),
    offerOf(new Person().address, token),
    offerOf(address, `${Number(token.split('.')[0]) + 1}.${token.split('.')[1] ?? ''}`),
    [plain, resumed, offer.slice(0, -1) + (offer.endsWith('A') ? 'B' : 'A')],
    [plain, resumed, `${offer}.x`],
    [plain, resumed, 'resume.'],
    [plain, resumed],
    [plain, offer],
  ];
  for (const protocols of forged) {
    const link = await dial(relay, { protocols });
    expect(link.socket.protocol, protocols.join()).toBe('sidecall.1');
    expect(await link.logIn(person), protocols.join()).toMatchObject({ type: 'welcome' });
  }
});

test('an offer needs the subprotocol besides, and a token that is not over', async () => {
  const clock = new ManualClock();
  const relay = await startRelay({ clock });
  const { address, welcome } = await goOnline(relay);
  const token = String(welcome['resume']);
  const [, resumed = '', offer = ''] = offerOf(address, token, clock.wallMs());
  await expect(dial(relay, { protocols: [resumed, offer] })).rejects.toEqual(new DialError(400));
  clock.freeze(DAY_MS - 1000);
  const inTime = await dial(relay, { protocols: offerOf(address, token, clock.wallMs()) });
  expect(inTime.socket.protocol).toBe('sidecall.1.resumed');
  clock.freeze(1000);
  const late = await dial(relay, { protocols: offerOf(address, token, clock.wallMs()) });
  expect(late.socket.protocol).toBe('sidecall.1');
});
