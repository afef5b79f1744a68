/**
 * A dark picture that is sent while it rings, so that both sides' encoder, decoder and estimate of the path are warm when
 * the camera's picture takes its place. It shows nothing, opens no device, and is never shown.
 */
import { PLACEHOLDER } from '../core/placeholder-size.ts';

/** How often it is sent, in milliseconds. */
const EVERY_MS = 200;

/** MediaStreamTrack Insertable Streams; only Chromium has it in documents, and TypeScript's DOM library does not know it. */
interface Generator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}
type GeneratorClass = new (options: { kind: 'video' }) => Generator;

export interface Placeholder {
  readonly track: MediaStreamTrack;
  close(): void;
}

/** @returns null where the browser has no way to make one: the first picture then only comes a little later. */
export function createPlaceholder(): Placeholder | null {
  const { MediaStreamTrackGenerator: Generator } = globalThis as unknown as {
    MediaStreamTrackGenerator?: GeneratorClass;
  };
  if (!Generator) return null;
  const { width, height } = PLACEHOLDER;
  const luma = width * height;
  // I420: luma 16 and chroma 128 are black (ITU-R BT.601).
  const pixels = new Uint8Array(luma * 1.5).fill(16, 0, luma).fill(128, luma);
  const track = new Generator({ kind: 'video' });
  const writer = track.writable.getWriter();
  const draw = (): void => {
    const timestamp = Math.round(performance.now() * 1000);
    const frame = new VideoFrame(pixels, {
      format: 'I420',
      codedWidth: width,
      codedHeight: height,
      timestamp,
    });
    // A track that was stopped meanwhile takes no more.
    writer.write(frame).catch(() => frame.close());
  };
  draw();
  const timer = setInterval(draw, EVERY_MS);
  return {
    track,
    close() {
      clearInterval(timer);
      track.stop();
    },
  };
}
