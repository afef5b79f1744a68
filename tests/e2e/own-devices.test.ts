/**
 * One call in which Alice's devices change. No switch gives Chromium's fake cameras different pictures, and none unplugs one: so a
 * second camera and microphone are played in her host, in place of what the browser lists and opens. All from the choice on her
 * page to the picture at Bob's is real. What unplugging does is played as the standard has it: the track ends, the list is shorter.
 */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hearNothing, hearOther, seeOther, talk } from './call.ts';
import { type Cast, gather, PAGES } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';
import { hear, seePicture } from './harness/senses.ts';
import { click, press, read, see, textOf } from './ui.ts';

const DESK = {
  camera: 'Desk camera',
  microphone: 'Desk microphone',
  colour: 'green',
  frequency: 660,
} as const;

let cast: Cast;
/** Alice's call window and Bob's side panel. */
let hers: Page;
let panel: Page;

/** Runs in a page of Alice's. In the host it also opens what it lists. */
function plugDesk(labels: { camera: string; microphone: string }, frequency: number): void {
  const devices = navigator.mediaDevices;
  const desk = [
    { kind: 'videoinput', deviceId: 'desk-camera', label: labels.camera, groupId: 'desk' },
    { kind: 'audioinput', deviceId: 'desk-microphone', label: labels.microphone, groupId: 'desk' },
  ];
  const real = devices.enumerateDevices.bind(devices);
  const open = devices.getUserMedia.bind(devices);
  const played = { isPlugged: true, live: [] as MediaStreamTrack[] };
  Object.assign(window, { played });
  devices.enumerateDevices = async () =>
    [...(await real()), ...(played.isPlugged ? desk : [])] as MediaDeviceInfo[];

  const green = (): MediaStreamTrack => {
    const { MediaStreamTrackGenerator: Generator } = window as unknown as {
      MediaStreamTrackGenerator: new (of: { kind: 'video' }) => MediaStreamTrack & {
        writable: WritableStream<VideoFrame>;
      };
    };
    const track = new Generator({ kind: 'video' });
    const writer = track.writable.getWriter();
    const canvas = new OffscreenCanvas(640, 480);
    const pen = canvas.getContext('2d');
    let tick = 0;
    setInterval(() => {
      if (!pen) return;
      pen.fillStyle = '#00c000';
      pen.fillRect(0, 0, 640, 480);
      pen.fillStyle = '#008000';
      pen.fillRect((tick++ * 40) % 640, 0, 80, 480);
      const frame = new VideoFrame(canvas, { timestamp: Math.round(performance.now() * 1000) });
      writer.write(frame).catch(() => frame.close());
    }, 100);
    return track;
  };
  const note = (): MediaStreamTrack => {
    const context = new AudioContext();
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    const out = context.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    const [track] = out.stream.getAudioTracks();
    if (!track) throw new Error('no tone');
    return track;
  };
  const openPlayed = async (wanted?: MediaStreamConstraints): Promise<MediaStream> => {
    const asked = JSON.stringify(wanted ?? {});
    if (!played.isPlugged || !asked.includes('"desk-')) return open(wanted);
    const track = asked.includes('desk-camera') ? green() : note();
    track.getSettings = () => ({ deviceId: track.kind === 'video' ? 'desk-camera' : 'desk-microphone' });
    Object.defineProperty(track, 'label', {
      value: track.kind === 'video' ? labels.camera : labels.microphone,
    });
    played.live.push(track);
    return new MediaStream([track]);
  };
  devices.getUserMedia = openPlayed;
  // The host asks for the camera in a frame of its own.
  Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', {
    get: () => ({ navigator: { mediaDevices: devices } }),
  });
  devices.dispatchEvent(new Event('devicechange'));
}

/** Runs in a page: pulls the plug, or puts it back. */
function setPlugged(isPlugged: boolean): void {
  const { played } = window as unknown as { played: { isPlugged: boolean; live: MediaStreamTrack[] } };
  played.isPlugged = isPlugged;
  if (!isPlugged)
    for (const track of played.live.splice(0)) {
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
  navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
}

async function plug(isPlugged: boolean): Promise<void> {
  for (const page of [hers, await cast.alice.host()]) await page.evaluate(setPlugged, isPlugged);
}

const farPicture = (): HTMLVideoElement | null =>
  [...document.querySelectorAll('video')].find((video) => video.ariaLabel === 'Alice’s camera') ?? null;
const seeDesk = async (): Promise<void> =>
  void (await seePicture(panel, farPicture, { colour: DESK.colour, moving: true }));
const hearDesk = async (): Promise<void> =>
  void (await hear(await cast.bob.host(), () => document.querySelector('audio'), {
    frequency: DESK.frequency,
  }));

async function choose(page: Page, kind: string, label: string): Promise<void> {
  const select = await page.waitForSelector(`select[aria-label="${kind}"]`);
  const value = await page.waitForFunction(
    (list, wanted) =>
      [...(list as HTMLSelectElement).options].find(({ text }) => text.includes(wanted))?.value,
    {},
    select,
    label,
  );
  await select?.select((await value.jsonValue()) ?? '');
}

beforeAll(async () => {
  cast = await gather({ quickly: true });
  const { popup, panel: opened } = await talk(cast, 'video');
  panel = opened;
  await popup.close();
  hers = await cast.alice.open(PAGES.window);
  await seeOther(panel, 'alice');
});
afterAll(() => cast.close());

describe('Alice, muted', () => {
  it('is told when she speaks, while Bob hears nothing', async () => {
    await hers.bringToFront();
    await press(hers, 'm');
    await read(hers, 'You’re muted. Press M to talk.');
    await see(panel, 'Alice is muted');
    await hearNothing(cast.bob);
  });

  it('is heard as long as she holds Space, and no longer', async () => {
    await hers.keyboard.down('Space');
    await hearOther(cast.bob);
    await hers.keyboard.up('Space');
    await see(panel, 'Alice is muted');
    await hearNothing(cast.bob);
    await press(hers, 'm');
    await hearOther(cast.bob);
  });
});

it('a single key does nothing for Alice where she has turned them off', async () => {
  const settings = await cast.alice.open(PAGES.settings);
  const turn = async (on: boolean): Promise<void> => {
    await settings.bringToFront();
    await click(settings, 'Single keys', 'switch');
    await settings.waitForSelector(`[aria-labelledby=single-keys][aria-checked=${String(on)}]`);
  };
  await turn(false);
  await hers.bringToFront();
  await press(hers, 'm');
  await click(hers, 'Mute');
  await read(hers, 'You’re muted');
  expect(await textOf(hers)).not.toContain('Press M');
  await press(hers, 'm');
  await click(hers, 'Unmute');
  await turn(true);
  await settings.close();
  await hers.bringToFront();
});

/** Runs in a host, and counts the offers that are made from then on. */
function countOffers(): void {
  const counted = { offers: 0 };
  Object.assign(window, { counted });
  const real = RTCPeerConnection.prototype;
  Object.defineProperty(real, 'setLocalDescription', {
    value: new Proxy(real.setLocalDescription, {
      apply(make, self, args: unknown[]) {
        counted.offers += 1;
        return Reflect.apply(make, self, args) as Promise<void>;
      },
    }),
  });
}
const offersOf = async (someone: PersonBrowser): Promise<number> =>
  (await someone.host()).evaluate(
    () => (window as unknown as { counted: { offers: number } }).counted.offers,
  );

describe('Alice’s other camera and microphone', () => {
  beforeAll(async () => {
    for (const someone of [cast.alice, cast.bob]) await (await someone.host()).evaluate(countOffers);
  });

  it('are offered when they are plugged in, and used at one press: Bob sees and hears them', async () => {
    for (const page of [hers, await cast.alice.host()])
      await page.evaluate(plugDesk, { camera: DESK.camera, microphone: DESK.microphone }, DESK.frequency);
    await read(hers, 'Plugged in: Desk camera.');
    await seeOther(panel, 'alice');
    await click(hers, 'Use it');
    await Promise.all([seeDesk(), hearDesk()]);
  });

  it('are followed by the next when they are unplugged, which is said', async () => {
    await plug(false);
    await read(hers, 'Unplugged: Desk');
    await Promise.all([seeOther(panel, 'alice'), hearOther(cast.bob)]);
    await click(hers, 'OK');
  });

  it('can be chosen in the call, without another negotiation', async () => {
    await plug(true);
    await click(hers, 'Not now');
    await seeOther(panel, 'alice');
    await click(hers, 'More');
    await click(hers, 'Camera and sound', 'menuitem');
    await choose(hers, 'Microphone', DESK.microphone);
    await choose(hers, 'Camera', DESK.camera);
    await Promise.all([seeDesk(), hearDesk()]);
    expect([await offersOf(cast.alice), await offersOf(cast.bob)]).toEqual([0, 0]);
    const speaker = 'Fake Audio Output 2';
    await choose(hers, 'Speaker', speaker);
    const playsOn = async () =>
      (await cast.alice.host()).evaluate(async () => {
        const sink = document.querySelector('audio')?.sinkId;
        return (await navigator.mediaDevices.enumerateDevices()).find(({ deviceId }) => deviceId === sink)
          ?.label;
      });
    await expect.poll(playsOn).toBe(speaker);
    await hearOther(cast.alice);
    await cast.alice.screenshot(hers, 'devices-sheet');
    // The sheet goes with its call.
    await click(panel, 'Hang up');
    await hers.waitForSelector('.sheet.devices', { hidden: true });
    await click(hers, 'Call again');
    await read(hers, 'Ringing');
    expect(await hers.$('.sheet.devices')).toBeNull();
    await click(hers, 'Cancel call');
  });

  it('are remembered when the browser is started again', async () => {
    const before = await cast.alice.open(PAGES.settings);
    await click(before, 'Even out my voice', 'switch');
    await before.waitForSelector('[role=switch][aria-labelledby=gain][aria-checked=false]');
    await cast.alice.restart();
    const page = await cast.alice.open(PAGES.settings);
    await read(page, 'Camera and sound');
    const chosen = await page.$eval(
      'select[aria-label=Camera]',
      (list) => (list as HTMLSelectElement).selectedOptions[0]?.text,
    );
    expect(chosen).toBe('Desk camera, not plugged in');
    expect(await page.$eval('[aria-labelledby=gain]', ({ ariaChecked }) => ariaChecked)).toBe('false');
  });
});
