/**
 * Which peer connection of a call counts. A link that fails is replaced by a fresh one with the next number. The caller
 * alone makes links; the callee asks for one. Nothing of another number, no second answer and no offer at the caller
 * ever reaches the peer connection: one unfit signal would destroy it.
 */
import type { Candidate, CallMail } from '../../relay/mail.ts';

export type Signal = Extract<CallMail, { type: 'signal' }>;
/** What is handed to a peer connection. */
export type PeerSignal = { offer: string } | { answer: string } | { candidates: Candidate[] };

export interface LinkBook {
  role: 'caller' | 'callee';
  /** Number of the current link; 0 before there is one. */
  n: number;
  /** Whether the shell holds a peer connection for it. */
  isOpen: boolean;
  /** Whether this link's offer (callee) or answer (caller) has come. */
  isDescribed: boolean;
  /** What came before the connection may be opened: the offer first, then candidates. */
  held: PeerSignal[];
}

export type LinkAct =
  /** Close the older peer connection, if any, and open one for link `n`. */
  | { do: 'open'; n: number; role: 'caller' | 'callee' }
  | { do: 'feed'; n: number; signal: PeerSignal }
  | { do: 'close'; n: number };

export interface LinkStep {
  book: LinkBook;
  acts: LinkAct[];
}

/** @returns the book of a call that has no link yet. */
export const emptyBook = (role: LinkBook['role']): LinkBook => ({
  role,
  n: 0,
  isOpen: false,
  isDescribed: false,
  held: [],
});

/** The caller makes a fresh link with the next number. */
export function renew(book: LinkBook): LinkStep {
  const n = book.n + 1;
  return {
    book: { ...book, n, isOpen: true, isDescribed: false, held: [] },
    acts: [{ do: 'open', n, role: book.role }],
  };
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

/** The connection of link `n` is gone; only a higher one can follow. */
export const lost = (book: LinkBook, n: number): LinkBook =>
  n === book.n ? { ...book, isOpen: false, isDescribed: false, held: [] } : book;

/**
 * What a `signal` from the other side does.
 * @param mayOpen whether the callee may open a connection already: it was answered, or may be made while it rings
 */
export function receive(book: LinkBook, signal: Signal, mayOpen: boolean): LinkStep {
  if (signal.link < book.n) return { book, acts: [] };
  return book.role === 'caller' ? atCaller(book, signal) : atCallee(book, signal, mayOpen);
}

function atCaller(book: LinkBook, signal: Signal): LinkStep {
  if (signal.link !== book.n) return { book, acts: [] };
  if (signal.want) return renew(book);
  if (!book.isOpen) return { book, acts: [] };
  const acts: LinkAct[] = [];
  const isAnswered = book.isDescribed || signal.answer !== undefined;
  if (signal.answer !== undefined && !book.isDescribed)
    acts.push({ do: 'feed', n: book.n, signal: { answer: signal.answer } });
  if (signal.candidates) acts.push({ do: 'feed', n: book.n, signal: { candidates: signal.candidates } });
  return { book: { ...book, isDescribed: isAnswered }, acts };
}

function atCallee(before: LinkBook, signal: Signal, mayOpen: boolean): LinkStep {
  const acts: LinkAct[] = [];
  let book = before;
  if (signal.link > before.n) {
    if (before.isOpen) acts.push({ do: 'close', n: before.n });
    book = { ...before, n: signal.link, isOpen: false, isDescribed: false, held: [] };
  }
  const fresh: PeerSignal[] = [];
  if (signal.offer !== undefined && !book.isDescribed) {
    book = { ...book, isDescribed: true };
    fresh.push({ offer: signal.offer });
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
