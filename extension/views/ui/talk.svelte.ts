/** Chat and files of a call as rune state of this page. */
import { createSubscriber } from 'svelte/reactivity';
import type { Call } from '../../call/call-host.ts';
import type { ChatSnapshot, FilesSnapshot, ShownFile, ShownMessage } from '../../call/talk.ts';

/** What changes in the host is heard until nobody draws it any more, or the page goes. */
const heard = (of: { subscribe(listener: () => void): () => void }): (() => void) =>
  createSubscriber((update) => {
    const life = new AbortController();
    const unsubscribe = of.subscribe(update);
    life.signal.addEventListener('abort', unsubscribe, { once: true });
    addEventListener('pagehide', () => life.abort(), { once: true, signal: life.signal });
    return () => life.abort();
  });

/** One line of what is written and sent. */
export type TalkItem =
  { kind: 'message'; key: string; message: ShownMessage } | { kind: 'file'; key: string; file: ShownFile };

export class Talk {
  readonly #call: Call;
  readonly #hearChat: () => void;
  readonly #hearFiles: () => void;

  constructor(call: Call) {
    this.#call = call;
    this.#hearChat = heard(call.chat);
    this.#hearFiles = heard(call.files);
  }

  get chat(): ChatSnapshot {
    this.#hearChat();
    return this.#call.chat.snapshot;
  }

  get files(): FilesSnapshot {
    this.#hearFiles();
    return this.#call.files.snapshot;
  }

  get unread(): number {
    return this.chat.unread + this.files.unread;
  }

  /** Messages and files, in the order they came. */
  get items(): TalkItem[] {
    const messages = this.chat.messages.map((message) => ({
      at: message.place,
      item: { kind: 'message', key: message.key, message } as const,
    }));
    const files = this.files.files.map((file) => ({
      at: file.place,
      item: { kind: 'file', key: file.key, file } as const,
    }));
    return [...messages, ...files].sort((a, b) => a.at - b.at).map(({ item }) => item);
  }

  /** This person has seen all of it. */
  read(): void {
    this.#call.chat.read();
    this.#call.files.read();
  }
}
