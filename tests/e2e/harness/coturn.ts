/** A real TURN server, coturn, for the tests: with credentials as the relay gives them out, on free ports of loopback or of a host of its own. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../machine/free-ports.ts';
import { startProcess } from './process.ts';

export const TURN_SECRET = 'the static-auth-secret of a test';

export interface Coturn {
  /** `host:port`, for UDP and TCP alike. */
  readonly host: string;
  close(): Promise<void>;
}

/** @returns why there is no coturn here, in one line, or null. */
export const whyNoCoturn = (): string | null =>
  spawnSync('turnserver', ['--version']).error === undefined
    ? null
    : 'TURN needs the program turnserver (coturn).';

/** What coturn is started with, whoever starts it: nothing from files, and peers on loopback and in private networks allowed. */
export const coturnArgs = (address: string, port: number): string[] => [
  '-n',
  '--no-cli',
  '--log-file=stdout',
  '--simple-log',
  `--pidfile=${join(tmpdir(), `sidecall-turn-${address}-${String(port)}.pid`)}`,
  `--listening-ip=${address}`,
  `--relay-ip=${address}`,
  `--listening-port=${String(port)}`,
  '--use-auth-secret',
  `--static-auth-secret=${TURN_SECRET}`,
  '--realm=sidecall.test',
  '--allow-loopback-peers',
];

/** What coturn writes once it listens: its last thread is up. */
export const COTURN_READY = 'admin thread';

/** Starts coturn on a free port of loopback. @throws if it does not start. */
export async function startCoturn(): Promise<Coturn> {
  const port = await freePort();
  const { close } = await startProcess(
    'turnserver',
    [...coturnArgs('127.0.0.1', port), '--no-tls', '--no-dtls'],
    { ready: (line) => line.includes(COTURN_READY) },
  );
  return { host: `127.0.0.1:${String(port)}`, close };
}
