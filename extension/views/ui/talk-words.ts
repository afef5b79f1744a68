/** The words of chat and files in a call. */
import { durationOf } from './dates.ts';
import { locale } from './locale.ts';
import { plain, sentences } from './sentences.ts';

/** Steps of a thousand, as disks and browsers count. */
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
const stepOf = (bytes: number): number =>
  Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
/** Two figures where that says more than one. */
const digits = (value: number): number => (value < 10 && value % 1 !== 0 ? 1 : 0);

function sizeIn(bytes: number, step: number): string {
  const value = bytes / 1000 ** step;
  const unit = UNITS[step] ?? 'byte';
  const format = { style: 'unit', unit, unitDisplay: step === 0 ? 'long' : 'short' } as const;
  return new Intl.NumberFormat(locale, { ...format, maximumFractionDigits: digits(value) }).format(value);
}

/** @returns a size in bytes in words: "6.4 MB". */
export const sizeOf = (bytes: number): string => sizeIn(bytes, stepOf(bytes));

/** How far something is, in the unit of the whole: "24" of "63 MB". */
function partOf(bytes: number, size: number): { part: string; whole: string } {
  const step = stepOf(size);
  const value = Math.floor((bytes / 1000 ** step) * 10) / 10;
  const part = new Intl.NumberFormat(locale, { maximumFractionDigits: digits(value) }).format(value);
  return { part, whole: sizeIn(size, step) };
}

export const talkWords = sentences('talk', {
  chat: plain,
  unread: (count: number) => ({ count }),
  came: (name: string) => ({ name }),
  fileCame: (name: string) => ({ name }),
  straight: (name: string) => ({ name }),
  writing: (name: string) => ({ name }),
  message: (name: string) => ({ name }),
  send: plain,
  sendFile: plain,
  sending: plain,
  sent: plain,
  tooMuch: plain,
  gone: plain,

  drop: (name: string) => ({ name }),
  dropStraight: (name: string) => ({ name }),
  dropKept: plain,

  from: (bytes: number, name: string) => ({ size: sizeOf(bytes), name }),
  waiting: (bytes: number, name: string) => ({ size: sizeOf(bytes), name }),
  queued: plain,
  progress: (bytes: number, size: number, leftMs: number | null) => ({
    ...partOf(bytes, size),
    known: leftMs === null ? 'no' : 'yes',
    left: leftMs === null ? '' : durationOf(leftMs),
  }),
  lost: (bytes: number, size: number) => partOf(bytes, size),
  save: plain,
  saveName: (file: string) => ({ file }),
  saveAgain: plain,
  open: plain,
  openName: (file: string) => ({ file }),
  noThanks: plain,
  noThanksName: (file: string) => ({ file }),
  stopSending: plain,
  stopReceiving: plain,
  sendAgain: plain,
  saved: plain,
  theyHaveIt: (name: string) => ({ name }),
  theyRefused: (name: string) => ({ name }),
  youRefused: plain,
  youStopped: plain,
  theyStopped: (name: string) => ({ name }),
  halfway: plain,
  tooLarge: plain,
  unreadable: plain,
  full: plain,
  fullOffered: plain,
  theirsFull: (name: string) => ({ name }),
});
