/** What is fuzzed, and what must hold of it whatever comes in: it neither throws nor hangs, and what it lets through is what it says. */
import * as fc from 'fast-check';
import * as v from 'valibot';
import { readBackup, successorOf, writeBackup } from '../../extension/core/backup.ts';
import { cleanChat, MAX_CHAT_LENGTH, partsOf } from '../../extension/core/chat-text.ts';
import { formatControl, parseControl } from '../../extension/core/control-message.ts';
import { tuneDescription } from '../../extension/core/description.ts';
import { formatFrames, parseFrame } from '../../extension/core/file-message.ts';
import { cleanFileName, shownType } from '../../extension/core/file-name.ts';
import { fileProblem } from '../../extension/core/file-problem.ts';
import { formatInvite, parseInvite } from '../../extension/core/invite.ts';
import { migrate } from '../../extension/core/migrate.ts';
import { cleanName, isSameName } from '../../extension/core/name.ts';
import { linkUrl, mayFollow, parseRelayHost } from '../../extension/core/relay-address.ts';
import { admit } from '../../extension/core/replay-window.ts';
import * as shapes from '../../extension/core/stored.ts';
import { decodeMail, encodeMail, MAX_NAME_LENGTH } from '../../relay/mail.ts';
import {
  MAX_FRAME_BYTES,
  mailFrame,
  parseClientFrame,
  parseMailFrame,
  parseRelayFrame,
} from '../../relay/protocol.ts';
import * as grammar from './grammar.ts';
import { type Chance, spoilBytes, spoilText } from './mutations.ts';

/** Something did not hold. */
export class Broken extends Error {}

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Broken(what);
};

export interface Target {
  name: string;
  /** Fit inputs by the grammar. */
  fit: fc.Arbitrary<string | Uint8Array>;
  /** @throws {Broken} if something did not hold, or whatever the code under test throws. */
  feed(input: string | Uint8Array): void;
}

const text = (input: string | Uint8Array): string =>
  typeof input === 'string' ? input : new TextDecoder().decode(input);
const bytes = (input: string | Uint8Array): Uint8Array =>
  typeof input === 'string' ? new TextEncoder().encode(input) : input;
const json = (value: fc.Arbitrary<object>) => value.map((each) => JSON.stringify(each));
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const isClean = (): boolean => !('polluted' in {});

/** What a parser lets through, said again, it lets through again as the same. */
const parses = (name: string, fit: fc.Arbitrary<object>, parse: (input: string) => unknown): Target => ({
  name,
  fit: json(fit),
  feed(input) {
    const parsed = parse(text(input));
    if (parsed !== null)
      must(same(parse(JSON.stringify(parsed)), parsed), 'said again, it is something else');
    must(isClean(), 'a prototype was polluted');
  },
});

const SHAPES = Object.entries(shapes).filter(([key]) => key.endsWith('Schema')) as [
  string,
  v.GenericSchema,
][];

export const TARGETS: readonly Target[] = [
  parses('client frames', grammar.clientFrame, parseClientFrame),
  parses('relay frames', grammar.relayFrame, parseRelayFrame),
  {
    name: 'mail frames',
    fit: fc.uint8Array({ minLength: 37, maxLength: 400 }),
    feed(input) {
      const given = bytes(input);
      const frame = parseMailFrame(given);
      must(frame !== null || given.length <= 36 || given.length > MAX_FRAME_BYTES, 'a fit mail was refused');
      if (frame) must(Buffer.compare(mailFrame(frame), given) === 0, 'written again, it is something else');
    },
  },
  {
    name: 'mail',
    fit: json(grammar.mail).map((each) => new TextEncoder().encode(each)),
    feed(input) {
      const mail = decodeMail(bytes(input));
      must(isClean(), 'a prototype was polluted');
      if (!mail) return;
      const again = decodeMail(encodeMail(mail));
      must(same(again, mail), 'written again, it is something else');
      admit([1, 5, 9], mail.seq);
    },
  },
  {
    name: 'control messages',
    fit: json(grammar.control),
    feed(input) {
      const message = parseControl(text(input));
      if (message)
        must(same(parseControl(formatControl(message)), message), 'said again, it is something else');
      must(isClean(), 'a prototype was polluted');
    },
  },
  {
    name: 'frames of files',
    fit: grammar.fileFrame,
    feed(input) {
      const given = Uint8Array.from(bytes(input));
      const frame = parseFrame(given.buffer);
      if (!frame) return;
      const [again] = formatFrames(frame.transfer, frame.offset, frame.bytes);
      must(again !== undefined && Buffer.compare(again, given) === 0, 'written again, it is something else');
    },
  },
  {
    name: 'words of a chat',
    fit: grammar.chatText,
    feed(input) {
      const clean = cleanChat(text(input));
      must(clean.length <= MAX_CHAT_LENGTH && clean.isWellFormed(), 'a message too long, or broken');
      must(cleanChat(clean) === clean, 'cleaned again, it is something else');
      for (const part of partsOf(clean))
        if (part.kind === 'link')
          must(/^https?:\/\/[^@/]+(\/|$)/.test(part.href), 'a link that leads elsewhere');
    },
  },
  {
    name: 'names of files',
    fit: grammar.fileName,
    feed(input) {
      const clean = cleanFileName(text(input));
      must(clean !== '' && !/[/\\<>:"|?*\p{Cc}\p{Cf}]/u.test(clean), 'a name that a disk refuses');
      must(cleanFileName(clean) === clean, 'cleaned again, it is something else');
      must(!/html|svg|xml/.test(shownType(clean) ?? ''), 'a file that could run');
    },
  },
  {
    name: 'invites',
    fit: grammar.invite,
    feed(input) {
      const invite = parseInvite(text(input));
      if (invite) must(same(parseInvite(formatInvite(invite)), invite), 'written again, it is another');
    },
  },
  {
    name: 'backups',
    fit: json(grammar.backup),
    feed(input) {
      fileProblem(bytes(input));
      const read = readBackup(text(input));
      must(isClean(), 'a prototype was polluted');
      if (!read.ok) return;
      must(same(readBackup(writeBackup(read.backup)), read), 'written again, it is something else');
      for (const [name, value] of Object.entries(successorOf(read.backup, 1)))
        must(value !== undefined, `${name} would be lost`);
    },
  },
  {
    name: 'names',
    fit: grammar.name,
    feed(input) {
      const clean = cleanName(text(input));
      must([...clean].length <= MAX_NAME_LENGTH, 'a name too long');
      must(!/[\p{Cc}\p{Cf}\p{Co}]/u.test(clean), 'a character that is no letter');
      must(isSameName(clean, clean), 'a name unlike itself');
    },
  },
  {
    name: 'relay addresses',
    fit: grammar.relayAddress,
    feed(input) {
      const host = parseRelayHost(text(input));
      if (host === null) return;
      must(new URL(linkUrl(host, '/link')).username === '', 'somebody else’s address');
      must(parseRelayHost(host) === host, 'a name that is not its own');
      mayFollow('relay.example', host);
    },
  },
  {
    name: 'descriptions',
    fit: grammar.description,
    feed(input) {
      const given = text(input);
      const tuned = tuneDescription(given);
      must(tuned.length <= 8 * given.length + 1000, 'a description without bounds');
    },
  },
  {
    name: 'stored values',
    fit: json(grammar.stored),
    feed(input) {
      const kept = valueOf(text(input));
      for (const [name, shape] of SHAPES) {
        const parsed = v.safeParse(shape, kept);
        if (parsed.success) must(v.is(shape, parsed.output), `${name} does not take what it gave`);
      }
      if (typeof kept === 'object' && kept !== null && !Array.isArray(kept))
        migrate(kept as Record<string, unknown>, 0, shapes.SCHEMA_VERSION, {});
      must(isClean(), 'a prototype was polluted');
    },
  },
];

function valueOf(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

/** @returns the input as it is, or spoiled once or several times over. */
export function spoil(input: string | Uint8Array, chance: Chance): string | Uint8Array {
  let spoiled = input;
  for (let times = chance.below(4); times > 0; times--)
    spoiled = typeof spoiled === 'string' ? spoilText(spoiled, chance) : spoilBoth(spoiled, chance);
  // Nothing longer than a frame ever gets this far.
  return spoiled.slice(0, MAX_FRAME_BYTES);
}

const spoilBoth = (input: Uint8Array, chance: Chance): Uint8Array =>
  chance.below(2) === 0 || input[0] !== 0x7b
    ? spoilBytes(input, chance)
    : new TextEncoder().encode(spoilText(new TextDecoder().decode(input), chance));
