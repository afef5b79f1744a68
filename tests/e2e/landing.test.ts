/** The invite page of the built relay, in a real browser: it says who invites, and the link stays in the address bar. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { formatInvite, INVITE_DAYS } from '../../extension/core/invite.ts';
import type { Address } from '../../relay/protocol.ts';
import { Person } from '../relay/independent-client.ts';
import { chromePath } from './harness/chrome-path.ts';
import { ROOT } from './harness/launch.ts';

const DAY_MS = 24 * 3600 * 1000;
const SECRET = 'c2VjcmV0LXNlY3JldC1zZQ';
const PICTURES = join(ROOT, 'artifacts/landing');
const today = Math.floor(Date.now() / DAY_MS);

let browser: Browser;
let relay: ChildProcess;
/** `host:port` of the relay as the browser knows it: a wire in between keeps every byte the browser sends. */
let host = '';
const sent: Buffer[] = [];

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  relay = spawn(process.execPath, [join(ROOT, 'dist/relay.js')], {
    env: { PATH: process.env['PATH'], PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!relay.stdout) throw new Error('no output');
  const [line] = (await once(createInterface({ input: relay.stdout }), 'line')) as [string];
  const { port } = new URL((JSON.parse(line) as { url: string }).url);
  const wire = createServer((client) => {
    const server = connect(Number(port), '127.0.0.1');
    client.on('data', (bytes: Buffer) => sent.push(bytes));
    client.on('error', () => server.destroy()).pipe(server);
    server.on('error', () => client.destroy()).pipe(client);
  });
  wire.listen(0, '127.0.0.1').unref();
  await once(wire, 'listening');
  host = `127.0.0.1:${(wire.address() as AddressInfo).port}`;
  browser = await puppeteer.launch({
    executablePath: chromePath(),
    args: ['--no-sandbox'],
    env: { ...process.env, FONTCONFIG_FILE: join(ROOT, 'tests/machine/fonts.conf') },
  });
});

afterAll(async () => {
  await browser.close();
  relay.kill();
});

interface Visit {
  page: Page;
  /** What the browser asked for, and what it complained of. */
  requests: string[];
  complaints: string[];
}

interface View {
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  script?: boolean;
}

async function visit(fragment: string, view: View = {}): Promise<Visit> {
  const { width = 1100, height = 720, theme = 'light', script = true } = view;
  const context = await browser.createBrowserContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(`${request.url()} ${JSON.stringify(request.headers())}`));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  await page.setViewport({ width, height });
  await page.setJavaScriptEnabled(script);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  await page.goto(`http://${host}/i${fragment}`);
  return { page, requests, complaints };
}

function fragmentOf(name: string, untilDay = today + INVITE_DAYS): { address: string; fragment: string } {
  const address = new Person().address;
  const link = formatInvite({ relay: host, address: address as Address, secret: SECRET, untilDay, name });
  return { address, fragment: link.slice(link.indexOf('#')) };
}

/** What a person reads. */
const textOf = (page: Page): Promise<string> => page.evaluate(() => document.body.innerText);
const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
const picture = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: `${PICTURES}/${name}.png` });

test('it says who invites, until when, how to install and where to paste the link', async () => {
  const { page, complaints } = await visit(fragmentOf('Mara Lind').fragment);
  const text = await textOf(page);
  // The last moment of the last day, as a clock here shows it.
  const until = await page.evaluate(
    (ms) => new Intl.DateTimeFormat(navigator.languages, { day: 'numeric', month: 'long' }).format(ms),
    (today + INVITE_DAYS + 1) * DAY_MS - 1,
  );
  expect(text).toMatch(/Mara would like\s+to\s+call\s+you/);
  expect(text).toContain('Mara can ring you.');
  expect(text).toContain('Mara Lind\n');
  expect(text).toContain(`Works once, until ${until}`);
  expect(text).toContain('Load unpacked');
  expect(text).toContain('Copy the link from the message you received.');
  expect(text).toContain('choose “Add someone” and paste it');
  expect(complaints).toEqual([]);
});

test('nothing behind the # leaves the browser, and the link is nowhere in the page', async () => {
  sent.length = 0;
  const { address, fragment } = fragmentOf('Mara Lind');
  const { page, requests } = await visit(fragment);
  await page.waitForFunction(() => document.documentElement.dataset['invite'] === 'good');
  // A click on everything there is to click, and all of it selected, as for a copy.
  for (const element of await page.$$('a, button, summary')) await element.click();
  const selected = await page.evaluate(() => {
    document.execCommand('selectAll');
    return String(getSelection());
  });
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  const held = await page.evaluate(() => document.documentElement.outerHTML + document.title);
  expect(requests.map((request) => request.split(' ')[0]?.replace(/#.*/, ''))).toEqual([`http://${host}/i`]);
  expect(Buffer.concat(sent).toString('latin1')).toMatch(/^GET \/i HTTP\/1\.1\r\n/);
  const asked = requests.map((request) => request.slice(request.indexOf(' '))).join();
  for (const part of [address, SECRET, 'Mara', 'Lind', fragment]) {
    expect(Buffer.concat(sent).toString('latin1')).not.toContain(part);
    expect(asked).not.toContain(part);
  }
  expect(kept).toBe('[{},{},""]');
  for (const part of [address, SECRET, fragment]) {
    expect(held).not.toContain(part);
    expect(selected).not.toContain(part);
  }
});

test('a script that got into the page could not send the link anywhere', async () => {
  const { page } = await visit(fragmentOf('Mara Lind').fragment);
  const outcome = await page.evaluate(async () => {
    const violated: string[] = [];
    addEventListener('securitypolicyviolation', (event) => violated.push(event.effectiveDirective));
    await fetch('/healthz').catch(() => undefined);
    const image = new Image();
    image.src = '/healthz';
    await new Promise((resolve) => (image.onerror = resolve));
    const script = document.createElement('script');
    let wasRefused = false;
    try {
      script.text = 'globalThis.pwned = true';
    } catch {
      wasRefused = true;
    }
    document.body.append(script);
    return { violated, wasRefused, pwned: 'pwned' in globalThis };
  });
  expect(outcome.violated).toEqual(expect.arrayContaining(['connect-src', 'img-src']));
  expect(outcome).toMatchObject({ wasRefused: true, pwned: false });
});

test.each([
  ['markup', '<img src=x onerror="alert(1)"><script>alert(2)</script>', '<img would like to call you'],
  ['right-to-left overrides', '\u202Egro.live\u202C \u2066Mara\u200B', 'gro.live would like to call you'],
  ['ten thousand letters', 'M'.repeat(10_000), 'MMMM would like to call you'],
  ['as long a name as a link may have', 'W'.repeat(1900), 'WWWW'],
  ['stacked accents', `Z${'\u0351'.repeat(200)}`, 'would like to call you'],
  ['a replacement pattern', "$& $' $`", '$& would like to call you'],
  ['nothing but spaces', '\u00A0\u2003\u0000', 'Someone would like to call you'],
])('a name of %s does no harm', async (_, name, shown) => {
  const { page, complaints } = await visit(fragmentOf(name).fragment, { width: 360, height: 740 });
  const text = (await textOf(page)).replace(/\s+/g, ' ');
  expect(text).toContain(shown);
  expect(text).not.toMatch(/[\u200B-\u200F\u202A-\u202E\u2066-\u2069]/);
  expect(text.length).toBeLessThan(1200);
  expect(await page.$$eval('img, body script + script', (found) => found.length)).toBe(0);
  expect(await isTooWide(page)).toBe(false);
  expect(complaints).toEqual([]);
});

test.each([
  ['no fragment', '', 'That doesn’t look like an invite'],
  ['half a link', '#AAAA.BBBB', 'That doesn’t look like an invite'],
  [
    'broken percent signs',
    fragmentOf('Mara').fragment.replace('Mara', '%E0%A4%A'),
    'That doesn’t look like an invite',
  ],
  [
    'a day that is over',
    fragmentOf('Mara', 20_000).fragment,
    /This invite ran out on (4 October|October 4)\n/,
  ],
])('%s gets a sentence', async (_, fragment, sentence) => {
  const { page, complaints } = await visit(fragment);
  const text = await textOf(page);
  expect(text).toMatch(sentence);
  expect(text).toMatch(/[Aa]sk for a new one\./);
  expect(text).not.toContain('would like');
  expect(complaints).toEqual([]);
});

test('another link opened in the same tab is read as well', async () => {
  const { page } = await visit('#broken');
  await page.evaluate((next) => (location.hash = next), fragmentOf('Jonas Weber').fragment);
  await page.waitForFunction(() => document.body.innerText.includes('Jonas would like'));
});

test('without JavaScript it still says what to do', async () => {
  const { page } = await visit(fragmentOf('Mara Lind').fragment, { script: false });
  await picture(page, 'no-script');
  const shown = await page.$$eval('h1, li', (all) =>
    all.filter((one) => one.checkVisibility()).map((one) => one.textContent.replace(/\s+/g, ' ')),
  );
  expect(shown).toEqual([
    'Someone would like to call you',
    expect.stringContaining('Load unpacked') as string,
    'Copy the link from the message you received.',
    'Open Sidecall, choose “Add someone” and paste it.',
  ]);
});

test('it fits a phone of 360 pixels and a computer, in both themes', async () => {
  const { fragment } = fragmentOf('Mara Lind');
  const papers = new Set<string>();
  for (const theme of ['light', 'dark'] as const) {
    for (const [name, width, height] of [
      ['wide', 1100, 720],
      ['phone', 390, 844],
      ['narrow', 360, 740],
    ] as const) {
      const { page } = await visit(fragment, { width, height, theme });
      await page.waitForFunction(() => document.documentElement.dataset['invite'] === 'good');
      await picture(page, `${name}-${theme}`);
      expect(await isTooWide(page)).toBe(false);
      const lead = name === 'wide' ? 'Add Sidecall to your browser' : 'Open that message on your computer.';
      expect(await textOf(page)).toContain(lead);
      papers.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    }
    const { page } = await visit(fragmentOf('Mara', 20_000).fragment, { width: 390, height: 844, theme });
    await picture(page, `over-${theme}`);
  }
  // Two papers, for page and phone, in two themes.
  expect(papers.size).toBe(4);
});
