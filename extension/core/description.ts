/**
 * What this side tells itself about a description it was given: formats of sound and picture that suit two people who wait
 * for the first word and the first look. Only parameters that the sender reads are added, so both sides need not agree.
 */

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

/**
 * Adds to the formats of a remote description: for pictures the start bitrate, for Opus (RFC 7587, 6.1) in-band error
 * correction, so that a lost packet is heard from the next, and discontinuous transmission, so that a silent side sends
 * next to nothing.
 * @param sdp a description as it came, RFC 8866
 */
export function tuneDescription(sdp: string): string {
  const codecs = new Map<string, string>();
  for (const [, format = '', codec = ''] of sdp.matchAll(/^a=rtpmap:(\d+) ([^/\r\n]+)/gm))
    codecs.set(format, codec);
  const wishesFor = (format: string): string[] => {
    const codec = codecs.get(format) ?? '';
    if (codec.toLowerCase() === 'opus') return ['useinbandfec=1', 'usedtx=1'];
    return PICTURE_CODECS.has(codec) ? [`x-google-start-bitrate=${String(START_KILOBITS)}`] : [];
  };
  const described = new Set([...sdp.matchAll(/^a=fmtp:(\d+) /gm)].map(([, format]) => format));
  return sdp
    .replace(/^a=fmtp:(\d+) ([^\r\n]*)/gm, (_line, format: string, given: string) => {
      const wishes = wishesFor(format);
      const others = given.split(';').filter((each) => !wishes.some((wish) => sameName(each, wish)));
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

/** @returns codecs of one kind, the preferred first; the others and what helps them (retransmission, redundancy) keep their order. */
export function byPreference<Codec extends { mimeType: string }>(codecs: readonly Codec[]): Codec[] {
  const rank = ({ mimeType }: Codec): number => {
    const at = PREFERENCE.indexOf(mimeType.toLowerCase());
    return at < 0 ? PREFERENCE.length : at;
  };
  return [...codecs].sort((one, other) => rank(one) - rank(other));
}
