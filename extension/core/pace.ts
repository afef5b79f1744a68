/** How often something is done because others ask for it: a bucket that fills with time, so that no flood makes work without bound. Pure. */

export interface PaceLimit {
  /** How often at once, at most. */
  burst: number;
  /** After how long one more is granted, in milliseconds. */
  everyMs: number;
}

/** What is left of a limit: `tokens` as of `at`, in ms since the epoch. */
export interface Pace {
  tokens: number;
  at: number;
}

/**
 * Takes one from a bucket.
 * @param pace what was left; undefined is a full bucket
 * @returns whether it is granted, and what is left then. A clock that was set back grants nothing for it.
 */
export function take(
  pace: Pace | undefined,
  now: number,
  { burst, everyMs }: PaceLimit,
): { granted: boolean; pace: Pace } {
  const before = pace ?? { tokens: burst, at: now };
  const tokens = Math.min(burst, before.tokens + Math.max(0, now - before.at) / everyMs);
  return tokens >= 1
    ? { granted: true, pace: { tokens: tokens - 1, at: now } }
    : { granted: false, pace: { tokens, at: now } };
}
