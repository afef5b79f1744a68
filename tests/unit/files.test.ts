import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FRAME_HEAD_BYTES,
  formatFrames,
  MAX_CHUNK_BYTES,
  MAX_FILE_BYTES,
  parseFrame,
} from '../../extension/core/file-message.ts';
import { cleanFileName, endingOf, shownType } from '../../extension/core/file-name.ts';
import * as incoming from '../../extension/core/incoming.ts';
import * as outgoing from '../../extension/core/outgoing.ts';
import { bytesOf, hashOf, TwoFiles } from './two-files.ts';

type Move = 'pump' | 'wordToBob' | 'wordToAlice' | 'frameToBob' | 'write' | 'lose' | 'link';
const move = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom<Move>('pump', 'wordToBob', 'wordToAlice', 'frameToBob', 'write') },
  { weight: 3, arbitrary: fc.constantFrom<Move>('link', 'link', 'lose') },
);
const deed = fc.oneof(
  { weight: 20, arbitrary: move },
  { weight: 2, arbitrary: fc.tuple(fc.constant('take' as const), fc.integer({ min: 1, max: 4 })) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('refuse' as const, 'stop' as const), fc.integer({ min: 1, max: 4 })),
  },
);
const sizes = fc.array(
  fc.oneof(
    fc.constantFrom(0, 1, MAX_CHUNK_BYTES, outgoing.BLOCK_BYTES, outgoing.BLOCK_BYTES + 1),
    fc.nat(600_000),
  ),
  { minLength: 1, maxLength: 4 },
);

describe('a file', () => {
  it('arrives with the same bytes or not at all, whatever becomes of the transports and whoever stops it', () => {
    fc.assert(
      fc.property(sizes, fc.array(deed, { maxLength: 300 }), (lengths, deeds) => {
        const two = new TwoFiles();
        lengths.forEach((size, i) => two.offer(bytesOf(size, i)));
        two.link();
        for (const each of deeds) {
          if (typeof each === 'string') two[each]();
          else two[each[0]](each[1]);
        }
        two.link();
        two.flow();
        for (const { id } of two.alice.items) two.take(id);
        two.flow();
        for (const { id, life } of two.alice.items) {
          const theirs = incoming.incomingOf(two.bob, id);
          const saved = two.saved.get(id);
          // Both know how it ended, and a file is only called whole if it is.
          if (life.step === 'done') {
            expect(theirs?.life.step).toBe('done');
            expect(saved && hashOf(saved)).toBe(hashOf(two.sources.get(id) ?? new Uint8Array()));
          } else {
            expect(life).toMatchObject({ step: 'over' });
            expect(['refused', 'stopped-by-me', 'stopped-by-them']).toContain(
              life.step === 'over' && life.why,
            );
            // Whoever stopped it when all of it was there already has it.
            if (theirs?.life.step !== 'done') expect(two.disk.has(id)).toBe(false);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('goes on from where the receiver is, on a fresh transport', () => {
    const two = new TwoFiles();
    const bytes = bytesOf(3_000_000, 5);
    two.offer(bytes);
    two.link();
    two.wordToBob();
    two.take(1);
    two.wordToAlice();
    for (let i = 0; i < 4; i++) two.pump();
    for (let i = 0; i < 40; i++) two.frameToBob();
    two.write();
    two.link();
    two.wordToAlice();
    expect(outgoing.nextBlock(two.alice)).toMatchObject({ id: 1, offset: 40 * MAX_CHUNK_BYTES });
    two.flow();
    expect(two.alice.items[0]?.life).toEqual({ step: 'done' });
    expect(hashOf(two.saved.get(1) ?? new Uint8Array())).toBe(hashOf(bytes));
  });

  it('is in memory with a window at most, however slow the disk is', () => {
    const two = new TwoFiles();
    two.offer(bytesOf(3 * outgoing.WINDOW_BYTES, 1));
    two.link();
    two.wordToBob();
    two.take(1);
    two.wordToAlice();
    for (let i = 0; i < 200; i++) two.pump();
    for (let i = 0; i < 2000; i++) two.frameToBob();
    expect(two.mostHeld).toBeLessThanOrEqual(1.01 * outgoing.WINDOW_BYTES);
    two.flow();
    expect(two.alice.items[0]?.life).toEqual({ step: 'done' });
    expect(two.mostHeld).toBeLessThanOrEqual(1.01 * outgoing.WINDOW_BYTES);
  });

  it('of more than 2 GB is not offered', () => {
    const step = outgoing.offer(outgoing.emptyOutgoing, 'film.mkv', MAX_FILE_BYTES + 1, 0);
    expect(step?.book.items[0]?.life).toEqual({ step: 'over', why: 'too-large' });
    expect(step?.say).toEqual([]);
  });

  it('waits while sixteen others are offered, and no more than a hundred can be sent', () => {
    const two = new TwoFiles();
    two.link();
    for (let i = 0; i < 150; i++) two.offer(bytesOf(10, i));
    expect(two.alice.items).toHaveLength(outgoing.MAX_LISTED);
    expect(two.alice.items.filter(({ life }) => life.step === 'offered')).toHaveLength(outgoing.MAX_OPEN);
    two.flow();
    two.refuse(1);
    two.flow();
    expect(two.alice.items.find(({ id }) => id === 17)?.life.step).toBe('offered');
    expect(two.bob.items.map(({ id }) => id)).toContain(17);
  });
});

/** A book of Bob's with one file of this size that he takes. */
function taken(size: number): incoming.IncomingBook {
  let { book } = incoming.linked(incoming.emptyIncoming);
  const offer = { type: 'file-offer', transfer: 1, name: 'a.bin', size } as const;
  ({ book } = incoming.hear(book, offer, 0, 0));
  ({ book } = incoming.take(book, 1));
  return incoming.created(book, 1).book;
}
const whyOf = (book: incoming.IncomingBook) => {
  const life = incoming.incomingOf(book, 1)?.life;
  return life?.step === 'over' ? life.why : life?.step;
};

describe('a hostile sender', () => {
  it.each([
    ['a wrong offset', 16, 16],
    ['more than was said', 0, 101],
    ['nothing', 0, 0],
    ['a frame beyond the limit', 0, MAX_CHUNK_BYTES + 1],
  ])('who sends %s loses the file and is told so', (_what, offset, length) => {
    const { book, acts, isWanted } = incoming.frame(taken(100), 1, offset, length);
    expect(isWanted).toBe(false);
    expect(whyOf(book)).toBe('broken');
    expect(acts).toContainEqual({ do: 'remove', id: 1 });
    expect(acts).toContainEqual({
      do: 'say',
      message: { type: 'file-refuse', transfer: 1, reason: 'broken' },
    });
  });

  it('who sends more than a window ahead of the disk loses the file', () => {
    let book = taken(10 * outgoing.WINDOW_BYTES);
    let offset = 0;
    for (; whyOf(book) === 'receiving'; offset += MAX_CHUNK_BYTES)
      ({ book } = incoming.frame(book, 1, offset, MAX_CHUNK_BYTES));
    expect(whyOf(book)).toBe('broken');
    expect(offset).toBe(outgoing.WINDOW_BYTES + MAX_CHUNK_BYTES);
  });

  it('can send nothing that was not taken, and nothing after it was refused', () => {
    let { book } = incoming.linked(incoming.emptyIncoming);
    ({ book } = incoming.hear(book, { type: 'file-offer', transfer: 1, name: 'x', size: 9 }, 0, 0));
    expect(incoming.frame(book, 1, 0, 5)).toMatchObject({ isWanted: false, acts: [] });
    ({ book } = incoming.refuse(book, 1, 'no'));
    expect(incoming.frame(book, 1, 0, 5)).toMatchObject({ isWanted: false, acts: [] });
    expect(incoming.frame(book, 7, 0, 5)).toMatchObject({ isWanted: false, acts: [] });
  });

  it('who says another checksum has sent nothing', () => {
    let book = taken(4);
    ({ book } = incoming.frame(book, 1, 0, 4));
    ({ book } = incoming.wrote(book, 1, 4));
    ({ book } = incoming.hear(book, { type: 'file-end', transfer: 1, sha256: hashOf(bytesOf(4, 1)) }, 0, 0));
    const { book: after, acts } = incoming.checked(book, 1, hashOf(bytesOf(4, 2)));
    expect(whyOf(after)).toBe('broken');
    expect(acts).toContainEqual({ do: 'remove', id: 1 });
  });

  it('who makes thousands of offers gets sixteen of them shown', () => {
    let { book } = incoming.linked(incoming.emptyIncoming);
    const acts: incoming.IncomingAct[] = [];
    for (let transfer = 1; transfer <= 5000; transfer++) {
      const offer = { type: 'file-offer', transfer, name: 'n'.repeat(255), size: 1 } as const;
      const step = incoming.hear(book, offer, transfer, transfer);
      ({ book } = step);
      acts.push(...step.acts);
    }
    expect(book.items).toHaveLength(outgoing.MAX_OPEN);
    expect(acts).toEqual([]);
    for (const { id } of book.items) ({ book } = incoming.refuse(book, id, 'no'));
    let shown = 0;
    for (let transfer = 5001; transfer <= 10_000; transfer++) {
      ({ book } = incoming.hear(book, { type: 'file-offer', transfer, name: 'again', size: 1 }, 0, transfer));
      ({ book } = incoming.refuse(book, transfer, 'no'));
      shown = book.items.length;
    }
    expect(shown).toBeLessThanOrEqual(outgoing.MAX_LISTED);
  });

  it('can’t offer what is over 2 GB, nor bring back what was forgotten', () => {
    const { book } = incoming.linked(incoming.emptyIncoming);
    const large = { type: 'file-offer', transfer: 3, name: 'x', size: MAX_FILE_BYTES + 1 } as const;
    expect(incoming.hear(book, large, 0, 0).book.items).toEqual([]);
    const { book: later } = incoming.hear(book, { ...large, size: 1 }, 0, 0);
    expect(incoming.hear(later, { ...large, transfer: 2, size: 1 }, 0, 0).book.items).toHaveLength(1);
  });
});

describe('a hostile receiver', () => {
  const sending = (): outgoing.OutgoingBook => {
    let { book } = outgoing.linked(outgoing.emptyOutgoing);
    book = outgoing.offer(book, 'a', 1_000_000, 0)?.book ?? book;
    ({ book } = outgoing.hear(book, { type: 'file-accept', transfer: 1, offset: 0 }));
    return outgoing.sent(book, { id: 1, offset: 0, length: 1000 }, null).book;
  };

  it('can’t claim to have what was never sent', () => {
    const book = sending();
    expect(outgoing.hear(book, { type: 'file-got', transfer: 1, offset: 2000 }).book).toBe(book);
    expect(outgoing.hear(book, { type: 'file-done', transfer: 1 }).book).toBe(book);
    const fresh = outgoing.unlinked(book);
    const step = outgoing.hear(fresh, { type: 'file-accept', transfer: 1, offset: 5000 });
    expect(step.book.items[0]?.life).toEqual({ step: 'over', why: 'broken' });
  });

  it('can’t start it over and over on one transport', () => {
    const book = sending();
    expect(outgoing.hear(book, { type: 'file-accept', transfer: 1, offset: 0 }).book).toBe(book);
  });
});

describe('frames', () => {
  it('are read as they were written, and nothing else is one', () => {
    fc.assert(
      fc.property(
        fc.nat(70_000),
        fc.integer({ min: 1, max: 0xffff_ffff }),
        fc.nat(1e9),
        (size, id, offset) => {
          const bytes = bytesOf(size, id);
          const frames = formatFrames(id, offset, bytes).map((frame) => parseFrame(frame.slice().buffer));
          expect(frames).toHaveLength(Math.ceil(size / MAX_CHUNK_BYTES));
          let at = offset;
          for (const frame of frames) {
            expect(frame).toMatchObject({ transfer: id, offset: at });
            at += frame?.bytes.length ?? 0;
          }
          expect(Buffer.concat(frames.map((frame) => frame?.bytes ?? new Uint8Array())).equals(bytes)).toBe(
            true,
          );
        },
      ),
      { numRuns: 50 },
    );
    for (const length of [0, FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + MAX_CHUNK_BYTES + 1])
      expect(parseFrame(new Uint8Array(length).fill(1).buffer)).toBeNull();
    const far = new DataView(new ArrayBuffer(20));
    far.setUint32(0, 1);
    far.setBigUint64(4, 2n ** 63n);
    expect(parseFrame(far.buffer)).toBeNull();
  });
});

describe('the name of a file', () => {
  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\System32\\cmd.exe', 'cmd.exe'],
    ['..', 'file'],
    ['.bashrc', 'bashrc'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['com1.tar.gz', '_com1.tar.gz'],
    ['console.log', 'console.log'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\u0000b\nc.txt', 'abc.txt'],
    ['what?<is>:"this"|*.txt', 'what__is___this___.txt'],
    ['trailing. . .', 'trailing'],
    ['invoice.pdf.exe', 'invoice.pdf.exe'],
    ['', 'file'],
    [`${'x'.repeat(400)}.tar.gz`, `${'x'.repeat(197)}.gz`],
    ['Plan, Erdgeschoß 100%.pdf', 'Plan, Erdgeschoß 100%.pdf'],
  ])('%j becomes %j', (raw, clean) => {
    expect(cleanFileName(raw)).toBe(clean);
  });

  it('is one that every disk takes, whatever comes in, and clean once cleaned', () => {
    const wild = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.string({
        unit: fc.constantFrom('/', '\\', '.', ' ', 'CON', '漢', '\u202e', ':', 'a'),
        maxLength: 300,
      }),
    );
    fc.assert(
      fc.property(wild, (raw) => {
        const name = cleanFileName(raw);
        expect(name).not.toMatch(/[/\\<>:"|?*\p{Cc}\p{Cf}]|^[\s.]|[\s.]$|^$/u);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
        expect(cleanFileName(name)).toBe(name);
      }),
      { numRuns: 500 },
    );
  });

  it('alone says what the browser may show, and nothing that can run is shown', () => {
    expect(shownType('a.PNG')).toBe('image/png');
    for (const name of ['a.html', 'a.svg', 'a.xml', 'a.js', 'a.xhtml', 'a.mhtml', 'png', 'a.png.html', 'a'])
      expect(shownType(name)).toBeNull();
    expect(endingOf('invoice.pdf.exe')).toBe('.exe');
  });
});
