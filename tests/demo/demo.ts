/**
 * `npm start`: builds Sidecall, starts the relay and opens Alice's and Bob's browsers, each the other's contact.
 * Without a screen, or with `--headless`, it makes the call itself and ends with 0 only if both saw and heard each other.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { createRelay, type Relay } from '../../relay/server.ts';
import { befriend, person, welcome } from '../e2e/cast.ts';
import type { Bus } from '../e2e/harness/bus.ts';
import { chromePath } from '../e2e/harness/chrome-path.ts';
import type { Display } from '../e2e/harness/display.ts';
import { makeCall } from './headless-call.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PICTURES = fileURLToPath(new URL('../../artifacts/demo/', import.meta.url));
const PORT = 8787;

const say = (line: string): void => console.log(line);

/** Somebody's own screen and desktop, which are there already and are not closed. */
function ownDesktop(): { display: Display; bus: Bus } {
  const nothing = (): Promise<never> => Promise.reject(new Error('not on one’s own desktop'));
  const size = { width: 1280, height: 800 };
  return {
    display: {
      name: process.env['DISPLAY'] ?? '',
      ...size,
      screenshot: nothing,
      close: () => Promise.resolve(),
    },
    bus: {
      address: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '',
      connect: nothing,
      owned: nothing,
      close: () => Promise.resolve(),
    },
  };
}

async function startRelay(): Promise<Relay> {
  return createRelay({ port: PORT }).catch((error: unknown) => {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (isTaken)
      throw new Error(`Port ${PORT} is in use: another relay is running. Stop it, then try again.`);
    throw error;
  });
}

/** Opens both browsers for people to use, and stays until they are closed. */
async function openForPeople(relay: Relay): Promise<void> {
  const desktop = ownDesktop();
  const [alice, bob] = await Promise.all([person('Alice', desktop), person('Bob', desktop)]);
  const pages = await Promise.all([welcome(alice, relay), welcome(bob, relay)]);
  await befriend(...pages);
  say('');
  say(
    'Alice and Bob are here, and on each other’s list. Click the toolbar icon in one window to call the other.',
  );
  say('Their cameras are test pictures, so that one computer can play both. Press Ctrl+C to end.');
  const gone = (someone: typeof alice) =>
    new Promise((resolve) => someone.chromium.once('disconnected', resolve));
  const stopped = new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await Promise.race([Promise.all([gone(alice), gone(bob)]), stopped]);
  await Promise.all([alice.close(), bob.close()]);
}

async function main(): Promise<void> {
  const hasScreen = process.platform !== 'linux' || Boolean(process.env['DISPLAY']);
  const isHeadless = process.argv.includes('--headless') || !hasScreen;
  say(`Browser: ${chromePath()}`);
  const relay = await startRelay();
  say(`Relay:   ${relay.url}`);
  try {
    await build({ root: ROOT, logLevel: 'error' });
    say('Built:   dist/extension');
    if (!isHeadless) return await openForPeople(relay);
    await rm(PICTURES, { recursive: true, force: true });
    await makeCall(relay, PICTURES, say);
    say(`Screenshots: ${PICTURES}`);
  } finally {
    await relay.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
