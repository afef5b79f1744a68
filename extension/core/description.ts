/**
 * What this side tells itself about a description it was given: formats of sound and picture that suit two people who wait
 * for the first word and the first look. Only parameters that the sender reads are added, so both sides need not agree.
 */
import { carriedBy, type TrackKind } from './media-lines.ts';

/**
 * Kilobits a second a picture begins with. Chromium begins with 300, through which the first small key frame needs 50 ms and
 * a full one half a second; it measures the path as soon as frames flow and comes down within a few round trips.
 */
export const START_KILOBITS = 1000;

/**
 * Codecs in the order in which two people want them. VP8 costs the least where no chip helps, so its first picture is the
 * earliest, and every browser has it; with one viewer nothing is won by layers, and at a call's bitrates VP9 and AV1 save less than
 * their time to encode costs. Opus alone among the sounds has error correction of its own.
 */
const PREFERENCE = ['audio/opus', 'video/vp8', 'video/vp9', 'video/h264'];

/** Codecs of pictures; the other lines of a video section (retransmission, redundancy) have no bitrate of their own. */
const PICTURE_CODECS = new Set(['VP8', 'VP9', 'H264', 'H265', 'AV1']);

/** What a voice is sent with: the next packet carries a lost one's words, and silence costs next to nothing (RFC 7587, 6.1). */
const VOICE = ['useinbandfec=1', 'usedtx=1'];
/** What the sound of a screen is sent with, which may be music: both sides of it, without gaps, at a bitrate that music needs. */
const SCREEN_SOUND = ['useinbandfec=1', 'stereo=1', 'maxaveragebitrate=128000'];

/**
 * Adds to the formats of a remote description what this side will send by: for pictures the start bitrate, for Opus what suits a
 * voice, or the sound of a screen.
 * @param sdp a description as it came, RFC 8866
 */
export const tuneDescription = (sdp: string): string =>
  ofEachMedia(sdp, (section, carries) =>
    withWishes(section, (codec) => {
      if (codec.toLowerCase() === 'opus') return carries === 'screen-sound' ? SCREEN_SOUND : VOICE;
      return PICTURE_CODECS.has(codec) ? [`x-google-start-bitrate=${String(START_KILOBITS)}`] : [];
    }),
  );

/** @returns this side's own description, saying that it plays both sides of a screen's sound. */
export const describeStereo = (sdp: string): string =>
  ofEachMedia(sdp, (section, carries) =>
    carries === 'screen-sound'
      ? withWishes(section, (codec) => (codec.toLowerCase() === 'opus' ? ['stereo=1', 'sprop-stereo=1'] : []))
      : section,
  );

/** Changes each media description, which is told what it carries. */
function ofEachMedia(sdp: string, change: (section: string, carries: TrackKind | null) => string): string {
  const [session = '', ...sections] = sdp.split(/^(?=m=)/m);
  // A text without a media description before its first line, as tests write it, is one.
  if (!session.startsWith('v=') && sections.length === 0) return change(session, null);
  const kinds = sections.map((section) => /^m=(\w+)/.exec(section)?.[1] ?? '');
  const carried = carriedBy(kinds);
  return [session, ...sections.map((section, at) => change(section, carried[at] ?? null))].join('');
}

/** @returns the section with the parameters that each of its codecs is wished. */
function withWishes(section: string, wish: (codec: string) => readonly string[]): string {
  const codecs = new Map<string, string>();
  for (const [, format = '', codec = ''] of section.matchAll(/^a=rtpmap:(\d+) ([^/\r\n]+)/gm))
    codecs.set(format, codec);
  const wishesFor = (format: string): readonly string[] => wish(codecs.get(format) ?? '');
  const described = new Set([...section.matchAll(/^a=fmtp:(\d+) /gm)].map(([, format]) => format));
  return section
    .replace(/^a=fmtp:(\d+) ([^\r\n]*)/gm, (_line, format: string, given: string) => {
      const wishes = wishesFor(format);
      const others = given.split(';').filter((each) => !wishes.some((wished) => sameName(each, wished)));
      return `a=fmtp:${format} ${[...others, ...wishes].join(';')}`;
    })
    .replace(/^a=rtpmap:(\d+) [^\r\n]*/gm, (line, format: string) => {
      const wishes = wishesFor(format);
      // Most formats have no line of their own yet, VP8 for one.
      return described.has(format) || wishes.length === 0
        ? line
        : `${line}\r\na=fmtp:${format} ${wishes.join(';')}`;
    });
}

const nameOf = (parameter: string): string | undefined => parameter.split('=')[0]?.trim();
const sameName = (one: string, other: string): boolean => nameOf(one) === nameOf(other);

/**
 * Codecs for a screen and its sound. VP9 is tuned for screens and sends still text in a fraction of what VP8 needs; AV1 saves more and
 * costs more than a machine that also shows a camera has to give.
 */
const SCREEN_PREFERENCE = ['audio/opus', 'video/vp9', 'video/vp8', 'video/h264'];
/** What helps a codec, on the same media description. */
const HELPERS = ['video/rtx', 'video/red', 'video/ulpfec'];

/** @returns the codecs a screen or its sound may travel in, the preferred first: few, so that every ring's offer stays small. */
export function forScreens<Codec extends { mimeType: string; sdpFmtpLine?: string }>(
  codecs: readonly Codec[],
): Codec[] {
  const named = (name: string) => codecs.filter(({ mimeType }) => mimeType.toLowerCase() === name);
  // Of a codec with several profiles the first is the one everybody has.
  return [...SCREEN_PREFERENCE.flatMap((name) => named(name).slice(0, 1)), ...HELPERS.flatMap(named)];
}

/** @returns codecs of one kind, the preferred first; the others and what helps them (retransmission, redundancy) keep their order. */
export function byPreference<Codec extends { mimeType: string }>(codecs: readonly Codec[]): Codec[] {
  const rank = ({ mimeType }: Codec): number => {
    const at = PREFERENCE.indexOf(mimeType.toLowerCase());
    return at < 0 ? PREFERENCE.length : at;
  };
  return [...codecs].sort((one, other) => rank(one) - rank(other));
}
