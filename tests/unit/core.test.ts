import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { huesOf, initialsOf } from '../../extension/core/avatar.ts';
import { log, MAX_HISTORY, missedFirst, outcomeOf, unseenMissed } from '../../extension/core/call-log.ts';
import { formatControl, MAX_CONTROL_LENGTH, parseControl } from '../../extension/core/control-message.ts';
import { isSurvivor } from '../../extension/core/glare.ts';
import { endOf, formatInvite, parseInvite, untilDayOf } from '../../extension/core/invite.ts';
import { faultOf, knownFault } from '../../extension/core/media-problem.ts';
import { migrate } from '../../extension/core/migrate.ts';
import { cleanName, isSameName } from '../../extension/core/name.ts';
import {
  FIRST_WAIT_MS,
  hasSlept,
  LONG_PATIENCE_MS,
  LONGEST_WAIT_MS,
  REACH_PATIENCE_MS,
  reachPatience,
  ROW,
  SHORT_PATIENCE_MS,
  reconnectWait,
  SILENT_WAIT_MS,
} from '../../extension/core/reconnect.ts';
import { isLoopback, linkUrl, parseRelayHost } from '../../extension/core/relay-address.ts';
import { admit, RESERVE_BLOCK, take, WINDOW_SIZE } from '../../extension/core/replay-window.ts';
import type { CallId } from '../../relay/mail.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';
import { ALICE, BOB } from './two-people.ts';

const DAY_MS = 24 * 3600 * 1000;

describe('the replay window', () => {
  it('lets every number through once, in whatever order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(100_000), { maxLength: WINDOW_SIZE }), (numbers) => {
        let seen: number[] = [];
        for (const number of numbers) {
          const admission = admit(seen, number);
          expect(admission.ok).toBe(true);
          if (admission.ok) seen = admission.seen;
        }
        for (const number of numbers)
          expect(admit(seen, number)).toMatchObject({ ok: false, reason: 'seen' });
      }),
    );
  });

  it('has no floor until it is full, then refuses what is below all it knows and says how high it is', () => {
    const seen = Array.from({ length: WINDOW_SIZE }, (_, i) => 1000 + i);
    expect(admit(seen.slice(1), 5).ok).toBe(true);
    expect(admit(seen, 5)).toEqual({ ok: false, reason: 'behind', highest: 1000 + WINDOW_SIZE - 1 });
  });

  it('keeps no more than 256 numbers', () => {
    let seen: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const admission = admit(seen, i);
      if (admission.ok) seen = admission.seen;
    }
    expect(seen).toHaveLength(WINDOW_SIZE);
  });
});

describe('the sequence of sent mail', () => {
  it('grows strictly, also over a restart and with a clock that is two hours slow', () => {
    let counter = { last: 0, reserved: 0 };
    let highest = 0;
    for (const now of [5_000_000, 5_000_000, 5_000_001, 5_000_001 - 2 * 3_600_000, 5_000_002]) {
      counter = take(counter, now);
      expect(counter.last).toBeGreaterThan(highest);
      expect(counter.reserved).toBeGreaterThanOrEqual(counter.last);
      highest = counter.last;
      // The worker dies: only what was reserved is remembered.
      counter = { last: counter.reserved, reserved: counter.reserved };
    }
  });

  it('writes to disk once in a block', () => {
    let counter = take({ last: 0, reserved: 0 }, 1);
    const reserved = counter.reserved;
    for (let i = 0; i < RESERVE_BLOCK; i++) counter = take(counter, 1);
    expect(counter.reserved).toBe(reserved);
    expect(take(counter, 1).reserved).toBeGreaterThan(reserved);
  });
});

describe('when both ring at once', () => {
  it('the ring of the bytewise smaller address survives, on both sides', () => {
    const address = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => toBase64url(bytes) as Address);
    fc.assert(fc.property(address, address, (a, b) => a === b || isSurvivor(a, b) !== isSurvivor(b, a)));
    expect(isSurvivor(ALICE, BOB)).toBe(true);
  });

  it('goes by bytes, not by the letters of base64url', () => {
    const low = toBase64url(new Uint8Array(32).fill(0xf8)) as Address; // begins with "-"
    const high = toBase64url(new Uint8Array(32).fill(0xff)) as Address; // begins with "_"
    const letters = toBase64url(new Uint8Array(32).fill(0x69)) as Address; // begins with "a"
    expect(isSurvivor(letters, low)).toBe(true);
    expect(isSurvivor(low, high)).toBe(true);
  });
});

describe('an invite', () => {
  const now = Date.UTC(2026, 10, 22, 12);
  const invite = {
    relay: 'relay.example',
    address: ALICE,
    secret: toBase64url(new Uint8Array(16)),
    untilDay: untilDayOf(now),
    name: 'Alice Ärmel~# %',
  };

  it('is read as it was written, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (raw) => {
        const name = cleanName(raw);
        expect(parseInvite(formatInvite({ ...invite, name }))).toEqual({ ...invite, name });
      }),
    );
  });

  it('is read without its scheme too, as it is shown', () => {
    const shown = formatInvite(invite).replace('https://', '');
    expect(parseInvite(shown)).toEqual(invite);
    const here = { ...invite, relay: '127.0.0.1:8787' };
    expect(parseInvite(formatInvite(here).replace('http://', ''))).toEqual(here);
  });

  it('lives through its seventh day', () => {
    expect(endOf(untilDayOf(now)) - now).toBeGreaterThan(7 * DAY_MS);
    expect(endOf(untilDayOf(now)) - now).toBeLessThanOrEqual(8 * DAY_MS);
  });

  it('is found in the message around it', () => {
    expect(parseInvite(`Ring me any time:\n${formatInvite({ ...invite, name: 'A' })} `)?.address).toBe(ALICE);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'hello'],
    ['another page', 'https://relay.example/'],
    ['half a link', formatInvite(invite).slice(0, 60)],
    ['a short address', formatInvite(invite).replace(ALICE, ALICE.slice(1))],
    [
      'an address that does not re-encode to itself',
      formatInvite(invite).replace(ALICE, `${ALICE.slice(0, 42)}F`),
    ],
    ['no secret', formatInvite(invite).replace(invite.secret, '')],
    ['http on the open internet', formatInvite(invite).replace('https:', 'http:')],
    ['a broken name', `${formatInvite({ ...invite, name: '' })}%E0%A4%A`],
    ['another scheme', formatInvite(invite).replace('https:', 'ftp:')],
  ])('is refused when it is %s', (_, text) => {
    expect(parseInvite(text)).toBeNull();
  });

  it('is never a reason to throw', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => void parseInvite(`https://r.example/i#${text}`)),
    );
  });

  it('uses plain http on this computer only', () => {
    expect(formatInvite({ ...invite, relay: '127.0.0.1:8787' })).toMatch(/^http:\/\/127\.0\.0\.1:8787\/i#/);
    expect(formatInvite(invite)).toMatch(/^https:/);
  });
});

describe('a name from outside', () => {
  it('loses what could hide or turn text, and everything over 64 code points', () => {
    expect(cleanName('  Mara\u202E\u0000 \n Lind ')).toBe('Mara Lind');
    expect([...cleanName('🦊'.repeat(100))]).toHaveLength(64);
  });

  it('is the same name in other letters of the same shape or another case', () => {
    expect(isSameName('Ｐriya', 'PRIYA')).toBe(true);
    expect(isSameName('Priya', 'Priyanka')).toBe(false);
  });

  it('stays clean when cleaned again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => cleanName(cleanName(raw)) === cleanName(raw)),
    );
  });
});

describe('the address of a relay', () => {
  it.each([
    ['relay.example', 'relay.example'],
    ['  Relay.Example  ', 'relay.example'],
    ['wss://relay.example/link', 'relay.example'],
    ['https://relay.example:8443/i#x', 'relay.example:8443'],
    ['relay.example:443', 'relay.example'],
    ['ws://127.0.0.1:8787', '127.0.0.1:8787'],
    ['localhost:8787', 'localhost:8787'],
    ['[::1]:8787', '[::1]:8787'],
  ])('is read from %s', (typed, host) => {
    expect(parseRelayHost(typed)).toBe(host);
  });

  it.each(['', '   ', 'https://', 'user:word@relay.example', 'ftp://relay.example', 'two words'])(
    'is not read from "%s"',
    (typed) => {
      expect(parseRelayHost(typed)).toBeNull();
    },
  );

  it('is reached over wss, and over ws on this computer alone', () => {
    expect(linkUrl('relay.example', '/link')).toBe('wss://relay.example/link');
    expect(linkUrl('127.0.0.1:8787', '/link')).toBe('ws://127.0.0.1:8787/link');
    expect(isLoopback('127.0.0.1.example')).toBe(false);
  });
});

describe('the wait before another attempt', () => {
  it('doubles from half a second to half a minute and is never the same for everybody', () => {
    expect(reconnectWait('refused', 1, 1)).toBe(FIRST_WAIT_MS);
    expect(reconnectWait('refused', 1, 0)).toBe(FIRST_WAIT_MS / 2);
    expect(reconnectWait('refused', 3, 1)).toBe(FIRST_WAIT_MS * 4);
    expect(reconnectWait('refused', 1000, 1)).toBe(LONGEST_WAIT_MS);
  });

  it('stays short where the way there is silent, most attempts ask soon again, and the sixth is patient with a slow one', () => {
    expect(reconnectWait('silent', 1000, 1)).toBe(SILENT_WAIT_MS);
    expect([0, 1, 4, 5, 6, 11].map(reachPatience)).toEqual([
      REACH_PATIENCE_MS,
      SHORT_PATIENCE_MS,
      SHORT_PATIENCE_MS,
      LONG_PATIENCE_MS,
      REACH_PATIENCE_MS,
      LONG_PATIENCE_MS,
    ]);
    // When a first packet leaves in a row of attempts; a way that is there again carries the next one.
    const packets: number[] = [];
    let at = 0;
    for (let failures = 0; failures < ROW; failures++) {
      const patience = reachPatience(failures);
      packets.push(...[0, 1000, 3000, 7000].filter((after) => after < patience).map((after) => at + after));
      at += patience + reconnectWait('silent', failures + 1, 1);
    }
    packets.push(at);
    const waits = Array.from({ length: 1000 }, (_, i) => {
      const mended = (i * at) / 1000;
      return (packets.find((packet) => packet >= mended) ?? Infinity) - mended;
    }).sort((a, b) => a - b);
    expect(waits[500]).toBeLessThan(1000);
    expect(waits[850]).toBeLessThan(2000);
  });
});

describe('a look at the clock', () => {
  const noon = 1_800_000_000_000;

  it('tells sleep and a clock that was set from a busy second', () => {
    expect(hasSlept(noon, noon + 1000)).toBe(false);
    expect(hasSlept(noon, noon + 4000)).toBe(false);
    expect(hasSlept(noon, noon + 3_600_000)).toBe(true);
    expect(hasSlept(noon, noon - 3_600_000)).toBe(true);
  });
});

describe('the list of recent calls', () => {
  const entry = (call: string) => ({
    call: call as CallId,
    peer: BOB,
    direction: 'in' as const,
    kind: 'video' as const,
    at: 1,
    outcome: 'missed' as const,
    talkedMs: 0,
    seen: false,
  });

  it('has each call once, the newest first, and forgets the oldest', () => {
    const one = log(log([], entry('a')), entry('a'));
    expect(one).toHaveLength(1);
    const many = Array.from({ length: 300 }, (_, i) => entry(`c${i}`)).reduce(
      log,
      [] as ReturnType<typeof log>,
    );
    expect(many).toHaveLength(MAX_HISTORY);
    expect(many[0]?.call).toBe('c299');
  });

  it('asks to be looked at for missed calls only', () => {
    const calls = [entry('a'), { ...entry('b'), seen: true }, { ...entry('c'), outcome: 'talked' as const }];
    expect(unseenMissed(calls).map(({ call }) => call)).toEqual(['a']);
  });

  it('shows of a day what was missed first, and the rest by its time', () => {
    const [a, b, c, d] = [
      { ...entry('a'), at: 1 },
      { ...entry('b'), at: 2, outcome: 'talked' as const },
      { ...entry('c'), at: 3 },
      { ...entry('d'), at: 4, outcome: 'no-answer' as const, direction: 'out' as const },
    ];
    expect(missedFirst([d, c, b, a]).map(({ call }) => call)).toEqual(['c', 'a', 'd', 'b']);
  });

  it('says "talked" of every call in which people talked, however it ended', () => {
    expect(outcomeOf('lost', 1)).toBe('talked');
    expect(outcomeOf('lost', 0)).toBe('failed');
    expect(outcomeOf('turned-away', 0)).toBe('missed');
  });
});

describe('a control message', () => {
  it('is read as it was written', () => {
    const message = { type: 'media', microphone: false, camera: true } as const;
    expect(parseControl(formatControl(message))).toEqual(message);
  });

  it.each([
    '',
    '{}',
    '[]',
    'null',
    '{"v":2,"type":"media","microphone":true,"camera":true}',
    '{"v":1,"type":"dance"}',
    '{"v":1,"type":"hold","on":"yes"}',
    '{"v":1,"type":"quality","sending":"perfect"}',
    '{"v":1,"type":"accept","call":"x"}',
  ])('is ignored when it is %s', (text) => {
    expect(parseControl(text)).toBeNull();
  });

  it('is ignored when it is too long', () => {
    const padded =
      formatControl({ type: 'media', microphone: true, camera: true }) + ' '.repeat(MAX_CONTROL_LENGTH);
    expect(parseControl(padded)).toBeNull();
  });
});

describe('a camera or microphone', () => {
  it('is blocked, missing or in use, as the browser says', () => {
    expect(faultOf('NotAllowedError')).toBe('blocked');
    expect(faultOf('NotFoundError')).toBe('missing');
    expect(faultOf('NotReadableError')).toBe('in-use');
    expect(knownFault('denied', 1)).toBe('blocked');
    expect(knownFault('granted', 0)).toBe('missing');
    expect(knownFault('prompt', 1)).toBe('unasked');
    expect(knownFault('granted', 1)).toBeNull();
  });
});

describe('what an older version kept', () => {
  it('goes through every step from its version to this one, once and in order', () => {
    const steps = {
      1: (kept: Record<string, unknown>) => ({ ...kept, a: 1 }),
      3: (kept: Record<string, unknown>) => ({ ...kept, b: [kept['a'], 3] }),
    };
    expect(migrate({ x: 0 }, 1, 4, steps)).toEqual({ x: 0, a: 1, b: [1, 3] });
    expect(migrate({ x: 0 }, 4, 4, steps)).toEqual({ x: 0 });
  });
});

describe('an avatar', () => {
  it('has colours in twelve steps and the first and last initial', async () => {
    const { h1, h2 } = await huesOf(ALICE);
    expect([h1 % 30, h2 % 30, h1 < 360, h2 < 360]).toEqual([0, 0, true, true]);
    expect(initialsOf('Mara von Lind')).toBe('ML');
    expect(initialsOf('dad')).toBe('D');
    expect(initialsOf('')).toBe('');
  });
});
