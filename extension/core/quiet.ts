/** When nothing rings: asked for by hand or by the hours of the day. Pure but for the time zone. */
import type { Availability, Settings } from '../storage.ts';

export type Wishes = Pick<Settings, 'availability' | 'quietHours' | 'whoMayRing'>;

/** Nothing rings, until then in ms since the epoch, or until this person says. */
export interface Quiet {
  readonly until: number | null;
}

/** @returns whether this person has chosen "Do not disturb", and it is not over at `now` ms. */
export const isDoNotDisturb = (
  availability: Availability,
  now: number,
): availability is Extract<Availability, { status: 'dnd' }> =>
  availability.status === 'dnd' && (availability.until === null || now < availability.until);

/** @returns whether and how long nobody at all rings here, at `now` ms. */
export function quietAt({ availability, quietHours, whoMayRing }: Wishes, now: number): Quiet | null {
  if (whoMayRing === 'nobody') return { until: null };
  const hours = endOfHours(quietHours, now);
  if (!isDoNotDisturb(availability, now)) return hours === null ? null : { until: hours };
  const { until } = availability;
  return { until: until === null || hours === null ? until : Math.max(until, hours) };
}

/** @returns when the quiet hours end that `now` ms is in, by the clock on this person's wall. */
function endOfHours({ on, from, to }: Settings['quietHours'], now: number): number | null {
  const time = new Date(now);
  const minute = 60 * time.getHours() + time.getMinutes();
  const isIn = from < to ? from <= minute && minute < to : from <= minute || minute < to;
  if (!on || from === to || !isIn) return null;
  if (minute >= to) time.setDate(time.getDate() + 1);
  return time.setHours(0, to, 0, 0);
}
