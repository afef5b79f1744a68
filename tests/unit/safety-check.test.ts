import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatControl, parseControl } from '../../extension/core/control-message.ts';
import { fingerprintOf } from '../../extension/core/fingerprint.ts';
import {
  begin,
  hear,
  NONCE_BYTES,
  type Party,
  PICTURE_COUNT,
  type SafetyCheck,
  type SafetyMessage,
} from '../../extension/core/safety-check.ts';
import { PICTURES } from '../../extension/core/safety-pictures.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';

const RUNS = { numRuns: 60 };
type Bytes = Uint8Array<ArrayBuffer>;
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes): Bytes => Uint8Array.from(bytes));
const address = bytes32.map((bytes) => toBase64url(bytes) as Address);
const party: fc.Arbitrary<Party> = fc.record({ address, fingerprint: bytes32 });
const random = (): Bytes => crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
const someone = (): Party => ({ address: toBase64url(random()) as Address, fingerprint: random() });

interface Ends {
  /** Who the caller takes itself and the other for, and its nonce. */
  caller: { me: Party; them: Party; nonce: Bytes };
  callee: { me: Party; them: Party; nonce: Bytes };
}

/** Both ends of one transport, whose words reach the other as they were said. */
async function compare({ caller, callee }: Ends): Promise<{ caller: SafetyCheck; callee: SafetyCheck }> {
  let a = await begin('caller', caller.me, caller.them, caller.nonce);
  let b = await begin('callee', callee.me, callee.them, callee.nonce);
  for (let turns = 0; a.say || b.say; turns++) {
    expect(turns).toBeLessThan(10);
    if (a.say) {
      const said = a.say;
      a = { ...a, say: null };
      b = await hear(b.check, said);
    } else if (b.say) {
      const said = b.say;
      b = { ...b, say: null };
      a = await hear(a.check, said);
    }
  }
  return { caller: a.check, callee: b.check };
}

function picturesOf(check: SafetyCheck): string {
  if (check.step !== 'done') throw new Error(`the check is ${check.step}`);
  return check.pictures.map(({ word }) => word).join(', ');
}

const straight = (a: Party, b: Party): Ends => ({
  caller: { me: a, them: b, nonce: random() },
  callee: { me: b, them: a, nonce: random() },
});

describe('the pictures', () => {
  it('are 64, all different, with words that are all different', () => {
    expect(new Set(PICTURES.map(({ emoji }) => emoji)).size).toBe(64);
    expect(new Set(PICTURES.map(({ word }) => word)).size).toBe(64);
  });

  it('stand in the order of the Matrix specification', () => {
    const at = (n: number) => PICTURES[n]?.word;
    expect([at(0), at(13), at(31), at(37), at(49), at(63)]).toEqual([
      'dog',
      'octopus',
      'robot',
      'umbrella',
      'telephone',
      'pin',
    ]);
  });
});

describe('with nobody in between', () => {
  it('both sides see the same seven pictures, whoever they are and whatever they draw', async () => {
    await fc.assert(
      fc.asyncProperty(party, party, bytes32, bytes32, async (a, b, nonceA, nonceB) => {
        const ends = await compare({
          caller: { me: a, them: b, nonce: nonceA },
          callee: { me: b, them: a, nonce: nonceB },
        });
        expect(picturesOf(ends.caller)).toBe(picturesOf(ends.callee));
        expect(ends.caller).toMatchObject({ step: 'done' });
        expect(picturesOf(ends.caller).split(', ')).toHaveLength(PICTURE_COUNT);
      }),
      RUNS,
    );
  });

  it('they are always the same for the same keys, certificates and nonces', async () => {
    const fill = (byte: number): Bytes => new Uint8Array(32).fill(byte);
    const a = { address: toBase64url(fill(1)) as Address, fingerprint: fill(2) };
    const b = { address: toBase64url(fill(3)) as Address, fingerprint: fill(4) };
    const { caller } = await compare({
      caller: { me: a, them: b, nonce: fill(5) },
      callee: { me: b, them: a, nonce: fill(6) },
    });
    expect(picturesOf(caller)).toMatchInlineSnapshot(
      `"trumpet, key, folder, strawberry, lock, anchor, trophy"`,
    );
  });

  it('they change with every call, as the nonces do', async () => {
    const [a, b] = [someone(), someone()];
    const seen = new Set<string>();
    for (let i = 0; i < 30; i++) seen.add(picturesOf((await compare(straight(a, b))).caller));
    expect(seen.size).toBe(30);
  });

  it('every picture comes about as often as any other', async () => {
    const counts = new Map<string, number>();
    const calls = 400;
    for (let i = 0; i < calls; i++)
      for (const word of picturesOf((await compare(straight(someone(), someone()))).caller).split(', '))
        counts.set(word, (counts.get(word) ?? 0) + 1);
    // 43.75 each are expected, with a standard deviation of 6.6: six of those off is no accident.
    expect(counts.size).toBe(64);
    for (const count of counts.values()) expect(Math.abs(count - (calls * 7) / 64)).toBeLessThan(40);
  });
});

describe('whatever differs between the two ends', () => {
  const changes: Record<string, (ends: Ends) => void> = {
    'the caller’s key as the callee knows it': ({ callee }) =>
      (callee.them = { ...callee.them, address: someone().address }),
    'the callee’s key as the caller knows it': ({ caller }) =>
      (caller.them = { ...caller.them, address: someone().address }),
    'the certificate that the caller was shown': ({ caller }) =>
      (caller.them = { ...caller.them, fingerprint: random() }),
    'the certificate that the callee was shown': ({ callee }) =>
      (callee.them = { ...callee.them, fingerprint: random() }),
    'one bit of a certificate': ({ callee }) => {
      const fingerprint = callee.them.fingerprint.slice();
      fingerprint[31] = (fingerprint[31] ?? 0) ^ 1;
      callee.them = { ...callee.them, fingerprint };
    },
  };
  it.each(Object.entries(changes))('%s changes the pictures', async (_, change) => {
    for (let i = 0; i < 20; i++) {
      const ends = straight(someone(), someone());
      change(ends);
      const { caller, callee } = await compare(ends);
      expect(picturesOf(caller)).not.toBe(picturesOf(callee));
    }
  });

  it('somebody in between, with a link to each, can’t make the pictures of both the same', async () => {
    for (let i = 0; i < 40; i++) {
      const [alice, bob, middle] = [someone(), someone(), someone()];
      const toAlice = { ...middle, fingerprint: random() };
      const toBob = { ...middle, fingerprint: random() };
      const nonce = random();
      // The best they can do without being bound: the same nonce on both links.
      const first = await compare({
        caller: { me: alice, them: toAlice, nonce: random() },
        callee: { me: toAlice, them: alice, nonce },
      });
      const second = await compare({
        caller: { me: toBob, them: bob, nonce },
        callee: { me: bob, them: toBob, nonce: random() },
      });
      expect(picturesOf(first.caller)).not.toBe(picturesOf(second.callee));
    }
  });

  it('passing the words of one side on to the other, as they are, does not help either', async () => {
    const [alice, bob] = [someone(), someone()];
    // Alice and Bob hear each other's very words, but each was shown the certificate in between.
    const { caller, callee } = await compare({
      caller: { me: alice, them: { ...bob, fingerprint: random() }, nonce: random() },
      callee: { me: bob, them: { ...alice, fingerprint: random() }, nonce: random() },
    });
    expect(picturesOf(caller)).not.toBe(picturesOf(callee));
  });
});

describe('the order of words', () => {
  const commit = async (role: 'caller' | 'callee', nonce: Bytes): Promise<SafetyMessage> => {
    const asCaller = await begin('caller', someone(), someone(), nonce);
    if (role === 'caller' && asCaller.say) return asCaller.say;
    const asCallee = await begin('callee', someone(), someone(), nonce);
    const { say } = await hear(asCallee.check, await commit('caller', random()));
    if (!say) throw new Error('the callee did not commit');
    return say;
  };
  const reveal = (nonce: Bytes): SafetyMessage => ({ type: 'safety-reveal', nonce: toBase64url(nonce) });
  const fresh = (role: 'caller' | 'callee') => begin(role, someone(), someone(), random());

  it('binds the caller before the callee says anything, and keeps the caller’s nonce until the callee is bound', async () => {
    const caller = await fresh('caller');
    expect(caller.say?.type).toBe('safety-commit');
    const callee = await fresh('callee');
    expect(callee.say).toBeNull();
    const bound = await hear(callee.check, await commit('caller', random()));
    expect(bound.say?.type).toBe('safety-commit');
    expect((await hear(caller.check, await commit('callee', random()))).say?.type).toBe('safety-reveal');
  });

  it('a callee who has the caller’s commitment keeps its nonce until the caller has shown theirs', async () => {
    const nonce = random();
    const callee = await fresh('callee');
    const bound = await hear(callee.check, await commit('caller', nonce));
    expect(JSON.stringify(bound.say)).not.toContain(toBase64url(bound.check.nonce));
    const shown = await hear(bound.check, reveal(nonce));
    expect(shown.say).toEqual(reveal(shown.check.nonce));
  });

  it.each(['caller', 'callee'] as const)(
    'a nonce that was not committed to fails the %s’s check',
    async (role) => {
      const other = role === 'caller' ? 'callee' : 'caller';
      const begun = await fresh(role);
      const bound = await hear(begun.check, await commit(other, random()));
      const { check, say } = await hear(bound.check, reveal(random()));
      expect(check.step).toBe('failed');
      expect(say).toBeNull();
    },
  );

  it('a side’s own commitment, sent back to it, is no other’s', async () => {
    const nonce = random();
    const caller = await begin('caller', someone(), someone(), nonce);
    if (!caller.say) throw new Error('nothing was said');
    const echoed = await hear(caller.check, caller.say);
    expect((await hear(echoed.check, reveal(nonce))).check.step).toBe('failed');
  });

  it('a nonce before its commitment, a second commitment, or a word too many fails it', async () => {
    for (const role of ['caller', 'callee'] as const) {
      const other = role === 'caller' ? 'callee' : 'caller';
      const begun = await fresh(role);
      expect((await hear(begun.check, reveal(random()))).check.step).toBe('failed');
      const nonce = random();
      const bound = await hear(begun.check, await commit(other, nonce));
      expect((await hear(bound.check, await commit(other, random()))).check.step).toBe('failed');
      const done = await hear(bound.check, reveal(nonce));
      expect(done.check.step).toBe('done');
      expect((await hear(done.check, reveal(nonce))).check.step).toBe('failed');
    }
  });

  it('nothing leads out of a failed check', async () => {
    const begun = await fresh('callee');
    const { check } = await hear(begun.check, reveal(random()));
    const nonce = random();
    const again = await hear(check, await commit('caller', nonce));
    expect((await hear(again.check, reveal(nonce))).check.step).toBe('failed');
  });

  it('its words fit the control channel, and others don’t', async () => {
    const said = await commit('caller', random());
    expect(parseControl(formatControl({ ...said }))).toEqual(said);
    expect(parseControl(JSON.stringify({ v: 1, type: 'safety-reveal', nonce: 'AAAA' }))).toBeNull();
    expect(parseControl(JSON.stringify({ v: 1, type: 'safety-commit', commitment: 7 }))).toBeNull();
  });
});

describe('the certificate of a description', () => {
  const hex = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0').toUpperCase()).join(':');
  const line = `a=fingerprint:sha-256 ${hex}\r\n`;

  it('is read, also where every medium repeats it', () => {
    const expected = Uint8Array.from({ length: 32 }, (_, i) => i);
    expect(fingerprintOf(`v=0\r\n${line}m=audio\r\n`)).toEqual(expected);
    expect(fingerprintOf(`v=0\r\nm=audio\r\n${line}m=video\r\n${line.toLowerCase()}`)).toEqual(expected);
  });

  it.each([
    ['none', 'v=0\r\nm=audio\r\n'],
    ['another hash', `a=fingerprint:sha-1 ${hex}\r\n`],
    ['another hash beside it', `${line}a=fingerprint:sha-384 ${hex}\r\n`],
    ['two certificates', `${line}${line.replace('00', 'FF')}`],
    ['too few bytes', `a=fingerprint:sha-256 ${hex.slice(3)}\r\n`],
    ['no bytes', 'a=fingerprint:sha-256 zz\r\n'],
  ])('is not told where there is %s', (_, sdp) => {
    expect(fingerprintOf(sdp)).toBeNull();
  });
});
