/** The words of saving, restoring and starting over. */
import type { BackupProblem } from '../../core/backup.ts';
import type { FileProblem } from '../../core/file-problem.ts';
import { MIN_PASSPHRASE_LENGTH, type PassphraseProblem } from '../../core/passphrase.ts';
import { monthDay, whenOf } from './dates.ts';
import { choice, plain, rich, sentences } from './sentences.ts';

export const backupWords = sentences('backup', {
  title: plain,
  lead: rich((lastAt: number | null, now: number) =>
    lastAt === null ? { when: 'never', day: '' } : whenOf(lastAt, now),
  ),
  inCall: plain,
  failed: plain,
  password: plain,
  show: plain,
  save: {
    title: plain,
    help: plain,
    again: plain,
    hint: () => ({ least: MIN_PASSPHRASE_LENGTH }),
    lock: plain,
    working: plain,
    saved: plain,
    differ: plain,
    weak: (problem: PassphraseProblem) => ({ problem: choice(problem), least: MIN_PASSPHRASE_LENGTH }),
  },
  restore: {
    title: plain,
    help: plain,
    choose: plain,
    file: (name: string) => ({ name }),
    open: plain,
    working: plain,
    problem: {
      empty: plain,
      'too-large': plain,
      foreign: plain,
      'not-password': plain,
      'wrong-password': plain,
      damaged: plain,
      newer: plain,
    } satisfies Record<FileProblem | BackupProblem | 'wrong-password', typeof plain>,
    become: (name: string) => ({ name }),
    brings: (count: number, savedAt: number) => ({ count, date: monthDay(savedAt) }),
    loses: (name: string, count: number) => ({ known: name ? 'yes' : 'no', name, count }),
    losesCalls: plain,
    keep: plain,
    surely: (name: string) => ({ name }),
  },
  over: {
    title: plain,
    help: plain,
    ask: plain,
    loses: plain,
    keep: plain,
    surely: plain,
  },
  arrival: {
    title: (name: string) => ({ name }),
    help: (count: number) => ({ count }),
  },
  door: plain,
  doorOpen: plain,
  first: plain,
});
