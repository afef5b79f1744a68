/** What a ring of the soak comes to: it rang, or its caller was told the truth about why not, or neither. Pure. */

/** How long two healthy links may need to bring a ring to the screen, in ms: it is repeated after 1, 2, 4 and 8 s. */
export const HEALTHY_RING_MS = 16_000;
/** How long a link that stands again may be unknown to the other side, in milliseconds. */
export const PRESENCE_MS = 3000;

/** What was seen of one ring. All times in milliseconds of the machine's clock. */
export interface Observed {
  /** When the callee's desktop showed it. */
  shownAt: number | null;
  /** The last thing the caller was told; `gone` if the call went down with the caller's browser. */
  told: 'reaching' | 'ringing' | 'offline' | 'gone' | 'other';
  toldAt: number;
  /** How the call ended for the caller, if it did. */
  reason?: string;
  /** Since when, at `toldAt`, both links stood and nothing was cut, stopped or killed; null if not so. */
  healthySince: number | null;
  /** Whether both sides came to agree that it was over. */
  agreed: boolean;
  /** Of a ring that was not shown: whether it became a missed call at the callee. Null for others. */
  missed: boolean | null;
}

export type Verdict = { is: 'rang' | 'explained' } | { is: 'unexplained'; why: string };

const unexplained = (why: string): Verdict => ({ is: 'unexplained', why });

/** @returns the verdict on one ring. */
export function judge({ shownAt, told, toldAt, reason, healthySince, agreed, missed }: Observed): Verdict {
  if (!agreed) return unexplained('the two sides never agreed that it was over');
  const healthyMs = healthySince === null ? 0 : toldAt - healthySince;
  if (shownAt !== null) return { is: 'rang' };
  if (told === 'ringing') return unexplained('the caller was told it rings, and nothing was shown');
  if (told === 'offline' && healthyMs > PRESENCE_MS)
    return unexplained('the caller was told they are offline, and they were not');
  if (told === 'reaching' && healthyMs > HEALTHY_RING_MS)
    return unexplained('it did not ring though both links stood');
  if (told === 'other') return unexplained(`it ended otherwise: ${reason ?? 'nobody says how'}`);
  if (missed === false) return unexplained('it did not ring, and never became a missed call');
  return { is: 'explained' };
}
