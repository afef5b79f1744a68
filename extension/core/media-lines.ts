/**
 * Which media description of a link carries what. A description keeps the order of the offer it answers (RFC 9429, 5.3.1), so both sides
 * tell their camera from their screen by the order alone: the second of a kind belongs to what is shown.
 */

/** Microphone, camera, and what of this computer is shown with its sound. */
export type TrackKind = 'audio' | 'video' | 'screen' | 'screen-sound';

/** In the order in which the caller offers them. */
export const MEDIA_LINES = [
  { carries: 'audio', kind: 'audio' },
  { carries: 'video', kind: 'video' },
  { carries: 'screen', kind: 'video' },
  { carries: 'screen-sound', kind: 'audio' },
] as const satisfies readonly { carries: TrackKind; kind: 'audio' | 'video' }[];

/**
 * @param kinds of the media descriptions, in their order
 * @returns what each carries; null for more than there is something for
 */
export function carriedBy(kinds: readonly string[]): (TrackKind | null)[] {
  // A description may have thousands: each is looked at once.
  const left = [...MEDIA_LINES];
  return kinds.map((kind) => {
    const at = left.findIndex((line) => line.kind === kind);
    return at < 0 ? null : (left.splice(at, 1)[0]?.carries ?? null);
  });
}
