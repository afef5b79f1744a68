/**
 * The measurements of senses.ts. Each function is sent to the page as text, so it may use nothing from outside itself.
 * In an offscreen document neither requestAnimationFrame nor requestVideoFrameCallback ever fires, so streams are
 * read with MediaStreamTrackProcessor and nothing here waits for painting.
 */

/** In windows Chromium has it for all kinds of track; TypeScript's DOM library does not know it. */
declare class MediaStreamTrackProcessor {
  constructor(options: { track: MediaStreamTrack });
  readonly readable: ReadableStream<VideoFrame>;
}

export type Found = HTMLMediaElement | MediaStream | null | undefined;

export type Colour =
  'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'grey' | 'black' | 'white' | 'none';

export interface Seen {
  /** The most frequent colour; `none` without a frame. */
  colour: Colour;
  /** Degrees on the colour wheel, averaged by saturation. */
  hue: number;
  moving: boolean;
  /** The usual change of brightness from frame to frame, of 255. */
  change: number;
  width: number;
  height: number;
  frames: number;
}

export interface Heard {
  sound: boolean;
  /** The strongest pitch in hertz; 0 in silence. */
  frequency: number;
  /** The loudest moment, root mean square of 1. */
  level: number;
  /** Why nothing can be heard, where that is known. */
  note?: string;
}

/** Looks for about a second, or until eight frames have come. */
export async function look(source: Found): Promise<Seen> {
  const WIDTH = 80;
  const HEIGHT = 60;
  const FRAMES = 8;
  const PATIENCE_MS = 1_500;
  const MOVING = 0.1;
  const nothing: Seen = { colour: 'none', hue: 0, moving: false, change: 0, width: 0, height: 0, frames: 0 };
  if (!source) return nothing;

  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return nothing;
  const shots: Uint8ClampedArray[] = [];
  const seen = { ...nothing };
  const shoot = (picture: CanvasImageSource, width: number, height: number): void => {
    context.drawImage(picture, 0, 0, WIDTH, HEIGHT);
    shots.push(context.getImageData(0, 0, WIDTH, HEIGHT).data);
    Object.assign(seen, { width, height });
  };
  const until = performance.now() + PATIENCE_MS;

  if (source instanceof MediaStream) {
    const [track] = source.getVideoTracks();
    if (!track || track.readyState === 'ended') return nothing;
    const copy = track.clone();
    const { readable } = new MediaStreamTrackProcessor({ track: copy });
    const reader = readable.getReader();
    const stop = setTimeout(() => void reader.cancel(), PATIENCE_MS);
    while (shots.length < FRAMES) {
      const { value: frame } = await reader.read();
      if (!frame) break;
      shoot(frame, frame.displayWidth, frame.displayHeight);
      frame.close();
    }
    clearTimeout(stop);
    await reader.cancel();
    copy.stop();
  } else if (source instanceof HTMLVideoElement) {
    while (shots.length < FRAMES && performance.now() < until) {
      if (source.videoWidth > 0 && source.readyState >= 2)
        shoot(source, source.videoWidth, source.videoHeight);
      // A fixed rate of sampling: what is measured is the change over time, and a frozen picture gives no event.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  const last = shots.at(-1);
  if (!last) return nothing;
  seen.frames = shots.length;

  const changes = shots.slice(1).map((shot, at) => {
    const before = shots[at] ?? shot;
    let sum = 0;
    for (let i = 1; i < shot.length; i += 4) sum += Math.abs((shot[i] ?? 0) - (before[i] ?? 0));
    return sum / (WIDTH * HEIGHT);
  });
  // The median: a single jump, as from black to a still picture, is no motion.
  seen.change = changes.sort((a, b) => a - b)[changes.length >> 1] ?? 0;
  seen.moving = seen.change > MOVING;

  let [x, y, light, strength] = [0, 0, 0, 0];
  for (let i = 0; i < last.length; i += 4) {
    const [r = 0, g = 0, b = 0] = last.subarray(i, i + 3);
    // The plane of colour differences: opposite colours cancel out, greys count nothing.
    const [dx, dy] = [r - (g + b) / 2, (Math.sqrt(3) / 2) * (g - b)];
    x += dx;
    y += dy;
    strength += Math.hypot(dx, dy);
    light += (r + g + b) / 3;
  }
  const pixels = WIDTH * HEIGHT;
  seen.hue = Math.round(((Math.atan2(y, x) * 180) / Math.PI + 360) % 360);
  const wheel: [number, Colour][] = [
    [15, 'red'],
    [45, 'orange'],
    [75, 'yellow'],
    [170, 'green'],
    [260, 'blue'],
    [330, 'purple'],
    [360, 'red'],
  ];
  if (strength / pixels > 12) seen.colour = wheel.find(([end]) => seen.hue <= end)?.[1] ?? 'red';
  else seen.colour = light / pixels < 24 ? 'black' : light / pixels > 232 ? 'white' : 'grey';
  return seen;
}

/** Listens for a second. */
export async function listen(source: Found): Promise<Heard> {
  const LISTEN_MS = 1_000;
  const EVERY_MS = 40;
  const AUDIBLE = 0.004;
  const silence: Heard = { sound: false, frequency: 0, level: 0 };
  if (!source) return { ...silence, note: 'no such stream or element' };
  let stream: unknown = source;
  if (source instanceof HTMLMediaElement) {
    if (source.paused) return { ...silence, note: 'the element is paused' };
    if (source.muted || source.volume === 0) return { ...silence, note: 'the element is muted' };
    stream = source.srcObject;
  }
  if (!(stream instanceof MediaStream)) return { ...silence, note: 'the element plays no stream' };
  if (stream.getAudioTracks().length === 0) return { ...silence, note: 'the stream has no sound track' };

  const context = new AudioContext();
  try {
    const ears = context.createAnalyser();
    ears.fftSize = 4096;
    ears.smoothingTimeConstant = 0;
    context.createMediaStreamSource(stream).connect(ears);
    if (context.state === 'suspended')
      await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 500))]);
    if (context.state !== 'running') return { ...silence, note: `the audio context is ${context.state}` };

    const wave = new Float32Array(ears.fftSize);
    const spectrum = new Float32Array(ears.frequencyBinCount);
    const heard = { ...silence };
    const until = performance.now() + LISTEN_MS;
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      ears.getFloatTimeDomainData(wave);
      const level = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
      if (level <= heard.level) continue;
      heard.level = level;
      ears.getFloatFrequencyData(spectrum);
      heard.frequency = Math.round(
        (spectrum.indexOf(Math.max(...spectrum)) * context.sampleRate) / ears.fftSize,
      );
    }
    heard.sound = heard.level > AUDIBLE;
    return heard.sound ? heard : { ...heard, frequency: 0 };
  } finally {
    await context.close();
  }
}
