/** The invite page as it leaves the relay. What it does in a browser is in tests/e2e/landing.test.ts. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { startRelay } from './relay-fixture.ts';

async function load(installUrl = ''): Promise<{ response: Response; html: string }> {
  const relay = await startRelay({ installUrl });
  const response = await fetch(`${relay.url}/i`);
  return { response, html: await response.text() };
}

const hashOf = (text = ''): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

test('the page may run and show what stands in it, and nothing else', async () => {
  const { response, html } = await load();
  expect(response.status).toBe(200);
  const policy = response.headers.get('content-security-policy')?.split('; ') ?? [];
  const script = /<script>([^]*?)<\/script>/.exec(html)?.[1];
  const style = /<style>([^]*?)<\/style>/.exec(html)?.[1];
  expect(policy).toEqual([
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('permissions-policy')).toContain('clipboard-write=()');
});

test('the page loads nothing, remembers nothing and sends nothing', async () => {
  const { html } = await load();
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/\bsrc=|url\(\s*["']?(?!data:)\w+:|@import|<iframe|<form|<img/i);
  expect(html).not.toMatch(/\bon\w+="|\sstyle="|javascript:/i);
  const script = /<script>([^]*?)<\/script>/.exec(html)?.[1] ?? '';
  expect(script).not.toMatch(
    /fetch\(|XMLHttpRequest|sendBeacon|WebSocket|localStorage|sessionStorage|indexedDB|cookie|clipboard|innerHTML|postMessage|window\.open|eval\(/,
  );
});

test('whoever has no script is told what to do as well', async () => {
  const { html } = await load();
  const text = html
    .replace(/<(script|style)>[^]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&nbsp;|\s+/g, ' ');
  expect(text).toContain('Someone would like to call you');
  expect(text).toContain('chrome://extensions');
  expect(text).toContain('Copy the link from the message you received.');
  expect(text).toContain('Open Sidecall, choose “Add someone” and paste it.');
});

test('an operator who says where Sidecall is installed from gets a button for it, and no other steps', async () => {
  const { html } = await load('https://store.example/sidecall?a=1&b="2"');
  expect(html).toContain('href="https://store.example/sidecall?a=1&#38;b=&#34;2&#34;" rel="noreferrer"');
  expect(html).not.toContain('chrome://extensions');
});

test('the page is read, not written to', async () => {
  const relay = await startRelay();
  const head = await fetch(`${relay.url}/i`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(Number(head.headers.get('content-length'))).toBeGreaterThan(10_000);
  expect((await fetch(`${relay.url}/i`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${relay.url}/i/`)).status).toBe(404);
  expect((await fetch(`${relay.url}/i?utm=1`)).status).toBe(200);
});
