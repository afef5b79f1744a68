import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { whyNoNet } from '../net/net.ts';
import { hearOther, idle, ring, talk, tidyUp } from './call.ts';
import { PAGES } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { startMeter, type SidecallMeter } from './harness/meter.ts';
import { gatherOnNet, type NetCast } from './net-cast.ts';
import { click, read } from './ui.ts';
import type { Page } from 'puppeteer-core';

const why = whyNoNet();
/** Far above what a quiet machine needs (docs/recovery.md), far below what a call that only times out would. */
const SOON_MS = 6_000;
const CUT_MS = 3_000;
let cast: NetCast;
let meters: SidecallMeter[];
/** Where each of them looks at the call. */
let views: Record<'alice' | 'bob', Page>;

async function startMeters(): Promise<void> {
  meters = [await startMeter(await cast.alice.host()), await startMeter(await cast.bob.host())];
  // Where nothing was noted before a fault, its end is no end of a silence.
  for (const meter of meters)
    await vi.waitFor(
      async () => {
        const { sound, picture } = await meter.noted();
        expect(Math.min(sound.length, picture.length)).toBeGreaterThan(0);
      },
      { timeout: 10_000 },
    );
}

/** Both are heard and seen again, after an interruption that there really was. */
async function recover(since: number): Promise<void> {
  for (const meter of meters) {
    const { sound, picture } = await meter.after(since, SOON_MS);
    expect(Math.max(sound, picture)).toBeGreaterThan(0);
  }
}

const cut = (isCut: boolean): Promise<unknown> =>
  Promise.all(['alice', 'bob'].map((name) => cast.net.line(name, { cut: isCut })));

const phaseOf = async (who: 'alice' | 'bob'): Promise<string | undefined> =>
  (await cast[who].host()).evaluate(() => window.sidecallHost?.snapshot.calls[0]?.snapshot.state.phase);

/** Whether the background has its relay. */
const linkOf = async (someone: PersonBrowser): Promise<unknown> =>
  (await someone.worker()).evaluate(
    async () => ((await chrome.storage.session.get('link'))['link'] as { state: string } | undefined)?.state,
  );

// One call goes through all of it, as calls do.
describe.skipIf(why !== null)(why ?? 'a call whose network does what networks do', () => {
  beforeAll(async () => {
    cast = await gatherOnNet();
    const { popup, panel } = await talk(cast, 'video');
    views = { alice: popup, bob: panel };
    await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
    await startMeters();
  });
  afterAll(async () => {
    await cast.close();
  });

  it('is there again after a cut, which both were told of', async () => {
    await cut(true);
    await read(views.alice, 'Finding Bob again');
    await wait(CUT_MS - 2_500);
    const mendedAt = Date.now();
    await cut(false);
    await recover(mendedAt);
    await expect.poll(() => Promise.all([phaseOf('alice'), phaseOf('bob')])).toEqual(['active', 'active']);
  });

  it.each(['alice', 'bob'] as const)('goes on when %s enters another network', async (who) => {
    const movedAt = Date.now();
    await cast.net.move(who);
    await recover(movedAt);
    await expect.poll(() => Promise.all([phaseOf('alice'), phaseOf('bob')])).toEqual(['active', 'active']);
  });

  // Bob is the one who was called, Alice the one who called.
  it.each(['bob', 'alice'] as const)(
    'waits for %s, whose browser died and who goes back into it',
    { timeout: 60_000 },
    async (who) => {
      const other = who === 'bob' ? 'alice' : 'bob';
      const [lost, left] = [cast[who], cast[other]];
      const killedAt = Date.now();
      const restarted = lost.restart('killed');
      await read(views[other], `Finding ${lost.name} again`);
      expect(Date.now() - killedAt).toBeLessThan(10_000);
      await restarted;
      const question = `You were in a call with ${left.name}.`;
      const asked = await lost.notifications.next(({ summary }) => summary === `${question} Go back?`);
      const card = await lost.openPopup();
      await read(card, question);
      if (who === 'bob') await lost.screenshot(card, 'go-back', 'artifacts/paths');
      await card.evaluate(() => window.close()).catch(() => undefined);
      lost.notifications.press(asked, 'Go back');
      views[who] = await lost.view(PAGES.panel);
      await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
      await expect.poll(() => Promise.all([phaseOf('alice'), phaseOf('bob')])).toEqual(['active', 'active']);
    },
  );

  it('goes on while the relay is dead, and hanging up reaches the other all the same', async () => {
    await startMeters();
    const links = () => Promise.all([linkOf(cast.alice), linkOf(cast.bob)]);
    await expect.poll(links).toEqual(['connected', 'connected']);
    await cast.killRelay();
    await expect.poll(links).not.toContain('connected');
    const knownAt = Date.now();
    // Whoever was not interrupted is heard and seen for a while from then on; whoever was is so again.
    for (const meter of meters) await meter.after(knownAt, SOON_MS);
    await expect.poll(() => Promise.all([phaseOf('alice'), phaseOf('bob')])).toEqual(['active', 'active']);
    await click(views.alice, 'Hang up');
    await read(views.bob, 'Alice hung up at');
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
  });

  it('can be followed by another as soon as there is a relay again', async () => {
    await Promise.all([tidyUp(cast.alice), tidyUp(cast.bob)]);
    await cast.startRelay();
    const next = await ring(cast, 'sound');
    await click(next.popup, 'Cancel call');
    await cast.bob.notifications.next(({ summary }) => summary === 'Missed call from Alice');
  });
});
