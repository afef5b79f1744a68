import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { iceUrlKind } from '../../relay/protocol.ts';
import { hearOther, idle, type Kind, ring, seeOther, talk, tidyUp } from './call.ts';
import { ask, type Cast, gather, PAGES, popupWith } from './cast.ts';
import { watchFarSide } from './far-side.ts';
import { createHostileRelay, frameType, type HostileRelay, type Rule } from './harness/hostile-relay.ts';
import { click, see } from './ui.ts';

/** Far less than a browser waits for a STUN or TURN server, and than we wait for a relay. */
const SOON_MS = 5000;

let relay: HostileRelay;
let cast: Cast;
let closeSilent: () => Promise<void>;
/** What the silent server was asked by UDP. */
let unanswered = 0;

/** A STUN and TURN server that takes everything and never answers. @returns its `host:port`, for UDP and TCP. */
async function startSilent(): Promise<string> {
  const tcp = createServer((socket) => socket.on('error', () => undefined).resume());
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4')
    .on('message', () => unanswered++)
    .bind(port, '127.0.0.1');
  await once(udp, 'listening');
  closeSilent = async () => {
    udp.close();
    tcp.close();
  };
  return `127.0.0.1:${String(port)}`;
}

const asked = (): number =>
  relay.seen.filter(({ way, data }) => way === 'up' && frameType(data) === 'turn').length;

beforeAll(async () => {
  const silent = await startSilent();
  relay = await createHostileRelay({
    stunUrls: [`stun:${silent}`],
    turnUrls: [`turn:${silent}`, `turn:${silent}?transport=tcp`, `turns:${silent}?transport=tcp`],
    turnSecret: 'secret',
    limits: { turnPerHour: 3600 },
  });
  cast = await gather({ relay, quickly: true });
});
afterEach(async () => {
  relay.behave();
  await Promise.all([cast.alice, cast.bob].map(tidyUp));
});
afterAll(async () => {
  await cast.close();
  await closeSilent();
});

/** Nobody has servers at hand any more, or waits for an answer: both are in the memory of the worker. */
async function forgetServers(): Promise<void> {
  for (const someone of [cast.alice, cast.bob]) {
    await someone.stopWorker();
    await ask(someone, 'link.retry');
  }
}

/** Alice rings; the transport stands before anybody answers, and both talk as soon as Bob does. */
async function expectNoDelay(kind: Kind = 'sound'): Promise<void> {
  const { popup, notification } = await ring(cast, kind);
  for (const someone of [cast.alice, cast.bob])
    await (
      await someone.host()
    ).waitForFunction(
      () => {
        const state = window.sidecallHost?.snapshot.calls[0]?.snapshot.state;
        return state && 'linked' in state && state.linked;
      },
      // No frame is ever painted there.
      { timeout: SOON_MS, polling: 50 },
    );
  cast.bob.notifications.press(notification, 'Answer');
  const panel = await cast.bob.view(PAGES.panel);
  await see(panel, 'Hang up', 'button');
  await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
  if (kind === 'video') await Promise.all([seeOther(popup, 'bob'), seeOther(panel, 'alice')]);
  await click(popup, 'Hang up');
  await Promise.all([idle(cast.alice), idle(cast.bob)]);
}

const withoutTurn: Rule = ({ data, go }) => {
  if (frameType(data) !== 'turn') go();
};

describe('a call with a straight path is not held up', () => {
  // First, as nobody has any servers at hand yet.
  it('by a relay that never says which TURN servers there are', async () => {
    relay.meddle(withoutTurn);
    await expectNoDelay();
    expect(asked()).toBeGreaterThanOrEqual(2);
  });

  it('by STUN and TURN servers that never answer', async () => {
    await forgetServers();
    const sides = [await watchFarSide(cast.alice), await watchFarSide(cast.bob)];
    unanswered = 0;
    await expectNoDelay('video');
    expect(unanswered).toBeGreaterThan(0);
    for (const side of sides) {
      const [connection] = await side.connections();
      expect(connection?.config.usernames.filter((each) => each !== '')).toHaveLength(1);
      // The path stood while every server was still being asked: nobody waited for what they would say. Chromium ends
      // its search in the moment in which there is a way, so the state of the search tells nothing.
      expect(connection?.gaveUpBefore).toBe(0);
    }
  });
});

describe('TURN credentials', () => {
  it('are asked for once for several calls while they are good', async () => {
    const before = asked();
    const { popup } = await talk(cast, 'sound');
    await click(popup, 'Hang up');
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
    expect(asked()).toBe(before);
  });

  it('are asked for before the click, once the pointer has come to somebody', async () => {
    await forgetServers();
    const before = asked();
    const popup = await popupWith(cast.alice, 'Bob');
    await (await popup.waitForSelector('button[aria-label="Call Bob, sound only"]'))?.hover();
    await expect.poll(asked).toBe(before + 1);
    await popup.close();
  });

  it('are renewed in a call before they run out, and the connection keeps its policy', async () => {
    // Two seconds and the minute before the end at which new ones are asked for.
    const shorten: Rule = ({ data, go }) => {
      const seconds = Math.floor(Date.now() / 1000) + 62;
      go(frameType(data) === 'ice' ? String(data).replace(/"\d+:/, `"${String(seconds)}:`) : data);
    };
    relay.meddle(shorten);
    await forgetServers();
    const near = await watchFarSide(cast.alice);
    const { popup } = await talk(cast, 'sound');
    const names = async () =>
      (await near.connections()).at(-1)?.config.usernames.filter((each) => each !== '');
    const first = await names();
    expect(first).toHaveLength(1);
    await expect.poll(names, { timeout: 15_000 }).not.toEqual(first);
    expect((await near.connections()).at(-1)?.config.iceTransportPolicy).toBe('all');
    await hearOther(cast.bob);
    await click(popup, 'Hang up');
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
  });
});

describe('a server that gets through the check', () => {
  it('is one the browser takes: no relay can make it throw', async () => {
    const part = fc.constantFrom(
      'a',
      '0',
      '-',
      '.',
      '[',
      ']',
      ':',
      '::1',
      '255',
      '127.0.0.1',
      'x--y',
      '65535',
      '9',
    );
    const url = fc
      .tuple(
        fc.constantFrom('stun:', 'turn:', 'turns:', 'TURN:'),
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('', ':1', ':65535', '?transport=udp', '?transport=tcp', ':80?transport=tcp'),
      )
      .map(([scheme, host, rest]) => scheme + host.join('') + rest)
      .filter((each) => iceUrlKind(each) !== null);
    const urls = fc.sample(url, 1000);
    const page = await cast.alice.open(PAGES.settings);
    const refused = await page.evaluate((all) => {
      // One for all: a page may have some hundred connections, closed or not.
      const connection = new RTCPeerConnection();
      return all.filter((each) => {
        try {
          connection.setConfiguration({ iceServers: [{ urls: [each], username: '1:a', credential: 'b' }] });
          return false;
        } catch {
          return true;
        }
      });
    }, urls);
    expect(refused).toEqual([]);
    await page.close();
  });
});

it('logged no fault in any of it', () => {
  const expected = /WebSocket connection to .* failed/;
  expect([...cast.alice.faults, ...cast.bob.faults].filter((fault) => !expected.test(fault))).toEqual([]);
});
