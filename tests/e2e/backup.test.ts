import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readBackup } from '../../extension/core/backup.ts';
import { openFile } from '../../extension/core/sealed-file.ts';
import { Link, Person } from '../relay/independent-client.ts';
import { hearOther, idle, tidyUp, toolbar } from './call.ts';
import { type Cast, gather, PAGES, person, popupWith } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { click, read, see, type } from './ui.ts';

const PASSPHRASE = 'quiet otter paints seven doors';
const ELSEWHERE = 'Sidecall is open in another browser';

let cast: Cast;
/** Alice's new computer. */
let moved: PersonBrowser;
let folder: string;
let backup: string;
/** A ring that Bob sent after the backup was saved, as the relay carried it. */
let oldRing: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidecall-backup-'));
  cast = await gather();
  moved = await person('Alice');
});
afterEach(async () => {
  await Promise.all([cast.alice, cast.bob, moved].map(tidyUp));
});
afterAll(async () => {
  await Promise.all([cast.close(), moved.close(), rm(folder, { recursive: true, force: true })]);
});

/** All that is kept for good, and whose it is. */
async function keptBy(someone: PersonBrowser): Promise<Record<string, unknown>> {
  const worker = await someone.worker();
  return worker.evaluate(() => chrome.storage.local.get(null));
}
const addressOf = async (someone: PersonBrowser): Promise<unknown> =>
  ((await keptBy(someone))['profile'] as { address: string } | undefined)?.address;

/** The next file that the browser has finished downloading into `folder`. */
async function downloaded({ chromium }: PersonBrowser): Promise<() => Promise<string>> {
  const session = await chromium.target().createCDPSession();
  const into = { behavior: 'allow', downloadPath: folder, eventsEnabled: true } as const;
  await session.send('Browser.setDownloadBehavior', into);
  const done = new Promise<void>((resolve) =>
    session.on('Browser.downloadProgress', ({ state }) => {
      if (state === 'completed') resolve();
    }),
  );
  return async () => {
    await done;
    const [name] = (await readdir(folder)).filter((file) => file.startsWith('sidecall-backup-'));
    return join(folder, name ?? 'nothing');
  };
}

async function choose(page: Page, file: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForFileChooser(), click(page, 'Choose a file')]);
  await chooser.accept([file]);
}

async function write(name: string, content: Uint8Array | string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

/** Puts a ringtone of one's own where the settings page does, or only counts what is there. */
const ownSounds = (page: Page, puts: boolean): Promise<number> =>
  page.evaluate(
    (isPut) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('sidecall-sounds', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('sounds');
        opening.onerror = () => reject(new Error('no database'));
        opening.onsuccess = () => {
          const store = opening.result.transaction('sounds', 'readwrite').objectStore('sounds');
          if (isPut) store.put(new ArrayBuffer(8), 'ringtone');
          const count = store.count();
          count.onsuccess = () => {
            opening.result.close();
            resolve(count.result);
          };
        };
      }),
    puts,
  );

describe('a backup', () => {
  it('is saved locked with a password that is worth its name', async () => {
    const { alice } = cast;
    const page = await alice.open(`${PAGES.settings}#backup`);
    await read(page, 'Last backup: never.');
    await click(page, 'Save a backup');
    await type(page, 'Password', 'otter');
    await click(page, 'Lock and save');
    await read(page, 'That password is too short. Use at least 12 characters.');
    await type(page, 'Password', PASSPHRASE);
    await type(page, 'The same password again', `${PASSPHRASE}s`);
    await click(page, 'Lock and save');
    await read(page, 'The two passwords differ.');
    await click(page, 'Show the password');
    await alice.screenshot(page, 'settings-save', 'artifacts/backup');
    await type(page, 'The same password again', PASSPHRASE);
    const file = await downloaded(alice);
    await click(page, 'Lock and save');
    await read(page, 'Backup saved. Keep the password somewhere safe: nobody can recover it.');
    await read(page, 'Last backup: today.');
    backup = await file();
    const bytes = await readFile(backup);
    expect(bytes.toString('latin1')).toMatch(/^age-encryption\.org\/v1\n-> scrypt /);
    for (const secret of ['Bob', 'Alice', 'OKP', String(await addressOf(alice))])
      expect(bytes.includes(secret)).toBe(false);
  });

  it('holds who she is, and nothing of her recent calls', async () => {
    const { alice, bob, relay } = cast;
    const opened = await openFile(await readFile(backup), PASSPHRASE);
    const saved = readBackup(opened.ok ? opened.text : '');
    if (!saved.ok) throw new Error(saved.problem);
    const { identity, kept } = saved.backup;
    expect(identity.x).toBe(await addressOf(alice));
    expect(Object.keys(kept)).not.toContain('history');
    // Whoever has the key is Alice: a program logs in with it, and hears Bob ring.
    const link = await Link.dial(relay.url);
    await link.logIn(new Person(Buffer.from(identity.d, 'base64url')));
    link.send({ type: 'watch', addresses: Object.keys(kept.contacts) });
    const popup = await popupWith(bob, 'Alice');
    await click(popup, 'Call Alice, sound only');
    let event = await link.next();
    while (event.kind === 'frame') event = await link.next();
    if (event.kind === 'closed') throw new Error('the link was closed');
    oldRing = event.sealed;
    await click(popup, 'Cancel call');
    link.socket.close();
  });
});

describe('a file that cannot be restored', () => {
  it('changes nothing, and says why', async () => {
    const before = await keptBy(moved);
    const welcome = await moved.open(PAGES.welcome);
    await click(welcome, 'Restore from a backup');
    const page = await moved.view(PAGES.settings);
    const bytes = await readFile(backup);
    const refused: [string, Uint8Array | string, string][] = [
      [
        'photo.png',
        Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
        'This file isn’t a Sidecall backup.',
      ],
      ['plain.json', '{"format":"sidecall backup","version":1}', 'This file isn’t a Sidecall backup.'],
      ['empty.age', '', 'This file is empty. Try another copy.'],
      ['large.age', Buffer.alloc(16 * 1024 * 1024 + 1), 'This file is too large to be a Sidecall backup.'],
    ];
    for (const [name, content, sentence] of refused) {
      await choose(page, await write(name, content));
      await read(page, sentence);
    }
    await choose(page, await write('cut.age', bytes.subarray(0, -9)));
    await type(page, 'Password for cut.age', PASSPHRASE);
    await click(page, 'Open');
    await read(page, 'This backup is damaged or incomplete. Try another copy.');
    await choose(page, backup);
    const label = `Password for ${backup.split('/').at(-1) ?? ''}`;
    await type(page, label, 'another password');
    await click(page, 'Open');
    await read(page, 'That password doesn’t open this backup.');
    await moved.screenshot(page, 'settings-wrong-password', 'artifacts/backup');
    expect(await keptBy(moved)).toEqual(before);
  });
});

describe('a restored backup', () => {
  it('makes the new browser Alice, and the old one says so', async () => {
    const { alice } = cast;
    const page = await moved.open(`${PAGES.settings}#backup`);
    await choose(page, backup);
    await type(page, `Password for ${backup.split('/').at(-1) ?? ''}`, PASSPHRASE);
    await click(page, 'Open');
    const arrival = await moved.view(PAGES.welcome);
    await read(arrival, 'Welcome back, Alice');
    await moved.screenshot(arrival, 'welcome-back', 'artifacts/backup');
    expect(await addressOf(moved)).toBe(await addressOf(alice));
    await read(await alice.openPopup(), ELSEWHERE);
  });

  it('calls Bob, who sees who is calling', async () => {
    const { bob } = cast;
    const popup = await popupWith(moved, 'Bob');
    await click(popup, 'Call Bob, sound only');
    const notification = await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    bob.notifications.press(notification, 'Answer');
    await Promise.all([hearOther(moved), hearOther(bob)]);
    await click(popup, 'Hang up');
    await Promise.all([idle(moved), idle(bob)]);
  });

  it('takes no mail that was sent before it was restored', async () => {
    const { bob, relay } = cast;
    const alice = String(await addressOf(moved));
    const page = await bob.open(PAGES.settings);
    const key = await page.evaluate(privateKey);
    const link = await Link.dial(relay.url);
    await link.logIn(new Person(Buffer.from(key, 'base64url')));
    const { history } = await keptBy(moved);
    link.mail(alice, 1, oldRing);
    // She says that it is an old one. A ring that counts would be answered too, and be there.
    let event = await link.next();
    while (event.kind !== 'mail') event = await link.next();
    expect(event.from).toBe(alice);
    await idle(moved);
    expect((await keptBy(moved))['history']).toEqual(history);
    link.socket.close();
  });

  it('leaves the old browser alone, until it is wanted there', async () => {
    const { alice } = cast;
    await alice.restart();
    const popup = await alice.openPopup();
    await read(popup, ELSEWHERE);
    await alice.stopWorker();
    await click(popup, 'Use Sidecall here');
    await see(popup, 'Call Bob with video');
    await read(await moved.openPopup(), ELSEWHERE);
  });
});

describe('starting over', () => {
  it('forgets everybody and everything, and welcomes somebody new', async () => {
    const { bob } = cast;
    const before = await keptBy(moved);
    const page = await moved.open(`${PAGES.settings}#backup`);
    await click(page, 'Start over');
    await see(page, 'Start over?', 'alertdialog');
    await read(page, 'You’ll lose your people. This can’t be undone.');
    await moved.screenshot(page, 'settings-start-over', 'artifacts/backup');
    await click(page, 'Keep everything');
    expect(await keptBy(moved)).toEqual(before);
    expect(await ownSounds(page, true)).toBe(1);
    await click(page, 'Start over');
    await see(page, 'Start over?', 'alertdialog');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const welcome = await moved.view(PAGES.welcome);
    await read(welcome, 'Let’s see and hear you');
    const after = await keptBy(moved);
    expect(Object.keys(after).sort()).toEqual(['profile', 'schemaVersion']);
    expect(after['profile']).toMatchObject({ name: '', welcomed: false });
    expect(await addressOf(moved)).not.toBe((before['profile'] as { address: string }).address);
    expect(await ownSounds(welcome, false)).toBe(0);
    expect((await toolbar(moved)).badge).toBe('');
    // The page that welcomes tries the build's own relay, which is not there.
    const expected = /WebSocket connection to .* failed/;
    expect(bob.faults.filter((fault) => !expected.test(fault))).toEqual([]);
  });
});

/** Runs in a page: the private key of whoever lives in this browser. */
async function privateKey(): Promise<string> {
  const open = indexedDB.open('sidecall');
  await new Promise((resolve) => (open.onsuccess = resolve));
  const asked = open.result.transaction('keys').objectStore('keys').get('identity');
  await new Promise((resolve) => (asked.onsuccess = resolve));
  const { privateKey: key } = asked.result as CryptoKeyPair;
  return String((await crypto.subtle.exportKey('jwk', key)).d);
}
