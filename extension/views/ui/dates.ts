/** Times, days and lengths as people say them, through the browser's own rules for the region. */

/** The words are English, so the dates in them are too, in the region the person chose for it. */
export const locale = navigator.languages.find((language) => language.startsWith('en')) ?? 'en-GB';

const DAY_MS = 24 * 3600 * 1000;
const time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long' });
const plurals = new Intl.PluralRules(locale);

/** @returns the form that the number asks for. */
export const plural = (n: number, forms: { one: string; other: string }): string =>
  plurals.select(n) === 'one' ? forms.one : forms.other;

/** @returns the time of day of a moment in ms since the epoch, as "14:32". */
export const clockTime = (at: number): string => time.format(at);
/** @returns the day of a moment in ms since the epoch, as "3 May". */
export const monthDay = (at: number): string => date.format(at);

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
/** @returns when the day of this moment ends. */
export const midnightAfter = (at: number): number => new Date(at).setHours(24, 0, 0, 0);
/** @returns how many midnights lie between two moments. A day of 23 or 25 hours counts as one. */
export const daysBetween = (at: number, now: number): number =>
  Math.round((midnight(now) - midnight(at)) / DAY_MS);

/** @returns the day within a sentence: "today", "yesterday", "on Monday", "on 3 May". */
export function dayOf(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  return days < 7 ? `on ${weekday.format(at)}` : `on ${date.format(at)}`;
}

/** @returns the day as a heading: "Today", "Yesterday", "Monday", "3 May". */
export function dayName(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days < 7 ? weekday.format(at) : date.format(at);
}

const unit = (name: 'second' | 'minute' | 'hour') =>
  new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'long' });
const [seconds, minutes, hours] = [unit('second'), unit('minute'), unit('hour')];

/** @returns a length in ms in words: "38 seconds", "24 minutes", "1 hour 6 minutes". */
export function durationOf(ms: number): string {
  const whole = Math.max(1, Math.round(ms / 1000));
  if (whole < 60) return seconds.format(whole);
  const inMinutes = Math.floor(whole / 60);
  if (inMinutes < 60) return minutes.format(inMinutes);
  const rest = inMinutes % 60;
  const inHours = hours.format(Math.floor(inMinutes / 60));
  return rest === 0 ? inHours : `${inHours} ${minutes.format(rest)}`;
}

/** @returns a running time in ms as digits: "12:48", "1:06:03". */
export function stopwatch(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
