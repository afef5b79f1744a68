/** Alice sends files to Bob as the core sees it: two books, a disk, and a transport that reorders its two channels and breaks at any time. */
import { sha256 } from '@noble/hashes/sha2.js';
import {
  type FileMessage,
  formatFrames,
  isSenderWord,
  parseFrame,
} from '../../extension/core/file-message.ts';
import * as incoming from '../../extension/core/incoming.ts';
import * as outgoing from '../../extension/core/outgoing.ts';
import { toBase64url } from '../../relay/protocol.ts';

export const hashOf = (bytes: Uint8Array): string => toBase64url(sha256(bytes));

/** @returns bytes that are nowhere the same. */
export const bytesOf = (size: number, seed: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 0xff);

interface OnDisk {
  written: Uint8Array[];
  pending: Uint8Array[];
  bytes: number;
}

export class TwoFiles {
  now = 0;
  isLinked = false;
  alice = outgoing.emptyOutgoing;
  bob = incoming.emptyIncoming;
  readonly sources = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly disk = new Map<number, OnDisk>();
  /** What Bob has whole. */
  readonly saved = new Map<number, Uint8Array>();
  /** What a file takes at most in memory on its way: at Bob before it is written, and on the channel. */
  mostHeld = 0;
  #toBob: FileMessage[] = [];
  #toAlice: FileMessage[] = [];
  #bulk: ArrayBuffer[] = [];

  offer(bytes: Uint8Array<ArrayBuffer>, name = 'holiday.zip'): void {
    const step = outgoing.offer(this.alice, name, bytes.length, 0);
    if (!step) return;
    this.sources.set(step.book.lastId, bytes);
    this.#alice(step);
  }

  take(id: number): void {
    this.#bob(incoming.take(this.bob, id));
  }
  refuse(id: number): void {
    const step = incoming.incomingOf(this.bob, id)?.life.step;
    this.#bob(incoming.refuse(this.bob, id, step === 'offered' ? 'no' : 'stopped'));
  }
  stop(id: number): void {
    this.#alice(outgoing.stop(this.alice, id, 'stopped'));
  }

  lose(): void {
    this.isLinked = false;
    [this.#toBob, this.#toAlice, this.#bulk] = [[], [], []];
    this.alice = outgoing.unlinked(this.alice);
    this.bob = incoming.unlinked(this.bob);
  }
  link(): void {
    this.lose();
    this.isLinked = true;
    this.#alice(outgoing.linked(this.alice));
    this.#bob(incoming.linked(this.bob));
  }

  /** Alice's next block goes onto the channel. */
  pump(): void {
    const block = outgoing.nextBlock(this.alice);
    if (!block) return;
    const source = this.sources.get(block.id) ?? new Uint8Array();
    const bytes = source.slice(block.offset, block.offset + block.length);
    for (const frame of formatFrames(block.id, block.offset, bytes)) this.#bulk.push(frame.slice().buffer);
    const isLast = block.offset + block.length === source.length;
    this.#alice(outgoing.sent(this.alice, block, isLast ? hashOf(source) : null));
  }

  wordToBob(): void {
    const word = this.#toBob.shift();
    if (word && isSenderWord(word)) this.#bob(incoming.hear(this.bob, word, 0, (this.now += 1000)));
  }
  wordToAlice(): void {
    const word = this.#toAlice.shift();
    if (word && !isSenderWord(word)) this.#alice(outgoing.hear(this.alice, word));
  }
  frameToBob(): void {
    const raw = this.#bulk.shift();
    const frame = raw && parseFrame(raw);
    if (!frame) return;
    const { isWanted, ...step } = incoming.frame(this.bob, frame.transfer, frame.offset, frame.bytes.length);
    if (isWanted) this.disk.get(frame.transfer)?.pending.push(frame.bytes);
    this.#bob(step);
    const held = [...this.disk.values()].flatMap(({ pending }) => pending);
    const onTheWay = this.#bulk.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.mostHeld = Math.max(this.mostHeld, onTheWay + held.reduce((sum, { length }) => sum + length, 0));
  }
  /** Bob's disk has written what it was given. */
  write(): void {
    for (const [id, file] of this.disk) {
      if (file.pending.length === 0) continue;
      file.bytes += file.pending.reduce((sum, { length }) => sum + length, 0);
      file.written.push(...file.pending.splice(0));
      this.#bob(incoming.wrote(this.bob, id, file.bytes));
    }
  }

  /** Everything goes its way until nothing is on its way any more. */
  flow(): void {
    for (let i = 0; i < 2000; i++) {
      this.pump();
      this.wordToBob();
      this.wordToAlice();
      for (let j = 0; j < 20; j++) this.frameToBob();
      this.write();
    }
  }

  #alice({ book, say }: outgoing.OutgoingStep): void {
    this.alice = book;
    if (this.isLinked) this.#toBob.push(...say);
  }

  #bob({ book, acts }: incoming.IncomingStep): void {
    this.bob = book;
    for (const act of acts) this.#act(act);
  }

  #act(act: incoming.IncomingAct): void {
    switch (act.do) {
      case 'say':
        if (this.isLinked) this.#toAlice.push(act.message);
        return;
      case 'create':
        this.disk.set(act.id, { written: [], pending: [], bytes: 0 });
        return this.#bob(incoming.created(this.bob, act.id));
      case 'finish': {
        const whole = Buffer.concat(this.disk.get(act.id)?.written ?? []);
        this.saved.set(act.id, whole);
        return this.#bob(incoming.checked(this.bob, act.id, hashOf(whole)));
      }
      case 'remove':
        this.disk.delete(act.id);
        this.saved.delete(act.id);
    }
  }
}
