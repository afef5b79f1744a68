/** The servers of the bench, each started anew for each measurement, on a core of its own. */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Crowd, Server } from './crowd.ts';
import type { DialectName } from './dialects.ts';
import type { Answered, Method, Result, Setup } from './load.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const GC = here('../rivals/gc-on-signal.js');
const LOAD = here('load.ts');
/** Every limit is counted, none is reached: what one link may do is not what is measured here. */
const OUT_OF_REACH = {
  MAILS_PER_SECOND: '1000000',
  MAIL_BURST: '1000000',
  BYTES_PER_SECOND: '1000000000',
  BYTE_BURST: '1000000000',
  LINKS_PER_SOURCE: '10000000',
  LOGINS_PER_SECOND: '1000000',
  LOGIN_BURST: '10000000',
};

export interface Contender {
  name: string;
  /** Path of the program. */
  program: string;
  env: Record<string, string>;
  dialect: DialectName;
}

const rival = (name: string, program: string, dialect: DialectName, bufferutil: boolean): Contender => ({
  name,
  program: here(`../rivals/${program}.js`),
  env: bufferutil ? {} : { WS_NO_BUFFER_UTIL: '1' },
  dialect,
});

export const SIDECALL: Contender = {
  name: 'sidecall',
  program: here('../../../dist/relay.js'),
  env: { PORT: '0', ...OUT_OF_REACH },
  dialect: 'sidecall',
};
export const CONTENDERS: readonly Contender[] = [
  SIDECALL,
  rival('bare-ws-bufferutil', 'bare-ws', 'bare', true),
  rival('bare-ws', 'bare-ws', 'bare', false),
  rival('peerjs-server', 'peer', 'peer', false),
  rival('socket.io', 'socket-io', 'socket-io', false),
];
/** The relay's other way back, which every client can go: `hello` once the link is open, a round trip more. */
export const SIDECALL_HELLO: Contender = { ...SIDECALL, name: 'sidecall-hello', dialect: 'sidecall-hello' };
/** The bare forwarder with that round trip. */
export const BARE_HELLO = rival('bare-ws-hello', 'bare-ws', 'bare-hello', false);

/** @returns how many files this process and its children may have open. */
export function mostFiles(): number {
  // Node raises the soft limit to the hard one when it starts, in each of them.
  return Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]);
}

/** A server that runs, and crowds to load it with. */
export class Bout {
  private readonly loads: ChildProcess[] = [];
  private asked = 0;

  private constructor(
    private readonly process: ChildProcess,
    readonly server: Server,
    private readonly contender: Contender,
    private readonly secret: string,
  ) {}

  static async start(contender: Contender): Promise<Bout> {
    const secret = randomBytes(32).toString('base64url');
    const node = [process.execPath, '--expose-gc', '--import', GC, contender.program];
    const [command = '', ...args] = canPin ? ['taskset', '-c', String(cpus().length - 1), ...node] : node;
    const child = spawn(command, args, {
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', RELAY_SECRET: secret, ...contender.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    hurry(child);
    if (!child.stdout || child.pid === undefined) throw new Error(`${contender.name} did not start`);
    const lines = createInterface(child.stdout);
    const first: unknown = (await once(lines, 'line'))[0];
    // Read on, so that what else it logs does not stop it.
    lines.on('line', () => undefined);
    const { url, port } = JSON.parse(String(first)) as { url?: string; port?: number };
    const bound = port ?? Number(new URL(url ?? '').port);
    const server = { pid: child.pid, port: bound, host: `127.0.0.1:${String(bound)}` };
    return new Bout(child, server, contender, secret);
  }

  /** A crowd in a process of its own. @param first number of its first client. */
  crowd(first = 0, dialect = this.contender.dialect) {
    const setup: Setup = { server: this.server, dialect, secret: this.secret, first };
    const load = fork(LOAD, [JSON.stringify(setup)], { serialization: 'advanced' });
    this.loads.push(load);
    hurry(load);
    return <M extends Method>(method: M, ...args: Parameters<Crowd[M]>): Promise<Result<M>> =>
      new Promise((resolve, reject) => {
        const id = (this.asked += 1);
        const onMessage = (answered: Answered): void => {
          if (answered.id !== id) return;
          load.off('message', onMessage).off('exit', onExit);
          if ('error' in answered) reject(new Error(`${this.contender.name}, ${method}: ${answered.error}`));
          else resolve(answered.result as Result<M>);
        };
        const onExit = (): void => reject(new Error(`the load of ${this.contender.name} ended`));
        load.on('message', onMessage).once('exit', onExit);
        load.send({ id, method, args });
      });
  }

  /** @returns memory of the server after its garbage was collected, in KiB (proc_pid_status(5): VmRSS). */
  async memory(): Promise<number> {
    for (let times = 0; times < 2; times++) {
      this.process.kill('SIGUSR2');
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    return this.memoryNow();
  }

  /** @returns memory of the server as it is, in KiB. */
  memoryNow(): number {
    const status = readFileSync(`/proc/${String(this.server.pid)}/status`, 'latin1');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  }

  async end(): Promise<void> {
    for (const child of [...this.loads, this.process]) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
}

/** Before whatever else this machine does: a bench on a busy machine would measure the others. Where one may. */
function hurry({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, -10);
  } catch {
    // Only root may; the page says how busy the machine was.
  }
}

const canPin = cpus().length > 1 && spawnSync('taskset', ['-V']).status === 0;
