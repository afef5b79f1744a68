/** How long after the network is back somebody can be rung again. */
import type { Name, SoakStage } from './stage.ts';

const PATIENCE_MS = 60_000;

/**
 * Cuts somebody off for so long, and mends it.
 * @returns milliseconds from the mending to the link that stands again; Infinity if it has not after a minute
 */
export async function reachAfterOutage(
  { net, seats }: SoakStage,
  name: Name,
  outageMs: number,
): Promise<number> {
  const before = await seats[name].linkedSince();
  await net.line(name, { cut: true });
  await new Promise((resolve) => setTimeout(resolve, outageMs));
  const mendedAt = Date.now();
  await net.line(name, { cut: false });
  while (Date.now() - mendedAt < PATIENCE_MS) {
    const since = await seats[name].linkedSince();
    if (since !== null && since !== before) return Math.max(0, since - mendedAt);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return Infinity;
}
