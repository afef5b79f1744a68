/**
 * A network of its own for a test: each host is a network namespace, joined to the others by a TUN device and a small
 * forwarder with delay, loss, rate, cut and block. Nothing outside these namespaces is touched or reached.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FORWARDER = fileURLToPath(new URL('./forwarder.py', import.meta.url));
const DOOR = fileURLToPath(new URL('./door.ts', import.meta.url));

/** A host's line to the middle; a packet between two hosts passes both their lines. */
export interface Line {
  /** One way, in milliseconds: a round trip between two hosts is twice the sum of their delays. */
  delayMs?: number;
  lossPercent?: number;
  /** Kilobits a second each way, with a queue of 200 ms before it; 0 is as fast as it goes. */
  kilobits?: number;
  /** Nothing passes, and nobody is told. */
  cut?: boolean;
}

export interface NetHost {
  readonly name: string;
  /** Its IPv4 address, reached from the other hosts; another after `move`. */
  readonly address: string;
  /** @returns a path that runs `program` on this host, for whoever takes the path of a program. */
  wrap(program: string): Promise<string>;
  /** Starts a program on this host. It ends with the network at the latest. @returns once it has written a line that fits. */
  start(
    program: string,
    args: readonly string[],
    ready: string,
    env?: Record<string, string>,
  ): Promise<ChildProcess>;
  /** Opens 127.0.0.1:`port` on this host as a way to the same port of another, as some pages want loopback. */
  door(port: number, to: NetHost): Promise<void>;
}

export interface Net {
  host(name: string): NetHost;
  /** Changes a host's line at once; what is not named stays. */
  line(name: string, change: Line): Promise<void>;
  /** Stops what two hosts send each other: everything, UDP alone, or nothing any more. */
  block(one: string, other: string, what: 'all' | 'udp' | 'nothing'): Promise<void>;
  /** Takes a host into another network, where it has another address; what goes to the old one is lost. */
  move(name: string): Promise<void>;
  /** Ends what was started on the hosts and takes everything down. */
  close(): Promise<void>;
}

/** @returns why there can be no such network here, in one line, or null. */
export function whyNoNet(): string | null {
  if (process.platform !== 'linux') return 'Network namespaces need Linux.';
  if (process.getuid?.() !== 0) return 'Network namespaces need root: run this as root.';
  for (const [program, args] of [
    ['ip', ['-V']],
    ['python3', ['-V']],
  ] as const)
    if (spawnSync(program, args).status !== 0) return `Network namespaces need the program ${program}.`;
  return null;
}

let count = 0;
const running = new Set<ChildProcess>();

// The forwarder takes the network down by itself; a test that dies must not leave programs behind in it.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Makes a network. @param names of its hosts, in letters and digits
 * @throws {Error} if this machine allows none: see `whyNoNet`
 */
export async function createNet(names: readonly string[]): Promise<Net> {
  const why = whyNoNet();
  if (why) throw new Error(why);
  const prefix = `sidecall-${String(process.pid)}-${String(++count)}`;
  const places = names.map((name, at) => ({
    name,
    netns: `${prefix}-${name}`,
    address: `10.87.0.${String(at + 1)}`,
  }));
  const folder = await mkdtemp(join(tmpdir(), 'sidecall-net-'));
  const started: ChildProcess[] = [];
  const forwarder = spawn(
    'python3',
    [FORWARDER, ...places.map(({ netns, address }) => `${netns}=${address}`)],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const answers = createInterface(forwarder.stdout)[Symbol.asyncIterator]();
  let complaint = '';
  forwarder.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));

  let moves = 0;
  let last: Promise<unknown> = Promise.resolve();
  const answered = async (wanted: string): Promise<void> => {
    const { value } = (await answers.next()) as { value: string | undefined };
    if (value !== wanted) throw new Error(`The forwarder gave up. ${complaint}`);
  };
  /** One order at a time: the answers carry no names. */
  const order = (text: object): Promise<void> => {
    const turn = last.then(() => {
      forwarder.stdin.write(`${JSON.stringify(text)}\n`);
      return answered('ok');
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  await answered('ready');

  const hosts = new Map(places.map((place) => [place.name, hostAt(place, folder, started)]));
  return {
    host(name) {
      const host = hosts.get(name);
      if (!host) throw new Error(`There is no host ${name}.`);
      return host;
    },
    line: (name, change) => order({ line: name, ...change }),
    block: (one, other, what) => order({ block: [one, other], what }),
    async move(name) {
      const place = places.find((each) => each.name === name);
      if (!place) throw new Error(`There is no host ${name}.`);
      // Another network for each move; the last number stays the host's own.
      const to = place.address.replace(/^10\.\d+\.\d+/, `10.88.${String(++moves)}`);
      await order({ move: name, to });
      place.address = to;
    },
    async close() {
      await Promise.all(started.map(end));
      const gone = new Promise((resolve) => forwarder.once('close', resolve));
      forwarder.stdin.end();
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function hostAt(
  place: { name: string; netns: string; address: string },
  folder: string,
  started: ChildProcess[],
): NetHost {
  const { name, netns } = place;
  const start: NetHost['start'] = async (program, args, ready, env = {}) => {
    const child = spawn('ip', ['netns', 'exec', netns, program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    started.push(child);
    running.add(child);
    child.once('close', () => running.delete(child));
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => reject(new Error(`${program} on ${name} ended before it said "${ready}".`)));
      createInterface(child.stdout).on('line', (line) => {
        if (line.includes(ready)) resolve();
      });
    });
    return child;
  };
  return {
    name,
    get address() {
      return place.address;
    },
    start,
    async wrap(program) {
      const file = join(folder, `${name}-${program.replaceAll('/', '-')}`);
      await writeFile(file, `#!/bin/sh\nexec ip netns exec ${netns} ${program} "$@"\n`);
      await chmod(file, 0o755);
      return file;
    },
    async door(port, to) {
      await start(process.execPath, ['--import', 'tsx', DOOR, String(port), to.address], 'open');
    },
  };
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), 2000);
    child.once('close', () => {
      clearTimeout(late);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
