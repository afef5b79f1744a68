import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hearNothing, hearOther, idle, ring, seeOther, talk, tidyUp } from './call.ts';
import { type Cast, gather, PAGES } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { seePicture } from './harness/senses.ts';
import { click, clickAt, read, see } from './ui.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await gather();
});
afterEach(async () => {
  await Promise.all([cast.alice, cast.bob].map(tidyUp));
});
afterAll(async () => {
  await cast.close();
});

/** A moment that both pages still have before them once they know of it. */
const soon = (): number => Date.now() + 400;

/** What a host gets from the other side. */
const theirs = (): MediaStream | undefined => window.sidecallHost?.snapshot.calls[0]?.theirPicture;

/** The phases of a person's calls, as the host has them. */
const phases = async (someone: PersonBrowser): Promise<string[]> =>
  (await someone.host()).evaluate(() =>
    (window.sidecallHost?.snapshot.calls ?? []).map(({ snapshot }) => snapshot.state.phase),
  );

/** Waits until each side has settled on the same: both talk, or neither does. */
async function settled({ alice, bob }: Cast): Promise<'active' | 'ended'> {
  const one = async (someone: PersonBrowser): Promise<string> => {
    const living = (await phases(someone)).filter((phase) => phase !== 'ended');
    return living.length === 0 ? 'ended' : living.join();
  };
  let outcome: string[] = [];
  await expect
    .poll(
      async () => {
        outcome = await Promise.all([one(alice), one(bob)]);
        return outcome[0] === outcome[1] && (outcome[0] === 'active' || outcome[0] === 'ended');
      },
      { timeout: 15_000 },
    )
    .toBe(true);
  return outcome[0] as 'active' | 'ended';
}

describe('while it rings', () => {
  it('the connection stands, and nothing of either side goes over it but a dark picture', async () => {
    const { alice, bob } = cast;
    const { popup } = await ring(cast, 'video');
    const view = await bob.open(PAGES.window);
    await see(view, 'Answer', 'button');
    for (const someone of [alice, bob])
      await seePicture(await someone.host(), theirs, {
        colour: 'black',
        moving: false,
        width: 32,
        height: 64,
      });
    for (const someone of [alice, bob]) await hearNothing(someone);
    const own = await (
      await bob.host()
    ).evaluate(() =>
      window.sidecallHost?.snapshot.calls.map(({ ownStream }) => ownStream.getTracks().length),
    );
    expect(own, 'no device of the one who is rung is open').toEqual([0]);
    await click(view, 'Answer');
    await Promise.all([seeOther(popup, 'bob'), seeOther(view, 'alice')]);
  });
});

describe('answering in two places at the same moment', () => {
  it('makes one call, seen in both views', async () => {
    const { alice, bob } = cast;
    const { popup, notification } = await ring(cast, 'video');
    const tab = await bob.open(PAGES.window);
    await see(tab, 'Answer', 'button');
    const at = soon();
    const pressed = new Promise<void>((resolve) => {
      setTimeout(() => {
        bob.notifications.press(notification, 'Answer');
        resolve();
      }, at - Date.now());
    });
    await Promise.all([clickAt(tab, 'Answer', at), pressed]);
    const panel = await bob.view(PAGES.panel);
    await Promise.all([tab, panel].map((view) => see(view, 'Hang up', 'button')));
    await Promise.all([hearOther(alice), hearOther(bob), seeOther(popup, 'bob'), seeOther(tab, 'alice')]);
    expect(await phases(bob)).toEqual(['active']);
    expect(await phases(alice)).toEqual(['active']);
    await click(popup, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });
});

describe('cancelling as the other answers', () => {
  it('ends in the same way on both sides', async () => {
    const { alice, bob } = cast;
    const { popup } = await ring(cast, 'video');
    const panel = await bob.open(PAGES.panel);
    await see(panel, 'Answer', 'button');
    const at = soon();
    await Promise.all([clickAt(popup, 'Cancel call', at, 'Hang up'), clickAt(panel, 'Answer', at)]);
    expect(await settled(cast)).toBe('ended');
    await Promise.all([idle(alice), idle(bob)]);
  });
});

describe('ringing again right after an end', () => {
  it('rings anew, and is a whole call', async () => {
    const { alice, bob } = cast;
    const { popup } = await talk(cast, 'video');
    await click(popup, 'Hang up');
    await click(popup, 'Call again');
    const again = await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    await read(popup, 'Ringing');
    bob.notifications.press(again, 'Answer');
    await see(popup, 'Hang up', 'button');
    await Promise.all([hearOther(alice), hearOther(bob), seeOther(popup, 'bob')]);
    expect(await settled(cast)).toBe('active');
  });
});

/** At a moment of the machine's clock, hangs up and rings the same person at once, faster than any hand. */
async function ringAnewAt(someone: PersonBrowser, at: number): Promise<void> {
  await (
    await someone.host()
  ).evaluate(
    (then) =>
      new Promise<void>((resolve) => {
        setTimeout(() => {
          const host = window.sidecallHost;
          const [call] = host?.snapshot.calls ?? [];
          call?.hangUp();
          if (call) host?.dial(call.snapshot.peer, 'video');
          resolve();
        }, then - Date.now());
      }),
    at,
  );
}

describe('calling while the other hangs up', () => {
  it('rings them, whichever of the two comes first', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    const at = soon();
    await Promise.all([ringAnewAt(alice, at), clickAt(panel, 'Hang up', at)]);
    const again = await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    await read(popup, 'Ringing');
    bob.notifications.press(again, 'Answer');
    await see(popup, 'Hang up', 'button');
    await Promise.all([hearOther(alice), hearOther(bob)]);
    expect(await settled(cast)).toBe('active');
  });

  it('is one end on both sides if both hang up at once, and the next ring is heard', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    const at = soon();
    await Promise.all([clickAt(popup, 'Hang up', at), clickAt(panel, 'Hang up', at)]);
    await Promise.all([idle(alice), idle(bob)]);
    await click(popup, 'Call again');
    await bob.notifications.next(({ summary }) => summary === 'Alice is calling');
    await read(popup, 'Ringing');
  });
});
