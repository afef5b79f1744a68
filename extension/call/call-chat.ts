/** The chat of a call: says what the rules in `core/chat.ts` decide, and shows views what it has become. Nothing of it outlives the call. */
import * as chats from '../core/chat.ts';
import type { ChatMessage } from '../core/chat-message.ts';
import { tell } from './listeners.ts';
import type { CallChat, ChatSnapshot } from './talk.ts';

/** This side says at most so often that its person is writing, in milliseconds. */
const WRITING_EVERY_MS = 3000;
/** So long they are taken to be writing after they said so, in milliseconds. */
const WRITING_LASTS_MS = 5000;

export interface ChatEvents {
  /** @returns whether a transport stands. */
  say(message: ChatMessage): boolean;
  /** @returns the next place among everything that is shown. */
  place(): number;
}

export class LiveChat implements CallChat {
  readonly #events: ChatEvents;
  readonly #listeners = new Set<() => void>();
  #chat = chats.emptyChat;
  #isLinked = false;
  #isOver = false;
  #hasTalked = false;
  #unread = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #theyWrite: ReturnType<typeof setTimeout> | undefined;
  #saidWritingAt: number | null = null;
  #snapshot: ChatSnapshot = { messages: [], unread: 0, isTheyWriting: false, isGone: false };

  constructor(events: ChatEvents) {
    this.#events = events;
  }

  get snapshot(): ChatSnapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  say(text: string): boolean {
    if (this.#isOver) return false;
    const step = chats.write(this.#chat, text, this.#events.place(), Date.now(), this.#isLinked);
    if (!step) return false;
    // The message itself says that writing has ended.
    this.#saidWritingAt = null;
    this.#take(step);
    return true;
  }

  writing(on: boolean): void {
    if (this.#isOver) return;
    const now = Date.now();
    const said = this.#saidWritingAt;
    if (on ? said !== null && now - said < WRITING_EVERY_MS : said === null) return;
    this.#saidWritingAt = on ? now : null;
    this.#events.say({ type: 'typing', on });
  }

  read(): void {
    if (this.#unread === 0) return;
    this.#unread = 0;
    this.#changed();
  }

  /** The other side has said something; only once both have said yes to the call. */
  hear(message: ChatMessage): void {
    if (this.#isOver) return;
    if (message.type === 'typing') return this.#theyAreWriting(message.on);
    const before = this.#chat.entries.length;
    const step = chats.hear(this.#chat, message, this.#events.place(), Date.now());
    const isNew = message.type === 'chat' && step.chat.got > this.#chat.got;
    if (isNew && (step.chat.entries.length > before || before >= chats.MAX_KEPT)) this.#unread++;
    if (isNew) this.#theyAreWriting(false);
    this.#take(step);
  }

  /** A fresh transport stands. */
  linked(): void {
    this.#isLinked = true;
    this.#saidWritingAt = null;
    this.#take(chats.linked(this.#chat, Date.now()));
  }

  unlinked(): void {
    this.#isLinked = false;
    clearTimeout(this.#timer);
    this.#theyAreWriting(false);
  }

  /** The call is over: the messages are gone. */
  end(): void {
    this.unlinked();
    this.#isOver = true;
    this.#hasTalked = this.#chat.entries.length > 0;
    this.#chat = chats.emptyChat;
    this.#unread = 0;
    this.#changed();
  }

  #take({ chat, say }: chats.ChatStep): void {
    this.#chat = chat;
    for (const message of say) this.#events.say(message);
    this.#armTimer();
    this.#changed();
  }

  #armTimer(): void {
    clearTimeout(this.#timer);
    const due = chats.nextDue(this.#chat);
    if (due === null || !this.#isLinked) return;
    const tick = () => this.#take(chats.tick(this.#chat, Date.now()));
    this.#timer = setTimeout(tick, Math.max(0, due - Date.now()) + 1);
  }

  #theyAreWriting(on: boolean): void {
    clearTimeout(this.#theyWrite);
    this.#theyWrite = on ? setTimeout(() => this.#theyAreWriting(false), WRITING_LASTS_MS) : undefined;
    this.#changed();
  }

  #changed(): void {
    const { entries } = this.#chat;
    const next: ChatSnapshot = {
      messages: entries.map((entry) => ({
        key: `${entry.from}:${String(entry.n)}`,
        from: entry.from,
        text: entry.text,
        place: entry.place,
        isSent: chats.isSent(this.#chat, entry),
      })),
      unread: this.#unread,
      isTheyWriting: this.#theyWrite !== undefined,
      isGone: this.#isOver && this.#hasTalked,
    };
    if (isSame(this.#snapshot, next)) return;
    this.#snapshot = next;
    for (const listener of this.#listeners) tell(listener, undefined);
  }
}

const isSame = (a: ChatSnapshot, b: ChatSnapshot): boolean =>
  a.unread === b.unread &&
  a.isTheyWriting === b.isTheyWriting &&
  a.isGone === b.isGone &&
  a.messages.length === b.messages.length &&
  a.messages.every((message, i) => {
    const other = b.messages[i];
    return message.key === other?.key && message.isSent === other.isSent;
  });
