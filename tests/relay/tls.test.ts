/** TLS at the relay itself, with real certificates, changed under a relay that runs. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type DetailedPeerCertificate, type SecureVersion } from 'node:tls';
import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Relay } from '../../relay/server.ts';
import { TLS_CHECK_MS, TlsPair, TlsPairError } from '../../relay/tls.ts';
import { Person } from './independent-client.ts';
import { ManualClock } from './manual-clock.ts';
import { dial, exchangeMail, goOnline, startRelay } from './relay-fixture.ts';

vi.setConfig({ testTimeout: 30_000 });

interface Made {
  cert: string;
  key: string;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sidecall-tls-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** Makes a certificate for this computer, named so that one can be told from another. */
function make(name: string, kind = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']): Made {
  const at = folder();
  const [cert, key] = [join(at, 'cert.pem'), join(at, 'key.pem')];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const out = ['-keyout', key, '-out', cert, '-days', '30', '-nodes'];
  execFileSync('openssl', ['req', '-x509', '-newkey', ...kind, ...subject, ...out], { stdio: 'ignore' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

interface Serving {
  relay: Relay;
  clock: ManualClock;
  files: { cert: string; key: string };
  /** Everything it logged until now. */
  log: string[];
}

/** A relay with these files; what is behind them can be changed. */
async function serve(files: Made, metricsPort?: number): Promise<Serving> {
  const clock = new ManualClock();
  const log: string[] = [];
  const relay = await startRelay({
    tls: files,
    clock,
    metricsPort,
    log: pino({ base: null }, { write: (line: string) => void log.push(line) }),
  });
  return { relay, clock, files, log };
}

function write(pair: Made, into = folder()): Made {
  const files = { cert: join(into, 'cert.pem'), key: join(into, 'key.pem') };
  writeFileSync(files.cert, pair.cert);
  writeFileSync(files.key, pair.key);
  return files;
}

/** Whose certificate a new client is shown. */
function shown(relay: Relay, maxVersion: SecureVersion = 'TLSv1.3'): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { port: relay.port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion };
    const socket = connect({ ...options, minVersion: 'TLSv1' }, () => {
      resolve(String((socket.getPeerCertificate() as DetailedPeerCertificate).subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** Lets the relay look at its files, until `seen`. */
async function untilLooked({ clock }: Serving, seen: () => void | Promise<void>): Promise<void> {
  clock.advance(TLS_CHECK_MS);
  await vi.waitFor(seen, { timeout: 10_000 });
}

test('with a certificate the relay speaks TLS: pages, links and mail', async () => {
  const pair = make('first');
  const { relay } = await serve(write(pair));
  expect(relay.url).toBe(`https://127.0.0.1:${relay.port}`);
  const status = await new Promise((resolve, reject) => {
    get(`${relay.url}/healthz`, { ca: pair.cert }, (response) => resolve(response.statusCode)).on(
      'error',
      reject,
    );
  });
  expect(status).toBe(200);
  const options = { ca: pair.cert };
  const alice = await goOnline(relay, new Person(), options);
  const bob = await goOnline(relay, new Person(), options);
  await exchangeMail(alice, bob);
  await expect(dial({ ...relay, url: relay.url.replace('https', 'http') })).rejects.toThrow();
});

test('TLS 1.2 is the oldest version that is spoken, also after a renewal', async () => {
  const serving = await serve(write(make('first')));
  expect(await shown(serving.relay, 'TLSv1.2')).toBe('first');
  await expect(shown(serving.relay, 'TLSv1.1')).rejects.toThrow();
  write(make('second'), join(serving.files.cert, '..'));
  await untilLooked(serving, async () => expect(await shown(serving.relay, 'TLSv1.2')).toBe('second'));
  await expect(shown(serving.relay, 'TLSv1.1')).rejects.toThrow();
});

test('files that are written anew are used for new links, and links that stand stay', async () => {
  const first = make('first');
  const serving = await serve(write(first));
  const alice = await goOnline(serving.relay, new Person(), { ca: first.cert });
  const second = make('second');
  write(second, join(serving.files.cert, '..'));
  await untilLooked(serving, async () => expect(await shown(serving.relay)).toBe('second'));
  const bob = await goOnline(serving.relay, new Person(), { ca: second.cert });
  await exchangeMail(alice, bob);
  expect(serving.log.join()).toContain('the certificate was renewed');
});

test('a file renamed into place is seen', async () => {
  const serving = await serve(write(make('first')));
  const fresh = write(make('second'));
  renameSync(fresh.cert, serving.files.cert);
  renameSync(fresh.key, serving.files.key);
  await untilLooked(serving, async () => expect(await shown(serving.relay)).toBe('second'));
});

test('a symbolic link turned to another folder is seen', async () => {
  const at = folder();
  for (const name of ['first', 'second']) {
    mkdirSync(join(at, name));
    write(make(name), join(at, name));
  }
  symlinkSync('first', join(at, 'live'));
  const serving = await serve({ cert: join(at, 'live/cert.pem'), key: join(at, 'live/key.pem') });
  expect(await shown(serving.relay)).toBe('first');
  symlinkSync('second', join(at, 'next'));
  renameSync(join(at, 'next'), join(at, 'live'));
  await untilLooked(serving, async () => expect(await shown(serving.relay)).toBe('second'));
});

test.each([
  ['a certificate without its key', ({ cert }: Made, old: Made) => ({ cert, key: old.key })],
  ['half a certificate', ({ cert, key }: Made) => ({ cert: cert.slice(0, 300), key })],
  ['an empty key', ({ cert }: Made) => ({ cert, key: '' })],
  ['a key of another kind', ({ cert }: Made) => ({ cert, key: make('other', ['rsa:2048']).key })],
])('%s is not used: the old pair stays, it is said once, and a good pair heals it', async (_, spoil) => {
  const first = make('first');
  const serving = await serve(write(first), 0);
  const { relay, clock, log } = serving;
  const at = join(serving.files.cert, '..');
  const second = make('second');
  const bad = spoil(second, first);
  write(bad, at);
  const complaints = () => log.filter((line) => line.includes('the old one stays'));
  const metrics = async () => (await fetch(`${relay.metricsUrl}/metrics`)).text();
  expect(await metrics()).toContain('sidecall_tls_pair_refused 0');
  await untilLooked(serving, () => expect(complaints()).toHaveLength(1));
  expect(await metrics()).toContain('sidecall_tls_pair_refused 1');
  expect(await shown(relay)).toBe('first');
  clock.advance(3 * TLS_CHECK_MS);

  write(second, at);
  await untilLooked(serving, async () => expect(await shown(relay)).toBe('second'));
  expect(complaints()).toHaveLength(1);
  expect(await metrics()).toContain('sidecall_tls_pair_refused 0');
  for (const secret of [bad.key, second.key, first.key])
    if (secret !== '') expect(log.join()).not.toContain(secret.split('\n')[1]);
});

test('files that are gone for a while change nothing', async () => {
  const first = make('first');
  const serving = await serve(write(first));
  rmSync(serving.files.cert);
  await untilLooked(serving, () => expect(serving.log.join()).toContain('cannot be read: ENOENT'));
  expect(await shown(serving.relay)).toBe('first');
  // Said once, however often they are looked for.
  serving.clock.advance(TLS_CHECK_MS);
  await readFile(serving.files.key);
  const second = make('second');
  write(second, join(serving.files.cert, '..'));
  await untilLooked(serving, async () => expect(await shown(serving.relay)).toBe('second'));
  expect(serving.log.filter((line) => line.includes('ENOENT'))).toHaveLength(1);
});

test('the metrics say when the certificate runs out', async () => {
  const { relay } = await serve(write(make('first')), 0);
  const text = await (await fetch(`${relay.metricsUrl}/metrics`)).text();
  const ends = Number(/^sidecall_tls_not_after_timestamp_seconds (\d+)$/m.exec(text)?.[1]);
  const days = (ends - Date.now() / 1000) / (24 * 3600);
  expect(days).toBeGreaterThan(29);
  expect(days).toBeLessThan(30.1);
});

test('a relay does not start with files that are no pair, and says which', async () => {
  const [first, second] = [make('first'), make('second')];
  const read = (pair: Made) => TlsPair.read(write(pair));
  await expect(read({ cert: first.cert, key: second.key })).rejects.toThrow(/^TLS_KEY is .* not the key of/);
  await expect(read({ cert: 'nothing', key: first.key })).rejects.toThrow(TlsPairError);
  await expect(TlsPair.read({ cert: '/nowhere/cert.pem', key: '/nowhere/key.pem' })).rejects.toThrow(
    'TLS_CERT is /nowhere/cert.pem, which cannot be read: ENOENT.',
  );
});
