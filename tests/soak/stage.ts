/** Alice and Bob in two real browsers and a relay, on three hosts of a network of their own, all of which can be hurt. */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer-core';
import type { CallSnapshot } from '../../extension/call/call-host.ts';
import type { Address } from '../../relay/protocol.ts';
import type { Relay } from '../../relay/server.ts';
import { acquaint, addressOf, PAGES, settleIn } from '../e2e/cast.ts';
import { type PersonBrowser, startBrowser } from '../e2e/harness/browser.ts';
import { chromePath } from '../e2e/harness/chrome-path.ts';
import { createNet, type Net } from '../net/net.ts';

const PORT = 8787;
const RELAY = fileURLToPath(new URL('../../relay/main.ts', import.meta.url));
/** A page that is asked while its browser is being stopped or started says nothing for as long, in milliseconds. */
const ASK_MS = 4000;

export type Name = 'alice' | 'bob';
export const other = (name: Name): Name => (name === 'alice' ? 'bob' : 'alice');

/** A call as its host has it. */
export type CallSeen = Pick<CallSnapshot, 'id' | 'state'>;

declare global {
  interface Window {
    /** The call that this page dialled last, as it was seen last. */
    soakedCall?: CallSeen | null;
  }
}

export interface Seat {
  readonly browser: PersonBrowser;
  readonly address: Address;
  /** Rings the other through the host, as the popup does. @returns the call: an older one if that is still on */
  dial(peer: Address): Promise<CallSeen | null>;
  /** @returns the last that was seen of the call that was dialled last: an ended one that nobody looks at is forgotten. */
  dialled(): Promise<CallSeen | null>;
  /** @returns the calls at the host, none where there is no host; null where nobody answers. */
  calls(): Promise<CallSeen[] | null>;
  hangUp(): Promise<void>;
  /** Since when the link to the relay stands, in ms since the epoch; null if it does not. */
  linkedSince(): Promise<number | null>;
  /** @returns ids of the calls that the list of recent calls has as missed. */
  missed(): Promise<string[]>;
  /** Stops the worker; one that is stopped already waits for its alarm. */
  stopWorker(): Promise<void>;
  /** Takes the browser through a sleep: every process of it stands still for so long. */
  sleep(ms: number): Promise<void>;
  restart(): Promise<void>;
}

export interface SoakStage {
  net: Net;
  seats: Record<Name, Seat>;
  /** The relay dies, and another takes its place after so long. */
  restartRelay(awayMs: number): Promise<void>;
  close(): Promise<void>;
}

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** @returns `task`'s result, or `fallback` if it fails or takes too long: what it asks may just be dying. */
const orElse = <T>(task: Promise<T>, fallback: T): Promise<T> =>
  Promise.race([task.catch(() => fallback), pass(ASK_MS).then(() => fallback)]);

/** @throws if anything does not start; nothing is left then. */
export async function setSoakStage(): Promise<SoakStage> {
  const net = await createNet(['alice', 'bob', 'relay']);
  const browsers: PersonBrowser[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(browsers.map((each) => each.close()));
    await net.close();
  };
  try {
    let relay = await startRelay(net);
    const person = async (name: string): Promise<PersonBrowser> => {
      const host = net.host(name.toLowerCase());
      await host.door(PORT, net.host('relay'));
      const browser = await startBrowser({ name, executable: await host.wrap(chromePath()) });
      browsers.push(browser);
      return browser;
    };
    const [alice, bob] = await Promise.all([person('Alice'), person('Bob')]);
    const named = { host: `127.0.0.1:${String(PORT)}` } as Relay;
    await Promise.all([settleIn(alice, named), settleIn(bob, named)]);
    await acquaint(alice, bob);
    const [alices, bobs] = await Promise.all([takeSeat(alice), takeSeat(bob)]);
    return {
      net,
      seats: { alice: alices, bob: bobs },
      async restartRelay(awayMs) {
        const died = new Promise((resolve) => relay.once('close', resolve));
        relay.kill('SIGKILL');
        await died;
        await pass(awayMs);
        relay = await startRelay(net);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function startRelay(net: Net): Promise<ChildProcess> {
  const relay = net.host('relay');
  const env = {
    HOST: relay.address,
    PORT: String(PORT),
    PUBLIC_HOSTS: `127.0.0.1:${String(PORT)}`,
    // As an operator sets it: tokens of the relay that died are good at the next.
    RELAY_SECRET: 'c29hayBzb2FrIHNvYWsgc29hayBzb2FrIHNvYWsgc28=',
  };
  return relay.start(process.execPath, ['--import', 'tsx', RELAY], 'listens on', env);
}

async function takeSeat(browser: PersonBrowser): Promise<Seat> {
  const address = await addressOf(browser);
  let desk: Page | undefined;
  let stoppedAt = 0;
  const page = async (): Promise<Page> => {
    if (desk?.isClosed()) desk = undefined;
    desk ??= await browser.open(PAGES.settings);
    return desk;
  };
  const ask = async <T>(fallback: T, question: () => Promise<T>): Promise<T> =>
    orElse(
      page().then((one) => one.evaluate(question)),
      fallback,
    );
  return {
    browser,
    address,
    async dial(peer) {
      return (await page()).evaluate(async (to) => {
        window.soakedCall = null;
        await chrome.runtime.sendMessage({ target: 'background', type: 'host.open', ask: {} });
        const host = chrome.extension.getViews().find((view) => view.sidecallHost)?.sidecallHost;
        if (!host) throw new Error('There is no host.');
        host.dismiss();
        host.dial(to, 'audio');
        const [call] = host.snapshot.calls;
        const seen = ({ id, state }: CallSeen): CallSeen => ({ id, state });
        window.soakedCall = call ? seen(call.snapshot) : null;
        call?.subscribe((snapshot) => (window.soakedCall = seen(snapshot)));
        return window.soakedCall;
      }, peer);
    },
    dialled: () => ask<CallSeen | null>(null, () => Promise.resolve(window.soakedCall ?? null)),
    calls: () =>
      ask<CallSeen[] | null>(null, () => {
        const host = chrome.extension.getViews().find((view) => view.sidecallHost)?.sidecallHost;
        return Promise.resolve(
          (host?.snapshot.calls ?? []).map(({ snapshot: { id, state } }) => ({ id, state })),
        );
      }),
    hangUp: () =>
      ask(undefined, () => {
        const host = chrome.extension.getViews().find((view) => view.sidecallHost)?.sidecallHost;
        for (const call of host?.snapshot.calls ?? []) call.hangUp();
        return Promise.resolve(undefined);
      }),
    async linkedSince() {
      // A worker that is dead has left behind what it knew.
      const since = await ask<number | null>(null, async () => {
        const { link } = (await chrome.storage.session.get('link')) as {
          link?: { state: string; sinceMs?: number };
        };
        return link?.state === 'connected' ? (link.sinceMs ?? null) : null;
      });
      return since !== null && since > stoppedAt ? since : null;
    },
    async stopWorker() {
      await browser.stopWorker().catch(() => undefined);
      stoppedAt = Date.now();
    },
    missed: () =>
      ask<string[]>([], async () => {
        const { history } = (await chrome.storage.local.get('history')) as {
          history?: { call: string; outcome: string }[];
        };
        return (history ?? []).filter(({ outcome }) => outcome === 'missed').map(({ call }) => call);
      }),
    async sleep(ms) {
      const root = browser.chromium.process()?.pid;
      if (root === undefined) return;
      const processes = treeOf(root);
      signal(processes, 'SIGSTOP');
      await pass(ms);
      signal(processes, 'SIGCONT');
    },
    async restart() {
      desk = undefined;
      await browser.restart();
      await page();
    },
  };
}

function signal(processes: readonly number[], name: NodeJS.Signals): void {
  for (const id of processes)
    try {
      process.kill(id, name);
    } catch {
      // It ended meanwhile.
    }
}

/** @returns the ids of a process and of all that it and they started. */
function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      // The name in brackets may hold anything, so the parent is looked for behind it (proc(5)).
      const [, parent] = readFileSync(`/proc/${entry}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      parents.set(Number(entry), Number(parent));
    } catch {
      // It ended meanwhile.
    }
  const tree = [root];
  for (const id of tree) for (const [child, parent] of parents) if (parent === id) tree.push(child);
  return tree;
}
