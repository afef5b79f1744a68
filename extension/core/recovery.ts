/**
 * When a call that is hard to hear looks for another path, and when it is shown to be lost. Pure: what happened goes in, what is to
 * be done and when to look again come out. Both sides do this by themselves and never fight over it: the caller alone numbers
 * links, the callee asks (`core/link-book.ts`).
 *
 *   heard       something arrived lately
 *   doubtful    nothing for SUSPECT_MS: a fresh link is made beside the one that stands
 *   silent      nothing for SILENT_MS: the call is shown to be reconnecting; ends after LOST_TIMEOUT_MS (`core/call-state.ts`)
 */
import type { CallPhase } from './call-state.ts';
import { isMaking, isUnanswered, type LinkBook } from './link-book.ts';

/** After how long a silence another path is looked for, in milliseconds. */
export const SUSPECT_MS = 700;
/** After how long a silence the person is told, in milliseconds. */
export const SILENT_MS = 2500;
/** After how long a silence the other side is asked for a sign of life, in milliseconds: who has nothing to send is not gone. */
export const QUIET_MS = 250;
/** How often what may not have arrived is said again, in milliseconds. */
export const REPEAT_MS = 1000;
/** How long a first link that both sides know may take to stand, in milliseconds. */
export const ATTEMPT_MS = 8000;
/**
 * The same for each of a row of fresh ones beside a link that has fallen silent, in milliseconds; the last for all that follow. A
 * browser learns of its new address up to 2 s after the system (Chromium's `NetworkChangeNotifierLinux`): what it offers before can't be
 * reached. Over a very slow way the later ones have their time.
 */
export const FRESH_MS = [1200, 2000, 4000, ATTEMPT_MS] as const;
/** How soon the callee asks for a first link of which nothing has come, in milliseconds. */
export const FIRST_LINK_MS = 2000;
/** Two reasons for a fresh link within this time are one, in milliseconds. */
export const TOGETHER_MS = 300;

/** What is remembered of the path of one call while people talk. Times in ms since the epoch. */
export interface Path {
  /** When something was last heard on the link that stands. */
  heardAt: number;
  /** When the newest link was begun, or asked for. */
  triedAt: number;
  /** When that was last said. */
  saidAt: number;
  /** How many fresh links have been made or asked for since the one that stands was last heard. */
  tries: number;
  /** A change since `triedAt` that may have made another path possible, or this one impossible. */
  isChanged: boolean;
}

export type PathAct =
  /** Make a fresh link, or ask for one. */
  | 'remake'
  /** Say again what is unanswered. */
  | 'repeat'
  /** The call is silent, or is heard again. */
  | 'silent'
  | 'heard';

export interface PathFacts {
  phase: CallPhase;
  book: LinkBook;
}

/** @returns the path of a call in which both have just said yes. */
export const beginPath = (now: number): Path => ({
  heardAt: now,
  triedAt: now,
  saidAt: now,
  tries: 0,
  isChanged: false,
});

/** Something has been heard on the link that stands. */
export const heard = (path: Path, now: number): Path => ({ ...path, heardAt: now, tries: 0 });

/** The links of the call are others than before: one stands that did not, or a fresh one is being made, whoever wanted it. */
export function follow(path: Path, before: LinkBook, book: LinkBook, now: number): Path {
  const known = before.standing === book.standing ? path : heard(path, now);
  return before.n === book.n ? known : { ...known, triedAt: now, saidAt: now };
}

/** The network of this computer is another. */
export const changed = (path: Path): Path => ({ ...path, isChanged: true });

/** Whether the link that stands can be trusted to carry a word. */
export const isHeard = (path: Path, now: number): boolean => now - path.heardAt < SUSPECT_MS;

/**
 * Mail flows again: to the relay, or to the other side. What is unanswered may never have left, and is due; where nothing is being
 * tried and nothing is heard, a path may be found now.
 */
export function mailFlows(path: Path, book: LinkBook, now: number): Path {
  return isMaking(book) || isHeard(path, now) ? { ...path, saidAt: -Infinity } : changed(path);
}

/**
 * @param path what was remembered
 * @returns what to remember, what to do now in this order, and when to look again; `at` is null while there is nothing to wait for
 */
export function look(
  path: Path,
  facts: PathFacts,
  now: number,
): { path: Path; acts: PathAct[]; at: number | null } {
  const { phase, book } = facts;
  if (phase !== 'connecting' && phase !== 'active' && phase !== 'reconnecting')
    return { path: { ...path, isChanged: false }, acts: [], at: null };
  const acts: PathAct[] = [];
  const stands = book.standing !== null;
  const silence = now - path.heardAt;
  if (stands && phase === 'active' && silence >= SILENT_MS) acts.push('silent');
  if (stands && phase === 'reconnecting' && silence < SUSPECT_MS) acts.push('heard');
  const isNeeded = !stands || silence >= SUSPECT_MS || path.isChanged;
  // One that is made though the link that stands is still trusted: its words must arrive too.
  const isTried = isMaking(book) && now - path.triedAt < ATTEMPT_MS;
  const next = isNeeded
    ? search(path, facts, now)
    : isTried
      ? sayAgain(path, facts, now)
      : { path, act: null, at: null };
  if (next.act) acts.push(next.act);
  const times = [
    next.at,
    stands && silence < SUSPECT_MS ? path.heardAt + SUSPECT_MS : null,
    stands && phase === 'active' && silence < SILENT_MS ? path.heardAt + SILENT_MS : null,
  ].filter((at) => at !== null);
  return { path: next.path, acts, at: times.length === 0 ? null : Math.min(...times) };
}

function search(path: Path, facts: PathFacts, now: number): { path: Path; act: PathAct | null; at: number } {
  const remakeAt = path.triedAt + patience(path, facts.book);
  if (now >= remakeAt)
    return {
      path: { ...path, triedAt: now, saidAt: now, tries: path.tries + 1, isChanged: false },
      act: 'remake',
      at: now + REPEAT_MS,
    };
  const said = sayAgain(path, facts, now);
  return { ...said, at: Math.min(remakeAt, said.at ?? Infinity) };
}

function sayAgain(
  path: Path,
  { book }: PathFacts,
  now: number,
): { path: Path; act: PathAct | null; at: number | null } {
  // The callee's question is answered by a link; the caller's offer by an answer.
  const isWaiting = book.n > 0 && (isUnanswered(book) || !isMaking(book));
  if (!isWaiting) return { path, act: null, at: null };
  const repeatAt = path.saidAt + REPEAT_MS;
  if (now < repeatAt) return { path, act: null, at: repeatAt };
  return { path: { ...path, saidAt: now }, act: 'repeat', at: now + REPEAT_MS };
}

/** How long after the last attempt the next may be made. */
function patience(path: Path, book: LinkBook): number {
  if (path.isChanged) return TOGETHER_MS;
  if (book.n === 0) return FIRST_LINK_MS;
  if (!isMaking(book)) return REPEAT_MS;
  if (book.standing === null) return ATTEMPT_MS;
  return FRESH_MS[Math.min(path.tries, FRESH_MS.length) - 1] ?? FRESH_MS[0];
}
