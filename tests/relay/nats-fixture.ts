/** NATS servers on free ports for a test: alone, as a cluster, as a supercluster, with passwords or TLS. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, freePorts } from '../machine/free-ports.ts';

/** Debian puts it where only root's PATH looks. */
const PROGRAM = ['nats-server', '/usr/sbin/nats-server'].find(
  (path) => spawnSync(path, ['--version']).status === 0,
);

/** One `nats-server`. */
export class NatsServer {
  private child: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'sidecall-nats-'));

  constructor(
    readonly port: number,
    private readonly lines: readonly string[],
  ) {}

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Starts it, also after it was killed. Resolves when it listens. @throws with its log if it does not. */
  async start(): Promise<void> {
    if (PROGRAM === undefined) throw new Error('nats-server is missing: apt-get install nats-server');
    const config = join(this.folder, 'nats.conf');
    const log = join(this.folder, 'nats.log');
    rmSync(log, { force: true });
    writeFileSync(config, [`listen: 127.0.0.1:${this.port}`, `log_file: "${log}"`, ...this.lines].join('\n'));
    const child = spawn(PROGRAM, ['-c', config], { stdio: 'ignore' });
    this.child = child;
    for (;;) {
      if (logOf(log).includes('Server is ready')) return;
      if (child.exitCode !== null) throw new Error(`nats-server has ended: ${logOf(log)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Ends it by a signal; SIGKILL leaves it no time for a word. Resolves when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** @returns the log, empty while there is none. */
function logOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** One server that stands alone. @param lines of its configuration file. */
export async function startNats(lines: readonly string[] = []): Promise<NatsServer> {
  const port = await freePort();
  const server = new NatsServer(port, lines);
  await server.start();
  return server;
}

/** A full mesh of servers. @param lines of each configuration file. */
export async function startNatsCluster(
  count: number,
  name = 'sidecall',
  lines: readonly string[] = [],
): Promise<NatsServer[]> {
  const ports = await freePorts(2 * count);
  const routePorts = ports.slice(count);
  const routes = routePorts.map((port) => `nats-route://127.0.0.1:${port}`).join(', ');
  const servers = routePorts.map(
    (routePort, index) =>
      new NatsServer(ports[index] ?? 0, [
        `server_name: ${name}-${index}`,
        `cluster { name: ${name}, listen: 127.0.0.1:${routePort}, routes: [${routes}] }`,
        ...lines,
      ]),
  );
  await Promise.all(servers.map((server) => server.start()));
  return servers;
}
