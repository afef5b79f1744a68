/** What a call has left behind in a host, and what everybody's memory is. */
import { readFileSync } from 'node:fs';
import type { JSHandle, Page } from 'puppeteer-core';
import type { PersonBrowser } from '../e2e/harness/browser.ts';

export interface Belongings {
  /** Peer connections that are not closed. */
  peers: number;
  /** Tracks that are live: a camera or a microphone that is on. */
  tracks: number;
  /** Empty frames beside the host's own page. */
  frames: number;
}

/** Of all objects of the host that still exist. */
export async function belongingsOf(host: Page): Promise<Belongings> {
  await host.evaluate('globalThis.__name ??= (target) => target');
  const open = await countOf(
    await host.queryObjects(await host.evaluateHandle(() => RTCPeerConnection.prototype)),
    'connectionState',
    ['new', 'connecting', 'connected', 'disconnected', 'failed'],
  );
  const live = await countOf(
    await host.queryObjects(await host.evaluateHandle(() => MediaStreamTrack.prototype)),
    'readyState',
    ['live'],
  );
  return { peers: open, tracks: live, frames: host.frames().length - 1 };
}

/** @returns how many of them are in one of these states. The prototypes of their subclasses, which have none, are among them. */
async function countOf(all: JSHandle<object[]>, state: string, states: string[]): Promise<number> {
  const count = await all.evaluate(
    (each, name, wanted) => {
      const stateOf = (one: object): unknown => {
        try {
          return Reflect.get(one, name);
        } catch {
          return null;
        }
      };
      return each.filter((one) => wanted.includes(String(stateOf(one)))).length;
    },
    state,
    states,
  );
  await all.dispose();
  return count;
}

interface Memory {
  who: string;
  heapMb: number;
  listeners: number;
  documents: number;
}

/** After collecting what nobody needs. @param relay the id of its process */
export async function memoryOf(
  { alice, bob }: { alice: PersonBrowser; bob: PersonBrowser },
  relay: number | undefined,
): Promise<{ hosts: Memory[]; workersMb: number[]; relayMb: number | null }> {
  const hosts: Memory[] = [];
  const workersMb: number[] = [];
  for (const someone of [alice, bob]) {
    const session = await (await someone.host()).createCDPSession();
    await session.send('HeapProfiler.collectGarbage');
    await session.send('Performance.enable');
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((each) => each.name === name)?.value ?? 0;
    hosts.push({
      who: someone.name,
      heapMb: of('JSHeapUsedSize') / 2 ** 20,
      listeners: of('JSEventListeners'),
      documents: of('Documents'),
    });
    await session.detach();
    const worker = (await someone.worker()).client;
    await worker.send('HeapProfiler.collectGarbage');
    workersMb.push((await worker.send('Runtime.getHeapUsage')).usedSize / 2 ** 20);
  }
  return { hosts, workersMb, relayMb: relay === undefined ? null : residentMb(relay) };
}

function residentMb(pid: number): number | null {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

export const sayMemory = ({ hosts, workersMb, relayMb }: Awaited<ReturnType<typeof memoryOf>>): string[] => [
  ...hosts.map(
    ({ who, heapMb, listeners, documents }) =>
      `${who}’s host ${heapMb.toFixed(2)} MB (${String(listeners)} listeners, ${String(documents)} documents)`,
  ),
  `workers ${workersMb.map((each) => each.toFixed(2)).join(' and ')} MB`,
  `relay ${relayMb === null ? '?' : relayMb.toFixed(0)} MB resident`,
];
