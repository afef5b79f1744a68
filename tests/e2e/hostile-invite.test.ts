/** Who controls the page an invite is opened on can read it and step in between. Only the safety check shows it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRelay, type Relay } from '../../relay/server.ts';
import { hearNothing, hearOther, idle, seeOther, talk, wordsOn } from './call.ts';
import { acquaint, person, settleIn } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { click, read, see } from './ui.ts';

let relay: Relay;
let alice: PersonBrowser;
let bob: PersonBrowser;
/** The attacker has a key for each of them, and shows and plays to each what the other's camera and microphone give. */
let asBob: PersonBrowser;
let asAlice: PersonBrowser;
beforeAll(async () => {
  relay = await createRelay({ port: 0 });
  [alice, asBob] = await Promise.all([person('Alice'), person('Bob')]);
  [asAlice, bob] = await Promise.all([person('Alice'), person('Bob')]);
  for (const someone of [alice, asBob, asAlice, bob]) await settleIn(someone, relay);
});
afterAll(async () => {
  await Promise.all([alice, asBob, asAlice, bob].map((someone) => someone.close()));
  await relay.close();
});

it('somebody in between two people is seen by other pictures on each side, and then hears nobody', async () => {
  // Alice's invite is used up by the attacker; Bob is given another, in her name.
  await acquaint(alice, asBob);
  await acquaint(asAlice, bob);
  const { popup } = await talk({ alice, bob: asBob }, 'video');
  const { panel } = await talk({ alice: asAlice, bob }, 'video');

  // To them it is the call they wanted.
  await Promise.all([seeOther(popup, 'bob'), seeOther(panel, 'alice'), hearOther(alice), hearOther(bob)]);
  const [alices, bobs] = await Promise.all([wordsOn(popup, 'Bob'), wordsOn(panel, 'Alice')]);
  expect(alices).toHaveLength(7);
  expect(bobs).toHaveLength(7);
  expect(alices).not.toEqual(bobs);
  await alice.screenshot(popup, 'in-between', 'artifacts/safety');
  await bob.screenshot(panel, 'in-between', 'artifacts/safety');

  for (const page of [popup, panel]) {
    await click(page, 'They’re different');
    await see(page, 'Someone may be in between', 'alertdialog');
    await read(page, 'We’ve muted both of you.');
  }
  await Promise.all([alice, bob, asBob, asAlice].map(hearNothing));
  await alice.screenshot(popup, 'in-between-found', 'artifacts/safety');
  for (const page of [popup, panel])
    await page.locator('[role=alertdialog] ::-p-aria([name="Hang up"])').click();
  await Promise.all([alice, bob, asBob, asAlice].map(idle));
});
