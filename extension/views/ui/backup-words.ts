/** The words of saving, restoring and starting over. */
import type { BackupProblem } from '../../core/backup.ts';
import type { FileProblem } from '../../core/file-problem.ts';
import { MIN_PASSPHRASE_LENGTH, type PassphraseProblem } from '../../core/passphrase.ts';
import { dayOf, monthDay, plural } from './dates.ts';

const peopleCount = (count: number): string => plural(count, { one: '1 person', other: `${count} people` });

export const backupWords = {
  title: 'Backup',
  lead: 'If this browser is lost, so is your identity. Last backup: ',
  never: 'never',
  last: (at: number, now: number) => dayOf(at, now),
  inCall: 'You’re on a call. Hang up first.',
  failed: 'That didn’t work just now. Nothing has changed.',
  password: 'Password',
  show: 'Show the password',
  save: {
    title: 'Save a backup',
    help: 'Your name, your people and the key that makes you you. Locked with a password only you know.',
    again: 'The same password again',
    hint: `At least ${MIN_PASSPHRASE_LENGTH} characters. Four words that don’t belong together are easy to remember.`,
    lock: 'Lock and save',
    working: 'Locking your backup',
    saved: 'Backup saved. Keep the password somewhere safe: nobody can recover it.',
    differ: 'The two passwords differ.',
    weak: {
      'too-short': `That password is too short. Use at least ${MIN_PASSPHRASE_LENGTH} characters.`,
      'too-simple': 'That password is too easy to guess. Mix more different characters.',
    } satisfies Record<PassphraseProblem, string>,
  },
  restore: {
    title: 'Restore from a backup',
    help: 'Moves you to this browser. Your old browser will stop ringing.',
    choose: 'Choose a file',
    file: (name: string) => `Password for ${name}`,
    open: 'Open',
    working: 'Opening your backup',
    problem: {
      empty: 'This file is empty. Try another copy.',
      'too-large': 'This file is too large to be a Sidecall backup.',
      foreign: 'This file isn’t a Sidecall backup.',
      'not-password': 'This file isn’t a Sidecall backup. It’s locked with a key, not with a password.',
      'wrong-password': 'That password doesn’t open this backup.',
      damaged: 'This backup is damaged or incomplete. Try another copy.',
      newer: 'This backup is from a newer Sidecall. Update Sidecall, then try again.',
    } satisfies Record<FileProblem | BackupProblem | 'wrong-password', string>,
    become: (name: string) => `Become ${name} in this browser?`,
    brings: (count: number, savedAt: number) =>
      `The backup is from ${monthDay(savedAt)} and brings ${peopleCount(count)}.`,
    loses: (name: string, count: number) =>
      count === 0
        ? `${name || 'Whoever this browser is now'} and the recent calls here will be erased. This can’t be undone.`
        : `${name || 'Whoever this browser is now'}, ${peopleCount(count)} and the recent calls here will be erased. This can’t be undone.`,
    losesCalls: 'The people and the recent calls here will be replaced. This can’t be undone.',
    keep: 'Keep everything',
    surely: (name: string) => `Become ${name}`,
  },
  over: {
    title: 'Start over',
    help: 'Erases your identity here. People will need a new invite from you.',
    ask: 'Start over?',
    loses: 'You’ll lose your people. This can’t be undone.',
    keep: 'Keep everything',
    surely: 'Start over',
  },
  arrival: {
    title: (name: string) => `Welcome back, ${name}`,
    help: (count: number) =>
      count === 0
        ? 'Calls ring in this browser now.'
        : plural(count, {
            one: 'The person on your list is here again. Calls ring in this browser now.',
            other: `All ${count} people on your list are here again. Calls ring in this browser now.`,
          }),
  },
  door: 'Moving from another browser?',
  doorOpen: 'Restore from a backup',
  first: 'Save a backup first',
} as const;
