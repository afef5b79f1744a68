/** How a fit input is made unfit: what the grammar would never say, from single bits to nesting without end. Seeded, so that a run can be repeated. */

/** A source of numbers from a seed (mulberry32): the same seed gives the same run. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** @returns a whole number from 0 to below `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end) | 0;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** Values that stand where others are wanted, as JSON. */
const STRANGE = [
  'null',
  'true',
  '-1',
  '-0',
  '1e308',
  '1e999',
  '9007199254740993',
  '0.1',
  '""',
  '"\\ud800"',
  '"\\u0000"',
  '"\\u202e"',
  '[]',
  '{}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"valueOf":null}',
  `"${'a'.repeat(600)}"`,
  `[${'0,'.repeat(600)}0]`,
  `${'['.repeat(400)}${']'.repeat(400)}`,
  `${'{"type":'.repeat(200)}0${'}'.repeat(200)}`,
];
/** Members that an object gets on top. */
const MEMBERS = [
  '"__proto__":{"polluted":true}',
  '"constructor":{"prototype":{"polluted":true}}',
  '"type":"ring"',
  '"type":null',
  '"call":{}',
  '"seq":1e400',
  '"at":-1',
];
const PIECES = [
  '\ud800',
  '\udfff',
  '\u0000',
  '\u202e',
  '\r\n',
  '%',
  '%ZZ',
  '#',
  '/i#',
  '://',
  '\u00e9\u0301',
  '𝒜',
  'a'.repeat(300),
];

/** @returns the text with something wrong about it. */
export function spoilText(text: string, chance: Chance): string {
  const at = chance.below(text.length + 1);
  switch (chance.below(9)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(chance.below(0x1_0000)) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + chance.of(PIECES) + text.slice(at);
    case 3:
      return text.slice(at) + text.slice(0, at);
    case 4:
      return text.slice(0, at) + text.slice(at, at + 40).repeat(1 + chance.below(20)) + text.slice(at);
    case 5:
      return replaceValue(text, chance);
    case 6:
      return text.replace('{', `{${chance.of(MEMBERS)},`);
    case 7:
      return text.replace(/\}\s*$/, `,${chance.of(MEMBERS)}}`);
    default:
      return chance.of(STRANGE);
  }
}

/** Another value, of another type perhaps, for one of the members. */
function replaceValue(text: string, chance: Chance): string {
  const members = [...text.matchAll(/":("[^"]*"|-?\d[\d.e+]*|true|false|null)/g)];
  const member = members[chance.below(Math.max(1, members.length))];
  if (!member) return text + chance.of(STRANGE);
  const start = member.index + 2;
  return text.slice(0, start) + chance.of(STRANGE) + text.slice(start + (member[1]?.length ?? 0));
}

/** @returns the bytes with something wrong about them. */
export function spoilBytes(bytes: Uint8Array, chance: Chance): Uint8Array {
  const at = chance.below(bytes.length);
  switch (chance.below(4)) {
    case 0:
      return bytes.slice(0, at);
    case 1: {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << chance.below(8));
      return flipped;
    }
    case 2:
      return Buffer.concat([bytes, Buffer.alloc(chance.below(2000), chance.below(256))]);
    default: {
      const overwritten = bytes.slice();
      for (let i = at; i < Math.min(at + 8, overwritten.length); i++) overwritten[i] = chance.below(256);
      return overwritten;
    }
  }
}
