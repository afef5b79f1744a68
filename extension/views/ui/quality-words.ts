/** The words of a call's connection: how good it is, and its details. */
import type { CallDetails, PictureDetails } from '../../core/call-stats.ts';
import type { Quality } from '../../core/call-quality.ts';

const whole = (value: number): string => String(Math.round(value));
const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;

export const qualityWords = {
  level: { good: 'Good', fair: 'Fair', weak: 'Weak' } satisfies Record<Quality, string>,
  connection: { good: 'Good connection', fair: 'Fair connection', weak: 'Weak connection' } satisfies Record<
    Quality,
    string
  >,
  theirsWeak: (name: string) => `${name}’s connection is weak.`,
  yoursWeak: 'Your connection is weak.',
  details: {
    title: 'Call details',
    help: 'What your browser measures on this call. Addresses are left out.',
    copy: 'Copy as text',
    none: 'There is nothing to measure just now.',
    quality: 'Connection',
    path: 'Way',
    paths: { direct: 'Straight from browser to browser', relayed: 'Through the relay' },
    roundTrip: 'There and back',
    lossIn: 'Lost on the way to you',
    lossOut: (name: string) => `Lost on the way to ${name}`,
    pictureIn: (name: string) => `${name}’s picture`,
    pictureOut: 'Your picture',
    sound: 'Sound',
    noPicture: 'None',
    unknown: 'Not known yet',
    ms: (ms: number) => `${whole(ms)} ms`,
    percent,
    picture: ({ codec, width, height, frameRate }: PictureDetails) =>
      [
        codec,
        width && height ? `${whole(width)} × ${whole(height)}` : null,
        frameRate && `${whole(frameRate)} a second`,
      ]
        .filter((part) => part !== null && part !== 0)
        .join(', '),
  },
} as const;

/** @returns what a details sheet shows, line by line: what it is, and how it is. */
export function detailLines(name: string, level: Quality | null, details: CallDetails): [string, string][] {
  const t = qualityWords.details;
  const ms = (value: number | null): string => (value === null ? t.unknown : t.ms(value));
  const share = (value: number | null): string => (value === null ? t.unknown : t.percent(value));
  const picture = (value: PictureDetails | null): string => (value ? t.picture(value) : t.noPicture);
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
