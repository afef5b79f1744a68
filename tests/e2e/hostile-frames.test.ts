/** Control frames of a hostile relay: garbage, inventions, and lies about presence, delivery, clocks and servers. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Address, CLOSE, MAX_FRAME_BYTES, mailFrame, toBase64url } from '../../relay/protocol.ts';
import { hearOther, idle, ring, seeOther, talk, tidyUp } from './call.ts';
import { addressOf, ask, type Cast, gather, popupWith } from './cast.ts';
import {
  createHostileRelay,
  type Data,
  frameType,
  type HostileRelay,
  type Line,
  welcome,
} from './harness/hostile-relay.ts';
import { click, read, see } from './ui.ts';

let relay: HostileRelay;
let cast: Cast;
let alice: Address;
let bob: Address;
beforeAll(async () => {
  relay = await createHostileRelay();
  cast = await gather({ relay, quickly: true });
  [alice, bob] = await Promise.all([addressOf(cast.alice), addressOf(cast.bob)]);
});
afterEach(async () => {
  relay.behave();
  await Promise.all([cast.alice, cast.bob].map(tidyUp));
  await ask(cast.bob, 'history.clear');
});
afterAll(async () => {
  await cast.close();
});

const bytes = (length: number): Buffer => Buffer.alloc(length, 7);
const stranger = (n: number): Address => toBase64url(new Uint8Array(32).fill(n)) as Address;
const mailOf = (from: Address, length: number): Buffer =>
  Buffer.from(mailFrame({ party: Buffer.from(from, 'base64url'), ref: 1, sealed: bytes(length) }));
const text = 'x'.repeat(1 << 20);
const undelivered = (ref: number) => ({ type: 'undelivered', ref, reason: 'offline' });

const lyingServers = [
  { urls: ['http://127.0.0.1/'] },
  { urls: ['javascript:alert(1)'] },
  { urls: [`stun:${text}`] },
  { urls: ['turn:turn.example'] },
  { urls: ['turn:turn.example'], username: text, credential: text },
  { urls: 'stun:stun.example' },
  { urls: [] },
  null,
];

/** Something of every type, and of none. Nothing of it is true. */
const garbage: (Data | object)[] = [
  ...[
    '',
    '{',
    'null',
    '[]',
    '1',
    '"ping"',
    '{"type":"ping"',
    '\u0000',
    text,
    `{"type":"error","message":"${text}"}`,
  ],
  ...[null, 1, 'toString', '__proto__', 'unknown', 'mail'].map((type) => ({ type })),
  // Every type without what belongs to it, those of clients too.
  ...['challenge', 'welcome', 'presence', 'ice', 'undelivered', 'error', 'hello', 'proof', 'watch'].map(
    (type) => ({ type }),
  ),
  { type: 'challenge', enc: 'no', sealed: 7 },
  { type: 'welcome', now: -1, resume: text, iceServers: {}, pingSeconds: 0 },
  { type: 'welcome', now: '0', resume: 'x', iceServers: [], pingSeconds: 20 },
  { type: 'presence', address: 'bob', online: 'yes' },
  { type: 'ice', iceServers: lyingServers },
  { type: 'ice', iceServers: Array.from({ length: 1000 }, () => ({ urls: ['stun:127.0.0.1:9'] })) },
  { type: 'undelivered', ref: -1, reason: 'offline' },
  { type: 'undelivered', ref: 1, reason: 'because' },
  ...Array.from({ length: 200 }, (_, ref) => undelivered(ref)),
  ...Array.from({ length: 100 }, (_, n) => ({ type: 'presence', address: stranger(n), online: true })),
  ...Array.from({ length: 100 }, () => ({ type: 'ping' })),
  { type: 'error', code: 'malformed', message: 'You are malformed.' },
  ...[0, 1, 35, 36, 37, 4096, MAX_FRAME_BYTES, MAX_FRAME_BYTES + 1, 1 << 20].map(bytes),
];
/** Mail that nobody sealed, from everybody there is. */
const forged = (): Buffer[] =>
  [alice, bob, stranger(0), stranger(9)].flatMap((from) =>
    [1, 31, 32, 33, 48, 1072].map((n) => mailOf(from, n)),
  );

const linesOf = (): Promise<Line[]> => Promise.all([relay.line(alice), relay.line(bob)]);

/** Ends both links. @returns when both stand again. */
async function relink(code: number): Promise<Line[]> {
  const lines = await linesOf();
  for (const line of lines) line.cut(code);
  return Promise.all(lines.map((line) => relay.line(line.address as Address, line)));
}

async function goesOn(popup: Page, panel: Page): Promise<void> {
  await Promise.all([
    seeOther(popup, 'bob'),
    seeOther(panel, 'alice'),
    hearOther(cast.alice),
    hearOther(cast.bob),
  ]);
}

async function hangUp(popup: Page, panel: Page): Promise<void> {
  await click(popup, 'Hang up');
  await read(panel, 'Alice hung up at');
  await Promise.all([idle(cast.alice), idle(cast.bob)]);
}

describe('a call that goes on', () => {
  it('is not disturbed by frames that are garbage or invented', async () => {
    const { popup, panel } = await talk(cast, 'video');
    await goesOn(popup, panel);
    const lines = await linesOf();
    for (const line of lines) line.say(...garbage, ...forged());
    await goesOn(popup, panel);
    expect(lines.every(({ isUp }) => isUp)).toBe(true);
    // Another login's challenge cannot be answered, so that link is given up for a new one.
    for (const line of lines) line.say({ type: 'challenge', enc: stranger(9), sealed: stranger(8) });
    await Promise.all(lines.map((line) => relay.line(line.address as Address, line)));
    await goesOn(popup, panel);
    await hangUp(popup, panel);
  });

  it('is not disturbed by links that end, whatever the reason given, and the links come back', async () => {
    const { popup, panel } = await talk(cast, 'video');
    const { replaced, ...codes } = CLOSE;
    for (const code of [1000, 1011, 4999, ...Object.values(codes)]) await relink(code);
    for (const line of await linesOf()) line.cut(replaced);
    await goesOn(popup, panel);
    await hangUp(popup, panel);
    await click(popup, 'Close');
    await read(popup, 'Sidecall is open in another browser');
    await click(popup, 'Use Sidecall here');
    await ask(cast.bob, 'link.takeOver');
    await see(popup, 'Bob, Available', 'row');
  });
});

describe('a relay that lies about', () => {
  it('presence is believed only of contacts, and a call finds out the truth', async () => {
    const line = await relay.line(alice);
    const popup = await popupWith(cast.alice, 'Bob');
    for (let n = 0; n < 255; n++) line.say({ type: 'presence', address: stranger(n), online: true });
    line.say({ type: 'presence', address: bob, online: false });
    await see(popup, 'Bob, Last here today', 'row');
    expect(await popup.$$('[data-peer]')).toHaveLength(1);
    const kept = await (
      await cast.alice.worker()
    ).evaluate(async () => Object.keys((await chrome.storage.session.get('presence'))['presence'] as object));
    expect(kept).toEqual([bob]);

    // He is there all the same, and rings.
    await click(popup, 'Call Bob, sound only');
    await cast.bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    await read(popup, 'Ringing');
    await click(popup, 'Cancel call');
    await idle(cast.bob);
    await tidyUp(cast.alice);

    // He is not there whatever the relay says.
    await ask(cast.bob, 'settings.save', { change: { availability: { status: 'offline' } } });
    const again = await popupWith(cast.alice, 'Bob', 'Last here today');
    line.say({ type: 'presence', address: bob, online: true });
    await see(again, 'Bob, Available', 'row');
    await click(again, 'Call Bob, sound only');
    await read(again, 'Bob isn’t online');
    await ask(cast.bob, 'settings.save', { change: { availability: { status: 'available' } } });
  });

  it('what it could not deliver ends a call that has not rung yet, and no other', async () => {
    const popup = await popupWith(cast.alice, 'Bob');
    const answerAll = ({
      line,
      way,
      data,
      go,
    }: Parameters<Parameters<HostileRelay['meddle']>[0]>[0]): void => {
      if (way === 'up' && typeof data !== 'string') line.say(undelivered(data.readUInt32BE(32)));
      go();
    };
    relay.meddle(answerAll);
    await click(popup, 'Call Bob, sound only');
    await read(popup, 'Bob isn’t online');
    relay.behave();
    await cast.bob.notifications.next(({ summary }) => /missed call/i.test(summary));
    await Promise.all([tidyUp(cast.alice), idle(cast.bob)]);

    const { notification } = await ring(cast, 'video');
    relay.meddle(answerAll);
    const everyRef = Array.from({ length: 500 }, (_, ref) => undelivered(ref));
    for (const line of await linesOf()) line.say(...everyRef);
    cast.bob.notifications.press(notification, 'Answer');
    const panel = await cast.bob.view('extension/views/panel/panel.html');
    const talking = await cast.alice.view('extension/views/popup/popup.html');
    await goesOn(talking, panel);
    for (const line of await linesOf()) line.say(...everyRef);
    await goesOn(talking, panel);
    await hangUp(talking, panel);
  });

  it.each([
    ['servers that are none', { iceServers: lyingServers }],
    [
      'a thousand servers',
      { iceServers: Array.from({ length: 1000 }, () => ({ urls: ['stun:127.0.0.1:9'] })) },
    ],
    ['servers that are no list, at the beginning of time', { iceServers: text, now: 0 }],
  ])('%s keeps nobody from calling', async (_, lie) => {
    relay.meddle(welcome(lie));
    await relink(CLOSE.goingAway);
    const { popup, panel } = await talk(cast, 'video');
    await goesOn(popup, panel);
    await hangUp(popup, panel);
  });
});

describe('a relay in the middle', () => {
  it('that passes on the challenge of another gets nobody to log in there, and they can’t be reached', async () => {
    const middle = await createHostileRelay({ behind: relay });
    const move = (host: string): Promise<unknown> =>
      ask(cast.alice, 'profile.save', { name: 'Alice', relay: host, welcomed: true });
    await move(middle.host);
    const popup = await cast.alice.openPopup();
    await read(popup, 'Sidecall can’t connect');
    const types = middle.seen.map(({ data }) => frameType(data));
    expect(types).toContain('challenge');
    expect(types).not.toContain('proof');
    expect(types).not.toContain('welcome');
    await tidyUp(cast.alice);
    await move(relay.host);
    await popupWith(cast.alice, 'Bob');
    await middle.close();
  });
});

it('logged no fault in any of it', () => {
  const expected = /WebSocket connection to .* failed/;
  expect([...cast.alice.faults, ...cast.bob.faults].filter((fault) => !expected.test(fault))).toEqual([]);
});
