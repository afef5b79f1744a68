import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Chat,
  type ChatStep,
  emptyChat,
  hear,
  isSent,
  linked,
  MAX_KEPT,
  MAX_WAITING,
  nextDue,
  RESEND_MS,
  tick,
  WINDOW,
  write,
} from '../../extension/core/chat.ts';
import type { ChatMessage } from '../../extension/core/chat-message.ts';
import { cleanChat, MAX_CHAT_LENGTH, partsOf } from '../../extension/core/chat-text.ts';
import { formatControl, MAX_CONTROL_LENGTH, parseControl } from '../../extension/core/control-message.ts';

type Word = Exclude<ChatMessage, { type: 'typing' }>;
type Who = 'alice' | 'bob';
const other = (who: Who): Who => (who === 'alice' ? 'bob' : 'alice');

/** Alice and Bob, and what is on its way between them over the transport that stands, if one does. */
class Talk {
  now = 0;
  isLinked = false;
  readonly chats: Record<Who, Chat> = { alice: emptyChat, bob: emptyChat };
  #flying: Record<Who, Word[]> = { alice: [], bob: [] };
  readonly wrote: Record<Who, string[]> = { alice: [], bob: [] };

  #step(who: Who, step: ChatStep): void {
    this.chats[who] = step.chat;
    // What is said without a transport is lost, and so is what a transport took with it.
    if (this.isLinked) this.#flying[other(who)].push(...(step.say as Word[]));
  }

  write(who: Who, text: string): boolean {
    const step = write(this.chats[who], text, 0, this.now, this.isLinked);
    if (step) this.wrote[who].push(cleanChat(text));
    if (step) this.#step(who, step);
    return step !== null;
  }

  arrive(who: Who): void {
    const word = this.#flying[who].shift();
    if (word) this.#step(who, hear(this.chats[who], word, 0, this.now));
  }

  lose(): void {
    this.isLinked = false;
    this.#flying = { alice: [], bob: [] };
  }

  link(): void {
    this.lose();
    this.isLinked = true;
    for (const who of ['alice', 'bob'] as const) this.#step(who, linked(this.chats[who], this.now));
  }

  pass(ms: number): void {
    this.now += ms;
    if (!this.isLinked) return;
    for (const who of ['alice', 'bob'] as const) this.#step(who, tick(this.chats[who], this.now));
  }

  settle(): void {
    this.link();
    for (let i = 0; i < 200; i++) {
      for (let j = 0; j < 50; j++) for (const who of ['alice', 'bob'] as const) this.arrive(who);
      this.pass(RESEND_MS);
    }
  }

  read(who: Who): string[] {
    return this.chats[who].entries.filter(({ from }) => from === 'them').map(({ text }) => text);
  }
}

const who = fc.constantFrom<Who>('alice', 'bob');
const event = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('write' as const), who) },
  { weight: 8, arbitrary: fc.tuple(fc.constant('arrive' as const), who) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('lose' as const), who) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('link' as const), who) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('pass' as const), who) },
);

describe('a chat', () => {
  it('brings every message once and in order, whatever becomes of the transports', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const talk = new Talk();
        let count = 0;
        for (const [what, someone] of events) {
          if (what === 'write') talk.write(someone, `message ${String(count++)}`);
          else if (what === 'arrive') talk.arrive(someone);
          else if (what === 'lose') talk.lose();
          else if (what === 'link') talk.link();
          else talk.pass(700);
          // At every moment what is read is the beginning of what was written, and what counts as sent was read.
          for (const me of ['alice', 'bob'] as const) {
            const theirs = talk.read(other(me));
            expect(theirs).toEqual(talk.wrote[me].slice(0, theirs.length));
            const sent = talk.chats[me].entries.filter(
              (each) => each.from === 'me' && isSent(talk.chats[me], each),
            );
            expect(sent.length).toBeLessThanOrEqual(theirs.length);
          }
        }
        talk.settle();
        for (const me of ['alice', 'bob'] as const) {
          expect(talk.read(other(me))).toEqual(talk.wrote[me]);
          expect(nextDue(talk.chats[me])).toBeNull();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('sends no more at a time than a window, and lets no more wait than anybody writes by hand', () => {
    let chat = emptyChat;
    let refused = 0;
    for (let i = 0; i < 2 * MAX_WAITING; i++) {
      const step = write(chat, `n ${String(i)}`, i, i * 1000, true);
      if (step) chat = step.chat;
      else refused++;
    }
    expect(chat.left).toBe(WINDOW);
    expect(chat.written).toBe(MAX_WAITING);
    expect(refused).toBe(MAX_WAITING);
  });

  it('lets nobody write faster than people do', () => {
    let chat = emptyChat;
    for (let i = 0; i < 40; i++) chat = write(chat, 'now', i, 0, false)?.chat ?? chat;
    expect(chat.written).toBeLessThan(40);
  });
});

describe('a hostile chat', () => {
  it('is bounded: so many messages at once, so many kept, and what is ignored is not confirmed', () => {
    let chat = emptyChat;
    let confirmed = 0;
    for (let n = 1; n <= 10_000; n++) {
      const step = hear(chat, { type: 'chat', n: chat.got + 1, text: 'spam' }, n, n);
      chat = step.chat;
      confirmed += step.say.length;
    }
    expect(chat.got).toBe(confirmed);
    expect(confirmed).toBeLessThan(200);
    for (let n = 1; n <= 2000; n++)
      chat = hear(chat, { type: 'chat', n: chat.got + 1, text: 'spam' }, n, 1e6 + n * 1000).chat;
    expect(chat.entries).toHaveLength(MAX_KEPT);
  });

  it('can neither skip numbers, nor say a message again, nor confirm what never left', () => {
    const heard = hear(emptyChat, { type: 'chat', n: 5, text: 'early' }, 0, 0);
    expect(heard).toEqual({ chat: emptyChat, say: [] });
    const { chat } = hear(emptyChat, { type: 'chat', n: 1, text: 'once' }, 0, 0);
    expect(hear(chat, { type: 'chat', n: 1, text: 'twice' }, 0, 0)).toEqual({
      chat,
      say: [{ type: 'chat-got', n: 1 }],
    });
    const mine = write(emptyChat, 'hello', 0, 0, false);
    expect(mine && hear(mine.chat, { type: 'chat-got', n: 1 }, 0, 0).chat.acked).toBe(0);
  });
});

describe('the text of a message', () => {
  it.each([
    ['keeps its lines', 'one\r\ntwo\n\n\n\nthree', 'one\ntwo\n\nthree'],
    ['loses what turns it around', 'safe\u202egpj.exe\u2066\u200f', 'safegpj.exe'],
    ['loses what can’t be seen', 'a\u0000b\u0007\u200b\ufeffc\u{e0041}', 'abc'],
    ['keeps the joiners of emoji and letters', '👩‍💻 می‌خواهم', '👩‍💻 می‌خواهم'],
    ['is nothing if nothing can be read', '\u200d \u200c\n\t', ''],
    ['covers no other line', `a${'\u0301'.repeat(50)}b`, `\u00e1${'\u0301'.repeat(8)}b`],
  ])('%s', (_what, raw, clean) => {
    expect(cleanChat(raw)).toBe(clean);
  });

  it('is clean once cleaned, well-formed, and fits a control message whatever it is', () => {
    const wild = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6000 }),
      fc.string({ unit: fc.constantFrom('"', '\\', '\u202e', '\ud800', '漢', '👩‍💻', '\n'), maxLength: 6000 }),
    );
    fc.assert(
      fc.property(wild, (raw) => {
        const text = cleanChat(raw);
        expect(cleanChat(text)).toBe(text);
        expect(text.isWellFormed()).toBe(true);
        expect(text.length).toBeLessThanOrEqual(MAX_CHAT_LENGTH);
        if (text === '') return;
        const said = formatControl({ type: 'chat', n: 1_000_000, text });
        expect(new TextEncoder().encode(said).length).toBeLessThanOrEqual(MAX_CONTROL_LENGTH);
        expect(parseControl(said)).toEqual({ type: 'chat', n: 1_000_000, text });
      }),
      { numRuns: 300 },
    );
  });
});

describe('links in a message', () => {
  const linksIn = (text: string) =>
    partsOf(text).flatMap((part) => (part.kind === 'link' ? [part.href] : []));

  it.each([
    ['See https://sidecall.example/a?b=1#c.', ['https://sidecall.example/a?b=1#c']],
    ['(http://one.example) and https://two.example/x,', ['http://one.example/', 'https://two.example/x']],
    ['https://en.example/wiki/Bell_(phone)', ['https://en.example/wiki/Bell_(phone)']],
    ['HTTPS://SHOUT.example', ['https://shout.example/']],
  ])('are found in "%s"', (text, links) => {
    expect(linksIn(text)).toEqual(links);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'chrome-extension://abc/x.html',
    'https://bank.example@evil.example/',
    'https://',
    'ftp://files.example',
  ])('are not made of "%s"', (text) => {
    expect(linksIn(text)).toEqual([]);
    expect(partsOf(text)).toEqual([{ kind: 'text', text }]);
  });

  it('show a foreign letter for what it is', () => {
    // The first letter is Cyrillic.
    expect(linksIn('https://\u0430pple.com/login')).toEqual(['https://xn--pple-43d.com/login']);
    expect(linksIn('https://example.com\u3002evil.example')).toEqual(['https://example.com.evil.example/']);
  });

  it('lose no word of the message, and lead nowhere but where they say', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.constantFrom(' ', '(', ')', '.', 'https://', 'http://a.b', '\n'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const parts = partsOf(pieces.join(''));
        for (const part of parts)
          if (part.kind === 'link') expect(part.href).toMatch(/^https?:\/\/[^@/]+(\/|$)/);
        const words = parts.filter((part) => part.kind === 'text').map((part) => part.text);
        expect(pieces.join('')).toContain(words[0] ?? '');
      }),
    );
  });
});
