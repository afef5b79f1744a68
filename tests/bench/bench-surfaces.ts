/** What a call costs the browser that shows it once and in three places: seconds of processor time in a second. */
import { setTimeout as wait } from 'node:timers/promises';
import { click, press, see } from '../e2e/ui.ts';
import { seeOther, talk } from '../e2e/call.ts';
import { ask, gather, PAGES } from '../e2e/cast.ts';
import { buildExtension } from '../e2e/harness/built.ts';

/** How long each is measured, in milliseconds, after as long to settle. */
const SPAN_MS = 15_000;
const SETTLE_MS = 5_000;

buildExtension();
const cast = await gather({ quickly: true });
const { alice, bob } = cast;
const session = await bob.chromium.target().createCDPSession();

/** @returns seconds of processor time by process id, with what each process is. */
async function spent(): Promise<Map<number, { type: string; seconds: number }>> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return new Map(processInfo.map(({ id, type, cpuTime }) => [id, { type, seconds: cpuTime }]));
}

async function measure(what: string): Promise<void> {
  await wait(SETTLE_MS);
  const before = await spent();
  await wait(SPAN_MS);
  const shares = [...(await spent())].map(([id, { type, seconds }]) => ({
    type,
    share: (seconds - (before.get(id)?.seconds ?? 0)) / (SPAN_MS / 1000),
  }));
  // All pages of the extension, the host among them, are one process: the busiest renderer.
  const host = Math.max(...shares.filter(({ type }) => type === 'renderer').map(({ share }) => share));
  const all = shares.reduce((sum, { share }) => sum + share, 0);
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  console.log(
    `${what.padEnd(40)} host and pages ${percent(host)}, whole browser ${percent(all)} of one core`,
  );
}

try {
  const { panel, popup } = await talk(cast, 'video');
  await seeOther(panel, 'alice');
  await popup.close();
  await measure('the panel');
  await ask(bob, 'window.open');
  const view = await bob.view(PAGES.window);
  await seeOther(view, 'alice');
  await press(view, 'p');
  await view.waitForFunction(() => window.documentPictureInPicture?.window !== null);
  await measure('panel, call window, picture in picture');
  await view.close();
  await measure('the panel again');
  await see(panel, 'Hang up', 'button');
  await click(panel, 'Hang up');
} finally {
  await Promise.all([alice.close(), bob.close()]);
  await cast.relay.close();
}
process.exit(0);
