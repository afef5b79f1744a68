/**
 * The chat of a call, as one side sees it: messages are numbered, said again over a fresh transport until the other side has
 * them, and taken once, in their order. Pure: what the other side says goes in, what to say comes out.
 *
 *   sending ──the other side says it has it──→ sent
 */
import { cleanChat } from './chat-text.ts';
import type { ChatMessage } from './chat-message.ts';
import { type Pace, type PaceLimit, take } from './pace.ts';

/** So many messages travel at a time; the others follow as those arrive. */
export const WINDOW = 16;
/** So many may wait; more than that nobody writes by hand. */
export const MAX_WAITING = 64;
/** So many messages of each side are kept to be read; the oldest go. */
export const MAX_KEPT = 500;
/** After so long without a word, what travels is said again, in milliseconds. */
export const RESEND_MS = 3000;
/** What a side may say. Whoever keeps to it is always heard, as `HEAR` allows more. */
const SAY: PaceLimit = { burst: 24, everyMs: 400 };
/** What is heard: everything that could wait at the other side at once, and then more than anybody writes. */
const HEAR: PaceLimit = { burst: MAX_WAITING + 32, everyMs: 200 };

export interface ChatEntry {
  readonly n: number;
  readonly from: 'me' | 'them';
  readonly text: string;
  /** Where it stands among everything that is shown of this call's talk. */
  readonly place: number;
}

export interface Chat {
  readonly entries: readonly ChatEntry[];
  /** How many messages this side has written, how many of them the other has, and how many have left on this transport. */
  readonly written: number;
  readonly acked: number;
  readonly left: number;
  /** How many of theirs have come. */
  readonly got: number;
  /** When something was last said or heard that could bring an acknowledgement, in ms. */
  readonly movedAt: number;
  readonly sayPace: Pace | undefined;
  readonly hearPace: Pace | undefined;
}

export interface ChatStep {
  chat: Chat;
  say: ChatMessage[];
}

export const emptyChat: Chat = {
  entries: [],
  written: 0,
  acked: 0,
  left: 0,
  got: 0,
  movedAt: 0,
  sayPace: undefined,
  hearPace: undefined,
};

/** @returns whether the other side has this one. */
export const isSent = (chat: Chat, { from, n }: ChatEntry): boolean => from === 'them' || n <= chat.acked;

/** This side writes something. @returns null if there is nothing to say, or too much at once. */
export function write(
  chat: Chat,
  raw: string,
  place: number,
  now: number,
  isLinked: boolean,
): ChatStep | null {
  const text = cleanChat(raw);
  if (text === '' || chat.written - chat.acked >= MAX_WAITING) return null;
  const { granted, pace } = take(chat.sayPace, now, SAY);
  if (!granted) return null;
  const n = chat.written + 1;
  const next = keep({ ...chat, written: n, sayPace: pace }, { n, from: 'me', text, place });
  return isLinked ? flow(next, now) : { chat: next, say: [] };
}

/**
 * The other side has said something about the chat.
 * @param place where a new message of theirs would stand
 */
export function hear(
  chat: Chat,
  message: Exclude<ChatMessage, { type: 'typing' }>,
  place: number,
  now: number,
): ChatStep {
  if (message.type === 'chat-got') {
    // Of what has never left nothing can have arrived.
    if (message.n <= chat.acked || message.n > chat.left) return { chat, say: [] };
    return flow({ ...chat, acked: message.n, movedAt: now }, now);
  }
  const isNext = message.n === chat.got + 1;
  // One that came before is confirmed again: its confirmation was lost. One too far ahead can't be in order.
  if (!isNext) return { chat, say: message.n <= chat.got ? [{ type: 'chat-got', n: chat.got }] : [] };
  const { granted, pace } = take(chat.hearPace, now, HEAR);
  if (!granted) return { chat: { ...chat, hearPace: pace }, say: [] };
  const text = cleanChat(message.text);
  const heard = { ...chat, got: message.n, hearPace: pace };
  return {
    chat: text === '' ? heard : keep(heard, { n: message.n, from: 'them', text, place }),
    say: [{ type: 'chat-got', n: message.n }],
  };
}

/** A fresh transport stands: what the other side is not known to have is said again. */
export const linked = (chat: Chat, now: number): ChatStep => flow({ ...chat, left: chat.acked }, now);

/** @returns when something is to be said again, in ms; null if nothing waits. */
export const nextDue = (chat: Chat): number | null =>
  chat.acked < chat.written ? chat.movedAt + RESEND_MS : null;

/** Time has passed on a transport that stands. */
export function tick(chat: Chat, now: number): ChatStep {
  const due = nextDue(chat);
  return due === null || now < due ? { chat, say: [] } : flow({ ...chat, left: chat.acked }, now);
}

/** Says what may travel and has not left yet. */
function flow(chat: Chat, now: number): ChatStep {
  const until = Math.min(chat.written, chat.acked + WINDOW);
  const say = chat.entries
    .filter(({ from, n }) => from === 'me' && n > chat.left && n <= until)
    .map(({ n, text }): ChatMessage => ({ type: 'chat', n, text }));
  if (say.length === 0) return { chat, say };
  return { chat: { ...chat, left: until, movedAt: now }, say };
}

/** The oldest of a side goes, but never one that still waits to be sent. */
function keep(chat: Chat, entry: ChatEntry): Chat {
  const entries = [...chat.entries, entry];
  const side = entries.filter(({ from }) => from === entry.from);
  if (side.length > MAX_KEPT) {
    const oldest = side[0];
    return { ...chat, entries: entries.filter((each) => each !== oldest) };
  }
  return { ...chat, entries };
}
