import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PICTURES } from '../../extension/core/safety-pictures.ts';
import { hearNothing, hearOther, idle, ring, talk, tidyUp, wordsOn } from './call.ts';
import { type Cast, gather } from './cast.ts';
import { click, read, see } from './ui.ts';

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

const WORDS: readonly string[] = PICTURES.map(({ word }) => word);

describe('the safety check', () => {
  it('shows both the same seven pictures with their words, in the popup and beside the tab', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    const [alices, bobs] = await Promise.all([wordsOn(popup, 'Bob'), wordsOn(panel, 'Alice')]);
    expect(alices).toEqual(bobs);
    expect(alices).toHaveLength(7);
    for (const word of alices) expect(WORDS).toContain(word);
    await alice.screenshot(popup, 'safety-check', 'artifacts/safety');
    await bob.screenshot(panel, 'safety-check', 'artifacts/safety');
    await popup.keyboard.press('Escape');
    await click(popup, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });

  it('"They match" is remembered with its date, and shown when they ring again', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    await wordsOn(panel, 'Alice');
    await click(panel, 'They match');
    await read(panel, 'Checked. Just you and Alice.');
    await click(panel, 'Close');
    await click(popup, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
    await Promise.all([alice, bob].map(tidyUp));

    const { notification } = await ring(cast, 'video');
    const bobs = await bob.openPopup();
    await read(bobs, 'Safety checked on');
    await bob.screenshot(bobs, 'safety-checked', 'artifacts/safety');
    await click(bobs, 'Decline');
    await bob.notifications.closed(notification);
    await Promise.all([idle(alice), idle(bob)]);
  });

  it('"They’re different" silences both, on both sides, until each wants to look again', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    await Promise.all([hearOther(alice), hearOther(bob)]);
    await wordsOn(panel, 'Alice');
    await click(panel, 'They’re different');
    for (const page of [popup, panel]) {
      await see(page, 'Someone may be in between', 'alertdialog');
      await read(page, 'Both microphones are off');
    }
    await Promise.all([hearNothing(alice), hearNothing(bob)]);
    await bob.screenshot(panel, 'safety-different', 'artifacts/safety');

    // Nothing turns a microphone on meanwhile, and nothing closes the warning but a decision.
    await panel.keyboard.press('m');
    await panel.keyboard.press('Escape');
    await see(panel, 'Someone may be in between', 'alertdialog');
    await hearNothing(alice);

    await click(panel, 'I misread them, show me again');
    await read(panel, 'They match');
    await hearNothing(bob);
    await click(popup, 'Show me the pictures again');
    await read(popup, 'They match');
    await Promise.all([hearOther(alice), hearOther(bob)]);

    await click(panel, 'They’re different');
    await panel.locator('[role=alertdialog] ::-p-aria([name="Hang up"])').click();
    await read(popup, 'Bob hung up at');
    await Promise.all([idle(alice), idle(bob)]);
  });

  it('forgets an earlier check once somebody saw other pictures', async () => {
    const { alice, bob } = cast;
    const { notification } = await ring(cast, 'video');
    const bobs = await bob.openPopup();
    await read(bobs, 'is calling with video');
    expect(await bobs.evaluate(() => document.body.innerText)).not.toContain('Safety checked on');
    await click(bobs, 'Decline');
    await bob.notifications.closed(notification);
    await Promise.all([idle(alice), idle(bob)]);
  });

  it('is made anew when the transport is replaced within the call', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    const before = await wordsOn(panel, 'Alice');
    const host = await alice.host();
    await host.evaluate(() => {
      // The transport of this side ends, as when its network is gone.
      const call = window.sidecallHost?.snapshot.calls[0] as unknown as {
        act(act: { do: 'close'; n: number }): void;
      };
      call.act({ do: 'close', n: 1 });
    });
    await panel.waitForFunction(
      (words: string) => {
        const printed = document.querySelector('.emoji')?.ariaLabel;
        return printed !== undefined && printed !== null && printed !== words;
      },
      { timeout: 60_000 },
      before.join(', '),
    );
    const after = await panel.$eval('.emoji', (row) => row.ariaLabel ?? '');
    expect((await wordsOn(popup, 'Bob')).join(', ')).toBe(after);
    await popup.keyboard.press('Escape');
    await click(popup, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });
});

it('logged no fault in any of it', () => {
  const expected = /WebSocket connection to .* failed/;
  expect([...cast.alice.faults, ...cast.bob.faults].filter((fault) => !expected.test(fault))).toEqual([]);
});
