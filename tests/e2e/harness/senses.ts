/** Eyes and ears for tests: what a page really shows and plays, measured in the page itself. */
import type { JSHandle, Page } from 'puppeteer-core';
import { listen, look, type Found, type Heard, type Seen } from './senses-in-page.ts';

export type { Colour, Heard, Seen } from './senses-in-page.ts';

const DEADLINE_MS = 15_000;
const TOLERANCE_HZ = 15;

/** Runs in the page and finds what to look at or listen to. */
export type MediaSource = () => Found;

export interface PictureWish {
  colour?: Seen['colour'];
  /** True: it changes from frame to frame; false: it stands still, is black or is no picture at all. */
  moving?: boolean;
  width?: number;
  height?: number;
}

export interface SoundWish {
  /** Hertz, to within 15. */
  frequency?: number;
  /** True: something is heard; false: silence. */
  sound?: boolean;
}

/**
 * Waits until the video element or stream that `source` finds in the page shows what is wished, and returns it.
 * A video element is seen as it is painted; a stream frame by frame, also where nothing is painted.
 * @throws after `timeout` milliseconds, saying what was seen instead.
 */
export async function seePicture(
  page: Page,
  source: MediaSource,
  wish: PictureWish = { moving: true },
  timeout = DEADLINE_MS,
): Promise<Seen> {
  return sense(page, source, look, (seen) => fulfils(seen, wish), wish, timeout);
}

/**
 * Waits until the stream, or the element that plays it aloud, sounds as wished, and returns what was heard.
 * An element that is paused, muted or turned down is silent.
 * @throws after `timeout` milliseconds, saying what was heard instead.
 */
export async function hear(
  page: Page,
  source: MediaSource,
  wish: SoundWish = { sound: true },
  timeout = DEADLINE_MS,
): Promise<Heard> {
  const { frequency, sound = true } = wish;
  const fits = (heard: Heard): boolean =>
    heard.sound === sound &&
    (frequency === undefined || Math.abs(heard.frequency - frequency) <= TOLERANCE_HZ);
  return sense(page, source, listen, fits, wish, timeout);
}

function fulfils(seen: Seen, wish: PictureWish): boolean {
  const { colour, moving, width, height } = wish;
  return (
    (colour === undefined || seen.colour === colour) &&
    (moving === undefined || seen.moving === moving) &&
    (width === undefined || seen.width === width) &&
    (height === undefined || seen.height === height)
  );
}

async function sense<T>(
  page: Page,
  source: MediaSource,
  measure: (from: Found) => Promise<T>,
  fits: (measured: T) => boolean,
  wish: object,
  timeout: number,
): Promise<T> {
  // tsx keeps names of functions with a helper that functions sent to the page would miss there.
  await page.evaluate('globalThis.__name ??= (target) => target');
  const deadline = Date.now() + timeout;
  for (;;) {
    const from: JSHandle<Found> = await page.evaluateHandle(source as () => Found);
    const measured = await from.evaluate(measure);
    await from.dispose();
    if (fits(measured)) return measured;
    if (Date.now() > deadline) {
      const [wished, got] = [JSON.stringify(wish), JSON.stringify(measured)];
      throw new Error(
        `Expected ${wished} in ${page.url()} within ${String(timeout)} ms, but there was ${got}.`,
      );
    }
  }
}
