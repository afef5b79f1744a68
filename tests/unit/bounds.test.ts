/** What others can make this browser keep, do and connect to has bounds. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { log, MAX_HISTORY } from '../../extension/core/call-log.ts';
import { withinShare } from '../../extension/core/fair-share.ts';
import { take } from '../../extension/core/pace.ts';
import { relaysOf } from '../../extension/core/people.ts';
import { mayFollow } from '../../extension/core/relay-address.ts';
import { keepEnding, MAX_ENDINGS } from '../../extension/core/ring-policy.ts';
import type { HistoryEntry, KeptEnding } from '../../extension/storage.ts';
import type { Address } from '../../relay/protocol.ts';
import { contactOf } from './played-browser.ts';
import { ALICE, BOB, newId } from './two-people.ts';

const NOW = 1_800_000_000_000;
const entry = (peer: Address): HistoryEntry => ({
  call: newId(),
  peer,
  direction: 'in',
  kind: 'audio',
  at: NOW,
  outcome: 'missed',
  talkedMs: 0,
  seen: false,
});

describe('a list that several people fill', () => {
  it('loses nothing of whoever has no more than an equal share, and keeps the order', () => {
    const peers = fc.array(fc.constantFrom(...(['a', 'b', 'c', 'd'] as Address[])), { maxLength: 80 });
    const property = fc.property(peers, fc.integer({ min: 4, max: 40 }), (list, max) => {
      const all = list.map((peer, at) => ({ peer, at }));
      const kept = withinShare(all, max);
      expect(kept).toHaveLength(Math.min(max, all.length));
      expect(kept.map(({ at }) => at)).toEqual([...kept.map(({ at }) => at)].sort((a, b) => a - b));
      for (const peer of new Set(list)) {
        const had = all.filter((each) => each.peer === peer);
        const left = kept.filter((each) => each.peer === peer);
        expect(left.length).toBeGreaterThanOrEqual(Math.min(had.length, Math.floor(max / 4)));
        expect(left).toEqual(had.slice(had.length - left.length));
      }
    });
    fc.assert(property);
  });

  it('recent calls: one who rings without end pushes out nobody else’s', () => {
    const theirs = Array.from({ length: 40 }, () => entry(ALICE));
    let history = theirs;
    for (let i = 0; i < 500; i++) history = log(history, entry(BOB));
    expect(history).toHaveLength(MAX_HISTORY);
    expect(history.filter(({ peer }) => peer === ALICE)).toEqual(theirs);
  });

  it('endings: one who ends calls without end does not make another’s ring again', () => {
    const theirs = newId();
    let endings: KeptEnding[] = keepEnding([], [theirs], ALICE, { type: 'busy', call: theirs }, NOW);
    for (let i = 0; i < 2 * MAX_ENDINGS; i++) {
      const call = newId();
      endings = keepEnding(endings, [call], BOB, { type: 'busy', call }, NOW + i);
    }
    expect(endings).toHaveLength(MAX_ENDINGS);
    expect(endings.some(({ call }) => call === theirs)).toBe(true);
  });
});

describe('what is done because others ask for it', () => {
  it('is done so often at once and then every so often, whatever the clock does', () => {
    const limit = { burst: 3, everyMs: 1000 };
    const steps = fc.array(fc.integer({ min: -5000, max: 5000 }), { maxLength: 200 });
    const property = fc.property(steps, (waits) => {
      let now = NOW;
      let forward = 0;
      let pace: ReturnType<typeof take>['pace'] | undefined;
      let granted = 0;
      for (const wait of waits) {
        now += wait;
        forward += Math.max(0, wait);
        const taken = take(pace, now, limit);
        pace = taken.pace;
        if (taken.granted) granted++;
      }
      expect(granted).toBeLessThanOrEqual(3 + forward / 1000);
    });
    fc.assert(property);
  });
});

describe('a relay that somebody else names', () => {
  const outside = [
    'relay.example',
    'relay.example:8443',
    '8.8.8.8',
    '172.32.0.1',
    '[2001:db8::1]:443',
    'fd.example',
  ];
  const around = [
    '10.0.0.1',
    '192.168.1.1:8443',
    '172.16.0.1',
    '172.31.255.1',
    '100.64.0.1',
    '169.254.169.254',
    '[fd00::1]',
    '[fe80::1]:80',
    'router',
    'printer.local',
    'nas.lan',
  ];
  const here = [
    '127.0.0.1:8787',
    '127.1.2.3',
    'localhost',
    'x.localhost:80',
    '[::1]:9',
    '0.0.0.0',
    '[::ffff:7f00:1]',
  ];

  it('is followed only as far out as one’s own relay is', () => {
    for (const host of here) expect(mayFollow('relay.example', host), host).toBe(false);
    for (const host of around) expect(mayFollow('relay.example', host), host).toBe(false);
    for (const host of outside) expect(mayFollow('relay.example', host), host).toBe(true);
    for (const host of here) expect(mayFollow('192.168.1.5', host), host).toBe(false);
    for (const host of [...around, ...outside]) expect(mayFollow('192.168.1.5', host), host).toBe(true);
    for (const host of [...here, ...around, ...outside])
      expect(mayFollow('127.0.0.1:8787', host), host).toBe(true);
  });

  it('is linked to only then', () => {
    const bob = { ...contactOf('Bob', BOB), relay: 'localhost:8787' };
    expect(relaysOf('relay.example', [bob])).toEqual(['relay.example']);
    expect(relaysOf('127.0.0.1:8787', [bob])).toEqual(['127.0.0.1:8787', 'localhost:8787']);
  });
});
