/** The relay as a program: from source, and as the one file that is built. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { relayBuild } from '../../relay/vite.relay.ts';
import { Link, Person } from './independent-client.ts';

// Each test starts one or two processes of their own.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A folder with the built relay and nothing else: no package.json, no node_modules. */
let folder = '';
const FROM_SOURCE = ['--import', 'tsx', join(PROJECT, 'relay/main.ts')];
const BUILT = ['relay.js'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sidecall-relay-'));
  const options = { ...relayBuild.build, outDir: folder };
  await build({ ...relayBuild, build: options, root: PROJECT, configFile: false, logLevel: 'silent' });
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Program {
  child: ChildProcess;
  url: string;
  /** Everything it logged until now. */
  lines: string[];
}

async function run(args: string[], env: Record<string, string> = {}): Promise<Program> {
  const child = start(args, { PORT: '0', ...env });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  await once(reader, 'line');
  return { child, url: (JSON.parse(String(lines[0])) as { url: string }).url, lines };
}

function start(args: string[], env: Record<string, string>): ChildProcessByStdio<null, Readable, Readable> {
  const cwd = args === BUILT ? folder : PROJECT;
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs it to its end. @returns what it said of why it cannot start, and its exit code. */
async function fail(env: Record<string, string>): Promise<{ said: string; code: unknown }> {
  const child = start(BUILT, env);
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(child, 'close')) as [unknown];
  return { said: Buffer.concat(said).toString(), code };
}

test('the program names its URL first, and at SIGTERM says goodbye to all and exits with 0', async () => {
  const { child, url, lines } = await run(FROM_SOURCE);
  expect(lines[0]).toContain(`the relay listens on ${url}`);
  const link = await Link.dial(url);
  await link.logIn(new Person());
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await link.closed()).toBe(4009);
  expect(await exit).toEqual([0, null]);
});

test('a second signal ends a program that is still sending people away', async () => {
  const { child, url } = await run(FROM_SOURCE, { DRAIN_SECONDS: '3600' });
  const links = [await Link.dial(url), await Link.dial(url)];
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await links[0]?.closed()).toBe(4009);
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  child.kill('SIGTERM');
  expect(await exit).toEqual([143, null]);
});

test('the program serves its metrics on a port of their own, and says which', async () => {
  const { lines } = await run(BUILT, { METRICS_PORT: '0' });
  const { metricsUrl } = JSON.parse(String(lines[0])) as { metricsUrl: string };
  expect(await (await fetch(`${metricsUrl}/metrics`)).text()).toContain('sidecall_links 0');
});

test('at its most talkative the log has no address, no source, no token and no secret in it', async () => {
  const env = {
    LOG_LEVEL: 'trace',
    TRUSTED_PROXIES: '127.0.0.1',
    RELAY_SECRET: 'correct-horse-battery-staple-and-more',
    TURN_URLS: 'turn:turn.example',
    TURN_SECRET: 'swordfish-swordfish',
  };
  const { child, url, lines } = await run(BUILT, env);
  const people = [new Person(), new Person(), new Person()];
  const [alice, bob, mallory] = people as [Person, Person, Person];
  const dial = () => Link.dial(url, { headers: { 'x-forwarded-for': '203.0.113.77' } });
  const links = [await dial(), await dial(), await dial()];
  const [ofAlice, ofBob, ofMallory] = links as [Link, Link, Link];
  const welcome = await ofAlice.logIn(alice);
  await ofBob.logIn(bob);
  ofAlice.send({ type: 'watch', addresses: [bob.address] });
  ofBob.send({ type: 'watch', addresses: [alice.address] });
  ofAlice.mail(bob.address, 1);
  ofAlice.send({ type: 'turn' });
  await ofAlice.everythingSoFar();
  ofMallory.send({ type: 'hello', address: mallory.address, resume: 'forged' });
  await ofMallory.frame('challenge');
  ofMallory.send({ type: 'proof', nonce: 'A'.repeat(43) });
  expect(await ofMallory.closed()).toBe(4003);
  ofBob.socket.send(`{"type":"${bob.address}"}`);
  expect(await ofBob.closed()).toBe(4000);
  await (await dial()).logIn(alice);
  expect(await ofAlice.closed()).toBe(4001);
  const exit = once(child, 'close');
  child.kill('SIGINT');
  await exit;

  const log = lines.join('\n');
  expect(log).toContain('not-authentic');
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  const secrets = [
    ...people.map((person) => person.address),
    '203.0.113.77',
    String(welcome['resume']),
    'swordfish',
    'battery',
  ];
  for (const secret of secrets) expect(log).not.toContain(secret);
});

test('a wrong environment stops the program with every mistake in a sentence', async () => {
  expect(await fail({ PORT: 'x', RELAY_SECRET: 'short' })).toEqual({
    code: 1,
    said:
      'The relay cannot start.\n' +
      '- PORT must be a whole number from 0 to 65535, not "x".\n' +
      '- RELAY_SECRET must have at least 32 characters; it has 5.\n',
  });
});

test('a taken port stops the program with a sentence', async () => {
  const { url } = await run(BUILT);
  const { port } = new URL(url);
  const { said, code } = await fail({ PORT: port });
  expect(code).toBe(1);
  expect(said).toContain(`Port ${port} on 127.0.0.1 is taken: stop what listens there, or set PORT.`);
  const metrics = await fail({ PORT: '0', METRICS_PORT: port });
  expect(metrics.said).toContain('or set METRICS_PORT.');
});

test('a certificate that is not there stops the program with a sentence', async () => {
  const { said, code } = await fail({ PORT: '0', TLS_CERT: 'none.pem', TLS_KEY: 'none.key' });
  expect(code).toBe(1);
  expect(said).toContain('- TLS_CERT is none.pem, which cannot be read: ENOENT.');
});

test('the built relay is one file that runs where there is nothing but Node', async () => {
  // Beside the notices of what is in it, which nothing reads.
  expect(readdirSync(folder)).toEqual(['relay-licences.txt', 'relay.js']);
  const { child, url } = await run(BUILT);
  const [alice, bob] = [await Link.dial(url), await Link.dial(url)];
  const person = new Person();
  await alice.logIn(new Person());
  await bob.logIn(person);
  alice.mail(person.address, 4);
  expect(await bob.next()).toMatchObject({ kind: 'mail', ref: 4 });
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});
