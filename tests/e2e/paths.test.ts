import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoNet } from '../net/net.ts';
import { hearOther, idle, talk } from './call.ts';
import { startMeter, type SidecallMeter } from './harness/meter.ts';
import { gatherOnNet, type NetCast } from './net-cast.ts';
import { click, read } from './ui.ts';
import type { Page } from 'puppeteer-core';

const why = whyNoNet();
/** Far above what a quiet machine needs (docs/recovery.md), far below what a call that only times out would. */
const SOON_MS = 6_000;
const CUT_MS = 3_000;
let cast: NetCast;
let popup: Page;
let meters: SidecallMeter[];

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

// One call goes through all of it, as calls do.
describe.skipIf(why !== null)(why ?? 'a call whose network does what networks do', () => {
  beforeAll(async () => {
    cast = await gatherOnNet();
    ({ popup } = await talk(cast, 'video'));
    await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
    meters = [await startMeter(await cast.alice.host()), await startMeter(await cast.bob.host())];
  });
  afterAll(async () => {
    await cast.close();
  });

  it('is there again after a cut, which both were told of', async () => {
    await cut(true);
    await read(popup, 'Finding Bob again');
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

  it('waits for the one whose browser died, who goes back into it', async () => {
    const killedAt = Date.now();
    const restarted = cast.bob.restart('killed');
    await read(popup, 'Finding Bob again');
    expect(Date.now() - killedAt).toBeLessThan(10_000);
    await restarted;
    const asked = await cast.bob.notifications.next(
      ({ summary }) => summary === 'You were in a call with Alice. Go back?',
    );
    const card = await cast.bob.openPopup();
    await read(card, 'You were in a call with Alice.');
    await cast.bob.screenshot(card, 'go-back', 'artifacts/paths');
    await card.evaluate(() => window.close()).catch(() => undefined);
    cast.bob.notifications.press(asked, 'Go back');
    await Promise.all([hearOther(cast.alice), hearOther(cast.bob)]);
    await expect.poll(() => Promise.all([phaseOf('alice'), phaseOf('bob')])).toEqual(['active', 'active']);
  });

  it('ends for both when one hangs up afterwards', async () => {
    await click(popup, 'Hang up');
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
  });
});
