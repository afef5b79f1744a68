/** A real coturn with the configuration that is shipped, and credentials that the relay hands out. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, type TestContext, vi } from 'vitest';
import { systemClock } from '../../relay/clock.ts';
import { type Address } from '../../relay/protocol.ts';
import { TurnDesk } from '../../relay/turn.ts';
import { freePort } from '../machine/free-ports.ts';
import { Person } from './independent-client.ts';
import { TurnClient } from './turn-client.ts';

const CONFIG = fileURLToPath(new URL('../../deploy/turnserver.conf', import.meta.url));
const SECRET = 'the secret that relay and coturn share';

/** Starts coturn on loopback. @returns its port. */
async function startCoturn(skip: TestContext['skip'], more: string[] = []): Promise<number> {
  if (spawnSync('turnserver', ['--version']).error) skip('coturn is not on this machine');
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'sidecall-coturn-'));
  const options = [
    ...['-c', CONFIG, '--realm=turn.example', `--static-auth-secret=${SECRET}`],
    ...[`--listening-port=${port}`, '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', '--relay-ip=::1'],
    ...more,
    ...[`--pidfile=${join(folder, 'pid')}`, `--userdb=${join(folder, 'db')}`],
  ];
  const child = spawn('turnserver', options, { stdio: 'ignore' });
  onTestFinished(async () => {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true });
  });
  return port;
}

function dial(port: number, secret = SECRET): TurnClient {
  const options = { urls: ['turn:turn.example'], secret, lifetimeSeconds: 600, perHour: 6 };
  const [server] = new TurnDesk(options, systemClock).issue(new Person().address as Address);
  const client = TurnClient.dial(port, server?.username ?? '', server?.credential ?? '');
  onTestFinished(() => client.close());
  return client;
}

test.for<[4 | 6, string[], string[]]>([
  [
    4,
    ['1.1.1.1', '8.8.8.8', '172.32.0.1', '223.255.255.255'],
    [
      '0.0.0.0',
      '127.0.0.1',
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '224.0.0.1',
    ],
  ],
  [
    6,
    ['2606:4700::1', '2a00:1450::1', '2001:4860::1'],
    [
      '::',
      '::1',
      '::ffff:a00:1',
      '64:ff9b::a00:1',
      'fc00::1',
      'fe80::1',
      'ff02::1',
      '2002:a00:1::',
      '2001:db8::1',
    ],
  ],
])(
  'coturn takes the relay’s credentials and relays to the internet by IPv%i, but to no private peer',
  async ([family, open, closed], { skip }) => {
    const port = await startCoturn(skip);
    const client = dial(port);
    expect((await client.allocate(family)).error).toBe(0);
    for (const ip of open) expect((await client.permit(ip)).error, ip).toBe(0);
    for (const ip of closed) expect((await client.permit(ip)).error, ip).toBe(403);
  },
);

test('coturn takes no credentials of anybody else', async ({ skip }) => {
  const port = await startCoturn(skip);
  const client = dial(port, 'another secret');
  expect((await client.allocate()).error).toBe(401);
});

test('with a certificate it speaks TLS as well', async ({ skip }) => {
  const folder = mkdtempSync(join(tmpdir(), 'sidecall-coturn-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
    ...['-subj', '/CN=turn.example', '-addext', 'subjectAltName=DNS:turn.example'],
    ...['-keyout', key, '-out', cert],
  ]);
  if (made.error) skip('openssl is not on this machine');
  const port = await freePort();
  await startCoturn(skip, [`--tls-listening-port=${port}`, `--cert=${cert}`, `--pkey=${key}`]);
  const shake = (): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'turn.example', ca: readFileSync(cert) });
    onTestFinished(() => void socket.destroy());
    return new Promise<string>((resolve, reject) => {
      socket.once('secureConnect', () => resolve(socket.getProtocol() ?? ''));
      socket.once('error', reject).once('close', () => reject(new Error('closed')));
    });
  };
  expect(await vi.waitFor(shake, { timeout: 10_000 })).toMatch(/^TLSv1\.[23]$/);
});
