import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNet, type Net, whyNoNet } from './net.ts';

const ECHO = fileURLToPath(new URL('./echo.ts', import.meta.url));
const TSX = ['--import', 'tsx'];
const why = whyNoNet();
let net: Net;
let node: string;

/** Sends datagrams from Alice to Bob. @returns how long each answer took, in milliseconds; lost ones are missing. */
async function echo(count: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)(node, [
    ...TSX,
    ECHO,
    'ask',
    net.host('bob').address,
    String(count),
  ]);
  return JSON.parse(stdout) as number[];
}

const namespaces = (): string => execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });

// Without root there is nothing to test; the reason stands in the name.
describe.skipIf(why !== null)(why ?? 'a network of namespaces', () => {
  beforeAll(async () => {
    net = await createNet(['alice', 'bob']);
    await net.host('bob').start(process.execPath, [...TSX, ECHO, 'answer'], 'open');
    node = await net.host('alice').wrap(process.execPath);
  });
  afterAll(async () => {
    await net.close();
    expect(namespaces()).not.toContain(`sidecall-${String(process.pid)}-1-`);
  });

  it('carries packets, and delays them by what both lines say', async () => {
    expect(await echo(5)).toHaveLength(5);
    await net.line('alice', { delayMs: 20 });
    await net.line('bob', { delayMs: 30 });
    const times = await echo(5);
    expect(times).toHaveLength(5);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(100);
    await Promise.all(['alice', 'bob'].map((name) => net.line(name, { delayMs: 0 })));
  });

  it('loses the share it is told to', async () => {
    await net.line('bob', { lossPercent: 30 });
    const answered = (await echo(200)).length;
    // Each way loses 30 of 100, so 98 of 200 come back, give or take far more than chance ever will.
    expect(answered).toBeGreaterThan(50);
    expect(answered).toBeLessThan(150);
    await net.line('bob', { lossPercent: 0 });
  });

  it('narrows a line, and drops what would wait in it for too long', async () => {
    await net.line('bob', { kilobits: 400 });
    const times = await echo(40);
    // 200 ms of 400 kbit/s are ten datagrams of about 1 kB.
    expect(times.length).toBeGreaterThan(5);
    expect(times.length).toBeLessThan(20);
    expect(Math.max(...times)).toBeGreaterThan(150);
    await net.line('bob', { kilobits: 0 });
  });

  it('cuts a line and mends it, and blocks one kind of packet between two hosts', async () => {
    await net.line('bob', { cut: true });
    expect(await echo(3)).toEqual([]);
    await net.line('bob', { cut: false });
    await net.block('alice', 'bob', 'udp');
    expect(await echo(3)).toEqual([]);
    await net.block('alice', 'bob', 'nothing');
    expect(await echo(3)).toHaveLength(3);
  });

  it('takes a host into another network, where it can be reached by its new address alone', async () => {
    const before = net.host('bob').address;
    await net.move('bob');
    expect(net.host('bob').address).not.toBe(before);
    expect(await echo(3)).toHaveLength(3);
    await net.move('alice');
    expect(await echo(3)).toHaveLength(3);
  });
});
