/** Alice and Bob with Sidecall and the plain pages in a browser each, and a relay, on three hosts of a network of their own. */
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer-core';
import type { Relay } from '../../relay/server.ts';
import { befriend, welcome } from '../e2e/cast.ts';
import { type PersonBrowser, startBrowser } from '../e2e/harness/browser.ts';
import { chromePath } from '../e2e/harness/chrome-path.ts';
import { createNet, type Net } from '../net/net.ts';
import { installWatches } from './in-page.ts';
import { benchMicrophone } from './microphone.ts';
import { installFloor, installTutorial } from './plain-pages.ts';

const RELAY_PORT = 8787;
const PLAIN_PORT = 8788;
const TSX = ['--import', 'tsx'];
const RELAY = fileURLToPath(new URL('../../relay/main.ts', import.meta.url));
const PLAIN_SERVER = fileURLToPath(new URL('./plain-server.ts', import.meta.url));

export type PlainFlow = 'tutorial' | 'floor';

const INSTALL: Record<PlainFlow, () => Promise<void>> = { tutorial: installTutorial, floor: installFloor };

export interface Seat {
  browser: PersonBrowser;
  /** Opens a plain page. It is closed after its call: one that stays open, even idle, doubled the times of what came next. */
  open(flow: PlainFlow): Promise<Page>;
}

export interface Stage {
  net: Net;
  alice: Seat;
  bob: Seat;
  /** Spreads a round trip between two hosts over their lines, evenly. */
  setRoundTrip(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** @param extension another build than dist/extension @throws if anything does not start; nothing is left then. */
export async function setStage(extension?: string): Promise<Stage> {
  const net = await createNet(['alice', 'bob', 'relay']);
  const browsers: PersonBrowser[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(browsers.map((each) => each.close()));
    await net.close();
  };
  try {
    const relay = net.host('relay');
    const { address: HOST } = relay;
    const env = { HOST, PORT: String(RELAY_PORT), PUBLIC_HOSTS: `127.0.0.1:${String(RELAY_PORT)}` };
    await relay.start(process.execPath, [...TSX, RELAY], 'listens on', env);
    await relay.start(process.execPath, [...TSX, PLAIN_SERVER, String(PLAIN_PORT), HOST], 'open');
    const microphone = await benchMicrophone();
    const person = async (name: string): Promise<PersonBrowser> => {
      const host = net.host(name.toLowerCase());
      const browser = await startBrowser({
        name,
        microphone,
        executable: await host.wrap(chromePath()),
        args: [
          '--autoplay-policy=no-user-gesture-required',
          // As cameras are; Chromium's own test picture comes 20 times a second.
          '--use-fake-device-for-media-stream=fps=30',
          // Loopback is where extensions may use ws: and pages may use a camera. The name alone is: a door would be one more program on the way.
          `--host-resolver-rules=MAP 127.0.0.1 ${HOST}`,
        ],
        ...(extension !== undefined && {
          extension: { folder: extension, id: 'fkdcdbcjphjjkidkjdiefjebcpgihehd' },
        }),
      });
      browsers.push(browser);
      return browser;
    };
    const [alice, bob] = await Promise.all([person('Alice'), person('Bob')]);
    await meet(alice, bob);
    const [alices, bobs] = await Promise.all([seat(alice), seat(bob)]);
    return {
      net,
      alice: alices,
      bob: bobs,
      async setRoundTrip(ms) {
        for (const name of ['alice', 'bob', 'relay']) await net.line(name, { delayMs: ms / 4 });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function meet(alice: PersonBrowser, bob: PersonBrowser): Promise<void> {
  // The relay runs as a program of its own; of the fixture's, only its name is asked.
  const relay = { host: `127.0.0.1:${String(RELAY_PORT)}` } as Relay;
  const pages = await Promise.all([welcome(alice, relay), welcome(bob, relay)]);
  await befriend(...pages);
  await Promise.all(pages.map((page) => page.close()));
}

async function seat(browser: PersonBrowser): Promise<Seat> {
  const origin = `http://127.0.0.1:${String(PLAIN_PORT)}`;
  const context = browser.chromium.defaultBrowserContext();
  for (const name of ['camera', 'microphone'])
    await context.setPermission(origin, { permission: { name }, state: 'granted' });
  return {
    browser,
    async open(flow) {
      const page = await browser.chromium.newPage();
      await page.goto(origin);
      await page.evaluate('globalThis.__name ??= (target) => target');
      await page.evaluate(installWatches);
      await page.evaluate(INSTALL[flow]);
      return page;
    },
  };
}
