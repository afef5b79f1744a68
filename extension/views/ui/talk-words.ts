/** The words of chat and files in a call. */
import { durationOf } from './dates.ts';
import { locale } from './locale.ts';

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

/** @returns how far something is, in the unit of the whole: "24 of 63 MB". */
function partOf(bytes: number, size: number): string {
  const step = stepOf(size);
  const value = Math.floor((bytes / 1000 ** step) * 10) / 10;
  const part = new Intl.NumberFormat(locale, { maximumFractionDigits: digits(value) }).format(value);
  return `${part} of ${sizeIn(size, step)}`;
}

export const talkWords = {
  chat: 'Chat',
  unread: (n: number) => (n === 1 ? 'Chat, 1 unread' : `Chat, ${String(n)} unread`),
  came: (name: string) => `New message from ${name}`,
  fileCame: (name: string) => `${name} would like to send you a file`,
  straight: (name: string) => `Messages go straight to ${name} and disappear when you hang up.`,
  writing: (name: string) => `${name} is writing`,
  message: (name: string) => `Message to ${name}`,
  send: 'Send',
  sendFile: 'Send a file',
  sending: 'Sending',
  sent: 'Sent',
  tooMuch: 'That’s a lot at once. Try again in a moment.',
  gone: 'The messages from this call are gone.',

  drop: (name: string) => `Drop to send to ${name}`,
  dropStraight: (name: string) => `Straight to ${name}’s browser.`,
  dropKept: 'Never kept anywhere in between.',

  from: (bytes: number, name: string) => `${sizeOf(bytes)} from ${name}`,
  waiting: (bytes: number, name: string) => `${sizeOf(bytes)}, waiting for ${name}`,
  queued: 'Waiting for the others',
  progress: (bytes: number, size: number, leftMs: number | null) =>
    leftMs === null ? partOf(bytes, size) : `${partOf(bytes, size)}, ${durationOf(leftMs)} left`,
  lost: (bytes: number, size: number) => `${partOf(bytes, size)}, waiting for the connection`,
  save: 'Save',
  saveName: (file: string) => `Save ${file}`,
  saveAgain: 'Save again',
  open: 'Open',
  openName: (file: string) => `Open ${file}`,
  noThanks: 'No thanks',
  noThanksName: (file: string) => `No thanks to ${file}`,
  stopSending: 'Stop sending',
  stopReceiving: 'Stop receiving',
  sendAgain: 'Send again',
  saved: 'Saved in Downloads',
  theyHaveIt: (name: string) => `${name} has it`,
  theyRefused: (name: string) => `${name} said no thanks.`,
  youRefused: 'You said no thanks.',
  youStopped: 'You stopped it.',
  theyStopped: (name: string) => `${name} stopped it.`,
  halfway: 'The file stopped halfway.',
  tooLarge: 'This file is over 2 GB. Try a smaller one.',
  unreadable: 'This file can’t be read any more. Choose it again.',
  full: 'There’s no room for this file on your computer.',
  fullOffered: 'There’s no room for this file on your computer. Make some, then save it.',
  theirsFull: (name: string) => `There’s no room for this file on ${name}’s computer.`,
} as const;
