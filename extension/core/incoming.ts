/**
 * The files the other side wants to send in a call. Pure: what they say and what the disk has done goes in, what to say and to
 * do comes out. A sender that does not keep to the rules costs itself the file and this side nothing.
 *
 *   offered ──take──→ receiving ──all bytes on the disk, and their checksum said──→ checking ──it fits──→ done
 *      └─────────────────┴────────────────────────────────────────────────────────────┴──────────────────→ over
 *
 *   offered    this person has not said yes or no
 *   receiving  yes: `next` bytes have come, `written` are on the disk, `told` is what the sender knows of
 *   checking   the file is being closed and its checksum compared
 *   done       it is whole
 *   over       somebody did not want it, or it could not be finished; nothing leads out of it
 */
import { cleanFileName } from './file-name.ts';
import {
  type FileMessage,
  MAX_CHUNK_BYTES,
  MAX_FILE_BYTES,
  type RefuseReason,
  type SenderWord,
} from './file-message.ts';
import { isSettled, MAX_LISTED, MAX_OPEN, WINDOW_BYTES } from './outgoing.ts';
import { type Pace, type PaceLimit, take as takeFrom } from './pace.ts';

/** After so many bytes on the disk the sender is told, in bytes. */
const TELL_BYTES = 512 * 1024;
/** How many files a sender may offer: more than anybody answers by hand. */
const OFFERS: PaceLimit = { burst: 64, everyMs: 500 };

export type IncomingEnd =
  | 'refused'
  | 'stopped-by-me'
  | 'stopped-by-them'
  /** The disk here is full. */
  | 'full'
  /** They can't read it any more. */
  | 'unreadable'
  /** What came is not what was sent, or the other side did not keep to the rules. */
  | 'broken'
  | 'call-over';

export type IncomingLife =
  | { step: 'offered' }
  | {
      step: 'receiving';
      /** Whether the file is there to be written to. */
      isReady: boolean;
      /** Whether the sender was told from where, on this transport. */
      isAgreed: boolean;
      next: number;
      written: number;
      told: number;
      sha256: string | null;
    }
  | { step: 'checking'; sha256: string }
  | { step: 'done' }
  | { step: 'over'; why: IncomingEnd };

export interface Incoming {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly place: number;
  readonly life: IncomingLife;
}

export interface IncomingBook {
  readonly items: readonly Incoming[];
  /** The highest number that was offered: a lower one that is not in the list was forgotten. */
  readonly lastId: number;
  readonly isLinked: boolean;
  readonly pace: Pace | undefined;
}

export type IncomingAct =
  { do: 'say'; message: FileMessage } | { do: 'create' | 'finish' | 'remove'; id: number };

export interface IncomingStep {
  book: IncomingBook;
  acts: IncomingAct[];
}

export const emptyIncoming: IncomingBook = { items: [], lastId: 0, isLinked: false, pace: undefined };

export const incomingOf = (book: IncomingBook, id: number): Incoming | undefined =>
  book.items.find((item) => item.id === id);
const nothing = (book: IncomingBook): IncomingStep => ({ book, acts: [] });

/** The sender has said something. @param place where a new file of theirs would stand */
export function hear(book: IncomingBook, message: SenderWord, place: number, now: number): IncomingStep {
  const item = incomingOf(book, message.transfer);
  switch (message.type) {
    case 'file-offer':
      return item ? answerAgain(book, item) : takeOffer(book, message, place, now);
    case 'file-stop': {
      if (!item || isSettled(item)) return nothing(book);
      const why = message.reason === 'stopped' ? 'stopped-by-them' : message.reason;
      return settle(book, item, { step: 'over', why });
    }
    case 'file-end':
      if (item?.life.step !== 'receiving' || item.life.sha256 !== null) return nothing(book);
      return whenWhole(put(book, { ...item, life: { ...item.life, sha256: message.sha256 } }), item.id);
  }
}

function takeOffer(
  book: IncomingBook,
  { transfer: id, name, size }: Extract<SenderWord, { type: 'file-offer' }>,
  place: number,
  now: number,
): IncomingStep {
  if (id <= book.lastId || size > MAX_FILE_BYTES) return nothing(book);
  const { granted, pace } = takeFrom(book.pace, now, OFFERS);
  const open = book.items.filter((each) => !isSettled(each)).length;
  // A sender of ours offers no more than that; nothing is owed to another.
  if (!granted || open >= MAX_OPEN) return nothing({ ...book, pace });
  const item: Incoming = { id, name: cleanFileName(name), size, place, life: { step: 'offered' } };
  const items = [...book.items, item];
  const oldest = items.length > MAX_LISTED ? items.find(isSettled) : undefined;
  const removed = oldest ? ([{ do: 'remove', id: oldest.id }] as const) : [];
  return {
    book: { ...book, items: items.filter((each) => each !== oldest), lastId: id, pace },
    acts: [...removed],
  };
}

/** They offer it again on a fresh transport, as they do not know what became of it. */
function answerAgain(book: IncomingBook, item: Incoming): IncomingStep {
  const { id, life } = item;
  if (life.step === 'done') return { book, acts: [say({ type: 'file-done', transfer: id })] };
  if (life.step !== 'over') return nothing(book);
  return { book, acts: [say({ type: 'file-refuse', transfer: id, reason: reasonOf(life.why) })] };
}

/** This person wants it. */
export function take(book: IncomingBook, id: number): IncomingStep {
  const item = incomingOf(book, id);
  if (item?.life.step !== 'offered') return nothing(book);
  const life = {
    step: 'receiving',
    isReady: false,
    isAgreed: false,
    next: 0,
    written: 0,
    told: 0,
    sha256: null,
  } as const;
  return { book: put(book, { ...item, life }), acts: [{ do: 'create', id }] };
}

/** The file is there to be written to. */
export function created(book: IncomingBook, id: number): IncomingStep {
  const item = incomingOf(book, id);
  if (item?.life.step !== 'receiving' || item.life.isReady) return nothing(book);
  return agree(put(book, { ...item, life: { ...item.life, isReady: true } }), id);
}

/** Says from where, once on each transport. */
function agree(book: IncomingBook, id: number): IncomingStep {
  const item = incomingOf(book, id);
  if (!book.isLinked || item?.life.step !== 'receiving' || !item.life.isReady || item.life.isAgreed)
    return nothing(book);
  const { next } = item.life;
  return {
    book: put(book, { ...item, life: { ...item.life, isAgreed: true, told: next } }),
    acts: [say({ type: 'file-accept', transfer: id, offset: next })],
  };
}

/** A fresh transport stands: what is being received goes on from where it is. */
export function linked(book: IncomingBook): IncomingStep {
  const fresh = { ...unlinked(book), isLinked: true };
  return fresh.items.reduce<IncomingStep>((step, { id }) => {
    const { book: next, acts } = agree(step.book, id);
    return { book: next, acts: [...step.acts, ...acts] };
  }, nothing(fresh));
}

/** The transport is gone. */
export function unlinked(book: IncomingBook): IncomingBook {
  const items = book.items.map((item) =>
    item.life.step === 'receiving' ? { ...item, life: { ...item.life, isAgreed: false } } : item,
  );
  return { ...book, items, isLinked: false };
}

/**
 * Bytes have come.
 * @returns besides the step, whether they are to be written; a sender that sends anything but what is next has lost the file
 */
export function frame(
  book: IncomingBook,
  id: number,
  offset: number,
  length: number,
): IncomingStep & { isWanted: boolean } {
  const item = incomingOf(book, id);
  // What was on its way when it was refused.
  if (item?.life.step !== 'receiving') return { ...nothing(book), isWanted: false };
  const { life, size } = item;
  const end = offset + length;
  const fits =
    life.isAgreed &&
    offset === life.next &&
    length > 0 &&
    length <= MAX_CHUNK_BYTES &&
    end <= size &&
    end <= life.told + WINDOW_BYTES;
  if (!fits) return { ...refuse(book, id, 'broken'), isWanted: false };
  return { ...nothing(put(book, { ...item, life: { ...life, next: end } })), isWanted: true };
}

/** So many bytes of it are on the disk. */
export function wrote(book: IncomingBook, id: number, written: number): IncomingStep {
  const item = incomingOf(book, id);
  if (item?.life.step !== 'receiving' || written <= item.life.written || written > item.life.next)
    return nothing(book);
  const { life, size } = item;
  const isNews = book.isLinked && life.isAgreed && (written - life.told >= TELL_BYTES || written === size);
  const told = isNews && written > life.told ? written : life.told;
  const step = whenWhole(put(book, { ...item, life: { ...life, written, told } }), id);
  const acts = told > life.told ? [say({ type: 'file-got', transfer: id, offset: written })] : [];
  return { book: step.book, acts: [...acts, ...step.acts] };
}

/** Closes the file once all of it is on the disk and its checksum is known. */
function whenWhole(book: IncomingBook, id: number): IncomingStep {
  const item = incomingOf(book, id);
  if (item?.life.step !== 'receiving' || item.life.sha256 === null) return nothing(book);
  // The end is said when all has left, on another channel: it may come first.
  if (item.life.written < item.size || !item.life.isReady) return nothing(book);
  const life = { step: 'checking', sha256: item.life.sha256 } as const;
  return { book: put(book, { ...item, life }), acts: [{ do: 'finish', id }] };
}

/** The file is closed, and has this checksum. */
export function checked(book: IncomingBook, id: number, sha256: string): IncomingStep {
  const item = incomingOf(book, id);
  if (item?.life.step !== 'checking') return nothing(book);
  if (item.life.sha256 !== sha256) return refuse(book, id, 'broken');
  return {
    book: put(book, { ...item, life: { step: 'done' } }),
    acts: [say({ type: 'file-done', transfer: id })],
  };
}

/** This side does not want it, or can't go on. */
export function refuse(book: IncomingBook, id: number, reason: RefuseReason): IncomingStep {
  const item = incomingOf(book, id);
  if (!item || isSettled(item)) return nothing(book);
  const why = { no: 'refused', stopped: 'stopped-by-me', full: 'full', broken: 'broken' } as const;
  const { book: next, acts } = settle(book, item, { step: 'over', why: why[reason] });
  return { book: next, acts: [say({ type: 'file-refuse', transfer: id, reason }), ...acts] };
}

/** There was no room for it: it is offered still, and may be taken once there is. */
export function noRoom(book: IncomingBook, id: number): IncomingStep {
  const item = incomingOf(book, id);
  if (item?.life.step !== 'receiving' || item.life.isReady) return nothing(book);
  return nothing(put(book, { ...item, life: { step: 'offered' } }));
}

/** The call is over: what is whole may still be saved, all else goes. */
export function close(book: IncomingBook): IncomingStep {
  const open = book.items.filter((item) => !isSettled(item));
  const acts = open.filter(({ life }) => life.step !== 'offered').map(({ id }) => remove(id));
  const items = book.items.map((item): Incoming =>
    isSettled(item) ? item : { ...item, life: { step: 'over', why: 'call-over' } },
  );
  return { book: { ...book, items, isLinked: false }, acts };
}

function settle(book: IncomingBook, item: Incoming, life: IncomingLife): IncomingStep {
  const acts = item.life.step === 'offered' ? [] : [remove(item.id)];
  return { book: put(book, { ...item, life }), acts };
}

const put = (book: IncomingBook, item: Incoming): IncomingBook => ({
  ...book,
  items: book.items.map((each) => (each.id === item.id ? item : each)),
});
const say = (message: FileMessage): IncomingAct => ({ do: 'say', message });
const remove = (id: number): IncomingAct => ({ do: 'remove', id });

/** What a sender is told who asks again. */
function reasonOf(why: IncomingEnd): RefuseReason {
  switch (why) {
    case 'refused':
      return 'no';
    case 'full':
    case 'broken':
      return why;
    case 'stopped-by-me':
    case 'stopped-by-them':
    case 'unreadable':
    case 'call-over':
      return 'stopped';
  }
}
