/** Every screen as a scene: what is stored, which calls there are. `?view=popup&scene=home` shows one. */
import { NOTHING_SHOWN } from '../../extension/core/share.ts';
import type { CallSnapshot, Hindrance } from '../../extension/call/call-host.ts';
import type { CallState, EndReason } from '../../extension/core/call-state.ts';
import type { MediaDevice, MediaFault } from '../../extension/core/media-problem.ts';
import { PICTURES } from '../../extension/core/safety-pictures.ts';
import type { CallId, QuickReply } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import type { ShownFile } from '../../extension/call/talk.ts';
import type { TalkScene } from './fake-talk.ts';

interface Scene {
  talk?: TalkScene;
  stored: Record<string, unknown>;
  calls?: CallSnapshot[];
  hindrance?: Hindrance;
  invite?: unknown;
}

const now = Date.now();
const HOUR = 3_600_000;
const today = (time: string) => new Date(`${new Date().toDateString()} ${time}`).getTime();

/** Seeds found by trying, so that the people have the colours of the design. */
const address = (letter: string): Address => `${letter.repeat(42)}A` as Address;
const id = (n: number): CallId => `${String(n).repeat(21)}A` as CallId;
const people = {
  mara: address('m'),
  aiko: address('a'),
  jonas: address('j'),
  priya: address('p'),
  dad: address('d'),
  lena: address('l'),
  tomas: address('t'),
};
const me = address('s');
type Who = keyof typeof people;

const mutual = { state: 'mutual' };
const contact = (who: Who, name: string, more: object = {}) => ({
  [people[who]]: {
    address: people[who],
    name,
    relay: '127.0.0.1:8787',
    addedAt: now - 30 * 24 * HOUR,
    bond: mutual,
    checkedAt: null,
    lastSeenAt: now - 26 * HOUR,
    claim: null,
    blockedAt: null,
    unblockedAt: null,
    ...more,
  },
});
const presence = (who: Who, status: string, until: number | null = null) => ({
  [people[who]]: { online: true, status, until },
});

const contacts = {
  ...contact('mara', 'Mara Lind', { checkedAt: new Date('2026-05-03').getTime() }),
  ...contact('aiko', 'Aiko Mori'),
  ...contact('jonas', 'Jonas Weber'),
  ...contact('priya', 'Priya Nair'),
  ...contact('dad', 'Dad'),
  ...contact('lena', 'Lena Fischer', { lastSeenAt: now - 3 * 24 * HOUR }),
  ...contact('tomas', 'Tomás Vega'),
};
const entry = (n: number, who: Who, outcome: string, at: number, more: object = {}) => ({
  call: id(n),
  peer: people[who],
  direction: 'in',
  kind: 'video',
  at,
  outcome,
  talkedMs: 0,
  seen: true,
  ...more,
});
const history = [
  entry(1, 'tomas', 'missed', Math.min(today('9:42'), now - 60_000), { seen: false }),
  entry(2, 'mara', 'talked', Math.min(today('8:02'), now - 120_000), {
    direction: 'out',
    talkedMs: 24 * 60_000,
  }),
  entry(3, 'dad', 'talked', today('19:03') - 24 * HOUR, { talkedMs: 66 * 60_000 }),
  entry(4, 'aiko', 'no-answer', today('16:20') - 24 * HOUR, { direction: 'out' }),
  entry(5, 'jonas', 'talked', today('11:48') - 24 * HOUR, { kind: 'audio', talkedMs: 12 * 60_000 }),
  entry(6, 'lena', 'talked', today('10:02') - 24 * HOUR, { talkedMs: 3 * 60_000 }),
];
const base = {
  profile: { address: me, name: 'Sam Okafor', relay: '127.0.0.1:8787', welcomed: true },
  settings: { availability: { status: 'available' } },
  link: { state: 'connected', sinceMs: now },
  contacts,
  history,
  presence: {
    ...presence('tomas', 'available'),
    ...presence('mara', 'available'),
    ...presence('aiko', 'available'),
    ...presence('jonas', 'call'),
    ...presence('priya', 'dnd', today('15:00')),
  },
  invites: [
    {
      secret: 'abcdefghijklmnopqrstuA',
      madeAt: now - HOUR,
      until: now + 6 * 24 * HOUR,
      state: 'live',
      usedBy: null,
    },
  ],
};
const stored = (more: object = {}): Scene => ({ stored: { ...base, ...more } });

const snapshot = (who: Who, state: CallState, more: Partial<CallSnapshot> = {}): CallSnapshot => ({
  id: id(7),
  peer: people[who],
  direction: 'out',
  kind: 'video',
  state,
  microphone: { on: true, problem: null },
  camera: { on: true, problem: null },
  voice: null,
  news: null,
  theirs: { microphone: true, camera: true },
  safety: { state: 'pictures', pictures: PICTURES.slice(14, 21), isConfirmed: false },
  sharing: { own: NOTHING_SHOWN, theirs: null },
  hold: 'none',
  quality: state.phase === 'active' ? { level: 'good', weak: null } : null,
  ...more,
});
const incoming: CallState = {
  phase: 'incoming',
  since: now,
  linked: true,
  announcedAt: now,
  confirmed: true,
};
const active: CallState = { phase: 'active', since: now - 768_000 };
const off = { on: false, problem: null };
const inCall = (...calls: CallSnapshot[]): Scene => ({ ...stored(), calls });
/** The same for a person who hides their address. */
const hidden = ({ stored, ...rest }: Scene): Scene => ({
  ...rest,
  stored: { ...stored, settings: { ...base.settings, hideAddress: true } },
});
const over = (
  who: Who,
  reason: EndReason,
  more: { talkedMs?: number; reply?: QuickReply; until?: number } = {},
): Scene =>
  inCall(
    snapshot(who, {
      phase: 'ended',
      at: now,
      reason,
      talkedMs: 0,
      ending: { type: 'hangup', call: id(7) },
      ...more,
    }),
  );
const hindered = (device: MediaDevice, fault: MediaFault): Scene => ({
  ...stored(),
  hindrance: { peer: people.mara, kind: 'video', problem: { device, fault } },
});
const waiting = { state: 'waiting', secret: 'abcdefghijklmnopqrstuA', until: now + 6 * 24 * HOUR };

const said = (place: number, from: 'me' | 'them', text: string, isSent = true) => ({
  key: `${from}:${String(place)}`,
  from,
  text,
  place,
  isSent,
});
const file = (
  place: number,
  from: 'me' | 'them',
  name: string,
  size: number,
  state: ShownFile['state'],
): ShownFile => ({ key: `${from}:${String(place)}`, from, name, size, place, state });
const offered = { step: 'offered', isFull: false } as const;
const talk: TalkScene = {
  chat: {
    messages: [
      said(0, 'them', 'Found the floor plan we talked about'),
      said(2, 'me', 'Perfect. Sending you the photos from Sunday'),
    ],
    unread: 1,
    isTheyWriting: true,
    isGone: false,
  },
  files: {
    files: [
      file(1, 'them', 'Floor plan, second floor.pdf', 6_400_000, offered),
      file(3, 'me', 'Sunday, 14 photos.zip', 63_000_000, {
        step: 'moving',
        bytes: 24_000_000,
        leftMs: 20_000,
      }),
    ],
    unread: 0,
  },
};
/** Everything that can become of a file, and of words that try to be what they aren't. */
const talkWays: TalkScene = {
  chat: {
    messages: [
      said(0, 'them', 'https://\u0430pple.com/login and https://en.example/wiki/Bell_(phone).'),
      said(1, 'me', 'Not yet there', false),
      said(2, 'them', 'مرحبا، كيف حالك؟'),
    ],
    unread: 0,
    isTheyWriting: false,
    isGone: false,
  },
  files: {
    files: [
      file(3, 'them', 'invoice for the second half of the year.pdf.exe', 812_000, {
        ...offered,
        isFull: true,
      }),
      file(4, 'them', 'beach.jpg', 3_100_000, { step: 'done', isSaved: true }),
      file(5, 'me', 'film.mkv', 3_000_000_000, { step: 'over', why: 'too-large' }),
      file(6, 'me', 'notes.txt', 900, { step: 'over', why: 'refused' }),
      file(7, 'me', 'archive.tar.gz', 1_200_000_000, { step: 'over', why: 'broken' }),
      file(8, 'me', 'later.zip', 80_000, offered),
      file(9, 'them', 'lecture.mp4', 1_900_000_000, { step: 'moving', bytes: 1_240_000_000, leftMs: 65_000 }),
    ],
    unread: 0,
  },
};

export const scenes: Record<string, Scene> = {
  'first-run': stored({ contacts: {}, history: [], invites: [] }),
  home: stored(),
  quiet: stored({
    settings: { availability: { status: 'dnd', until: today('15:00') } },
    history: [],
    link: { state: 'connecting' },
  }),
  waiting: stored({
    contacts: {
      ...contacts,
      ...contact('priya', 'Priya Nair', { bond: waiting }),
      ...contact('lena', 'Lena Fischer', { bond: { state: 'refused', reason: 'used' } }),
    },
  }),
  claim: stored({
    contacts: {
      ...contacts,
      ...contact('lena', 'Priya Nair', { claim: { of: people.priya, by: 'them', choice: 'open' } }),
    },
  }),
  'claim-own': stored({
    contacts: {
      ...contacts,
      ...contact('lena', 'Priya Nair', { claim: { of: people.priya, by: 'me', choice: 'open' } }),
    },
  }),
  'claim-later': stored({
    contacts: {
      ...contacts,
      ...contact('dad', 'Priya Nair', { claim: { of: people.priya, by: 'them', choice: 'not-now' } }),
    },
    history: [],
  }),
  'claim-incoming': {
    ...stored({
      contacts: {
        ...contacts,
        ...contact('dad', 'Priya Nair', { claim: { of: people.priya, by: 'them', choice: 'compare' } }),
      },
    }),
    calls: [snapshot('dad', incoming, { direction: 'in' })],
  },
  'go-back': stored({
    wayBack: { call: id(9), peer: people.mara, direction: 'out', kind: 'video', since: now - 300_000 },
  }),
  'person-menu': stored({ history: [] }),
  blocked: stored({ contacts: { ...contacts, ...contact('dad', 'Dad', { blockedAt: now }) } }),
  offline: stored({ link: { state: 'waiting', retryAt: now + 8000, failures: 1, offline: true } }),
  'relay-down': stored({ link: { state: 'waiting', retryAt: now + 9000, failures: 5, offline: false } }),
  elsewhere: stored({ link: { state: 'replaced' } }),
  add: {
    ...stored(),
    invite: {
      ok: true,
      address: people.priya,
      name: 'Priya Nair',
      relay: 'sidecall.example',
      until: now + 6 * 24 * HOUR,
    },
  },
  'add-used': { ...stored(), invite: { ok: false, problem: 'used' } },
  calling: inCall(snapshot('mara', { phase: 'calling', since: now, linked: false })),
  ringing: inCall(snapshot('mara', { phase: 'ringing', since: now, linked: false })),
  'ringing-sound': inCall(
    snapshot('mara', { phase: 'ringing', since: now, linked: false }, { kind: 'audio', camera: off }),
  ),
  connecting: inCall(snapshot('mara', { phase: 'connecting', since: now })),
  incoming: inCall(snapshot('mara', incoming, { direction: 'in' })),
  'incoming-first': inCall(snapshot('priya', incoming, { direction: 'in', kind: 'audio' })),
  active: inCall(snapshot('mara', active)),
  safety: inCall(snapshot('mara', active)),
  'safety-checked': inCall(
    snapshot('mara', active, {
      safety: { state: 'pictures', pictures: PICTURES.slice(40, 47), isConfirmed: true },
    }),
  ),
  'safety-working': inCall(snapshot('mara', active, { safety: { state: 'working' } })),
  'safety-failed': inCall(snapshot('mara', active, { safety: { state: 'failed' } })),
  different: inCall(snapshot('mara', active, { microphone: off, safety: { state: 'different', for: 'me' } })),
  muted: inCall(snapshot('mara', active, { microphone: off })),
  'cameras-off': inCall(
    snapshot('mara', active, { microphone: off, camera: off, theirs: { microphone: false, camera: false } }),
  ),
  sound: inCall(snapshot('mara', active, { kind: 'audio', camera: off })),
  'device-note': inCall(
    snapshot('mara', active, { camera: { on: false, problem: { device: 'camera', fault: 'in-use' } } }),
  ),
  'muted-speaking': inCall(snapshot('mara', active, { microphone: off, voice: 'muted' })),
  'silent-microphone': inCall(snapshot('mara', active, { voice: 'silent' })),
  unplugged: inCall(
    snapshot('mara', active, {
      news: { what: 'gone', kind: 'microphone', label: 'USB microphone', now: 'Built-in microphone' },
    }),
  ),
  'plugged-in': inCall(snapshot('mara', active, { news: { what: 'new', label: 'Headphones', devices: [] } })),
  devices: inCall(snapshot('mara', active)),
  lost: inCall(snapshot('mara', { phase: 'reconnecting', since: now - 768_000, lostAt: now - 6000 })),
  'lost-long': inCall(
    snapshot('mara', { phase: 'reconnecting', since: now - 768_000, lostAt: now - 25_000 }),
  ),
  watching: inCall(
    snapshot('mara', active, {
      sharing: { own: NOTHING_SHOWN, theirs: { surface: 'screen', sound: false } },
    }),
  ),
  sharing: inCall(
    snapshot('mara', active, {
      sharing: { own: { step: 'on', surface: 'screen', sound: true }, theirs: null },
    }),
  ),
  'sharing-both': inCall(
    snapshot('mara', active, {
      sharing: {
        own: { step: 'on', surface: 'tab', sound: true },
        theirs: { surface: 'window', sound: false },
      },
    }),
  ),
  'share-ask': inCall(snapshot('mara', active)),
  'sharing-failed': inCall(
    snapshot('mara', active, { sharing: { own: { step: 'off', fault: 'forbidden' }, theirs: null } }),
  ),
  second: inCall(snapshot('mara', active), snapshot('jonas', incoming, { id: id(8), direction: 'in' })),
  'second-while-ringing': inCall(
    snapshot('mara', { phase: 'ringing', since: now, linked: false }),
    snapshot('jonas', incoming, { id: id(8), direction: 'in', kind: 'audio' }),
  ),
  swap: inCall(
    snapshot('jonas', { phase: 'active', since: now - 80_000 }, { kind: 'audio', camera: off, id: id(8) }),
    snapshot('mara', active, { hold: 'mine', quality: null }),
  ),
  'swap-calling': inCall(
    snapshot('jonas', { phase: 'ringing', since: now, linked: false }, { id: id(8) }),
    snapshot('mara', active, { hold: 'mine', quality: null }),
  ),
  'held-by-them': inCall(snapshot('mara', active, { hold: 'theirs', quality: null })),
  'held-alone': inCall(snapshot('mara', active, { hold: 'mine', quality: null })),
  'back-with': inCall(
    snapshot('mara', active),
    snapshot(
      'jonas',
      {
        phase: 'ended',
        at: now,
        reason: 'they-hung-up',
        talkedMs: 80_000,
        ending: { type: 'hangup', call: id(8) },
      },
      { id: id(8) },
    ),
  ),
  fair: inCall(snapshot('mara', active, { quality: { level: 'fair', weak: null } })),
  weak: inCall(snapshot('mara', active, { quality: { level: 'weak', weak: 'theirs' } })),
  'weak-mine': inCall(snapshot('mara', active, { quality: { level: 'weak', weak: 'mine' } })),
  details: inCall(snapshot('mara', active)),
  unread: { ...inCall(snapshot('mara', active)), talk },
  chat: { ...inCall(snapshot('mara', active)), talk },
  'chat-ways': { ...inCall(snapshot('mara', active)), talk: talkWays },
  'chat-lost': {
    ...inCall(snapshot('mara', { phase: 'reconnecting', since: now - 768_000, lostAt: now - 6000 })),
    talk,
  },
  drop: inCall(snapshot('mara', active)),
  'ended-talk': {
    ...over('mara', 'they-hung-up', { talkedMs: 24 * 60_000 }),
    talk: {
      chat: { messages: [], unread: 0, isTheyWriting: false, isGone: true },
      files: {
        files: [file(0, 'them', 'Floor plan, second floor.pdf', 6_400_000, { step: 'done', isSaved: true })],
        unread: 0,
      },
    },
  },
  ended: over('mara', 'they-hung-up', { talkedMs: 24 * 60_000 }),
  'lost-for-good': over('mara', 'lost', { talkedMs: 24 * 60_000 }),
  'not-online': over('priya', 'offline'),
  declined: over('tomas', 'they-declined', { reply: 'in-10-minutes' }),
  busy: over('jonas', 'busy'),
  'no-answer': over('mara', 'no-answer'),
  'no-way': over('mara', 'no-way'),
  'no-turn': over('mara', 'no-turn'),
  'no-turn-hidden': hidden(over('mara', 'no-turn')),
  'camera-blocked': hindered('camera', 'blocked'),
  'camera-missing': hindered('camera', 'missing'),
  'camera-in-use': hindered('camera', 'in-use'),
  'microphone-blocked': hindered('microphone', 'blocked'),
  'microphone-missing': hindered('microphone', 'missing'),
  unasked: hindered('camera', 'unasked'),
};

/** What picture in picture can show: a call that goes on. */
export const IN_PICTURE = ['active', 'muted', 'cameras-off', 'lost', 'second', 'held-by-them'];

const chosen = new URLSearchParams(globalThis.location?.search ?? '').get('scene') ?? 'home';
export const scene: Scene = scenes[chosen] ?? stored();
