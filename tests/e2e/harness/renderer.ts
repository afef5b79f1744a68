/** What the process that runs the extension costs: all its pages, the call host among them, are in one. */
import { readFile } from 'node:fs/promises';
import type { PersonBrowser } from './browser.ts';

/** Clock ticks of a second in `/proc` (`getconf CLK_TCK`). */
const TICKS = 100;

export interface Renderer {
  /** What it holds in memory now, in bytes, without what it shares with others. */
  memory(): Promise<number>;
  /** The same once what nothing refers to any more has been collected. */
  live(): Promise<number>;
  /** Processor time it has used so far, in seconds. */
  cpu(): Promise<number>;
}

/** @throws when there is no such process, or more than one. */
export async function rendererOf(someone: PersonBrowser): Promise<Renderer> {
  const session = await someone.chromium.target().createCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const lines = await Promise.all(
    processInfo
      .filter(({ type }) => type === 'renderer')
      .map(async ({ id }) => ({ id, line: await readFile(`/proc/${String(id)}/cmdline`, 'utf8') })),
  );
  const [found, ...others] = lines.filter(({ line }) => line.includes('--extension-process'));
  if (!found || others.length > 0) throw new Error(`${someone.name} has ${String(others.length)} more`);
  const proc = `/proc/${String(found.id)}`;
  const memory = async (): Promise<number> => {
    const status = await readFile(`${proc}/status`, 'utf8');
    return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
  };
  return {
    memory,
    async live() {
      // The pages share one heap.
      const host = await (await someone.host()).createCDPSession();
      await host.send('HeapProfiler.collectGarbage');
      await host.detach();
      return memory();
    },
    async cpu() {
      const [, rest = ''] = (await readFile(`${proc}/stat`, 'utf8')).split(') ');
      const fields = rest.split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS;
    },
  };
}
