import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hearOther, idle, ring, talk, tidyUp } from './call.ts';
import { ask, type Cast, gather, PAGES, popupWith } from './cast.ts';
import { candidatesIn, type FarSide, leaksIn, ownAddresses, watchFarSide } from './far-side.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { type Coturn, startCoturn, TURN_SECRET, whyNoCoturn } from './harness/coturn.ts';
import { createHostileRelay, frameType, type HostileRelay } from './harness/hostile-relay.ts';
import { click, read, see } from './ui.ts';

const why = whyNoCoturn();
let coturn: Coturn;
let relay: HostileRelay;
let cast: Cast;

/** As a click in the settings does it. */
const hideAddress = (someone: PersonBrowser, isHidden: boolean): Promise<unknown> =>
  ask(someone, 'settings.save', { change: { hideAddress: isHidden } });

/** Nothing this side was told or has seen says where the other is. */
async function expectHidden(far: FarSide): Promise<void> {
  const mail = await far.mail();
  expect(candidatesIn(mail).length).toBeGreaterThan(0);
  expect(leaksIn(mail)).toEqual([]);
  const connections = await far.connections();
  expect(connections.length).toBeGreaterThan(0);
  for (const { remote, selected } of connections) {
    // One whose check came before its mail is first taken for a reflexive one; the relayed address is the server's.
    for (const { type, address } of remote) {
      expect(['relay', 'prflx']).toContain(type);
      expect([null, '127.0.0.1']).toContain(address);
    }
    expect(selected?.remote.address).toBe('127.0.0.1');
  }
}

async function hangUp(popup: Page): Promise<void> {
  await click(popup, 'Hang up');
  await Promise.all([idle(cast.alice), idle(cast.bob)]);
}

/** Answers in the relay's place whoever asks for TURN servers; nobody has any at hand that they were given before. */
async function offerTurn(iceServers: unknown): Promise<void> {
  relay.meddle(({ way, data, line, go }) => {
    if (way === 'up' && frameType(data) === 'turn') line.say({ type: 'ice', iceServers });
    else go();
  });
  for (const someone of [cast.alice, cast.bob]) {
    await someone.stopWorker();
    // Something must start the next.
    await ask(someone, 'link.retry');
  }
}

// Without coturn there is nothing to hide behind; the reason stands in the name.
describe.skipIf(why !== null)(why ?? 'an address that is hidden', () => {
  beforeAll(async () => {
    coturn = await startCoturn();
    relay = await createHostileRelay({
      turnUrls: [`turn:${coturn.host}`],
      turnSecret: TURN_SECRET,
      limits: { turnPerHour: 3600 },
    });
    cast = await gather({ relay, quickly: true });
  });
  afterEach(async () => {
    await Promise.all([cast.alice, cast.bob].map(tidyUp));
  });
  afterAll(async () => {
    await cast.close();
    await coturn.close();
  });

  it('is chosen in the settings, and off until then', async () => {
    const settings = await cast.alice.open(`${PAGES.settings}#privacy`);
    const isOn = (wanted: boolean) =>
      settings.waitForSelector(
        `[role="switch"][aria-labelledby="hide-address"][aria-checked="${String(wanted)}"]`,
      );
    await isOn(false);
    await read(settings, 'Calls go through your relay, so people you talk to can’t see where you’re');
    await click(settings, 'Hide my address', 'switch');
    await isOn(true);
    await cast.alice.screenshot(settings, 'hide-my-address', 'artifacts/turn');
    await click(settings, 'Hide my address', 'switch');
    await isOn(false);
    await settings.close();
  });

  it('is not hidden unless somebody wants that: the other side is told it, and the call goes straight', async () => {
    const far = await watchFarSide(cast.bob);
    const { popup } = await talk(cast, 'sound');
    await hearOther(cast.bob);
    expect(leaksIn(await far.mail()).some((leak) => ownAddresses().includes(leak))).toBe(true);
    const [connection] = await far.connections();
    expect(connection?.selected?.local.type).not.toBe('relay');
    expect(connection?.config.iceTransportPolicy).toBe('all');
    await hangUp(popup);
  });

  it('never reaches who is called', async () => {
    await hideAddress(cast.alice, true);
    const [near, far] = [await watchFarSide(cast.alice), await watchFarSide(cast.bob)];
    const { popup } = await talk(cast, 'video');
    await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
    await expectHidden(far);
    for (const { local, config } of await near.connections()) {
      expect(new Set(local.map(({ type }) => type))).toEqual(new Set(['relay']));
      expect(config.iceTransportPolicy).toBe('relay');
    }
    await hangUp(popup);
  });

  it('never reaches who calls', async () => {
    await hideAddress(cast.alice, false);
    await hideAddress(cast.bob, true);
    const [near, far] = [await watchFarSide(cast.bob), await watchFarSide(cast.alice)];
    const { popup } = await talk(cast, 'video');
    await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
    await expectHidden(far);
    for (const { local } of await near.connections())
      expect(new Set(local.map(({ type }) => type))).toEqual(new Set(['relay']));
    await hangUp(popup);
  });

  it('is hidden on both sides at once', async () => {
    await hideAddress(cast.alice, true);
    const sides = [await watchFarSide(cast.alice), await watchFarSide(cast.bob)];
    const { popup } = await talk(cast, 'sound');
    await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
    for (const far of sides) await expectHidden(far);
    await hangUp(popup);
  });

  it('stays hidden without a TURN server when a call is answered: it says so', async () => {
    await hideAddress(cast.alice, false);
    await hideAddress(cast.bob, true);
    await offerTurn([]);
    const far = await watchFarSide(cast.alice);
    const { popup, notification } = await ring(cast, 'video');
    cast.bob.notifications.press(notification, 'Answer');
    const panel = await cast.bob.view(PAGES.panel);
    await read(panel, 'Your address is hidden, and your relay can’t carry calls just now.');
    await read(popup, 'We couldn’t join you to Bob');
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
    expect(candidatesIn(await far.mail())).toEqual([]);
    expect((await far.mail()).some((body) => body.type === 'signal' && body.answer !== undefined)).toBe(
      false,
    );
  });

  it.each<[string, unknown]>([
    ['none', []],
    ['STUN servers in their place', [{ urls: ['stun:127.0.0.1:9'] }]],
    ['what is no server at all', [{ urls: ['http://127.0.0.1/'], username: 'a', credential: 'b' }]],
  ])(
    'stays hidden where TURN servers are asked for and the relay offers %s: the call says so',
    async (_, offer) => {
      await hideAddress(cast.alice, true);
      await hideAddress(cast.bob, false);
      await offerTurn(offer);
      const far = await watchFarSide(cast.bob);
      const popup = await popupWith(cast.alice, 'Bob');
      await click(popup, 'Call Bob with video');
      await read(popup, 'We couldn’t join you to Bob');
      await read(popup, 'Your address is hidden, and your relay can’t carry calls just now.');
      await see(popup, 'Open settings', 'button');
      await cast.alice.screenshot(popup, 'no-turn', 'artifacts/turn');
      await Promise.all([idle(cast.alice), idle(cast.bob)]);
      const mail = await far.mail();
      expect(candidatesIn(mail)).toEqual([]);
      expect(mail.filter(({ type }) => type === 'signal')).toEqual([]);
    },
  );

  it('logged no fault in any of it', () => {
    const expected = /WebSocket connection to .* failed/;
    expect([...cast.alice.faults, ...cast.bob.faults].filter((fault) => !expected.test(fault))).toEqual([]);
  });
});
