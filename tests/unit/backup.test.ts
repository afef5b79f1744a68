/** Backups: the file, what is in it, and how it takes the place of what was kept. */
import { DEFAULT_DEVICES } from '../../extension/core/device-choice.ts';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Backup, readBackup, successorOf, writeBackup } from '../../extension/core/backup.ts';
import { MAX_FILE_BYTES } from '../../extension/core/file-problem.ts';
import { exportIdentity, type IdentityKey, importIdentity } from '../../extension/core/identity-key.ts';
import { passphraseProblem } from '../../extension/core/passphrase.ts';
import { admit, WINDOW_SIZE } from '../../extension/core/replay-window.ts';
import { openFile, sealFile } from '../../extension/core/sealed-file.ts';
import { type Contact, SCHEMA_VERSION } from '../../extension/core/stored.ts';
import { type Places, type Successor, takeSuccessor } from '../../extension/core/successor.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';

const NOW = Date.UTC(2026, 10, 22);
const PASSPHRASE = 'quiet otter paints seven doors';
/** Little work, so that many files can be tried. The age tool's own is the one that backups have. */
const LIGHT = 2;

const newPair = async (): Promise<CryptoKeyPair> =>
  (await crypto.subtle.generateKey({ name: 'X25519' }, true, ['deriveBits', 'deriveKey'])) as CryptoKeyPair;
const addressOf = (byte: number): Address => toBase64url(new Uint8Array(32).fill(byte)) as Address;
const contactOf = (address: Address, more: Partial<Contact> = {}): Contact => ({
  address,
  name: 'Bob',
  relay: 'relay.example',
  addedAt: NOW,
  bond: { state: 'mutual' },
  checkedAt: NOW,
  lastSeenAt: null,
  claim: null,
  blockedAt: null,
  unblockedAt: null,
  ...more,
});
const BOB = addressOf(7);

let alice: IdentityKey;
const backupOf = (kept: Partial<Backup['kept']> = {}): Backup => ({
  savedAt: NOW,
  identity: alice,
  kept: {
    profile: { address: alice.x, name: 'Alice', relay: 'relay.example', welcomed: true },
    settings: {
      availability: { status: 'available' },
      connectBeforeAnswer: 'checked',
      hideNames: true,
      singleKeys: true,
      whoMayRing: 'everyone',
      quietHours: { on: false, from: 1320, to: 420 },
      hideAddress: true,
      devices: DEFAULT_DEVICES,
      ringtone: 'birds',
      ringVolume: 0.5,
    },
    contacts: { [BOB]: contactOf(BOB) },
    invites: [
      { secret: toBase64url(new Uint8Array(16)), madeAt: NOW, until: NOW + 1, state: 'live', usedBy: null },
    ],
    wishes: [],
    missedOutbox: [],
    [`ledger:${BOB}`]: { reserved: NOW + 64, seen: [NOW - 1, NOW] },
    ...kept,
  },
});
beforeAll(async () => {
  alice = await exportIdentity(await newPair());
});

describe('a password', () => {
  it.each([
    ['', 'too-short'],
    ['elevenchars', 'too-short'],
    ['🦦🦦🦦🦦🦦🦦', 'too-short'],
    ['aaaaaaaaaaaa', 'too-simple'],
    ['abababababababab', 'too-simple'],
    ['abcdefghijklmnop', 'too-simple'],
    ['098765432109876', 'too-simple'],
    ['quiet otter paints', null],
    ['x7!kQ2#pL9@w', null],
  ])('%j is %s', (typed, problem) => expect(passphraseProblem(typed)).toBe(problem));

  it('is the same however its letters were composed', async () => {
    const file = await sealFile('text', 'caf\u00e9 au lait noir', LIGHT);
    expect(await openFile(file, 'cafe\u0301 au lait noir')).toEqual({ ok: true, text: 'text' });
  });
});

describe('an identity as text', () => {
  it('is the same identity again', async () => {
    const pair = await importIdentity(alice);
    expect(pair && (await exportIdentity(pair))).toEqual(alice);
  });

  it('is none if the private key belongs to another address', async () => {
    const other = await exportIdentity(await newPair());
    expect(await importIdentity({ ...alice, x: other.x })).toBeNull();
  });
});

describe('a locked file', () => {
  it('opens with its password alone, binary or as text', async () => {
    const file = await sealFile('a text, ünïcode and all', PASSPHRASE, LIGHT);
    const opened = { ok: true, text: 'a text, ünïcode and all' };
    expect(await openFile(file, PASSPHRASE)).toEqual(opened);
    expect(await openFile(new TextEncoder().encode(armor.encode(file)), PASSPHRASE)).toEqual(opened);
    expect(await openFile(file, `${PASSPHRASE} `)).toEqual({ ok: false, problem: 'wrong-password' });
    expect(await openFile(file, '')).toEqual({ ok: false, problem: 'wrong-password' });
  });

  it('is refused for what it is', async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
    const file = await sealFile('text', PASSPHRASE, LIGHT);
    const refused: [string, Uint8Array][] = [
      ['empty', new Uint8Array()],
      ['too-large', new Uint8Array(MAX_FILE_BYTES + 1)],
      ['foreign', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
      ['foreign', new TextEncoder().encode(writeBackup(backupOf()))],
      ['not-password', await encrypter.encrypt('text')],
      ['damaged', file.subarray(0, 22)],
      ['damaged', file.subarray(0, 60)],
      ['damaged', new TextEncoder().encode(armor.encode(file).slice(0, 90))],
      ['damaged', file.subarray(0, -1)],
    ];
    for (const [problem, bytes] of refused)
      expect(await openFile(bytes, PASSPHRASE)).toEqual({ ok: false, problem });
  });

  it('that was cut or changed anywhere opens for nobody', async () => {
    const file = await sealFile('x'.repeat(300), PASSPHRASE, LIGHT);
    const anywhere = fc.nat(file.length - 1);
    await fc.assert(
      fc.asyncProperty(anywhere, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = file.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect((await openFile(changed, PASSPHRASE)).ok).toBe(false);
        expect((await openFile(file.subarray(0, at), PASSPHRASE)).ok).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});

describe('what is in the file', () => {
  it('is read as it was written, whoever is in it', () => {
    const address = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => toBase64url(bytes) as Address);
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    const seen = fc.array(fc.nat({ max: NOW * 2 }), { maxLength: WINDOW_SIZE });
    fc.assert(
      fc.property(
        fc.uniqueArray(address, { maxLength: 12 }),
        text,
        seen,
        fc.boolean(),
        (all, name, numbers, isBlocked) => {
          const others = all.filter((each) => each !== alice.x);
          const contacts = Object.fromEntries(
            others.map((each) => [each, contactOf(each, { name, blockedAt: isBlocked ? NOW : null })]),
          );
          const ledgers = Object.fromEntries(
            others.map((each) => [`ledger:${each}`, { reserved: NOW, seen: numbers }]),
          );
          const backup = backupOf({ contacts, ...ledgers });
          expect(readBackup(writeBackup(backup))).toEqual({ ok: true, backup });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is refused whole if any of it cannot be true', () => {
    const written = JSON.parse(writeBackup(backupOf())) as Record<string, unknown> & Backup;
    const { kept } = written;
    const refused: [string, unknown][] = [
      ['foreign', null],
      ['foreign', 'sidecall backup'],
      ['foreign', []],
      ['foreign', { ...written, format: 'another backup' }],
      ['foreign', { ...written, version: 'one' }],
      ['foreign', { ...written, version: 0 }],
      ['newer', { ...written, version: SCHEMA_VERSION + 1 }],
      ['newer', { format: 'sidecall backup', version: SCHEMA_VERSION + 1 }],
      ['damaged', { ...written, savedAt: 'today' }],
      ['damaged', { ...written, identity: { ...alice, d: 'short' } }],
      ['damaged', { ...written, identity: { ...alice, x: BOB } }],
      ['damaged', { ...written, kept: [] }],
      ['damaged', { ...written, kept: { ...kept, contacts: undefined } }],
      [
        'damaged',
        { ...written, kept: { ...kept, contacts: { [BOB]: { ...contactOf(BOB), relay: 'no relay' } } } },
      ],
      ['damaged', { ...written, kept: { ...kept, contacts: { [addressOf(8)]: contactOf(BOB) } } }],
      ['damaged', { ...written, kept: { ...kept, contacts: { [alice.x]: contactOf(alice.x) } } }],
      ['damaged', { ...written, kept: { ...kept, profile: { ...kept.profile, address: BOB } } }],
      ['damaged', { ...written, kept: { ...kept, settings: { ringVolume: 7 } } }],
      ['damaged', { ...written, kept: { ...kept, [`ledger:${BOB}`]: { reserved: '1', seen: [] } } }],
      ['damaged', { ...written, kept: { ...kept, [`ledger:${BOB}`]: { reserved: 2 ** 60, seen: [] } } }],
      ['damaged', { ...written, kept: { ...kept, 'ledger:bob': { reserved: 1, seen: [] } } }],
    ];
    for (const [problem, content] of refused)
      expect(readBackup(JSON.stringify(content)), JSON.stringify(content)).toEqual({ ok: false, problem });
  });

  it('never throws, and never is a backup, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readBackup(text).ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('becomes what is kept, without recent calls, and no mail numbered before counts', () => {
    const later = NOW + 86_400_000;
    const successor = successorOf(backupOf(), later);
    expect(successor).toMatchObject({
      ...backupOf().kept,
      replayFloor: later,
      schemaVersion: SCHEMA_VERSION,
    });
    expect(successor).not.toHaveProperty('history');
    expect(successor).not.toHaveProperty('isReplaced');
    expect(admit([], later, later)).toEqual({ ok: false, reason: 'behind', highest: later });
    expect(admit([NOW], later - 1, later)).toEqual({ ok: false, reason: 'behind', highest: later });
    expect(admit([later + 5], later - 1, later)).toMatchObject({ reason: 'behind', highest: later + 5 });
    expect(admit([NOW], later + 1, later)).toEqual({ ok: true, seen: [NOW, later + 1] });
  });
});

describe('a successor', () => {
  interface World {
    identity: CryptoKeyPair | null;
    local: Record<string, unknown>;
    inLine: Successor | null;
  }
  class Crash extends Error {}
  /** Every write, and what lies between two, is a place to crash. */
  function placesOf(world: World, crashAt: number): Places {
    let step = 0;
    const go = () => {
      if (step++ === crashAt) throw new Crash();
    };
    return {
      successor: async () => world.inLine,
      quieten: async () => go(),
      replaceLocal: async (local) => {
        go();
        Object.assign(world.local, local);
        go();
        world.local = Object.fromEntries(Object.entries(world.local).filter(([key]) => key in local));
        go();
      },
      settleKeys: async (keys) => {
        go();
        [world.identity, world.inLine] = [keys, null];
        go();
      },
    };
  }

  it('that is not in line changes nothing', async () => {
    const world: World = { identity: await newPair(), local: { profile: 'old' }, inLine: null };
    const before = { ...world, local: { ...world.local } };
    expect(await takeSuccessor(placesOf(world, -1))).toBeNull();
    expect(world).toEqual(before);
  });

  it.each(['restored', 'fresh'] as const)(
    '(%s) takes over whole, wherever the browser crashes',
    async (kind) => {
      const [old, next] = [await newPair(), await newPair()];
      const inLine: Successor =
        kind === 'restored' ? { keys: next, local: { profile: 'new' } } : { keys: null, local: {} };
      for (let crashAt = 0; crashAt < 6; crashAt++) {
        const world: World = { identity: old, local: { profile: 'old', history: ['a call'] }, inLine };
        await expect(takeSuccessor(placesOf(world, crashAt))).rejects.toThrow(Crash);
        // Until the keys are there, the next start finds it in line and begins again.
        const came = await takeSuccessor(placesOf(world, -1));
        expect(came).toBe(crashAt === 5 ? null : kind);
        expect(world).toEqual({ identity: inLine.keys, local: inLine.local, inLine: null });
      }
    },
  );
});

describe('the age tool', () => {
  const isThere = ['age', 'script'].every((tool) => spawnSync(tool, ['--version']).status === 0);

  /** Answers what a tool asks on its terminal, as often as it asks. */
  function onTerminal(command: string, answer: string): Promise<number | null> {
    const shell = spawn('script', ['-qec', command, '/dev/null']);
    shell.stdout.on('data', (asked: Buffer) => {
      if (asked.toString().includes('passphrase')) shell.stdin.write(`${answer}\n`);
    });
    return new Promise((resolve) => shell.on('close', resolve));
  }

  it('opens a backup of ours, and we open one of its', { timeout: 60_000 }, async ({ skip }) => {
    if (!isThere) return skip('age or script is not installed: apt-get install age bsdutils');
    const folder = mkdtempSync(join(tmpdir(), 'sidecall-age-'));
    const [ours, plain, theirs] = ['ours.age', 'plain.json', 'theirs.age'].map((name) => join(folder, name));
    try {
      const text = writeBackup(backupOf());
      writeFileSync(`${ours}`, await sealFile(text, PASSPHRASE, 14));
      expect(await onTerminal(`age -d -o ${plain} ${ours}`, PASSPHRASE)).toBe(0);
      expect(readFileSync(`${plain}`, 'utf8')).toBe(text);
      expect(await onTerminal(`age -p -a -o ${theirs} ${plain}`, PASSPHRASE)).toBe(0);
      expect(await openFile(readFileSync(`${theirs}`), PASSPHRASE)).toEqual({ ok: true, text });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
