/** What fit inputs look like: the grammar of every frame, mail, link, message, description and stored value, as fast-check arbitraries. */
import * as fc from 'fast-check';

const base64url = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((each) => Buffer.from(each).toString('base64url'));
export const address = base64url(32);
const call = base64url(16);
const time = fc.integer({ min: 0, max: 8.64e15 });
const kind = fc.constantFrom('audio', 'video');
const host = fc.constantFrom(
  'relay.example',
  'r.example:8443',
  '127.0.0.1:8787',
  '[2001:db8::1]:9',
  'localhost',
);
export const name = fc.string({ unit: 'grapheme', maxLength: 40 });
const optional = { requiredKeys: ['type'] as never[] };
const is = <T extends string>(type: T) => fc.constant(type);
/** An object of which only the type is always there. */
const loose = (type: string, rest: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ type: is(type), ...rest }, optional) as fc.Arbitrary<object>;
const full = (type: string, rest: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record({ type: is(type), ...rest }) as fc.Arbitrary<object>;

const iceServers = fc.array(
  fc.record({
    urls: fc.array(
      fc.constantFrom('stun:s.example', 'turn:t.example:3478?transport=udp', 'turns:t.example'),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    username: fc.string(),
    credential: fc.string(),
  }),
  { maxLength: 3 },
);

export const clientFrame = fc.oneof(
  full('hello', { address }),
  full('hello', { address, resume: fc.string() }),
  full('proof', { nonce: address }),
  full('pong'),
  full('watch', { addresses: fc.array(address, { maxLength: 12 }) }),
  full('turn'),
  loose('watch', { addresses: fc.anything() }),
);

export const relayFrame = fc.oneof(
  full('challenge', { enc: address, sealed: base64url(48) }),
  full('welcome', {
    now: time,
    resume: fc.string(),
    iceServers,
    pingSeconds: fc.integer({ min: 1, max: 3600 }),
  }),
  full('ping'),
  full('presence', { address, online: fc.boolean() }),
  full('ice', { iceServers }),
  full('undelivered', { ref: fc.nat(), reason: fc.constantFrom('offline', 'rate', 'full') }),
  full('error', { code: fc.string(), message: fc.string() }),
);

const codec = fc.constantFrom(
  'opus/48000/2',
  'VP8/90000',
  'rtx/90000',
  'H264/90000',
  'AV1/90000',
  'red/48000/2',
);
export const description = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 127 }),
      codec,
      fc.constantFrom('', 'apt=96', 'minptime=10;useinbandfec=0'),
    ),
    {
      maxLength: 12,
    },
  )
  .map((codecs) =>
    [
      'v=0',
      'o=- 1 2 IN IP4 127.0.0.1',
      's=-',
      't=0 0',
      `m=audio 9 UDP/TLS/RTP/SAVPF ${codecs.map(([format]) => String(format)).join(' ')}`,
      ...codecs.flatMap(([format, each, parameters]) => [
        `a=rtpmap:${String(format)} ${each}`,
        ...(parameters ? [`a=fmtp:${String(format)} ${parameters}`] : []),
      ]),
      '',
    ].join('\r\n'),
  );

const candidates = fc.array(
  fc.record({ candidate: fc.string(), sdpMid: fc.constantFrom('0', null), sdpMLineIndex: fc.constant(0) }),
  { maxLength: 4 },
);
const body = fc.oneof(
  full('ring', { call, kind }),
  full('ring', { call, kind, offer: description }),
  full('ringing', { call }),
  loose('signal', {
    call,
    link: fc.integer({ min: 1, max: 9 }),
    offer: description,
    answer: description,
    candidates,
    want: fc.constant(true),
  }),
  full('accept', { call, instead: call }),
  loose('decline', {
    call,
    reason: fc.constant('dnd'),
    reply: fc.constantFrom('in-10-minutes', 'cannot-talk'),
    until: time,
  }),
  full('cancel', { call }),
  full('busy', { call }),
  full('hangup', { call, reason: fc.constantFrom('unknown', 'no-answer', 'lost', 'no-way', 'media') }),
  full('got', { call, of: fc.constantFrom('ring', 'accept', 'missed') }),
  full('stale', { highest: time }),
  full('contact', { answer: fc.boolean(), name, relay: host, secret: call }),
  full('refused', { reason: fc.constantFrom('used', 'revoked', 'expired') }),
  full('status', { status: fc.constantFrom('available', 'call', 'dnd'), until: time }),
  full('missed', { call, kind, rang: time }),
);
export const mail = fc.tuple(body, time, time).map(([each, seq, at]) => ({ ...each, seq, at }));

const transfer = fc.nat(9);
export const control = fc
  .oneof(
    full('accept', { call }),
    full('hangup', { call }),
    full('media', { microphone: fc.boolean(), camera: fc.boolean() }),
    full('safety-commit', { commitment: address }),
    full('safety-reveal', { nonce: address }),
    full('safety-different'),
    full('chat', { n: fc.nat(50), text: name }),
    full('chat-got', { n: fc.nat(50) }),
    full('typing', { on: fc.boolean() }),
    full('file-offer', { transfer, name, size: fc.nat(3_000_000_000) }),
    full('file-accept', { transfer, offset: fc.nat(9_999_999) }),
    full('file-got', { transfer, offset: fc.nat(9_999_999) }),
    full('file-refuse', { transfer, reason: fc.constantFrom('no', 'stopped', 'full', 'broken') }),
    full('file-end', { transfer, sha256: address }),
    full('file-done', { transfer }),
    full('file-stop', { transfer, reason: fc.constantFrom('stopped', 'unreadable', 'broken') }),
  )
  .map((each) => ({ v: 1, ...each }));

/** A frame of a file: number, offset, bytes. */
export const fileFrame = fc
  .tuple(fc.nat(9), fc.nat(100_000), fc.uint8Array({ maxLength: 300 }))
  .map(([id, offset, bytes]) => {
    const frame = Buffer.alloc(12 + bytes.length);
    frame.writeUInt32BE(id);
    frame.writeBigUInt64BE(BigInt(offset), 4);
    frame.set(bytes, 12);
    return Uint8Array.from(frame);
  });

export const chatText = fc
  .array(fc.oneof(name, fc.webUrl(), fc.constantFrom(' ', '\n', '\u202e', 'https://', '(', ')', '.')), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join(''));

export const fileName = fc
  .array(fc.oneof(name, fc.constantFrom('/', '\\', '..', 'CON', '.exe', ':', '\u202e', ' ')), {
    maxLength: 6,
  })
  .map((pieces) => pieces.join(''));

export const invite = fc
  .tuple(host, address, call, fc.nat(99_999), name, fc.constantFrom('', 'Come: ', 'https://x.example/ '))
  .map(
    ([at, who, secret, until, called, before]) =>
      `${before}${/^(127|local)/.test(at) ? 'http' : 'https'}://${at}/i#${who}.${secret}.${String(until)}~${encodeURIComponent(called.toWellFormed())}`,
  );

export const relayAddress = fc.oneof(
  host,
  fc.webUrl(),
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((each) => `[${each}]`),
);

const contact = fc.record({
  address,
  name,
  relay: host,
  addedAt: time,
  bond: fc.oneof(
    fc.record({ state: is('mutual') }),
    fc.record({ state: is('waiting'), secret: call, until: time }),
    fc.record({ state: is('refused'), reason: fc.constant('used') }),
  ),
  checkedAt: fc.option(time),
  lastSeenAt: fc.option(time),
});
/** One entry of each kind that is kept. */
export const stored = fc.oneof(
  fc.record({ address: fc.option(address), name, relay: host, welcomed: fc.boolean() }),
  contact,
  fc.record({
    secret: call,
    madeAt: time,
    until: time,
    state: fc.constantFrom('live', 'used', 'revoked'),
    usedBy: fc.option(address),
  }),
  fc.record({
    call,
    peer: address,
    direction: fc.constantFrom('in', 'out'),
    kind,
    at: time,
    outcome: fc.constantFrom('talked', 'missed'),
    talkedMs: time,
    seen: fc.boolean(),
  }),
  fc.record({ call, peer: address, ending: full('hangup', { call }), at: time }),
  fc.record({ to: address, body, tries: fc.nat(9), nextAt: fc.option(time) }),
  fc.record({ reserved: time, seen: fc.array(time, { maxLength: 20 }) }),
  fc.record({
    availability: fc.record({ status: is('dnd'), until: fc.option(time) }),
    ringVolume: fc.double(),
  }),
);

const people = fc
  .array(contact, { maxLength: 4 })
  .map((all) => Object.fromEntries(all.map((each) => [each.address, each])));

/** What is in the file of a backup. */
export const backup = fc
  .record({ me: address, secret: base64url(32), name, relay: host, contacts: people, savedAt: time })
  .map(({ me, secret, name: own, relay, contacts, savedAt }) => ({
    format: 'sidecall backup',
    version: 1,
    savedAt,
    identity: { kty: 'OKP', crv: 'X25519', x: me, d: secret },
    kept: {
      profile: { address: me, name: own, relay, welcomed: true },
      settings: {},
      contacts,
      invites: [],
      wishes: [],
      missedOutbox: [],
      ...Object.fromEntries(
        Object.keys(contacts).map((each) => [`ledger:${each}`, { reserved: 1, seen: [] }]),
      ),
    },
  }));
