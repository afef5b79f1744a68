/**
 * Capturing what this person wants to show. It happens in the host: a track lives as long as the document that asked for it, and a
 * popup is gone as soon as the browser's own picker takes its focus.
 */
import { type ShareFault, shareFaultOf, type Surface, surfaceOf } from '../core/share.ts';

/** Chosen in the browser's picker, or a tab that was captured in the click on the toolbar (`chrome.tabCapture`). */
export type ShareWish = { by: 'picker'; prefers: 'any' | 'tab' } | TabWish;

/** `width` and `height` are the tab's, in device pixels: Chromium would scale it to the size of the screen. */
interface TabWish {
  by: 'tab';
  streamId: string;
  width: number;
  height: number;
}

export interface Capture {
  readonly picture: MediaStreamTrack;
  readonly sound: MediaStreamTrack | null;
  readonly surface: Surface;
  /** Ends both tracks. */
  close(): void;
}

/** Nothing is captured, and why; null if this person chose nothing. */
export class CaptureError extends Error {
  override name = 'CaptureError';
  constructor(readonly fault: ShareFault | null) {
    super(fault ?? 'nothing chosen');
  }
}

/** More than this no encoder of an ordinary machine keeps up with. */
const MAX = { width: 2560, height: 1600, frameRate: 30 };

/** What TypeScript's DOM library does not know yet (Screen Capture; Screen Capture Extensions). */
interface PickerOptions extends DisplayMediaStreamOptions {
  systemAudio: 'include';
  windowAudio: 'system';
  surfaceSwitching: 'include';
  selfBrowserSurface: 'exclude';
}

/** Music is no voice: nothing is cancelled, suppressed or levelled. The call's own sound is left out, or its speaker would hear it twice. */
const SOUND = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  restrictOwnAudio: true,
  channelCount: 2,
};

/** @throws {CaptureError} */
export async function capture(wish: ShareWish): Promise<Capture> {
  const stream = await ask(wish).catch((error: unknown) => {
    const { name, message } = error instanceof Error ? error : { name: '', message: '' };
    throw new CaptureError(shareFaultOf(name, message));
  });
  const [picture] = stream.getVideoTracks();
  const [sound = null] = stream.getAudioTracks();
  const close = (): void => stream.getTracks().forEach((track) => track.stop());
  if (!picture) {
    close();
    throw new CaptureError('failed');
  }
  // Letters keep their edges, whatever that costs in frames (MediaStreamTrack Content Hints, 3).
  picture.contentHint = 'detail';
  if (sound) sound.contentHint = 'music';
  if (wish.by === 'picker') return { picture, sound, surface: surfaceOf(displaySurface(picture)), close };
  const hushed = sound && playHere(sound);
  return {
    picture,
    sound,
    surface: 'tab',
    close: () => {
      close();
      hushed?.();
    },
  };
}

/** @returns which kind of surface a track shows now. */
export const displaySurface = (track: MediaStreamTrack): string | undefined =>
  track.getSettings().displaySurface;

function ask(wish: ShareWish): Promise<MediaStream> {
  if (wish.by === 'tab') return navigator.mediaDevices.getUserMedia(constraintsFor(wish));
  const { width, height, frameRate } = MAX;
  const options: PickerOptions = {
    video: {
      width: { max: width },
      height: { max: height },
      frameRate: { max: frameRate },
      ...(wish.prefers === 'tab' && { displaySurface: 'browser' }),
    },
    audio: SOUND,
    systemAudio: 'include',
    windowAudio: 'system',
    surfaceSwitching: 'include',
    // The host has no picture of its own.
    selfBrowserSurface: 'exclude',
  };
  return navigator.mediaDevices.getDisplayMedia(options);
}

/** Chromium's own form for a tab that was captured with a click on the extension (developer.chrome.com, `chrome.tabCapture`). */
function constraintsFor({ streamId, width, height }: TabWish): MediaStreamConstraints {
  const source = { chromeMediaSource: 'tab', chromeMediaSourceId: streamId };
  const by = Math.min(1, MAX.width / width, MAX.height / height);
  const size = { maxWidth: Math.round(width * by), maxHeight: Math.round(height * by) };
  return {
    audio: { mandatory: source },
    video: { mandatory: { ...source, ...size, maxFrameRate: MAX.frameRate } },
  } as unknown as MediaStreamConstraints;
}

/** A tab captured in this way falls silent for the one who shows it, so its sound is played here. @returns what ends it */
function playHere(sound: MediaStreamTrack): () => void {
  const audio = new AudioContext();
  audio.createMediaStreamSource(new MediaStream([sound])).connect(audio.destination);
  return () => void audio.close();
}
