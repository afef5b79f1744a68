/** Alice, Bob and a relay in networks of their own, for tests of what a network does to a call. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Relay } from '../../relay/server.ts';
import { createNet, type Net } from '../net/net.ts';
import { acquaint, person, settleIn } from './cast.ts';
import type { BrowserOptions, PersonBrowser } from './harness/browser.ts';
import { chromePath } from './harness/chrome-path.ts';

const RELAY = fileURLToPath(new URL('../../relay/main.ts', import.meta.url));
const RELAY_PORT = 8787;

export interface NetCast {
  net: Net;
  alice: PersonBrowser;
  bob: PersonBrowser;
  readonly relay: ChildProcess;
  /** Kills the relay, without a word to anybody. Resolves once it is dead. */
  killRelay(): Promise<void>;
  /** Starts another in the place of the one that was killed. */
  startRelay(): Promise<void>;
  close(): Promise<void>;
}

/** Each other's contacts, online. @param options for the browsers, by name */
export async function gatherOnNet(options: Record<string, Partial<BrowserOptions>> = {}): Promise<NetCast> {
  const net = await createNet(['alice', 'bob', 'relay']);
  const { address } = net.host('relay');
  const startRelay = (): Promise<ChildProcess> =>
    net.host('relay').start(process.execPath, ['--import', 'tsx', RELAY], 'listens on', {
      HOST: address,
      PORT: String(RELAY_PORT),
      PUBLIC_HOSTS: `127.0.0.1:${String(RELAY_PORT)}`,
    });
  let relay = await startRelay();
  const [alice, bob] = await Promise.all(
    ['Alice', 'Bob'].map(async (name) => {
      const host = net.host(name.toLowerCase());
      // Loopback is where extensions may use ws:.
      await host.door(RELAY_PORT, net.host('relay'));
      return person(name, { executable: await host.wrap(chromePath()), ...options[name.toLowerCase()] });
    }),
  );
  if (!alice || !bob) throw new Error('nobody came');
  const known = { host: `127.0.0.1:${String(RELAY_PORT)}` } as Relay;
  await Promise.all([settleIn(alice, known), settleIn(bob, known)]);
  await acquaint(alice, bob);
  return {
    net,
    alice,
    bob,
    get relay() {
      return relay;
    },
    async killRelay() {
      const died = once(relay, 'close');
      relay.kill('SIGKILL');
      await died;
    },
    async startRelay() {
      relay = await startRelay();
    },
    async close() {
      await Promise.all([alice.close(), bob.close()]);
      await net.close();
    },
  };
}
