/**
 * The watches of the bench. Each function is sent to a page as text, so it may use nothing from
 * outside itself but what `installWatches` left there. All times are the machine's clock, which every process shares.
 */
import type SimplePeer from 'simple-peer';
import type { HostSnapshot } from '../../extension/call/call-host.ts';

/** When something was seen, heard or over in one page, in milliseconds of the machine's clock. */
export interface Seen {
  /** The ring is shown. */
  shown?: number;
  /** The first frame of the far camera is painted. */
  picture?: number;
  /** The first sound of the far microphone is played. */
  sound?: number;
  /** The far camera's full width is painted. */
  full?: number;
  /** The transport is closed and this side's devices are off. */
  idle?: number;
}

export interface Watches {
  picture(video: HTMLVideoElement, seen: Seen, fullWidth: number): void;
  sound(track: MediaStreamTrack, seen: Seen): void;
}

/** What both plain pages can do. Each returns when it was clicked. */
export interface PlainPage {
  seen: Seen;
  /** Forgets the last call. Resolves when the page is ready for the next. */
  prepare(isCaller: boolean): Promise<void>;
  call(): number;
  answer(): number;
  hangUp(): number;
}

/** In windows Chromium has it for all kinds of track; TypeScript's DOM library does not know it. */
declare class MediaStreamTrackProcessor {
  constructor(options: { track: MediaStreamTrack });
  readonly readable: ReadableStream<AudioData>;
}

declare global {
  interface Window {
    benchWatches?: Watches;
    benchPage?: PlainPage;
    SimplePeer?: typeof SimplePeer;
  }
}

export function installWatches(): void {
  // Silence of an open line is not quite nothing.
  const AUDIBLE = 0.01;
  window.benchWatches = {
    picture(video, seen, fullWidth) {
      const onFrame = (_now: number, { width, height }: VideoFrameCallbackMetadata): void => {
        // What Sidecall sends while it rings stands upright and is dark: no picture of anybody.
        const isVisible = width > height && getComputedStyle(video).visibility === 'visible';
        if (isVisible) seen.picture ??= Date.now();
        if (isVisible && width >= fullWidth) seen.full ??= Date.now();
        if (seen.full === undefined) video.requestVideoFrameCallback(onFrame);
      };
      video.requestVideoFrameCallback(onFrame);
    },
    sound(track, seen) {
      const copy = track.clone();
      const reader = new MediaStreamTrackProcessor({ track: copy }).readable.getReader();
      const listen = async (): Promise<void> => {
        for (;;) {
          const { value: data, done } = await reader.read();
          if (done) return;
          const wave = new Float32Array(data.numberOfFrames);
          data.copyTo(wave, { planeIndex: 0, format: 'f32-planar' });
          data.close();
          if (!wave.some((level) => Math.abs(level) > AUDIBLE)) continue;
          seen.sound ??= Date.now();
          copy.stop();
          await reader.cancel();
          return;
        }
      };
      void listen();
    },
  };
}

/** In the call host: watches the next call of Sidecall for sound and for its end. */
export function watchHost(): void {
  const host = window.sidecallHost;
  if (!host) throw new Error('the host is not ready');
  const seen: Seen = {};
  Object.assign(window, { benchSeen: seen });
  // The call may be there already, if its ring opened the host.
  const old = new Set(host.snapshot.calls.filter(({ snapshot }) => snapshot.state.phase === 'ended'));
  const heard = new Set<MediaStreamTrack>();
  const look = ({ calls }: HostSnapshot): void => {
    const [call] = calls.filter((each) => !old.has(each));
    if (!call) return;
    const { srcObject } = document.querySelector('audio') ?? {};
    for (const track of srcObject instanceof MediaStream ? srcObject.getAudioTracks() : []) {
      if (heard.has(track)) continue;
      heard.add(track);
      window.benchWatches?.sound(track, seen);
    }
    if (call.snapshot.state.phase !== 'ended') return;
    if (call.ownStream.getTracks().some(({ readyState }) => readyState === 'live')) return;
    seen.idle ??= Date.now();
    stop();
  };
  const stop = host.subscribe(look);
  look(host.snapshot);
}

/** In a view: watches the next far picture, whenever its element comes. */
export function watchView(fullWidth: number): void {
  const seen: Seen = {};
  Object.assign(window, { benchSeen: seen });
  let watched: HTMLVideoElement | undefined;
  const look = (): void => {
    const video = [...document.querySelectorAll('video')].find((each) =>
      each.ariaLabel?.endsWith('’s camera'),
    );
    if (!video || video === watched) return;
    watched = video;
    window.benchWatches?.picture(video, seen, fullWidth);
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  look();
}

/** Presses a button of a view. @returns when, or null if it is not there. */
export function pressButton(name: string): number | null {
  const button = [...document.querySelectorAll('button')].find(
    (each) => (each.ariaLabel ?? each.innerText.trim()) === name,
  );
  if (!button) return null;
  const at = Date.now();
  button.click();
  return at;
}

/**
 * Waits in the page itself, because every question from outside costs the machine that is measured.
 * @returns what was seen of the call that `watchHost` or `watchView` watches, or of the plain page's, after `patience` ms at most
 */
export async function waitToSee(what: readonly (keyof Seen)[], patience: number): Promise<Seen> {
  const seen = (): Seen =>
    window.benchPage?.seen ?? (window as unknown as { benchSeen?: Seen }).benchSeen ?? {};
  const deadline = Date.now() + patience;
  while (what.some((each) => seen()[each] === undefined) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return seen();
}
