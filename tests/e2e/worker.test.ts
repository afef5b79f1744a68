import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { hearOther, idle, ring, seeOther, talk, tidyUp } from './call.ts';
import { type Cast, gather, PAGES, popupWith } from './cast.ts';
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

describe('the service worker is stopped', () => {
  it('while idle: it comes back by its alarm, and a ring still rings', { timeout: 120_000 }, async () => {
    const { alice, bob } = cast;
    await bob.stopWorker();
    // Nothing wakes it but the alarm, every 30 s; Bob then shows as online again.
    const before = await popupWith(alice, 'Bob', 'Last here today');
    await see(before, 'Bob, Available', 'row', 40_000);
    await tidyUp(alice);
    const { popup, panel } = await talk(cast, 'video');
    await Promise.all([seeOther(popup, 'bob'), seeOther(panel, 'alice')]);
    await click(panel, 'Hang up');
    await Promise.all([idle(alice), idle(bob)]);
  });

  it('while it rings: Answer on the notification still answers', async () => {
    const { alice, bob } = cast;
    const { popup, notification } = await ring(cast, 'video');
    await bob.stopWorker();
    bob.notifications.press(notification, 'Answer');
    const panel = await bob.view(PAGES.panel);
    await see(panel, 'Hang up', 'button');
    await Promise.all([seeOther(popup, 'bob'), seeOther(panel, 'alice'), hearOther(alice), hearOther(bob)]);
    await click(popup, 'Hang up');
    await read(panel, 'Alice hung up at');
  });

  it('during a call: the call goes on, and hanging up still reaches the other side', async () => {
    const { alice, bob } = cast;
    const { popup, panel } = await talk(cast, 'video');
    await Promise.all([alice.stopWorker(), bob.stopWorker()]);
    await Promise.all([seeOther(popup, 'bob'), hearOther(bob)]);
    await click(popup, 'Hang up');
    await read(panel, 'Alice hung up at');
  });

  it('before a click: the call is made by a worker that starts for it', async () => {
    const { alice } = cast;
    const popup = await alice.openPopup();
    await see(popup, 'Call Bob with video');
    await alice.stopWorker();
    await click(popup, 'Call Bob with video');
    await read(popup, 'Ringing');
    await click(popup, 'Cancel call');
  });
});
