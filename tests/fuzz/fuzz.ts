/**
 * `npm run fuzz -- [--frames N] [--seed S]`: the long run over everything that parses what others send or what is kept. Ends with 1 on a
 * crash, on an input that takes too long, and if memory has grown.
 */
import { parseArgs } from 'node:util';
import { feedTarget, Finding } from './run.ts';
import { TARGETS } from './targets.ts';

/** How much more than after the first tenth may be in use at the end, in bytes. */
const MAX_GROWTH = 8 * 1024 * 1024;
const MIB = 1024 * 1024;

const { values } = parseArgs({ options: { frames: { type: 'string' }, seed: { type: 'string' } } });
const frames = Number(values.frames ?? 1_000_000);
const seed = Number(values.seed ?? (Math.random() * 2 ** 31) | 0);
if (!(frames >= TARGETS.length))
  throw new RangeError('--frames must be a number, of at least one for each target');

let peak = 0;
function inUse(): number {
  globalThis.gc?.();
  const used = process.memoryUsage().heapUsed;
  peak = Math.max(peak, used);
  return used;
}

function run(): void {
  const each = Math.ceil(frames / TARGETS.length);
  const began = performance.now();
  // What is loaded and compiled once is no growth.
  for (const target of TARGETS) feedTarget(target, Math.ceil(each / 10), seed + 1);
  const start = inUse();
  for (const target of TARGETS) {
    const since = performance.now();
    const { frames: fed, slowestMs } = feedTarget(target, each, seed, () => {
      peak = Math.max(peak, process.memoryUsage().heapUsed);
    });
    const perSecond = (1000 * fed) / (performance.now() - since);
    console.log(
      `${target.name.padEnd(18)} ${String(fed).padStart(9)} frames  ${perSecond.toFixed(0).padStart(7)}/s  slowest ${slowestMs.toFixed(1)} ms`,
    );
  }
  const end = inUse();
  const seconds = (performance.now() - began) / 1000;
  const total = each * TARGETS.length + Math.ceil(each / 10) * TARGETS.length;
  console.log(
    `${String(total)} frames in ${seconds.toFixed(0)} s (${(total / seconds).toFixed(0)}/s), seed ${String(seed)}; ` +
      `heap ${(start / MIB).toFixed(1)} MiB at the start, ${(end / MIB).toFixed(1)} at the end, ${(peak / MIB).toFixed(1)} at its highest`,
  );
  if (end - start > MAX_GROWTH)
    throw new Error(`memory has grown by ${((end - start) / MIB).toFixed(1)} MiB`);
}

try {
  run();
} catch (error) {
  console.error(error instanceof Finding ? error.message : error);
  console.error(`seed ${String(seed)}`);
  process.exitCode = 1;
}
