/**
 * What a restart of ICE (RFC 8445, section 2.4) costs beside a fresh connection once one side is in another network: bare connections
 * between the same two browsers, described by the test itself, so that neither pays for a relay. The product makes a fresh one.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import type { NetCast } from '../e2e/net-cast.ts';

/** Until the browser knows its new address and the old path is silent, in milliseconds: Chromium may learn of it 2 s late. */
const SETTLE_MS = 4000;
const PATIENCE_MS = 15_000;

export type Way = 'restart' | 'fresh';
/** From the decision to the first frame of the other, later side, in milliseconds. */
export type Ways = Record<Way, number[]>;

interface Bare {
  pc: RTCPeerConnection;
  /** Begins a connection with a picture and a tone, beside one that there may be. */
  begin(): void;
  closeAll(): void;
  /** Its description, with all candidates. */
  describe(iceRestart: boolean): Promise<string>;
  take(description: string): Promise<void>;
  frames(): Promise<number>;
  /** Waits for a frame after so many. @returns when it was there, in ms since the epoch. */
  frameAfter(count: number, patience: number): Promise<number>;
}

declare global {
  interface Window {
    bare?: Bare;
  }
}

/** Sent to a page as text. */
function install(): void {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 360];
  const paint = canvas.getContext('2d');
  setInterval(() => {
    if (!paint) return;
    paint.fillStyle = `hsl(${String(Date.now() % 360)} 80% 50%)`;
    paint.fillRect(0, 0, 640, 360);
  }, 33);
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const heard = audio.createMediaStreamDestination();
  tone.connect(heard);
  tone.start();
  const tracks = [...canvas.captureStream(30).getTracks(), ...heard.stream.getTracks()];
  const made: RTCPeerConnection[] = [];
  const bare: Bare = {
    pc: new RTCPeerConnection(),
    begin() {
      this.pc = new RTCPeerConnection();
      made.push(this.pc);
      for (const track of tracks) this.pc.addTrack(track);
    },
    closeAll() {
      for (const pc of made.splice(0)) pc.close();
    },
    async describe(iceRestart) {
      if (iceRestart) this.pc.restartIce();
      await this.pc.setLocalDescription();
      while (this.pc.iceGatheringState !== 'complete')
        await new Promise((resolve) =>
          this.pc.addEventListener('icegatheringstatechange', resolve, { once: true }),
        );
      return JSON.stringify(this.pc.localDescription);
    },
    take(description) {
      return this.pc.setRemoteDescription(JSON.parse(description) as RTCSessionDescriptionInit);
    },
    async frames() {
      let frames = 0;
      (await this.pc.getStats()).forEach((stats: RTCStats & { kind?: string; framesDecoded?: number }) => {
        if (stats.type === 'inbound-rtp' && stats.kind === 'video') frames = stats.framesDecoded ?? 0;
      });
      return frames;
    },
    async frameAfter(count, patience) {
      const deadline = Date.now() + patience;
      while ((await this.frames()) <= count) {
        if (Date.now() > deadline) throw new Error('No frame came.');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return Date.now();
    },
  };
  window.bare = bare;
}

const begin = (page: Page): Promise<void> => page.evaluate(() => window.bare?.begin());
const close = (page: Page): Promise<void> => page.evaluate(() => window.bare?.closeAll());
const framesOf = (page: Page): Promise<number> => page.evaluate(() => window.bare?.frames() ?? 0);

async function connect(from: Page, to: Page, iceRestart: boolean): Promise<void> {
  const describe = (page: Page, restarts: boolean): Promise<string> =>
    page.evaluate((again) => window.bare?.describe(again) ?? '', restarts);
  const take = (page: Page, description: string): Promise<void> =>
    page.evaluate((text) => window.bare?.take(text), description);
  const offer = await describe(from, iceRestart);
  await take(to, offer);
  await take(from, await describe(to, false));
}

async function laterFrame(pages: readonly Page[], counts: readonly number[]): Promise<number> {
  const times = pages.map((page, i) =>
    page.evaluate(
      (count, patience) => window.bare?.frameAfter(count, patience) ?? NaN,
      counts[i] ?? 0,
      PATIENCE_MS,
    ),
  );
  return Math.max(...(await Promise.all(times)));
}

/** One side moves `2 * rounds` times; each way is tried in turn. @throws if a connection does not come back. */
export async function compareRestart(cast: NetCast, rounds: number): Promise<Ways> {
  const ways: Ways = { restart: [], fresh: [] };
  const pages = [await cast.alice.host(), await cast.bob.host()] as const;
  for (const page of pages) {
    await page.evaluate('globalThis.__name ??= (target) => target');
    await page.evaluate(install);
  }
  const [alices, bobs] = pages;
  for (let round = 0; round < rounds; round++)
    for (const way of ['restart', 'fresh'] as const) {
      await Promise.all(pages.map(begin));
      await connect(alices, bobs, false);
      await laterFrame(pages, [0, 0]);
      await cast.net.move('alice');
      await wait(SETTLE_MS);
      const counts = way === 'restart' ? await Promise.all(pages.map(framesOf)) : [0, 0];
      if (way === 'fresh') await Promise.all(pages.map(begin));
      const at = Date.now();
      await connect(alices, bobs, way === 'restart');
      ways[way].push((await laterFrame(pages, counts)) - at);
      await Promise.all(pages.map(close));
    }
  return ways;
}
