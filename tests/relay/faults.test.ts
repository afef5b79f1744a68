/** Two faults that servers of this kind share, shown absent in the relay as a program: a frame that ends it, a reader that fills it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Link, Person } from './independent-client.ts';

vi.setConfig({ testTimeout: 30_000 });

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** On SIGUSR2, its garbage. */
const COLLECTS_WHEN_ASKED = ['--expose-gc', '--import', './tests/bench/rivals/gc-on-signal.js'];
const UNLIMITED = {
  MAILS_PER_SECOND: '1000000',
  MAIL_BURST: '1000000',
  BYTES_PER_SECOND: '1000000000',
  BYTE_BURST: '1000000000',
};

async function runRelay(env: Record<string, string> = {}): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [...COLLECTS_WHEN_ASKED, '--import', 'tsx', 'relay/main.ts'], {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line]: unknown[] = await once(createInterface(child.stdout), 'line');
  return { child, url: (JSON.parse(String(line)) as { url: string }).url };
}

async function logIn(url: string): Promise<{ person: Person; link: Link }> {
  const person = new Person();
  const link = await Link.dial(url);
  onTestFinished(() => link.socket.terminate());
  await link.logIn(person);
  return { person, link };
}

/** Bytes as no WebSocket client of good manners sends them. */
const BAD: Record<string, Buffer> = {
  'text that is no JSON': Buffer.from('817e0003'.padEnd(16, '0') + '787878', 'hex'),
  'reserved bits': Buffer.from([0xf1, 0x80, 0, 0, 0, 0]),
  'an unknown opcode': Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
  'no mask': Buffer.from([0x81, 0x02, 0x7b, 0x7d]),
  'text that is not UTF-8': Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]),
  'a length beyond all numbers': Buffer.from([0x82, 0xff, ...Array<number>(8).fill(0xff), 0, 0, 0, 0]),
  'a close with a code that is none': Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0, 1]),
  'a ping that is too long': Buffer.from([0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0]),
};

test('no bad frame ends more than its own link', async () => {
  const { child, url } = await runRelay();
  const [alice, bob] = [await logIn(url), await logIn(url)];
  for (const [what, bytes] of Object.entries(BAD)) {
    const { link } = await logIn(url);
    // Under the WebSocket, where its own rules can be broken.
    const raw = Reflect.get(link.socket, '_socket') as { write(bytes: Buffer): void };
    raw.write(bytes);
    expect(await link.closed(), what).toBeGreaterThanOrEqual(1000);
    alice.link.mail(bob.person.address, 1);
    expect(await bob.link.next(), what).toMatchObject({ kind: 'mail', from: alice.person.address });
    await alice.link.frame('undelivered');
  }
  expect(child.exitCode).toBe(null);
});

test('a reader that stopped reading costs a bounded amount of memory, whatever it is sent', async () => {
  const { child, url } = await runRelay(UNLIMITED);
  const memory = () => {
    const status = readFileSync(`/proc/${String(child.pid)}/status`, 'latin1');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
  };
  const [alice, bob] = [await logIn(url), await logIn(url)];
  const send = async (megabytes: number): Promise<void> => {
    for (let batch = 0; batch < megabytes; batch += 5) {
      for (let mail = 0; mail < 100; mail++) alice.link.mail(bob.person.address, mail, Buffer.alloc(50_000));
      await alice.link.everythingSoFar();
    }
  };
  // To somebody who reads, so that what the program itself grows by is not counted.
  await send(10);
  child.kill('SIGUSR2');
  await send(5);
  bob.link.socket.pause();
  const before = memory();
  await send(100);
  let grown = Infinity;
  // A mebibyte of mail, a slab, and what the program itself grows by. Node may take a while to give memory back.
  await vi.waitFor(
    () => {
      child.kill('SIGUSR2');
      grown = Math.min(grown, memory() - before);
      expect(grown).toBeLessThan(50);
    },
    { timeout: 5000, interval: 200 },
  );
  console.log(`100 MB sent to a reader that reads nothing: the relay grew by ${grown.toFixed(1)} MiB`);
});
