/** What becomes of invites: each that is no good says why; one person gets in by each; nobody else learns who is there. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRelay, type Relay } from '../../relay/server.ts';
import { Link, Person } from '../relay/independent-client.ts';
import { idle, tidyUp } from './call.ts';
import { addressOf, ask, freshInvite, PAGES, person, popupWith, settleIn } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { click, clickAt, read, see, type } from './ui.ts';

let relay: Relay;
let alice: PersonBrowser;
let bob: PersonBrowser;
let carol: PersonBrowser;
/** Who of the two came in with the invite that both used, and who did not. */
let guest: PersonBrowser;
let late: PersonBrowser;
beforeAll(async () => {
  relay = await createRelay({ port: 0 });
  [alice, bob] = await Promise.all([person('Alice'), person('Bob')]);
  carol = await person('Carol');
  for (const someone of [alice, bob, carol]) await settleIn(someone, relay);
});
afterEach(async () => {
  await Promise.all([alice, bob, carol].map(tidyUp));
});
afterAll(async () => {
  await Promise.all([alice, bob, carol].map((someone) => someone.close()));
  await relay.close();
});

/** Pastes a link where somebody who knows nobody yet is asked for one. */
async function paste(someone: PersonBrowser, link: string): Promise<Page> {
  const popup = await someone.openPopup();
  await type(popup, 'Did someone send you a link?', link);
  return popup;
}

describe('an invite', () => {
  it('lets exactly one of two in who use it at the same moment; the other is told', async () => {
    const link = await freshInvite(alice);
    const popups = await Promise.all([paste(bob, link), paste(carol, link)]);
    for (const popup of popups) await see(popup, 'Add Alice', 'button');
    const at = Date.now() + 1000;
    await Promise.all(popups.map((popup) => clickAt(popup, 'Add Alice', at)));
    const rows = ['Alice, Available', 'Alice, This invite has already been used. Ask for a new one.'];
    const outcomes = await Promise.all(
      popups.map((popup) => Promise.any(rows.map((row) => see(popup, row, 'row', 20_000).then(() => row)))),
    );
    expect(outcomes.toSorted()).toEqual(rows);
    [guest, late] = outcomes[0] === rows[0] ? [bob, carol] : [carol, bob];

    const alices = await popupWith(alice, guest.name);
    expect(await alices.$$('[data-peer]')).toHaveLength(1);
    await click(popups[late === bob ? 0 : 1] as Page, 'Remove');
  });

  it('that is malformed, expired, one’s own or of somebody known is refused in words', async () => {
    const lates = await freshInvite(late);
    const ranOut = lates.replace(/\.(\d+)~/, (_, day: string) => `.${String(Number(day) - 20)}~`);
    const refusals: [string, string][] = [
      [lates.slice(0, -30), 'That doesn’t look like an invite. Paste the whole link.'],
      [ranOut, 'This invite ran out on '],
      [await freshInvite(guest), 'That’s your own invite. Send it to someone else.'],
      [await freshInvite(alice), 'Alice is already on your list.'],
    ];
    const popup = await popupWith(guest, 'Alice');
    await click(popup, 'Add someone');
    for (const [link, words] of refusals) {
      await type(popup, 'Did someone send you a link?', link);
      await read(popup, words);
      expect(await popup.$('.btn.talk')).toBeNull();
    }
  });

  it('that was revoked in the settings is refused in words', async () => {
    const link = await freshInvite(alice);
    const settings = await alice.open(PAGES.settings);
    await settings.waitForSelector('#invites button');
    for (let one = await settings.$('#invites button'); one; one = await settings.$('#invites button')) {
      const left = (await settings.$$('#invites button')).length;
      await one.click();
      await settings.waitForFunction(
        (before) => document.querySelectorAll('#invites button').length < before,
        {},
        left,
      );
    }
    await read(settings, 'No invite is waiting to be used.');
    await settings.close();
    const popup = await paste(late, link);
    await click(popup, 'Add Alice');
    await see(popup, 'Alice, This invite no longer works. Ask for a new one.', 'row');
    await click(popup, 'Remove');
    await read(popup, 'Start with one person');
  });

  it('of somebody who is away waits where it can be seen, and is taken when both are there', async () => {
    const link = await freshInvite(alice);
    await alice.chromium.close();
    const popup = await paste(late, link);
    await click(popup, 'Add Alice');
    await see(
      popup,
      'Waiting for Alice, You’ll be on each other’s list as soon as you are both online.',
      'row',
    );
    await late.screenshot(popup, 'waiting', 'artifacts/safety');
    await late.chromium.close();
    await alice.restart();
    await late.restart();
    await popupWith(late, 'Alice');
    await popupWith(alice, late.name);
  });
});

describe('whether somebody is there', () => {
  it('is shown only to those whom they hold too, and a stranger gets no answer at all', async () => {
    const stranger = new Person();
    const link = await Link.dial(relay.url);
    await link.logIn(stranger);
    const alices = await addressOf(alice);
    link.send({ type: 'watch', addresses: [alices] });

    const popup = await popupWith(guest, 'Alice');
    await ask(alice, 'contact.remove', { address: await addressOf(guest) });
    await see(popup, 'Alice, Last here today', 'row');
    // She goes and comes back, which those whom she holds see.
    await ask(alice, 'settings.save', { change: { availability: { status: 'offline' } } });
    const holder = await popupWith(late, 'Alice', 'Last here today');
    await ask(alice, 'settings.save', { change: { availability: { status: 'available' } } });
    await see(holder, 'Alice, Available', 'row');
    await see(popup, 'Alice, Last here today', 'row');

    await click(popup, 'Call Alice with video');
    await read(popup, 'Alice isn’t online');
    await guest.screenshot(popup, 'stranger', 'artifacts/safety');
    link.mail(alices, 1);
    expect(await link.everythingSoFar()).toEqual([
      { kind: 'frame', frame: { type: 'undelivered', ref: 1, reason: 'offline' } },
    ]);
    link.socket.close();
    await idle(guest);
    expect(alice.notifications.shown).toEqual([]);
  });
});
