import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveChat } from '../../extension/call/call-chat.ts';
import { LiveFiles } from '../../extension/call/call-files.ts';
import { DiskFull, FileSink } from '../../extension/call/file-sink.ts';
import { FileSource } from '../../extension/call/file-source.ts';
import type { FileStore, FileStoreEvents } from '../../extension/call/file-store.ts';
import type { FileLink } from '../../extension/call/talk.ts';
import type { ChatMessage } from '../../extension/core/chat-message.ts';
import { type FileMessage, formatFrames } from '../../extension/core/file-message.ts';
import { leftMs, measure } from '../../extension/core/speed.ts';
import { bytesOf, hashOf } from './two-files.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a chat on the host', () => {
  const said: ChatMessage[] = [];
  let place = 0;
  const chat = () => new LiveChat({ say: (message) => said.push(message) > 0, place: () => place++ });
  beforeEach(() => void said.splice(0));

  it('says that somebody writes at most every three seconds, and that they stopped only if it was said', () => {
    const alices = chat();
    alices.writing(false);
    for (let ms = 0; ms < 6000; ms += 100) {
      alices.writing(true);
      vi.advanceTimersByTime(100);
    }
    alices.writing(false);
    alices.writing(false);
    expect(said).toEqual([
      { type: 'typing', on: true },
      { type: 'typing', on: true },
      { type: 'typing', on: false },
    ]);
  });

  it('takes nobody to be writing for longer than five seconds after they said so', () => {
    const bobs = chat();
    bobs.hear({ type: 'typing', on: true });
    expect(bobs.snapshot.isTheyWriting).toBe(true);
    vi.advanceTimersByTime(5001);
    expect(bobs.snapshot.isTheyWriting).toBe(false);
    bobs.hear({ type: 'typing', on: true });
    bobs.hear({ type: 'chat', n: 1, text: 'done' });
    expect(bobs.snapshot.isTheyWriting).toBe(false);
  });

  it('counts what is unread, shows mine as sent only when they have it, and is gone with the call', () => {
    const bobs = chat();
    bobs.linked();
    bobs.hear({ type: 'chat', n: 1, text: 'hello' });
    bobs.hear({ type: 'chat', n: 1, text: 'hello' });
    bobs.hear({ type: 'chat', n: 2, text: 'there' });
    expect(bobs.snapshot.unread).toBe(2);
    bobs.read();
    expect(bobs.snapshot.unread).toBe(0);
    expect(bobs.say('hi')).toBe(true);
    expect(bobs.snapshot.messages.at(-1)).toMatchObject({ text: 'hi', isSent: false });
    vi.advanceTimersByTime(3100);
    expect(said.filter(({ type }) => type === 'chat')).toHaveLength(2);
    bobs.hear({ type: 'chat-got', n: 1 });
    expect(bobs.snapshot.messages.at(-1)).toMatchObject({ isSent: true });
    bobs.end();
    expect(bobs.snapshot).toEqual({ messages: [], unread: 0, isTheyWriting: false, isGone: true });
    expect(bobs.say('too late')).toBe(false);
  });
});

/** A store whose disk is a map and whose worker is this thread. */
function playStore(events: FileStoreEvents, room = Infinity): FileStore {
  const sources = new Map<number, FileSource>();
  const sinks = new Map<number, { sink: FileSink; bytes: Uint8Array }>();
  const done = new Map<number, Uint8Array<ArrayBuffer>>();
  return {
    keep: (id, file) => void sources.set(id, new FileSource(file)),
    async read(id, offset, length) {
      const { bytes, sha256 } = (await sources.get(id)?.read(offset, length)) ?? {};
      if (!bytes) throw new Error('nothing kept');
      return { frames: formatFrames(id, offset, bytes), sha256: sha256 ?? null };
    },
    forget: (id) => void sources.delete(id),
    create(id, size) {
      const bytes = new Uint8Array(size);
      const disk = {
        truncate: () => undefined,
        flush: () => undefined,
        close: () => undefined,
        write(chunk: Uint8Array, { at }: { at: number }) {
          if (at + chunk.length > room) throw new DOMException('no room', 'QuotaExceededError');
          bytes.set(chunk, at);
          return chunk.length;
        },
      };
      sinks.set(id, { sink: new FileSink(disk, size), bytes });
      events.created(id);
    },
    write(id, bytes) {
      try {
        events.wrote(id, sinks.get(id)?.sink.write(bytes) ?? 0);
      } catch (error) {
        events.failed(id, 'write', error instanceof DiskFull);
      }
    },
    finish(id) {
      const file = sinks.get(id);
      if (!file) return;
      done.set(id, Uint8Array.from(file.bytes));
      events.finished(id, file.sink.finish());
    },
    remove: (id) => void done.delete(id),
    file: (id) => Promise.resolve(new File([done.get(id) ?? new Uint8Array()], 'x')),
    close: () => undefined,
  };
}

/** Alice's files and Bob's, joined at once. */
function join(room?: number, loseAfterFrames = Infinity) {
  const downloads: FileLink[] = [];
  let isLinked = true;
  let frames = 0;
  let early: (() => unknown)[] | null = null;
  const make = (other: () => LiveFiles) =>
    new LiveFiles({
      say(message: FileMessage) {
        const arrive = () => isLinked && other().hear(message);
        if (early) early.push(arrive);
        else if (isLinked) queueMicrotask(arrive);
        return isLinked;
      },
      place: () => 0,
      hasRoom: () => isLinked,
      send(frame) {
        const raw = frame.slice().buffer;
        if (++frames === loseAfterFrames) queueMicrotask(lose);
        queueMicrotask(() => isLinked && other().frame(raw));
      },
      adopt: (file) => file,
      openStore: (events) => playStore(events, room),
      download: (link) => downloads.push(link),
    });
  const alice: LiveFiles = make(() => bob);
  const bob: LiveFiles = make(() => alice);
  function lose(): void {
    isLinked = false;
    alice.unlinked();
    bob.unlinked();
  }
  const link = () => {
    isLinked = true;
    alice.linked();
    bob.linked();
  };
  /** Bob sees the fresh transport first: what he says is kept until Alice does, and heard in the same turn. */
  const linkBobFirst = () => {
    isLinked = true;
    early = [];
    bob.linked();
    const words = early;
    early = null;
    alice.linked();
    for (const hear of words) hear();
  };
  link();
  return { alice, bob, downloads, link, linkBobFirst };
}

const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5000 && !holds(); turn++) await settled();
  expect(holds()).toBe(true);
}
const stateOf = (files: LiveFiles, i = 0) => files.snapshot.files[i]?.state;
const stepOf = (files: LiveFiles, i = 0) => stateOf(files, i)?.step;

describe('files on the host', () => {
  it('arrive whole, are saved once, and can be opened only as what can’t run', async () => {
    const { alice, bob, downloads } = join();
    const bytes = bytesOf(700_000, 3);
    alice.send([new File([bytes], '../beach.jpg'), new File(['<script>'], 'page.html')]);
    await until(() => bob.snapshot.files.length === 2);
    expect(bob.snapshot.unread).toBe(2);
    bob.read();
    bob.take('in:1');
    bob.take('in:2');
    await until(() => stepOf(alice) === 'done' && stepOf(alice, 1) === 'done' && downloads.length === 2);
    expect(stateOf(bob)).toEqual({ step: 'done', isSaved: true });
    expect(downloads.map(({ name }) => name)).toEqual(['beach.jpg', 'page.html']);
    const got = await (await fetch(downloads[0]?.href ?? '')).arrayBuffer();
    expect(hashOf(new Uint8Array(got))).toBe(hashOf(bytes));
    expect(await bob.open('in:2')).toBeNull();
    const shown = await fetch((await bob.open('in:1'))?.href ?? '');
    expect(shown.headers.get('content-type')).toBe('image/jpeg');
    bob.end();
    bob.forget();
  });

  it('go on after the transport was lost, and count as sent only then', async () => {
    const { alice, bob, link } = join(undefined, 100);
    alice.send([new File([bytesOf(5_000_000, 1)], 'a.bin')]);
    await until(() => bob.snapshot.files.length === 1);
    bob.take('in:1');
    await settled();
    await settled();
    expect([stepOf(alice), stepOf(bob)]).toEqual(['moving', 'moving']);
    link();
    await until(() => stepOf(alice) === 'done' && stepOf(bob) === 'done');
  });

  it('go on where the other side was the first to see the fresh transport', async () => {
    const { alice, bob, linkBobFirst } = join(undefined, 100);
    alice.send([new File([bytesOf(5_000_000, 1)], 'a.bin')]);
    await until(() => bob.snapshot.files.length === 1);
    bob.take('in:1');
    // Whatever was being read for the lost transport is read.
    for (let turn = 0; turn < 50; turn++) await settled();
    linkBobFirst();
    await until(() => stepOf(alice) === 'done' && stepOf(bob) === 'done');
  });

  it('that find no room say so, at both ends, and the next one is not touched by it', async () => {
    const { alice, bob } = join(100_000);
    alice.send([new File([bytesOf(400_000, 1)], 'big'), new File([bytesOf(50_000, 2)], 'small')]);
    await until(() => bob.snapshot.files.length === 2);
    bob.take('in:1');
    await until(() => stepOf(alice) === 'over');
    expect(stateOf(alice)).toEqual({ step: 'over', why: 'full' });
    expect(stateOf(bob)).toEqual({ step: 'over', why: 'full' });
    bob.take('in:2');
    await until(() => stepOf(alice, 1) === 'done');
    alice.again('out:1');
    await until(() => bob.snapshot.files.length === 3);
  });

  it('that can’t be read any more are given up, and what is unfinished ends with the call', async () => {
    const { alice, bob } = join();
    const broken = new File([bytesOf(10, 1)], 'gone');
    alice.send([broken, new File([bytesOf(10, 1)], 'waits')]);
    vi.spyOn(FileSource.prototype, 'read').mockRejectedValueOnce(new Error('moved'));
    await until(() => bob.snapshot.files.length === 2);
    bob.take('in:1');
    await until(() => stepOf(bob) === 'over');
    expect(stateOf(alice)).toEqual({ step: 'over', why: 'unreadable' });
    alice.end();
    bob.end();
    expect(stateOf(bob, 1)).toEqual({ step: 'over', why: 'call-over' });
    expect(alice.send([broken])).toBe(false);
  });
});

describe('the time that is left', () => {
  it('is that of the speed of the last seconds, and unknown at first', () => {
    let speed = measure(undefined, 0, 0);
    expect(leftMs(speed, 1000)).toBeNull();
    expect(leftMs(measure(speed, 10, 1000), 1000)).toBeNull();
    for (let at = 500; at <= 10_000; at += 500) speed = measure(speed, at * 10, at);
    expect(leftMs(speed, 20_000)).toBeCloseTo(2000);
    for (let at = 10_500; at <= 40_000; at += 500) speed = measure(speed, 100_000 + (at - 10_000), at);
    expect(leftMs(speed, 20_000)).toBeGreaterThan(15_000);
    expect(measure(speed, 0, 50_000).rate).toBeNull();
  });
});
