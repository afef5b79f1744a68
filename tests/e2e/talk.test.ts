import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idle, talk, tidyUp } from './call.ts';
import { type Cast, gather, PAGES } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { type Downloads, downloadsOf, writeRandom } from './harness/downloads.ts';
import { silence } from './harness/media.ts';
import { rendererOf } from './harness/renderer.ts';
import { click, read, see, textOf, type } from './ui.ts';

const MEGABYTE = 1_000_000;
const LARGE = 96 * MEGABYTE;
/** What a file may add to the host's process: its window. One that is held adds what has come of it. */
const FLAT_BYTES = 48 * MEGABYTE;

let cast: Cast;
/** Alice's and Bob's call, beside a tab each. */
let alices: Page;
let bobs: Page;
let folder: string;
const saved = {} as Record<'alice' | 'bob', Downloads>;

beforeAll(async () => {
  cast = await gather({ quickly: true, bob: { microphone: await silence() } });
  folder = await mkdtemp(join(tmpdir(), 'sidecall-files-'));
  saved.alice = await downloadsOf(cast.alice);
  saved.bob = await downloadsOf(cast.bob);
  const { popup, panel } = await talk(cast, 'video');
  bobs = panel;
  alices = await cast.alice.open(PAGES.panel);
  await see(alices, 'Hang up', 'button');
  await popup.evaluate(() => window.close()).catch(() => undefined);
});
afterAll(async () => {
  await Promise.all([saved.alice.remove(), saved.bob.remove(), rm(folder, { recursive: true, force: true })]);
  await cast.close();
});

/** Chooses a file on the disk in the picker. */
async function pick(page: Page, file: string): Promise<void> {
  const input = await page.waitForSelector('.comp input[type=file]');
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(file);
}

/** Drops a file of these words anywhere on the panel. */
async function drop(page: Page, name: string, words: string): Promise<void> {
  const over = (kind: string) =>
    page.evaluate(
      (event, fileName, text) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], fileName));
        const stage = document.querySelector('.stage');
        stage?.dispatchEvent(new DragEvent(event, { bubbles: true, cancelable: true, dataTransfer }));
      },
      kind,
      name,
      words,
    );
  await over('dragenter');
  await read(page, 'Never kept anywhere in between.');
  await over('drop');
}

/** What the line of the newest file says. */
const lastFile = (page: Page): Promise<string> =>
  page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.filec')].at(-1)?.innerText ?? '');

/** Leaves a person's extension so many bytes of the disk. @returns what gives it all there is again. */
async function leaveRoom(someone: PersonBrowser, bytes: number): Promise<() => Promise<void>> {
  const host = await someone.host();
  const session = await host.createCDPSession();
  const origin = await host.evaluate(() => location.origin);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: bytes });
  return () => session.detach();
}

/** What calls have in the private file system of this page's extension. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const names: string[] = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
    return names;
  });

const filesOf = async (someone: PersonBrowser) =>
  (await someone.host()).evaluate(() => window.sidecallHost?.snapshot.calls[0]?.files.snapshot.files ?? []);

describe('the chat', () => {
  it('brings words both ways, says what is unread, who writes and what has arrived', async () => {
    await alices.bringToFront();
    await alices.keyboard.press('t');
    await read(alices, 'Messages go straight to Bob and disappear when you hang up.');
    await type(alices, 'Message to Bob', 'See https://xn--pple-43d.com/a and <b>not</b> javascript:alert(1)');
    await see(alices, 'Send', 'button');
    await alices.keyboard.press('Enter');
    await see(alices, 'Sent');
    await see(bobs, 'Chat, 1 unread', 'button');
    await cast.bob.screenshot(bobs, 'chat-unread', 'artifacts/talk');
    await click(bobs, 'Chat, 1 unread');
    await read(bobs, '<b>not</b> javascript:alert(1)');
    await see(bobs, 'Chat', 'button');
    const links = await bobs.$$eval('.bub a', (all) =>
      all.map(({ href, rel, target, innerText }) => ({ href, rel, target, innerText })),
    );
    const address = 'https://xn--pple-43d.com/a';
    expect(links).toEqual([
      { href: address, innerText: address, rel: 'noopener noreferrer', target: '_blank' },
    ]);

    await bobs.type('.comp textarea', 'Looking');
    await read(alices, 'Bob is writing');
    await bobs.keyboard.press('Enter');
    await read(alices, 'Looking');
    await alices.waitForFunction(() => !document.body.innerText.includes('Bob is writing'));
    // The picture has made room; it is the same one.
    expect(await alices.$$eval('.stage .vid', (all) => all.length)).toBe(1);
    await cast.alice.screenshot(alices, 'chat', 'artifacts/talk');
  });
});

describe('a file', () => {
  it('is dropped, taken and saved with the same bytes; another is refused', async () => {
    const words = 'Found the floor plan\n'.repeat(5000);
    await drop(bobs, '../Floor plan.txt', words);
    await read(alices, '105 kB from Bob');
    await cast.alice.screenshot(alices, 'file-offered', 'artifacts/talk');
    await click(alices, 'Save Floor plan.txt');
    await read(alices, 'Saved in Downloads');
    await read(bobs, 'Alice has it');
    const sha256 = createHash('sha256').update(words).digest('hex');
    expect(await saved.alice.sha256('Floor plan.txt', words.length)).toBe(sha256);

    await drop(bobs, 'again.exe', 'x');
    await click(alices, 'No thanks to again.exe');
    await read(bobs, 'Alice said no thanks.');
    expect(await saved.alice.names()).toEqual(['Floor plan.txt']);
  });

  it('that there is no room for stays on offer, and is taken once there is', async () => {
    const file = join(folder, 'album.bin');
    const sha256 = await writeRandom(file, MEGABYTE);
    await pick(bobs, file);
    const makeRoom = await leaveRoom(cast.alice, MEGABYTE / 2);
    await click(alices, 'Save album.bin');
    await read(alices, 'There’s no room for this file on your computer. Make some, then save it.');
    await cast.alice.screenshot(alices, 'file-no-room', 'artifacts/talk');
    await makeRoom();
    await click(alices, 'Save album.bin');
    await expect.poll(() => lastFile(alices)).toContain('Saved in Downloads');
    expect(await saved.alice.sha256('album.bin', MEGABYTE)).toBe(sha256);
  });

  it('can be opened in a tab if it is a picture, as what we say it is and never as a page', async () => {
    const file = join(folder, 'not a picture.png');
    await writeFile(file, '<script>document.title = "ran"</script>');
    await pick(bobs, file);
    await click(alices, 'Save not a picture.png');
    await click(alices, 'Open not a picture.png');
    const tab = await cast.alice.chromium.waitForTarget((target) => target.url().startsWith('blob:'));
    const page = await tab.page();
    expect(await page?.evaluate(() => [document.contentType, document.title !== 'ran'])).toEqual([
      'image/png',
      true,
    ]);
    await page?.close();
    await alices.bringToFront();
  });

  it('of 96 MB leaves the memory flat, goes on over a fresh transport, and nothing waits behind it', async () => {
    const file = join(folder, 'large.bin');
    const sha256 = await writeRandom(file, LARGE);
    const renderers = await Promise.all([rendererOf(cast.alice), rendererOf(cast.bob)]);
    const before = await Promise.all(renderers.map((each) => each.live()));
    await pick(bobs, file);
    await click(alices, 'Save large.bin');
    const hasMoved = (bytes: number) =>
      expect
        .poll(
          async () => {
            const state = (await filesOf(cast.alice)).at(-1)?.state;
            return state?.step === 'moving' ? state.bytes : LARGE;
          },
          { timeout: 60_000, interval: 20 },
        )
        .toBeGreaterThan(bytes);
    await hasMoved(8 * MEGABYTE);
    await read(bobs, ' of 96 MB');
    await cast.bob.screenshot(bobs, 'file-moving', 'artifacts/talk');

    const muted = Date.now();
    await (
      await cast.bob.host()
    ).evaluate(() => window.sidecallHost?.snapshot.calls[0]?.setMicrophone(false));
    const host = await cast.alice.host();
    await host.waitForFunction(() => !window.sidecallHost?.snapshot.calls[0]?.snapshot.theirs.microphone, {
      polling: 10,
    });
    expect(Date.now() - muted).toBeLessThan(2000);

    // The transport of this side ends, as when its network is gone; the pictures of the next one are others.
    await host.waitForFunction(
      () => window.sidecallHost?.snapshot.calls[0]?.snapshot.safety.state === 'pictures',
    );
    const pictures = await host.evaluate(async () => {
      const before = JSON.stringify(window.sidecallHost?.snapshot.calls[0]?.snapshot.safety);
      // Whoever asks it what it has received, several times a second, gives it away.
      const connections = RTCPeerConnection.prototype;
      const real = Object.getOwnPropertyDescriptor(connections, 'getStats');
      const connection = await new Promise<RTCPeerConnection>((resolve) => {
        connections.getStats = function (this: RTCPeerConnection) {
          resolve(this);
          return Promise.reject(new Error('not now'));
        };
      });
      if (real) Object.defineProperty(connections, 'getStats', real);
      connection.close();
      return before;
    });
    await hasMoved(LARGE * 0.75);
    for (const [i, renderer] of renderers.entries())
      expect((await renderer.live()) - (before[i] ?? 0)).toBeLessThan(FLAT_BYTES);
    expect(
      await host.evaluate(() => JSON.stringify(window.sidecallHost?.snapshot.calls[0]?.snapshot.safety)),
    ).not.toBe(pictures);
    await expect.poll(() => lastFile(bobs), { timeout: 90_000 }).toContain('Alice has it');
    expect(await saved.alice.sha256(basename(file), LARGE)).toBe(sha256);
    await (await cast.bob.host()).evaluate(() => window.sidecallHost?.snapshot.calls[0]?.setMicrophone(true));
  });

  it('is stopped by its receiver, and by its sender', async () => {
    const file = join(folder, 'other.bin');
    await writeRandom(file, LARGE / 2);
    for (const [who, button] of [
      [alices, 'Stop receiving'],
      [bobs, 'Stop sending'],
    ] as const) {
      await pick(bobs, file);
      await click(alices, 'Save other.bin');
      await click(who, button);
      const other = who === alices ? bobs : alices;
      await expect.poll(() => lastFile(who)).toContain('You stopped it.');
      await expect
        .poll(() => lastFile(other))
        .toContain(who === alices ? 'Alice stopped it.' : 'Bob stopped it.');
    }
    expect(await saved.alice.names()).not.toContain('other.bin');
  });

  it('is offered sixteen at a time at most, and under a name that is safe', async () => {
    const before = (await filesOf(cast.alice)).length;
    await (
      await cast.bob.host()
    ).evaluate(() => {
      const call = window.sidecallHost?.snapshot.calls[0] as unknown as { say(message: object): boolean };
      for (let i = 1; i <= 3000; i++)
        call.say({ type: 'file-offer', transfer: 1000 + i, name: `..\\${'x'.repeat(240)}.exe`, size: 5 });
      call.say({ type: 'chat', n: 500, text: 'out of order' });
      call.say({ type: 'file-offer', transfer: 9999, name: 'x'.repeat(300), size: 5 });
    });
    await read(alices, '.exe');
    await expect.poll(async () => (await filesOf(cast.alice)).length - before).toBe(16);
    for (const { name } of (await filesOf(cast.alice)).slice(before)) expect(name).toMatch(/^x{196}\.exe$/);
    expect(await textOf(alices)).not.toContain('out of order');
  });
});

it('Bob, of whom nothing was ever heard, has been told so', async () => {
  await read(bobs, 'We can’t hear you. Check that the right microphone is chosen.');
  await cast.bob.screenshot(bobs, 'microphone-silent', 'artifacts/talk');
});

describe('after the call', () => {
  it('the messages are gone, what was saved can still be opened, and then nothing is kept', async () => {
    await click(bobs, 'Hang up');
    await read(alices, 'The messages from this call are gone.');
    await see(alices, 'Floor plan.txt', 'group');
    await cast.alice.screenshot(alices, 'talk-ended', 'artifacts/talk');
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
    expect(await kept(alices)).toHaveLength(1);
    await click(alices, 'Back to people');
    await expect.poll(() => kept(alices), { timeout: 30_000 }).toEqual([]);
    await Promise.all([cast.alice, cast.bob].map(tidyUp));
  });

  it('nothing is left of a file either whose browser was killed while it came', async () => {
    const { popup } = await talk(cast, 'sound');
    await popup.evaluate(() => window.close()).catch(() => undefined);
    [alices, bobs] = [await cast.alice.open(PAGES.panel), await cast.bob.view(PAGES.panel)];
    for (const page of [alices, bobs]) await click(page, 'Chat');
    await pick(bobs, join(folder, 'large.bin'));
    await click(alices, 'Save large.bin');
    await read(bobs, ' of 96 MB');
    expect(await kept(alices)).toHaveLength(1);
    await cast.alice.restart('killed');
    alices = await cast.alice.open(PAGES.settings);
    expect(await kept(alices)).toHaveLength(1);
    await cast.alice.host();
    await expect.poll(() => kept(alices), { timeout: 30_000 }).toEqual([]);
  });

  it('no fault was logged in any of it', () => {
    const expected = /WebSocket connection to .* failed/;
    expect([...cast.alice.faults, ...cast.bob.faults].filter((fault) => !expected.test(fault))).toEqual([]);
  });
});
