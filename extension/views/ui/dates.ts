/** Times, days, lengths and lists as people say them, by the browser's rules for their language and region. */
import { locale } from './locale.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Rules are slow to make, so each is made when it is first asked for. */
function first<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
const timeRules = first(() => new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }));
const dateRules = first(() => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' }));
const weekdayRules = first(() => new Intl.DateTimeFormat(locale, { weekday: 'long' }));

/** @returns the time of day of a moment in ms since the epoch, as "14:32". */
export const clockTime = (at: number): string => timeRules().format(at);
/** @returns the day of a moment in ms since the epoch, as "3 May". */
export const monthDay = (at: number): string => dateRules().format(at);

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
/** @returns when the day of this moment ends. */
export const midnightAfter = (at: number): number => new Date(at).setHours(24, 0, 0, 0);
/** @returns how many midnights lie between two moments. A day of 23 or 25 hours counts as one. */
export const daysBetween = (at: number, now: number): number =>
  Math.round((midnight(now) - midnight(at)) / DAY_MS);

/** A moment as a sentence can `select` it: how far back its day lies, the day's name or date, and the time of day. */
export function whenOf(at: number, now: number): { when: string; day: string; time: string } {
  const days = daysBetween(at, now);
  const when = days <= 0 ? 'today' : days === 1 ? 'yesterday' : days < 7 ? 'weekday' : 'date';
  return { when, day: (when === 'weekday' ? weekdayRules() : dateRules()).format(at), time: clockTime(at) };
}

const unit = (name: 'second' | 'minute' | 'hour') =>
  first(() => new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'long' }));
const [seconds, minutes, hours] = [unit('second'), unit('minute'), unit('hour')];
const together = first(() => new Intl.ListFormat(locale, { type: 'unit', style: 'narrow' }));

/** @returns a length in ms in words: "38 seconds", "24 minutes", "1 hour 6 minutes". */
export function durationOf(ms: number): string {
  const whole = Math.max(1, Math.round(ms / 1000));
  if (whole < 60) return seconds().format(whole);
  const inMinutes = Math.floor(whole / 60);
  if (inMinutes < 60) return minutes().format(inMinutes);
  const rest = inMinutes % 60;
  const inHours = hours().format(Math.floor(inMinutes / 60));
  return rest === 0 ? inHours : together().format([inHours, minutes().format(rest)]);
}

const digits = first(() => new Intl.NumberFormat(locale, { useGrouping: false }));
const twoDigits = first(() => new Intl.NumberFormat(locale, { minimumIntegerDigits: 2, useGrouping: false }));

/** @returns a running time in ms as digits: "12:48", "1:06:03". */
export function stopwatch(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const rest = twoDigits().format(s);
  return h > 0 ? `${digits().format(h)}:${twoDigits().format(m)}:${rest}` : `${digits().format(m)}:${rest}`;
}

/** @returns a share of one, as "80%". */
export const percentOf = (share: number, fractionDigits = 0): string =>
  new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: fractionDigits,
    maximumFractionDigits: fractionDigits,
  }).format(share);

const rowRules = first(() => new Intl.ListFormat(locale, { type: 'unit', style: 'short' }));
/** @returns several facts in a row, as "VP8, 640 × 480, 30 a second". */
export const inRow = (facts: readonly string[]): string => rowRules().format(facts);

const listRules = first(() => new Intl.ListFormat(locale, { type: 'conjunction' }));
/** @returns several names in a row, as "Mara, Jonas and Priya". */
export const listOf = (names: readonly string[]): string => listRules().format(names);
