/**
 * The files of a call: carries out what the rules in `core/outgoing.ts` and `core/incoming.ts` decide, feeds the bulk channel
 * no faster than it empties, and shows views what has become of each file.
 */
import { type FileMessage, isSenderWord, parseFrame } from '../core/file-message.ts';
import { cleanFileName, shownType } from '../core/file-name.ts';
import * as incoming from '../core/incoming.ts';
import * as outgoing from '../core/outgoing.ts';
import type { FileStore, FileStoreEvents } from './file-store.ts';
import { tell } from './listeners.ts';
import { inKey, parseKey, showIncoming, showOutgoing, Speeds } from './show-file.ts';
import type { CallFiles, FileLink, FilesSnapshot } from './talk.ts';

/** Progress is shown so often, in milliseconds. */
const SHOWN_EVERY_MS = 250;
/** What has come whole is kept so long after the call is dismissed: a download may still be reading it, in milliseconds. */
const LINGER_MS = 15_000;

export interface FilesEvents {
  /** @returns whether a transport stands. */
  say(message: FileMessage): boolean;
  place(): number;
  /** Whether the bulk channel stands and has room. */
  hasRoom(): boolean;
  /** Puts a frame on the bulk channel. */
  send(frame: Uint8Array<ArrayBuffer>): void;
  /** A file of a page that closes can't be read any more; a copy of its handle in the host's window can. */
  adopt(file: File): File;
  openStore(events: FileStoreEvents): FileStore;
  /** Hands a file that has come whole to the browser's downloads. */
  download(link: FileLink): void;
}

export class LiveFiles implements CallFiles {
  readonly #events: FilesEvents;
  readonly #listeners = new Set<() => void>();
  #out = outgoing.emptyOutgoing;
  #in = incoming.emptyIncoming;
  #store: FileStore | undefined;
  /** What is being sent, to be offered again if it does not get through. */
  readonly #chosen = new Map<number, File>();
  readonly #speeds = new Speeds();
  readonly #full = new Set<number>();
  readonly #saved = new Set<number>();
  readonly #links = new Map<string, FileLink>();
  /** Counts transports: what was read for an older one is not sent on the next. */
  #epoch = 0;
  #isPumping = false;
  /** Something may have become possible since the pump last looked. */
  #isDue = false;
  #isOver = false;
  #readUpTo = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #snapshot: FilesSnapshot = { files: [], unread: 0 };

  constructor(events: FilesEvents) {
    this.#events = events;
  }

  get snapshot(): FilesSnapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // What views ask for

  send(files: readonly File[]): boolean {
    if (this.#isOver) return false;
    return files.map((file) => this.#offer(file)).every(Boolean);
  }

  take(key: string): void {
    const { id } = parseKey(key);
    this.#full.delete(id);
    this.#takeIn(incoming.take(this.#in, id));
  }

  stop(key: string): void {
    const { from, id } = parseKey(key);
    if (from === 'me') return this.#takeOut(outgoing.stop(this.#out, id, 'stopped'));
    const isOffered = incoming.incomingOf(this.#in, id)?.life.step === 'offered';
    this.#takeIn(incoming.refuse(this.#in, id, isOffered ? 'no' : 'stopped'));
  }

  again(key: string): void {
    const file = this.#chosen.get(parseKey(key).id);
    if (file && !this.#isOver) this.#offer(file);
  }

  async save(key: string): Promise<FileLink | null> {
    const { id } = parseKey(key);
    const link = await this.#link(key, null);
    if (!link) return null;
    this.#saved.add(id);
    this.#changed();
    return link;
  }

  async open(key: string): Promise<FileLink | null> {
    const item = incoming.incomingOf(this.#in, parseKey(key).id);
    const type = item ? shownType(item.name) : null;
    return type === null ? null : this.#link(key, type);
  }

  read(): void {
    const last = Math.max(-1, ...this.#in.items.map(({ place }) => place));
    if (last <= this.#readUpTo) return;
    this.#readUpTo = last;
    this.#changed();
  }

  // What the transport brings

  hear(message: FileMessage): void {
    if (this.#isOver) return;
    if (isSenderWord(message))
      this.#takeIn(incoming.hear(this.#in, message, this.#events.place(), Date.now()));
    else if (message.type === 'file-got') {
      // Many a second: progress is shown when it is due.
      this.#out = outgoing.hear(this.#out, message).book;
      this.#changedSoon();
      void this.#pump();
    } else this.#takeOut(outgoing.hear(this.#out, message));
  }

  /** A frame has come on the bulk channel. */
  frame(raw: ArrayBuffer): void {
    const frame = this.#isOver ? null : parseFrame(raw);
    if (!frame) return;
    const { isWanted, ...step } = incoming.frame(this.#in, frame.transfer, frame.offset, frame.bytes.length);
    this.#in = step.book;
    if (isWanted) this.#store?.write(frame.transfer, frame.bytes);
    // Bytes alone change nothing that is shown: the disk does.
    if (step.acts.length > 0) this.#takeIn(step);
  }

  /** A fresh transport stands. */
  linked(): void {
    this.#takeOut(outgoing.linked(this.#out));
    this.#takeIn(incoming.linked(this.#in));
  }

  unlinked(): void {
    this.#epoch++;
    this.#speeds.clear();
    this.#out = outgoing.unlinked(this.#out);
    this.#in = incoming.unlinked(this.#in);
    this.#changed();
  }

  /** The bulk channel has room. */
  room(): void {
    void this.#pump();
  }

  /** The call is over: what is whole can still be saved, until the call is dismissed. */
  end(): void {
    this.#epoch++;
    this.#isOver = true;
    this.#out = outgoing.close(this.#out);
    this.#chosen.clear();
    const { book, acts } = incoming.close(this.#in);
    this.#in = book;
    for (const act of acts) this.#act(act);
    this.#changed();
  }

  /** The call is dismissed: nothing is kept. */
  forget(): void {
    clearTimeout(this.#timer);
    const [store, links] = [this.#store, [...this.#links.values()]];
    this.#store = undefined;
    const clear = () => {
      for (const { href } of links) URL.revokeObjectURL(href);
      store?.close();
    };
    if (this.#saved.size > 0) setTimeout(clear, LINGER_MS);
    else clear();
  }

  // What follows from all of it

  #offer(chosen: File): boolean {
    const file = this.#events.adopt(chosen);
    const name = cleanFileName(file.name);
    const step = outgoing.offer(this.#out, name, file.size, this.#events.place());
    if (!step) return false;
    const id = step.book.lastId;
    this.#chosen.set(id, file);
    this.#takeOut(step);
    return true;
  }

  #takeOut({ book, say }: outgoing.OutgoingStep): void {
    const before = this.#out;
    this.#out = book;
    for (const message of say) this.#events.say(message);
    for (const item of book.items) {
      const was = outgoing.outgoingOf(before, item.id)?.life.step;
      if (item.life.step === was) continue;
      const file = this.#chosen.get(item.id);
      if (item.life.step === 'sending' && file) this.#opened().keep(item.id, file);
      if (!outgoing.isSettled(item)) continue;
      this.#store?.forget(item.id);
      if (item.life.step === 'done') this.#chosen.delete(item.id);
    }
    for (const id of this.#chosen.keys()) if (!outgoing.outgoingOf(book, id)) this.#chosen.delete(id);
    this.#changed();
    void this.#pump();
  }

  #takeIn({ book, acts }: incoming.IncomingStep): void {
    this.#in = book;
    for (const act of acts) this.#act(act);
    this.#changed();
  }

  #act(act: incoming.IncomingAct): void {
    switch (act.do) {
      case 'say':
        this.#events.say(act.message);
        return;
      case 'create': {
        const size = incoming.incomingOf(this.#in, act.id)?.size ?? 0;
        return this.#opened().create(act.id, size);
      }
      case 'finish':
        return this.#store?.finish(act.id);
      case 'remove':
        return this.#store?.remove(act.id);
    }
  }

  #opened(): FileStore {
    this.#store ??= this.#events.openStore({
      created: (id) => this.#takeIn(incoming.created(this.#in, id)),
      wrote: (id, written) => this.#wrote(id, written),
      finished: (id, sha256) => void this.#finished(id, sha256),
      failed: (id, job, isFull) => this.#failed(id, job, isFull),
    });
    return this.#store;
  }

  #wrote(id: number, written: number): void {
    const { book, acts } = incoming.wrote(this.#in, id, written);
    this.#in = book;
    for (const act of acts) this.#act(act);
    this.#changedSoon();
  }

  /** Whoever said yes wanted it saved. */
  async #finished(id: number, sha256: string): Promise<void> {
    this.#takeIn(incoming.checked(this.#in, id, sha256));
    const link = await this.save(inKey(id));
    if (link) this.#events.download(link);
  }

  #failed(id: number, job: 'create' | 'write' | 'finish', isFull: boolean): void {
    if (job === 'create' && isFull) {
      this.#full.add(id);
      return this.#takeIn(incoming.noRoom(this.#in, id));
    }
    this.#takeIn(incoming.refuse(this.#in, id, isFull ? 'full' : 'broken'));
  }

  /** Reads and sends while there is something to send and room for it. */
  async #pump(): Promise<void> {
    this.#isDue = true;
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#isDue) {
        this.#isDue = false;
        while (await this.#sendBlock());
      }
    } finally {
      this.#isPumping = false;
    }
  }

  async #sendBlock(): Promise<boolean> {
    const block = outgoing.nextBlock(this.#out);
    if (!block || !this.#store || !this.#events.hasRoom()) return false;
    const epoch = this.#epoch;
    const read = await this.#store.read(block.id, block.offset, block.length).catch(() => null);
    const wanted = outgoing.nextBlock(this.#out);
    if (epoch !== this.#epoch || wanted?.id !== block.id || wanted.offset !== block.offset)
      return !this.#isOver;
    if (!read) this.#takeOut(outgoing.stop(this.#out, block.id, 'unreadable'));
    else {
      for (const frame of read.frames) this.#events.send(frame);
      const { book, say } = outgoing.sent(this.#out, block, read.sha256);
      this.#out = book;
      for (const message of say) this.#events.say(message);
      this.#changedSoon();
    }
    return true;
  }

  async #link(key: string, type: string | null): Promise<FileLink | null> {
    const { from, id } = parseKey(key);
    const item = incoming.incomingOf(this.#in, id);
    if (from === 'me' || item?.life.step !== 'done' || !this.#store) return null;
    const as = `${key} ${type ?? ''}`;
    const made = this.#links.get(as);
    if (made) return made;
    const file = await this.#store.file(id);
    // Of our own type, never the sender's; without one the browser saves it and shows nothing.
    const href = URL.createObjectURL(file.slice(0, file.size, type ?? 'application/octet-stream'));
    const link = { href, name: item.name };
    this.#links.set(as, link);
    return link;
  }

  #changedSoon(): void {
    this.#timer ??= setTimeout(() => this.#changed(), SHOWN_EVERY_MS);
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = Date.now();
    const sent = this.#out.items.map((item) => showOutgoing(item, this.#speeds, now));
    const come = this.#in.items.map((item) => {
      const notes = { isFull: this.#full.has(item.id), isSaved: this.#saved.has(item.id) };
      return showIncoming(item, this.#speeds, now, notes);
    });
    const files = [...sent, ...come].sort((a, b) => a.place - b.place);
    const unread = this.#isOver ? 0 : come.filter(({ place }) => place > this.#readUpTo).length;
    this.#snapshot = { files, unread };
    for (const listener of this.#listeners) tell(listener, undefined);
  }
}
