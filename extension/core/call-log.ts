/** What a call leaves behind in the list of recent calls, and which of it still asks to be looked at. */
import type { CallPhase, EndReason } from './call-state.ts';
import type { HistoryEntry } from '../storage.ts';
import { withinShare } from './fair-share.ts';

/** How many calls are remembered; when there are more, the oldest of whoever has the most goes. */
export const MAX_HISTORY = 200;

/** @returns what the list says of a call that ended for this reason. */
export function outcomeOf(reason: EndReason, talkedMs: number): HistoryEntry['outcome'] {
  if (talkedMs > 0) return 'talked';
  switch (reason) {
    case 'missed':
    case 'turned-away':
      return 'missed';
    case 'no-answer':
    case 'declined':
    case 'busy':
    case 'cancelled':
    case 'offline':
      return reason;
    case 'they-declined':
      return 'they-declined';
    case 'hung-up':
    case 'they-hung-up':
    case 'no-way':
    case 'no-turn':
    case 'lost':
    case 'unknown':
    case 'no-microphone':
      return 'failed';
  }
}

/**
 * @param before the phase it was in when it ended
 * @returns whether the other side must still be told that somebody rang: they never said that it rings there.
 */
export const isUnnoticed = (direction: 'out' | 'in', before: CallPhase, reason: EndReason): boolean =>
  direction === 'out' &&
  before === 'calling' &&
  (reason === 'offline' || reason === 'no-answer' || reason === 'cancelled');

/** @returns the history with the call in it, newest first. A call is in it once, however often it is told. */
export function log(history: readonly HistoryEntry[], entry: HistoryEntry): HistoryEntry[] {
  if (history.some(({ call }) => call === entry.call)) return [...history];
  return withinShare([...history].reverse().concat(entry), MAX_HISTORY).reverse();
}

/** @returns the missed calls nobody has looked at yet, newest first. */
export const unseenMissed = (history: readonly HistoryEntry[]): HistoryEntry[] =>
  history.filter(({ outcome, direction, seen }) => outcome === 'missed' && direction === 'in' && !seen);

/** @returns the calls of a day, those that were missed here first, otherwise newest first. */
export const missedFirst = (history: readonly HistoryEntry[]): HistoryEntry[] => {
  const rank = ({ outcome, direction }: HistoryEntry): number =>
    outcome === 'missed' && direction === 'in' ? 0 : 1;
  return history.toSorted((a, b) => rank(a) - rank(b) || b.at - a.at);
};
