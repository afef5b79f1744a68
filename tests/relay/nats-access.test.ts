/** How a node proves to NATS who it is, and what it does when NATS says no. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import pino from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { NatsBus, type NatsOptions } from '../../relay/nats.ts';
import { type NatsServer, startNats } from './nats-fixture.ts';

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let folder = '';
const file = (name: string) => join(folder, name);

function openssl(...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidecall-nats-access-'));
  const days = ['-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test CA', ...days);
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost');
  for (const name of ['server', 'node']) {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const ca = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...ca, ...days);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

async function nats(lines: string[]): Promise<NatsServer> {
  const server = await startNats(lines);
  onTestFinished(() => server.remove());
  return server;
}

function connectBus(options: NatsOptions): { bus: NatsBus; lines: string[] } {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const bus = new NatsBus(options, log);
  onTestFinished(() => bus.close());
  return { bus, lines };
}

/** That the bus comes up and carries messages. */
async function expectToWork(options: NatsOptions): Promise<void> {
  const [one, other] = [connectBus(options).bus, connectBus(options).bus];
  await vi.waitFor(() => expect([one.state, other.state]).toEqual(['up', 'up']), 10_000);
  const heard = new Promise<string>((resolve) => {
    other.subscribe('sidecall.1.nodes', ({ payload }) => resolve(payload.toString()));
  });
  const timer = setInterval(() => one.publish('sidecall.1.nodes', Buffer.from('there')), 20);
  expect(await heard).toBe('there');
  clearInterval(timer);
}

/** That the bus stays away and says so, and that no secret is in what it says. */
async function expectRefusal(options: NatsOptions, secret: string): Promise<void> {
  const { bus, lines } = connectBus(options);
  const errors = () => lines.filter((line) => line.includes('"level":50'));
  await vi.waitFor(() => expect(errors().length).toBeGreaterThan(0), 10_000);
  expect(bus.state).toBe('down');
  expect(lines.join()).not.toContain(secret);
}

test('a user and a password, allowed nothing but our subjects', async () => {
  const user =
    'user: relay, password: swordfish, permissions: { publish: "sidecall.>", subscribe: "sidecall.>" }';
  const { url } = await nats([`authorization { users: [{ ${user} }] }`]);
  await expectToWork({ servers: [url], user: 'relay', password: 'swordfish' });
  await expectRefusal({ servers: [url], user: 'relay', password: 'haddock-haddock' }, 'haddock');
});

test('a token', async () => {
  const { url } = await nats(['authorization { token: swordfish }']);
  await expectToWork({ servers: [url], token: 'swordfish' });
});

test('TLS, with a certificate of our own', async () => {
  const pems = `cert_file: "${file('server.pem')}", key_file: "${file('server.key')}", ca_file: "${file('ca.pem')}"`;
  const { port } = await nats([`tls { ${pems}, verify: true }`]);
  // A name, as the library compares no IP address with a certificate.
  const servers = [`tls://localhost:${port}`];
  const ca = file('ca.pem');
  await expectToWork({ servers, ca, cert: file('node.pem'), key: file('node.key') });
  const stranger = connectBus({ servers, cert: file('node.pem'), key: file('node.key') });
  const nobody = connectBus({ servers, ca });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect([stranger.bus.state, nobody.bus.state]).toEqual(['down', 'down']);
});

test('a server that should speak TLS and does not is not spoken to', async () => {
  const { port } = await nats([]);
  const { bus } = connectBus({ servers: [`tls://127.0.0.1:${port}`], token: 'not in the clear' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(bus.state).toBe('down');
});

/** A JWT as NATS signs them: https://docs.nats.io, "JWT authentication". */
function jwt(issuer: nkeys.KeyPair, subject: nkeys.KeyPair, nats: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = {
    jti: 'x',
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    name: 'test',
    sub: subject.getPublicKey(),
    nats,
  };
  const text = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(body)}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString('base64url')}`;
}

test('a credentials file, read again when it was replaced', async () => {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()];
  const limits = {
    subs: -1,
    data: -1,
    payload: -1,
    imports: -1,
    exports: -1,
    wildcards: true,
    conn: -1,
    leaf: -1,
  };
  const accountJwt = jwt(operator, account, { type: 'account', version: 2, limits });
  const { url } = await nats([
    `operator: ${jwt(operator, operator, { type: 'operator', version: 2 })}`,
    'resolver: MEMORY',
    `resolver_preload: { ${account.getPublicKey()}: ${accountJwt} }`,
  ]);
  const creds = file('relay.creds');
  const write = (token: string, seed: Uint8Array) =>
    writeFileSync(
      creds,
      `-----BEGIN NATS USER JWT-----\n${token}\n------END NATS USER JWT------\n\n` +
        `-----BEGIN USER NKEY SEED-----\n${Buffer.from(seed).toString()}\n------END USER NKEY SEED------\n`,
    );
  const userJwt = jwt(account, user, { type: 'user', version: 2, subs: -1, data: -1, payload: -1 });
  write(userJwt, nkeys.createUser().getSeed());
  const { bus } = connectBus({ servers: [url], creds });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(bus.state).toBe('down');
  write(userJwt, user.getSeed());
  await vi.waitFor(() => expect(bus.state).toBe('up'), 10_000);
  await expectToWork({ servers: [url], creds });
});

test('a user without our subjects is told so, without an address in the log', async () => {
  const user = 'user: relay, password: swordfish, permissions: { publish: "other.>", subscribe: "other.>" }';
  const { url } = await nats([`authorization { users: [{ ${user} }] }`]);
  const { bus, lines } = connectBus({ servers: [url], user: 'relay', password: 'swordfish' });
  await vi.waitFor(() => expect(bus.state).toBe('up'), 10_000);
  bus.subscribe('sidecall.1.to.somebodys-address', () => undefined);
  await vi.waitFor(() => expect(lines.join()).toContain('sidecall.>'), 10_000);
  expect(lines.join()).not.toContain('somebodys-address');
});
