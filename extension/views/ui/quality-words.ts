/** The words of a call's connection: how good it is, and its details. */
import type { CallDetails, PictureDetails } from '../../core/call-stats.ts';
import type { Quality } from '../../core/call-quality.ts';
import { inRow, percentOf } from './dates.ts';
import { plain, sentences } from './sentences.ts';

export const qualityWords = sentences('quality', {
  level: { good: plain, fair: plain, weak: plain },
  connection: { good: plain, fair: plain, weak: plain },
  theirsWeak: (name: string) => ({ name }),
  yoursWeak: plain,
  details: {
    title: plain,
    help: plain,
    copy: plain,
    none: plain,
    quality: plain,
    path: plain,
    paths: { direct: plain, relayed: plain },
    roundTrip: plain,
    lossIn: plain,
    lossOut: (name: string) => ({ name }),
    pictureIn: (name: string) => ({ name }),
    pictureOut: plain,
    sound: plain,
    noPicture: plain,
    unknown: plain,
    ms: (ms: number) => ({ ms: Math.round(ms) }),
    size: (width: number, height: number) => ({ width: Math.round(width), height: Math.round(height) }),
    rate: (frames: number) => ({ frames: Math.round(frames) }),
  },
});

function pictureLine({ codec, width, height, frameRate }: PictureDetails): string {
  const t = qualityWords.details;
  const size = width && height ? t.size(width, height) : null;
  return inRow([codec, size, frameRate ? t.rate(frameRate) : null].filter((part) => part !== null));
}

/** @returns what a details sheet shows, line by line: what it is, and how it is. */
export function detailLines(name: string, level: Quality | null, details: CallDetails): [string, string][] {
  const t = qualityWords.details;
  const ms = (value: number | null): string => (value === null ? t.unknown : t.ms(value));
  const share = (value: number | null): string => (value === null ? t.unknown : percentOf(value, 1));
  const picture = (value: PictureDetails | null): string => (value ? pictureLine(value) : t.noPicture);
  return [
    [t.quality, level ? qualityWords.level[level] : t.unknown],
    [t.path, details.path ? t.paths[details.path] : t.unknown],
    [t.roundTrip, ms(details.roundTripMs)],
    [t.lossIn, share(details.lossIn)],
    [t.lossOut(name), share(details.lossOut)],
    [t.pictureIn(name), picture(details.pictureIn)],
    [t.pictureOut, picture(details.pictureOut)],
    [t.sound, details.soundCodec ?? t.unknown],
  ];
}
