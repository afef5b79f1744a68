import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoNet } from '../net/net.ts';
import { reachAfterOutage } from '../soak/outage.ts';
import { soakRings } from '../soak/ring-soak.ts';
import { setSoakStage, type SoakStage } from '../soak/stage.ts';

const RINGS = 30;
const SEED = 1;
/** Long enough for the link to be doubted and given up, in milliseconds. */
const OUTAGE_MS = 32_000;

const why = whyNoNet();
let stage: SoakStage;

// Without root there is no network to hurt; the reason stands in the name.
describe.skipIf(why !== null)(why ?? 'rings while everything around them fails', () => {
  beforeAll(async () => {
    stage = await setSoakStage();
  });
  afterAll(async () => {
    await stage.close();
  });

  it(`${String(RINGS)} rings all ring or are explained`, { timeout: 600_000 }, async () => {
    const { rang, explained, unexplained } = await soakRings(stage, RINGS, SEED, () => undefined);
    expect(unexplained).toEqual([]);
    expect(rang + explained).toBe(RINGS);
    expect(rang).toBeGreaterThan(RINGS / 2);
  });

  it('a network that comes back after half a minute finds the link standing again in seconds', async () => {
    // The bound is that of the alarm and a login; `npm run soak:rings` measures how soon it is as a rule.
    expect(await reachAfterOutage(stage, 'bob', OUTAGE_MS)).toBeLessThan(35_000);
  });
});
