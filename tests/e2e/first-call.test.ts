import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hearNothing, hearOther, idle, ring, seeOther, talk, tidyUp, toolbar } from './call.ts';
import { type Cast, gather, PAGES, popupWith } from './cast.ts';
import { click, clickAt, press, read, see } from './ui.ts';

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

describe('a video call answered from the notification', () => {
  it('rings with no tab and no window of the extension open, and shows and sounds on both sides', async () => {
    const { alice, bob } = cast;
    expect(Object.values(PAGES).filter((path) => bob.shows(path))).toEqual([]);
    const { popup, panel } = await talk(cast, 'video');
    await Promise.all([seeOther(popup, 'bob'), seeOther(panel, 'alice'), hearOther(alice), hearOther(bob)]);
    expect(await toolbar(alice)).toEqual({ badge: '', title: 'Sidecall: in a call' });
    expect(bob.notifications.open).toEqual([]);

    await click(panel, 'Hang up');
    await read(popup, 'Bob hung up at');
    await read(panel, 'Call ended at');
    await Promise.all([idle(alice), idle(bob)]);
    expect((await toolbar(alice)).title).toBe('Sidecall');
  });

  it('is muted and unmuted, and its camera turned off and on, as the other side can see and hear', async () => {
    const { bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    await Promise.all([seeOther(panel, 'alice'), hearOther(bob)]);

    await click(popup, 'Mute');
    await hearNothing(bob);
    await see(panel, 'Alice is muted');
    await click(popup, 'Unmute');
    await hearOther(bob);

    await click(popup, 'Turn camera off');
    await read(panel, 'Alice’s camera is off');
    const tracks = await (
      await cast.alice.host()
    ).evaluate(() => window.sidecallHost?.snapshot.calls[0]?.ownStream.getVideoTracks().length);
    expect(tracks).toBe(0);
    await click(popup, 'Turn camera on');
    await seeOther(panel, 'alice');

    await click(popup, 'Hang up');
    await Promise.all([idle(cast.alice), idle(bob)]);
  });

  it('goes on when the popup is closed, and the panel stays beside whichever tab is shown', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    await popup.close();
    await alice.gone(PAGES.popup);
    await Promise.all([hearOther(alice), hearOther(bob)]);

    const tab = await bob.chromium.newPage();
    await tab.bringToFront();
    await seeOther(panel, 'alice');
    await tab.close();

    const again = await alice.openPopup();
    await seeOther(again, 'bob');
    await click(again, 'Hang up');
    await read(panel, 'Alice hung up at');
    await Promise.all([idle(alice), idle(bob)]);
  });

  it('turns every device off when it is over', async () => {
    await talk(cast, 'video');
    const host = await cast.bob.host();
    await host.evaluate(() => {
      const call = window.sidecallHost?.snapshot.calls[0];
      Object.assign(globalThis, { tracksOfTheCall: call?.ownStream.getTracks() });
      call?.hangUp();
    });
    const states = await host.evaluate(() =>
      (globalThis as unknown as { tracksOfTheCall: MediaStreamTrack[] }).tracksOfTheCall
        .map(({ kind, readyState }) => `${kind} ${readyState}`)
        .sort(),
    );
    expect(states).toEqual(['audio ended', 'video ended']);
    await Promise.all([idle(cast.alice), idle(cast.bob)]);
  });
});

describe('a sound-only call', () => {
  it('opens no camera on either side, and a picture can still be added by whoever wants', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'sound');
    await Promise.all([hearOther(alice), hearOther(bob)]);
    for (const someone of [alice, bob]) {
      const kinds = await (
        await someone.host()
      ).evaluate(() => window.sidecallHost?.snapshot.calls[0]?.ownStream.getTracks().map(({ kind }) => kind));
      expect(kinds).toEqual(['audio']);
    }
    await click(panel, 'Turn camera on');
    await seeOther(popup, 'bob');
    await click(popup, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });
});

describe('answering elsewhere', () => {
  it('works in the popup, and the notification leaves', async () => {
    const { alice, bob } = cast;
    const { popup, notification } = await ring(cast, 'video');
    const bobs = await bob.openPopup();
    await read(bobs, 'is calling with video');
    await click(bobs, 'Answer');
    await Promise.all([
      bob.notifications.closed(notification),
      seeOther(bobs, 'alice'),
      seeOther(popup, 'bob'),
    ]);
    await click(bobs, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });

  it('works in the panel, which the body of the notification opens without answering', async () => {
    const { alice, bob } = cast;
    const { popup, notification } = await ring(cast, 'video');
    bob.notifications.press(notification, 'default');
    const panel = await bob.view(PAGES.panel);
    await see(panel, 'Decline', 'button');
    await read(popup, 'Ringing');
    await click(panel, 'Answer without video');
    await read(popup, 'Bob’s camera is off');
    await Promise.all([hearOther(alice), seeOther(panel, 'alice')]);
    await press(panel, 'm');
    await hearNothing(alice);
    await click(panel, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });
});

describe('when both ring at once', () => {
  it('both are in one call without a second click', async () => {
    const { alice, bob } = cast;
    const [a, b] = await Promise.all([popupWith(alice, 'Bob'), popupWith(bob, 'Alice')]);
    const at = Date.now() + 500;
    await Promise.all([clickAt(a, 'Call Bob with video', at), clickAt(b, 'Call Alice with video', at)]);
    await Promise.all([seeOther(a, 'bob'), seeOther(b, 'alice'), hearOther(alice), hearOther(bob)]);
    await click(a, 'Hang up');
    await read(b, 'Alice hung up at');
    await Promise.all([idle(alice), idle(bob)]);
  });
});

it('logged no fault in any of it', () => {
  const expected = /WebSocket connection to .* failed/;
  expect([...cast.alice.faults, ...cast.bob.faults].filter((fault) => !expected.test(fault))).toEqual([]);
});
