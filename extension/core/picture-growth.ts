/**
 * When a picture that was made smaller for a narrow path asks for a wider one. What little is sent proves no more than that little:
 * the estimate of the path grows to one and a half times what arrives (draft-ietf-rmcat-gcc-02, 5.5), and Chromium sends a few packets faster,
 * to learn of more, only when the limit of a sender is another. So the limit is changed, step by step, and less often while that is in vain.
 */

/** What a face at 1280 x 720 needs to look as the camera sees it, in bits a second; more would only fill the path that the voice takes too. */
export const MAX_BITS = 2_500_000;
/** No limit is lower, in bits a second. */
const MIN_BITS = 400_000;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 8000;
/** From this share of the limit on it is the limit that holds the picture back, no more the path. */
const FULL = 0.9;
/** Of a path that carries so much, in bits a second, nothing more has to be learned: the encoder takes its time. */
const ENOUGH_BITS = MAX_BITS / 2;

export interface Growth {
  /** The limit that was set last, in bits a second. */
  limit: number;
  askAt: number;
  waitMs: number;
}

/** What the browser reports of a video sender (webrtc-stats, `RTCOutboundRtpStreamStats`). */
export interface Sending {
  /** Whether the picture is smaller, or less often, because of the path. */
  isNarrow: boolean;
  /** What the encoder is to send, in bits a second. */
  target: number;
}

export const atEase: Growth = { limit: MAX_BITS, askAt: 0, waitMs: FIRST_WAIT_MS };

/** @returns what to remember; a `limit` other than before is to be set. Times in ms. */
export function grow(before: Growth, { isNarrow, target }: Sending, now: number): Growth {
  if (!isNarrow) return atEase;
  if (target >= ENOUGH_BITS) return { ...before, limit: MAX_BITS };
  if (before.askAt === 0) return { ...before, askAt: now + FIRST_WAIT_MS };
  if (before.limit < MAX_BITS && target >= before.limit * FULL)
    return { limit: Math.min(MAX_BITS, before.limit * 2), askAt: now + FIRST_WAIT_MS, waitMs: FIRST_WAIT_MS };
  if (now < before.askAt) return before;
  const waitMs = Math.min(before.waitMs * 2, LONGEST_WAIT_MS);
  const wanted = Math.min(MAX_BITS, Math.max(MIN_BITS, Math.round(target * 2)));
  // The same limit once more would change nothing.
  const limit = wanted === before.limit ? Math.round(wanted * FULL) : wanted;
  return { limit, askAt: now + waitMs, waitMs };
}
