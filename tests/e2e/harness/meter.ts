/** Notes when the other person was heard and seen, in the host of a call, without a pause: for what a fault did to it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';

interface Meter {
  sound: number[];
  picture: number[];
}
declare global {
  interface Window {
    sidecallMeter?: Meter;
  }
}

declare class MediaStreamTrackProcessor {
  constructor(options: { track: MediaStreamTrack });
  readonly readable: ReadableStream<VideoFrame>;
}

/** When something was heard or seen, in ms since the epoch, oldest first. */
export type Noted = Readonly<Meter>;

export interface SidecallMeter {
  noted(): Promise<Noted>;
  /**
   * @returns after how many ms from `since` the other was heard and seen again; 0 if they never ceased to be
   * @throws if they are not after `timeout` ms
   */
  after(since: number, timeout: number): Promise<{ sound: number; picture: number }>;
}

/** Between two notes, and between two frames of a picture that is well, passes less, in milliseconds. */
const GAP_MS = 400;
/** Whoever was not interrupted after so long is not going to be, in milliseconds. */
const UNBROKEN_MS = 3000;

/** @returns when the first silence that lasts beyond `since` was over; null while it lasts, or may still come. */
function backAt(times: readonly number[], since: number, now: number): number | null {
  for (const [at, time] of times.entries()) {
    const before = times[at - 1];
    if (time > since && before !== undefined && time - before > GAP_MS) return time;
  }
  const isWell = now - (times.at(-1) ?? 0) < GAP_MS;
  return isWell && now - since > UNBROKEN_MS ? since : null;
}

export async function startMeter(host: Page): Promise<SidecallMeter> {
  await host.evaluate('globalThis.__name ??= (target) => target');
  await host.evaluate(meter);
  const noted = (): Promise<Noted> => host.evaluate(() => window.sidecallMeter ?? { sound: [], picture: [] });
  return {
    noted,
    async after(since, timeout) {
      const deadline = Date.now() + timeout;
      for (;;) {
        const { sound, picture } = await noted();
        const now = Date.now();
        const [heardAt, seenAt] = [backAt(sound, since, now), backAt(picture, since, now)];
        if (heardAt !== null && seenAt !== null) return { sound: heardAt - since, picture: seenAt - since };
        const missing = heardAt === null ? 'heard' : 'seen';
        if (now > deadline) throw new Error(`Nobody was ${missing} again within ${String(timeout)} ms.`);
        await wait(50);
      }
    },
  };
}

/** Runs in the host. */
function meter(): void {
  const EVERY_MS = 20;
  const AUDIBLE = 0.02;
  const noted: { sound: number[]; picture: number[] } = { sound: [], picture: [] };
  if (window.sidecallMeter) {
    Object.assign(window.sidecallMeter, noted);
    return;
  }
  const kept = (window.sidecallMeter = noted);
  const context = new AudioContext();
  const ears = context.createAnalyser();
  ears.fftSize = 1024;
  const wave = new Float32Array(ears.fftSize);
  let heard: { track: MediaStreamTrack; source: MediaStreamAudioSourceNode } | undefined;
  let seen: MediaStreamTrack | undefined;
  let before = 0;

  const watch = async (track: MediaStreamTrack): Promise<void> => {
    const reader = new MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
    for (;;) {
      const { value: frame } = await reader.read();
      if (!frame) return;
      if (frame.displayWidth !== 32) kept.picture.push(Date.now());
      frame.close();
      if (seen !== track) return void reader.cancel();
    }
  };
  setInterval(() => {
    void context.resume();
    const stream = document.querySelector('audio')?.srcObject;
    const [track] = stream instanceof MediaStream ? stream.getAudioTracks() : [];
    if (track && track !== heard?.track) {
      heard?.source.disconnect();
      const source = context.createMediaStreamSource(new MediaStream([track]));
      source.connect(ears);
      heard = { track, source };
    }
    ears.getFloatTimeDomainData(wave);
    const level = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
    // The very same wave again is none that was heard: the machine has not got round to the next.
    if (track && level > AUDIBLE && level !== before) kept.sound.push(Date.now());
    before = level;
    const [call] = window.sidecallHost?.snapshot.calls ?? [];
    const [picture] = call?.theirPicture.getVideoTracks() ?? [];
    if (picture && picture !== seen) {
      seen = picture;
      void watch(picture);
    }
  }, EVERY_MS);
}
