/**
 * The files this person sends in a call. Pure: what the other side says and how far the shell has come goes in, what to say
 * and which bytes to read next comes out.
 *
 *   queued ──room──→ offered ──accept──→ sending ──done──→ done
 *      └────────────────┴───────────────────┴────────────→ over
 *
 *   queued   waits until fewer are being offered
 *   offered  the other person has not said yes or no
 *   sending  they take it: from `cursor` on it is read; `acked` bytes are on their disk; said to be at its end once all has left
 *   done     they have all of it, with its checksum
 *   over     somebody did not want it, or it could not be finished; nothing leads out of it
 */
import { type FileMessage, MAX_FILE_BYTES, type ReceiverWord, type StopReason } from './file-message.ts';

/** So many are offered or sent at a time; the receiver allows no more. */
export const MAX_OPEN = 16;
/** So many are kept in the list; settled ones go first, the oldest first. More can't be sent at once. */
export const MAX_LISTED = 100;
/** How far what is read may run ahead of what is on the receiver's disk, in bytes: what either side holds at most. */
export const WINDOW_BYTES = 4 * 1024 * 1024;
/** How much is read at a time, in bytes. */
export const BLOCK_BYTES = 256 * 1024;

export type OutgoingEnd =
  | 'refused'
  | 'stopped-by-me'
  | 'stopped-by-them'
  /** Their disk is full. */
  | 'full'
  /** It can't be read here: moved, changed or a folder. */
  | 'unreadable'
  /** What arrived is not what was sent, or the other side did not keep to the rules. */
  | 'broken'
  | 'too-large'
  /** The call ended first. */
  | 'call-over';

export type OutgoingLife =
  | { step: 'queued' }
  | { step: 'offered' }
  | {
      step: 'sending';
      /** Whether they have said from where on this transport. */
      isAgreed: boolean;
      cursor: number;
      acked: number;
      /** Of the whole file, once all of it was read. */
      sha256: string | null;
      /** How far it was ever read: nothing beyond can have arrived. */
      reached: number;
    }
  | { step: 'done' }
  | { step: 'over'; why: OutgoingEnd };

export interface Outgoing {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly place: number;
  readonly life: OutgoingLife;
}

export interface OutgoingBook {
  readonly items: readonly Outgoing[];
  readonly lastId: number;
  readonly isLinked: boolean;
}

export interface OutgoingStep {
  book: OutgoingBook;
  say: FileMessage[];
}

export const emptyOutgoing: OutgoingBook = { items: [], lastId: 0, isLinked: false };

export const isSettled = ({ life }: { life: { step: string } }): boolean =>
  life.step === 'done' || life.step === 'over';
const isOpen = ({ life }: Outgoing): boolean => life.step === 'offered' || life.step === 'sending';
export const outgoingOf = (book: OutgoingBook, id: number): Outgoing | undefined =>
  book.items.find((item) => item.id === id);

/** @returns null if the list is full of files that are not settled. */
export function offer(book: OutgoingBook, name: string, size: number, place: number): OutgoingStep | null {
  const id = book.lastId + 1;
  const life: OutgoingLife = size > MAX_FILE_BYTES ? { step: 'over', why: 'too-large' } : { step: 'queued' };
  const items = trimmed([...book.items, { id, name, size, place, life }]);
  return items && advance({ ...book, items, lastId: id });
}

/** A fresh transport stands: whatever is not settled is offered again; the other side says what became of it. */
export function linked(book: OutgoingBook): OutgoingStep {
  const { book: next, say } = advance({ ...unlinked(book), isLinked: true });
  const again = book.items.filter(isOpen).map(offerOf);
  return { book: next, say: [...again, ...say] };
}

/** The transport is gone: nothing that was agreed on it counts on the next one. */
export function unlinked(book: OutgoingBook): OutgoingBook {
  const items = book.items.map((item) =>
    item.life.step === 'sending' ? { ...item, life: { ...item.life, isAgreed: false } } : item,
  );
  return { ...book, items, isLinked: false };
}

/** The receiver has said something. */
export function hear(book: OutgoingBook, message: ReceiverWord): OutgoingStep {
  const item = outgoingOf(book, message.transfer);
  if (!item || item.life.step === 'queued') return { book, say: [] };
  const { life } = item;
  switch (message.type) {
    case 'file-accept':
      // They have not heard yet how it ended here.
      if (life.step === 'over' || life.step === 'done') return { book, say: [stopOf(item)] };
      return accept(book, item, message.offset);
    case 'file-got':
      if (life.step !== 'sending' || message.offset <= life.acked || message.offset > life.cursor)
        return { book, say: [] };
      return { book: put(book, { ...item, life: { ...life, acked: message.offset } }), say: [] };
    case 'file-refuse': {
      if (isSettled(item)) return { book, say: [] };
      const why = { no: 'refused', stopped: 'stopped-by-them', full: 'full', broken: 'broken' } as const;
      return settle(book, item, { step: 'over', why: why[message.reason] });
    }
    case 'file-done':
      if (life.step !== 'sending' || life.sha256 === null || life.reached < item.size)
        return { book, say: [] };
      return settle(book, item, { step: 'done' });
  }
}

function accept(book: OutgoingBook, item: Outgoing, offset: number): OutgoingStep {
  const { life } = item;
  if (life.step === 'sending' && life.isAgreed) return { book, say: [] };
  const [reached, sha256] = life.step === 'sending' ? [life.reached, life.sha256] : [0, null];
  // Nobody can have what was never read.
  if (offset > reached) return stop(book, item.id, 'broken');
  const next: Outgoing = {
    ...item,
    life: { step: 'sending', isAgreed: true, cursor: offset, acked: offset, sha256, reached },
  };
  const isAtEnd = offset === item.size && sha256 !== null;
  return { book: put(book, next), say: isAtEnd ? [endOf(next, sha256)] : [] };
}

/** What to read next, of one file at a time: the oldest that is taken. Null while nothing may be read. */
export function nextBlock(book: OutgoingBook): { id: number; offset: number; length: number } | null {
  if (!book.isLinked) return null;
  for (const { id, size, life } of book.items) {
    if (life.step !== 'sending' || !life.isAgreed) continue;
    const isRead = life.cursor === size && life.sha256 !== null;
    if (isRead) continue;
    const length = Math.min(BLOCK_BYTES, size - life.cursor, life.acked + WINDOW_BYTES - life.cursor);
    // The next file waits for this one, or the two would share its path.
    return length > 0 || life.cursor === size ? { id, offset: life.cursor, length } : null;
  }
  return null;
}

/**
 * A block was read and put on the channel.
 * @param sha256 of the whole file, if this block was its last
 */
export function sent(
  book: OutgoingBook,
  { id, offset, length }: { id: number; offset: number; length: number },
  sha256: string | null,
): OutgoingStep {
  const item = outgoingOf(book, id);
  if (item?.life.step !== 'sending' || item.life.cursor !== offset) return { book, say: [] };
  const cursor = offset + length;
  const reached = Math.max(item.life.reached, cursor);
  const known = item.life.sha256 ?? sha256;
  const next: Outgoing = { ...item, life: { ...item.life, cursor, reached, sha256: known } };
  return { book: put(book, next), say: cursor === item.size && known !== null ? [endOf(next, known)] : [] };
}

/** This side ends it. */
export function stop(book: OutgoingBook, id: number, reason: StopReason): OutgoingStep {
  const item = outgoingOf(book, id);
  if (!item || isSettled(item)) return { book, say: [] };
  const why = reason === 'stopped' ? 'stopped-by-me' : reason;
  const { book: next, say } = settle(book, item, { step: 'over', why });
  return { book: next, say: isOpen(item) ? [{ type: 'file-stop', transfer: id, reason }, ...say] : say };
}

/** The call is over. */
export function close(book: OutgoingBook): OutgoingBook {
  const items = book.items.map((item): Outgoing =>
    isSettled(item) ? item : { ...item, life: { step: 'over', why: 'call-over' } },
  );
  return { ...book, items, isLinked: false };
}

function settle(book: OutgoingBook, item: Outgoing, life: OutgoingLife): OutgoingStep {
  return advance(put(book, { ...item, life }));
}

/** Offers what was waiting for room. */
function advance(book: OutgoingBook): OutgoingStep {
  let room = MAX_OPEN - book.items.filter(isOpen).length;
  const say: FileMessage[] = [];
  const items = book.items.map((item): Outgoing => {
    if (item.life.step !== 'queued' || room <= 0) return item;
    room--;
    // Without a transport it is said once there is one.
    if (book.isLinked) say.push(offerOf(item));
    return { ...item, life: { step: 'offered' } };
  });
  return { book: { ...book, items }, say };
}

function trimmed(items: readonly Outgoing[]): readonly Outgoing[] | null {
  if (items.length <= MAX_LISTED) return items;
  const oldest = items.find(isSettled);
  return oldest ? items.filter((item) => item !== oldest) : null;
}

const put = (book: OutgoingBook, item: Outgoing): OutgoingBook => ({
  ...book,
  items: book.items.map((each) => (each.id === item.id ? item : each)),
});
const offerOf = ({ id, name, size }: Outgoing): FileMessage => ({
  type: 'file-offer',
  transfer: id,
  name,
  size,
});
const endOf = ({ id }: Outgoing, sha256: string): FileMessage => ({ type: 'file-end', transfer: id, sha256 });
const stopOf = ({ id, life }: Outgoing): FileMessage => ({
  type: 'file-stop',
  transfer: id,
  reason: life.step === 'over' && (life.why === 'unreadable' || life.why === 'broken') ? life.why : 'stopped',
});
