import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { hideInCandidate, hideInDescription } from '../../extension/core/hidden-address.ts';
import {
  HIDDEN_PATIENCE_MS,
  isFresh,
  isUsable,
  MAX_ICE_URLS,
  mayPreconnect,
  NO_TURN,
  planIce,
  TURN_PATIENCE_MS,
  turnOffer,
  turnWait,
} from '../../extension/core/ice-policy.ts';
import { settingsSchema } from '../../extension/core/stored.ts';
import type { Contact, Settings } from '../../extension/storage.ts';
import { iceUrlKind, type IceServer, parseRelayFrame } from '../../relay/protocol.ts';
import { ALICE, BOB } from './two-people.ts';

const NOW = 1_800_000_000_000;
const stun: IceServer = { urls: ['stun:stun.example:3478'] };
const turn: IceServer = { urls: ['turn:turn.example'], username: '1800000600:id', credential: 'secret' };

describe('a transport before the answer', () => {
  const contact: Contact = {
    address: BOB,
    name: 'Bob',
    relay: 'relay.example',
    addedAt: NOW,
    bond: { state: 'mutual' },
    checkedAt: null,
    lastSeenAt: NOW,
    claim: null,
    blockedAt: null,
    unblockedAt: null,
  };
  const settings = v.parse(settingsSchema, {});
  const CALLERS: Record<string, Partial<Contact>> = {
    'on the list': {},
    checked: { checkedAt: NOW },
    'not yet introduced': { bond: { state: 'waiting', secret: 'x', until: NOW } },
    refused: { bond: { state: 'refused', reason: 'used' } },
    'under a name that is claimed': { checkedAt: NOW, claim: { of: ALICE, by: 'them', choice: 'open' } },
    'put off': { checkedAt: NOW, claim: { of: ALICE, by: 'me', choice: 'not-now' } },
    'to be compared with': { checkedAt: NOW, claim: { of: ALICE, by: 'me', choice: 'compare' } },
    blocked: { checkedAt: NOW, blockedAt: NOW },
  };
  const STATES: Record<string, Settings['availability']> = {
    available: { status: 'available' },
    'do not disturb': { status: 'dnd', until: null },
    'do not disturb until later': { status: 'dnd', until: NOW + 1 },
    'appearing offline': { status: 'offline' },
  };
  const CHOICES: readonly Settings['connectBeforeAnswer'][] = ['checked', 'everyone', 'nobody'];
  const ALLOWED = [
    'checked: checked, available',
    'everyone: on the list, available',
    'everyone: checked, available',
  ];

  it('is made in three of 192 cases, and in no other', () => {
    const allowed: string[] = [];
    let count = 0;
    for (const connectBeforeAnswer of CHOICES)
      for (const [who, caller] of Object.entries(CALLERS))
        for (const [state, availability] of Object.entries(STATES))
          for (const isSecond of [false, true]) {
            count++;
            const here = { ...settings, connectBeforeAnswer, availability };
            if (mayPreconnect({ ...contact, ...caller }, here, isSecond))
              allowed.push(`${connectBeforeAnswer}: ${who}, ${state}${isSecond ? ', second call' : ''}`);
          }
    expect(count).toBe(192);
    expect(allowed).toEqual(ALLOWED);
  });
});

describe('the servers of a link', () => {
  it('are STUN servers without a word of identity, and TURN servers if there are any', () => {
    const spoken = { ...stun, username: 'a', credential: 'b' };
    expect(planIce([spoken, turn], [turn, stun], false)).toEqual({
      iceServers: [stun, turn],
      iceTransportPolicy: 'all',
      hides: false,
    });
    expect(planIce([], [], false)).toEqual({ iceServers: [], iceTransportPolicy: 'all', hides: false });
  });

  it('are TURN servers alone where the address is hidden, and without any there is no link', () => {
    expect(planIce([stun], [turn], true)).toEqual({
      iceServers: [turn],
      iceTransportPolicy: 'relay',
      hides: true,
    });
    expect(planIce([stun], [], true)).toBeNull();
    expect(planIce([stun], [stun], true)).toBeNull();
    // What the relay says at login is not what it was asked for.
    expect(planIce([turn], [], true)).toBeNull();
  });

  it('never make a hidden link anything but relayed, whatever the relay offers', () => {
    const url = fc.constantFrom(
      'stun:a',
      'turn:a',
      'turns:a:5349',
      'STUN:a',
      'TURN:a?transport=tcp',
      'http:a',
      '',
    );
    const server = fc.record({ urls: fc.array(url), username: fc.string(), credential: fc.string() });
    fc.assert(
      fc.property(fc.array(server), fc.array(server), (first, second) => {
        const plan = planIce(first, second, true);
        if (!plan) return;
        expect(plan).toMatchObject({ iceTransportPolicy: 'relay', hides: true });
        expect(plan.iceServers.length).toBeGreaterThan(0);
        for (const { urls } of plan.iceServers)
          for (const each of urls) expect(iceUrlKind(each)).toBe('turn');
      }),
    );
  });

  it('are cut down to a few, as each costs every interface a socket', () => {
    const many = Array.from({ length: 8 }, (_, n) => ({
      ...turn,
      urls: [`turn:${n}.example`, `turn:${n}.test`],
    }));
    const plan = planIce([], many, false);
    expect(plan?.iceServers.flatMap(({ urls }) => urls)).toHaveLength(MAX_ICE_URLS);
  });

  it('are waited for while nobody can have answered yet, and longer where nothing else is allowed', () => {
    expect(turnWait(false, NOW, NOW)).toBe(TURN_PATIENCE_MS);
    expect(turnWait(false, NOW, NOW + TURN_PATIENCE_MS - 1)).toBe(1);
    expect(turnWait(false, NOW, NOW + 60_000)).toBe(0);
    expect(turnWait(true, NOW, NOW + 60_000)).toBe(HIDDEN_PATIENCE_MS);
  });
});

describe('TURN credentials', () => {
  it('are good until the time in their name, by the clock of the relay', () => {
    const offer = turnOffer([turn], NOW, 0);
    expect(offer).toEqual({ iceServers: [turn], until: NOW + 600_000 });
    expect(turnOffer([turn], NOW - 7_200_000, 7_200_000).until).toBe(NOW + 600_000 - 7_200_000);
    expect([isFresh(offer, NOW), isFresh(offer, NOW + 540_000), isUsable(offer, NOW + 599_999)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(isUsable(offer, NOW + 600_000)).toBe(false);
  });

  it('are good for ten minutes where the name says nothing, for the shortest of several, for a day at most', () => {
    expect(turnOffer([{ ...turn, username: 'bob' }], NOW, 0).until).toBe(NOW + 600_000);
    expect(turnOffer([turn, { ...turn, username: '1800000060:id' }], NOW, 0).until).toBe(NOW + 60_000);
    expect(turnOffer([{ ...turn, username: '999999999999:id' }], NOW, 0).until).toBe(NOW + 86_400_000);
  });

  it('are none where the relay offers STUN servers in their place', () => {
    expect(turnOffer([stun], NOW, 0)).toBe(NO_TURN);
    expect(isUsable(NO_TURN, 0)).toBe(false);
  });
});

describe('servers from a relay', () => {
  /** Those that are heeded of a list; the frame itself always counts. */
  const heeded = (iceServers: unknown): unknown => {
    const frame = parseRelayFrame(JSON.stringify({ type: 'ice', iceServers }));
    return frame?.type === 'ice' ? frame.iceServers : frame;
  };

  it.each([
    'stun:stun.example',
    'stun:192.0.2.1:19302',
    'turn:[2001:db8::1]:3478?transport=udp',
    'turn:turn.example?transport=tcp',
    'turns:turn.example:5349?transport=tcp',
    'TURN:TURN.EXAMPLE',
  ])('may be %s', (url) => {
    expect(heeded([{ ...turn, urls: [url] }])).toEqual([{ ...turn, urls: [url] }]);
  });

  it.each([
    'http://turn.example',
    'stuns:stun.example',
    'javascript:alert(1)',
    'turn:',
    'turn://turn.example',
    'turn:user@turn.example',
    'turn:turn.example:0',
    'stun:256.256.256.256',
    'stun:host.1x.42x.09',
    'turn:[::1::2]',
    'turn:turn.example:65536',
    'turn:turn.example:port',
    'turn:turn.example/path',
    'turn:turn.example?transport=sctp',
    'turn:turn.example?transport=udp&x=1',
    'stun:stun.example?transport=udp',
    'turn:a b',
    'turn:\u0000',
    `turn:${'a'.repeat(512)}`,
    42,
    null,
  ])('may not be %j', (url) => {
    expect(heeded([stun, { ...turn, urls: [url] }, turn])).toEqual([stun, turn]);
  });

  it('need name and word for TURN, in printable ASCII, and are eight at most', () => {
    expect(heeded([{ urls: ['turn:turn.example'] }])).toEqual([]);
    expect(heeded([{ urls: ['turn:turn.example'], username: '1:a' }])).toEqual([]);
    expect(heeded([{ ...turn, username: '' }])).toEqual([]);
    expect(heeded([{ ...turn, credential: 'geheimnis\u00fc' }])).toEqual([]);
    expect(heeded([{ ...turn, credential: 'x'.repeat(509) }])).toEqual([]);
    expect(heeded(Array.from({ length: 1000 }, () => stun))).toHaveLength(8);
    expect(heeded([{ urls: Array.from({ length: 9 }, () => 'stun:a') }])).toEqual([]);
    expect(heeded([{ urls: [] }])).toEqual([]);
    expect(heeded({})).toEqual([]);
  });
});

describe('what leaves a hidden link', () => {
  const candidate = (line: string) =>
    hideInCandidate({ candidate: line, sdpMid: '0', sdpMLineIndex: 0 })?.candidate;

  it('is a relayed candidate without the address behind it', () => {
    expect(
      candidate(
        'candidate:1 1 udp 41885439 198.51.100.9 50000 typ relay raddr 192.0.2.2 rport 40000 generation 0 ufrag abcd network-id 1 network-cost 10',
      ),
    ).toBe(
      'candidate:1 1 udp 41885439 198.51.100.9 50000 typ relay raddr 0.0.0.0 rport 0 generation 0 ufrag abcd network-cost 10',
    );
    expect(candidate('')).toBe('');
  });

  it.each([
    'candidate:1 1 udp 2122260223 192.0.2.2 40000 typ host generation 0',
    'candidate:1 1 udp 2122260223 b1c2d3e4.local 40000 typ host',
    'candidate:1 1 udp 1686052607 203.0.113.7 40000 typ srflx raddr 192.0.2.2 rport 40000',
    'candidate:1 1 udp 1686052607 203.0.113.7 40000 typ prflx raddr 0.0.0.0 rport 0',
    'candidate:1 1 tcp 1518280447 192.0.2.2 9 typ host tcptype active',
    'candidate:1 1 udp 41885439 b1c2d3e4.local 40000 typ relay raddr 0.0.0.0 rport 0',
    'candidate:1 1 udp 41885439 192.0.2.2 40000 typ host typ relay',
    'nonsense',
  ])('is never %s', (line) => {
    expect(candidate(line)).toBeUndefined();
  });

  it('is a description without any other address', () => {
    const lines = [
      'v=0',
      'o=- 4611 2 IN IP4 192.0.2.2',
      's=-',
      't=0 0',
      'a=group:BUNDLE 0 1',
      'm=audio 40000 UDP/TLS/RTP/SAVPF 111',
      'c=IN IP4 192.0.2.2',
      'a=rtcp:40001 IN IP6 2001:db8::2',
      'a=candidate:1 1 udp 2122260223 192.0.2.2 40000 typ host',
      'a=candidate:2 1 udp 41885439 198.51.100.9 50000 typ relay raddr 192.0.2.2 rport 40000',
      'a=remote-candidates:1 192.0.2.2 40000',
      'a=fingerprint:sha-256 AA:BB',
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
      'c=IN IP6 2001:db8::2',
      '',
    ];
    const hidden = hideInDescription(lines.join('\r\n'));
    expect(hidden).not.toMatch(/192\.0\.2\.2|2001:db8/);
    expect(hidden.split('\r\n')).toEqual([
      'v=0',
      'o=- 4611 2 IN IP4 0.0.0.0',
      's=-',
      't=0 0',
      'a=group:BUNDLE 0 1',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'c=IN IP4 0.0.0.0',
      'a=rtcp:9 IN IP4 0.0.0.0',
      'a=candidate:2 1 udp 41885439 198.51.100.9 50000 typ relay raddr 0.0.0.0 rport 0',
      'a=fingerprint:sha-256 AA:BB',
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
      'c=IN IP4 0.0.0.0',
      '',
    ]);
  });

  it('never has the hidden address in it, whatever a browser writes around it', () => {
    const HIDDEN = '192.0.2.2';
    const word = fc.constantFrom(
      'typ',
      'host',
      'relay',
      'raddr',
      HIDDEN,
      'rport',
      '9',
      'generation',
      '\t',
      '  ',
    );
    fc.assert(
      fc.property(fc.array(word), fc.constantFrom('', 'typ relay '), (words, head) => {
        const left = candidate(`candidate:1 1 udp 1 198.51.100.9 1 ${head}${words.join(' ')}`);
        expect(left ?? '').not.toContain(HIDDEN);
      }),
      { numRuns: 2000 },
    );
  });
});
