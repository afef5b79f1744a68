/** What two people write and send each other in a call, over whichever transport stands: joins chat and files to the call's transport. */
import { type ChatMessage, chatMessageSchemas } from '../core/chat-message.ts';
import { type FileMessage, fileMessageSchemas } from '../core/file-message.ts';
import { LiveChat } from './call-chat.ts';
import { LiveFiles } from './call-files.ts';
import type { CallTransport } from './call-transport.ts';
import { openFileStore } from './file-store.ts';
import { saveFile } from './save-file.ts';

/** The other side may have seen the transport stand a moment earlier: so many of its words wait until this side does. */
const MAX_HELD = 256;

export class Conversation {
  readonly chat: LiveChat;
  readonly files: LiveFiles;
  readonly #isTalking: () => boolean;
  #isLinked = false;
  #held: (() => void)[] = [];
  #places = 0;

  /** @param isTalking whether both have said yes: before that nobody is read, and nothing is taken. */
  constructor(transport: CallTransport, isTalking: () => boolean) {
    this.#isTalking = isTalking;
    const place = (): number => this.#places++;
    this.chat = new LiveChat({ say: (message) => transport.say(message), place });
    this.files = new LiveFiles({
      say: (message) => transport.say(message),
      place,
      hasRoom: () => transport.peer?.hasBulkRoom() ?? false,
      send: (frame) => transport.peer?.sendBulk(frame),
      adopt: (file) => structuredClone(file),
      openStore: openFileStore,
      download: saveFile,
    });
    for (const { entries } of chatMessageSchemas)
      transport.hear(entries.type.literal, (message: ChatMessage) =>
        this.#take(() => this.chat.hear(message)),
      );
    for (const { entries } of fileMessageSchemas)
      transport.hear(entries.type.literal, (message: FileMessage) =>
        this.#take(() => this.files.hear(message)),
      );
    transport.onBulk({
      frame: (raw) => this.#isTalking() && this.files.frame(raw),
      room: () => this.files.room(),
    });
    transport.onFresh(() => this.#linked());
    transport.onGone(() => this.#gone());
  }

  /** The call is over. */
  end(): void {
    this.chat.end();
    this.files.end();
  }

  /** The call is dismissed: nothing of it is kept. */
  forget(): void {
    this.files.forget();
  }

  #linked(): void {
    this.#isLinked = true;
    this.chat.linked();
    this.files.linked();
    for (const work of this.#held.splice(0)) work();
  }

  #gone(): void {
    this.#held = [];
    if (!this.#isLinked) return;
    this.#isLinked = false;
    this.chat.unlinked();
    this.files.unlinked();
  }

  #take(work: () => void): void {
    if (!this.#isTalking()) return;
    if (this.#isLinked) work();
    else if (this.#held.length < MAX_HELD) this.#held.push(work);
  }
}
