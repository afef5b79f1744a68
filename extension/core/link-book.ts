/**
 * Which peer connection of a call counts. A link that fails is replaced by a fresh one with the next number, made beside the
 * one that stands for as long as that one lives; whichever carries first carries on. The caller alone makes links; the callee
 * asks for one. Nothing of another number, no second answer and no offer at the caller ever reaches a peer connection: one
 * unfit signal would destroy it.
 */
import type { Candidate, CallMail } from '../../relay/mail.ts';

export type Signal = Extract<CallMail, { type: 'signal' }>;
/** What is handed to a peer connection. */
export type PeerSignal = { offer: string } | { answer: string } | { candidates: Candidate[] };

export interface LinkBook {
  role: 'caller' | 'callee';
  /** Number of the newest link; 0 before there is one. */
  n: number;
  /** The link that carries the call until a newer one stands; null without one. It may be the newest itself. */
  standing: number | null;
  /** Whether the shell holds a peer connection for the newest. */
  isOpen: boolean;
  /** Whether the newest link's offer (callee) or answer (caller) has come. */
  isDescribed: boolean;
  /** What came before the connection may be opened: the offer first, then candidates. */
  held: PeerSignal[];
  /** When the other side last asked for a link, or again for this side's word, in ms since the epoch. */
  askedAt: number;
}

/** Such a question is heard no sooner again, in milliseconds: each may cost a connection. */
const ASK_PAUSE_MS = 250;

export type LinkAct =
  /** Open a peer connection for link `n`, beside the one that stands. */
  | { do: 'open'; n: number; role: 'caller' | 'callee' }
  | { do: 'feed'; n: number; signal: PeerSignal }
  /** Say again all that was said to the other side of link `n`. */
  | { do: 'repeat'; n: number }
  | { do: 'close'; n: number };

export interface LinkStep {
  book: LinkBook;
  acts: LinkAct[];
}

/** @returns the book of a call that has no link yet. */
export const emptyBook = (role: LinkBook['role']): LinkBook => ({
  role,
  n: 0,
  standing: null,
  isOpen: false,
  isDescribed: false,
  held: [],
  askedAt: -Infinity,
});

/** Whether a link is being made that does not stand yet. */
export const isMaking = (book: LinkBook): boolean => book.isOpen && book.n !== book.standing;

/** Whether it is this side's word that is missing for the newest link: the answer to its offer has not come. */
export const isUnanswered = (book: LinkBook): boolean => isMaking(book) && !book.isDescribed;

/**
 * The caller makes a fresh link with the next number, in place of one that never stood.
 * @param known the highest number the other side knows, should this side have forgotten it
 */
export function renew(book: LinkBook, known = 0): LinkStep {
  const n = Math.max(book.n, known) + 1;
  return {
    book: { ...book, n, isOpen: true, isDescribed: false, held: [] },
    acts: [...dropAttempt(book), { do: 'open', n, role: book.role }],
  };
}

const dropAttempt = (book: LinkBook): LinkAct[] => (isMaking(book) ? [{ do: 'close', n: book.n }] : []);

/** Link `n` stands: it takes over. */
export function stood(book: LinkBook, n: number): LinkStep {
  if (n !== book.n || !book.isOpen || n === book.standing) return { book, acts: [] };
  const acts: LinkAct[] = book.standing === null ? [] : [{ do: 'close', n: book.standing }];
  return { book: { ...book, standing: n }, acts };
}

/** The link that stands is heard again: a fresh one that nobody can have come to stand on is not needed. */
export function recovered(book: LinkBook): LinkStep {
  // Once the answer has come the other side may be about to take over.
  if (book.role !== 'caller' || book.standing === null || !isUnanswered(book)) return { book, acts: [] };
  return { book: { ...book, isOpen: false, held: [] }, acts: dropAttempt(book) };
}

/** The callee may open its connection now: what was held is fed. Without an offer there is nothing to open yet. */
export function open(book: LinkBook): LinkStep {
  if (book.isOpen || !book.isDescribed) return { book, acts: [] };
  const feeds = book.held.map((signal): LinkAct => ({ do: 'feed', n: book.n, signal }));
  return {
    book: { ...book, isOpen: true, held: [] },
    acts: [{ do: 'open', n: book.n, role: 'callee' }, ...feeds],
  };
}

/** @returns the numbers of all links whose connections the shell may hold. */
export const allOf = ({ standing, n }: LinkBook): number[] =>
  standing === null || standing === n ? [n] : [standing, n];

/** All connections are closed. */
export const closed = (book: LinkBook): LinkBook => ({ ...book, standing: null, isOpen: false, held: [] });

/** The connection of link `n` is gone. */
export function lost(book: LinkBook, n: number): LinkBook {
  const standing = n === book.standing ? null : book.standing;
  return n === book.n
    ? { ...book, standing, isOpen: false, isDescribed: false, held: [] }
    : { ...book, standing };
}

/**
 * What a `signal` from the other side does.
 * @param mayOpen whether the callee may open a connection already: it was answered, or may be made while it rings
 */
export function receive(book: LinkBook, signal: Signal, mayOpen: boolean, now: number): LinkStep {
  if (signal.want) return book.role === 'caller' ? onWant(book, signal.link, now) : { book, acts: [] };
  if (signal.link < book.n) return { book, acts: [] };
  return book.role === 'caller' ? atCaller(book, signal) : atCallee(book, signal, mayOpen, now);
}

function atCaller(book: LinkBook, signal: Signal): LinkStep {
  if (signal.link !== book.n) return { book, acts: [] };
  if (!book.isOpen) return { book, acts: [] };
  const acts: LinkAct[] = [];
  const isAnswered = book.isDescribed || signal.answer !== undefined;
  if (signal.answer !== undefined && !book.isDescribed)
    acts.push({ do: 'feed', n: book.n, signal: { answer: signal.answer } });
  if (signal.candidates) acts.push({ do: 'feed', n: book.n, signal: { candidates: signal.candidates } });
  return { book: { ...book, isDescribed: isAnswered }, acts };
}

/** The callee, which knows links up to `known`, asks for another. */
function onWant(book: LinkBook, known: number, now: number): LinkStep {
  if (now - book.askedAt < ASK_PAUSE_MS) return { book, acts: [] };
  const asked = { ...book, askedAt: now };
  // The newest has not reached them; or it has, and the question is older than their answer.
  if (known < book.n && isMaking(book))
    return { book: asked, acts: book.isDescribed ? [] : [{ do: 'repeat', n: book.n }] };
  return renew(asked, known);
}

function atCallee(before: LinkBook, signal: Signal, mayOpen: boolean, now: number): LinkStep {
  const acts: LinkAct[] = [];
  let book = before;
  if (signal.link > before.n) {
    acts.push(...dropAttempt(before));
    book = { ...before, n: signal.link, isOpen: false, isDescribed: false, held: [] };
  }
  const fresh: PeerSignal[] = [];
  if (signal.offer !== undefined && !book.isDescribed) {
    book = { ...book, isDescribed: true };
    fresh.push({ offer: signal.offer });
  }
  // An offer that is repeated: the answer to it did not arrive.
  else if (signal.offer !== undefined && isMaking(book) && now - book.askedAt >= ASK_PAUSE_MS) {
    book = { ...book, askedAt: now };
    acts.push({ do: 'repeat', n: book.n });
  }
  if (signal.candidates) fresh.push({ candidates: signal.candidates });
  if (book.isOpen) {
    acts.push(...fresh.map((each): LinkAct => ({ do: 'feed', n: book.n, signal: each })));
    return { book, acts };
  }
  book = { ...book, held: offerFirst([...book.held, ...fresh]) };
  if (!mayOpen) return { book, acts };
  const opened = open(book);
  return { book: opened.book, acts: [...acts, ...opened.acts] };
}

/** How much of a link is kept before it may be opened. */
const MAX_HELD = 64;

const offerFirst = (signals: PeerSignal[]): PeerSignal[] =>
  [
    ...signals.filter((signal) => 'offer' in signal),
    ...signals.filter((signal) => !('offer' in signal)),
  ].slice(0, MAX_HELD);
