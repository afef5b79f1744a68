import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it } from 'vitest';
import { catalogueOf, LANGUAGES, speaking } from '../catalogues.ts';

const english = catalogueOf('en');
const keys = Object.keys(english);

/** Every variable and tag of a sentence, and what its choices are, without the order a language has them in. */
function needsOf(parts: readonly MessageFormatElement[], found = new Set<string>()): Set<string> {
  for (const part of parts)
    switch (part.type) {
      case TYPE.literal:
      case TYPE.pound:
        break;
      case TYPE.select:
        for (const [option, { value }] of Object.entries(part.options)) {
          found.add(`${part.value}: ${option}`);
          needsOf(value, found);
        }
        break;
      case TYPE.plural:
        found.add(`${part.value}: plural`);
        for (const { value } of Object.values(part.options)) needsOf(value, found);
        break;
      case TYPE.tag:
        found.add(`<${part.value}>`);
        needsOf(part.children, found);
        break;
      default:
        found.add(part.value);
    }
  return found;
}

/** Every plural in a sentence, by the forms it has. */
function pluralsOf(parts: readonly MessageFormatElement[]): string[][] {
  return parts.flatMap((part) => {
    if (part.type === TYPE.tag) return pluralsOf(part.children);
    if (part.type !== TYPE.select && part.type !== TYPE.plural) return [];
    const inner = Object.values(part.options).flatMap(({ value }) => pluralsOf(value));
    return part.type === TYPE.plural ? [Object.keys(part.options), ...inner] : inner;
  });
}

/** Every way a sentence can be said, with its variables in braces. */
function sayings(parts: readonly MessageFormatElement[]): string[] {
  return parts.reduce<string[]>(
    (said, part) => {
      const next =
        part.type === TYPE.literal
          ? [part.value]
          : part.type === TYPE.pound
            ? ['#']
            : part.type === TYPE.tag
              ? sayings(part.children)
              : part.type === TYPE.select || part.type === TYPE.plural
                ? Object.values(part.options).flatMap(({ value }) => sayings(value))
                : [`{${part.value}}`];
      return said.flatMap((before) => next.map((after) => before + after));
    },
    [''],
  );
}

describe.each(LANGUAGES)('the catalogue of %s', (language) => {
  const catalogue = catalogueOf(language);
  const parsed = Object.entries(catalogue).map(([key, { message }]) => [key, parse(message)] as const);

  it('names itself and has every sentence of the English one, and no other', () => {
    expect(catalogue['language']?.message).toBe(language);
    expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
  });

  it('has every variable, choice and tag of the English sentence', () => {
    for (const [key, parts] of parsed)
      expect([...needsOf(parts)].sort(), key).toEqual(
        [...needsOf(parse(english[key]?.message ?? ''))].sort(),
      );
  });

  it('has every plural form of the language', () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [key, parts] of parsed)
      for (const forms of pluralsOf(parts))
        expect(forms, key).toEqual(expect.arrayContaining(pluralCategories));
  });

  it('has whole sentences, none made to be glued to another', () => {
    for (const [key, parts] of parsed)
      for (const said of sayings(parts)) {
        expect(said, key).toBe(said.trim());
        expect(said, key).not.toMatch(/ {2}|\$|^\[/);
      }
  });
});

describe('the sentences in the code', () => {
  const modules = import.meta.glob<Record<string, unknown>>('../../extension/views/ui/*words.ts', {
    eager: true,
  });

  it('are all in the catalogue, which has no others', () => {
    const asked = new Set<string>(['language', 'description']);
    const say = speaking('en');
    chrome.i18n.getMessage = (key: string) => {
      asked.add(key);
      return say(key);
    };
    for (const module of Object.values(modules))
      for (const [name, words] of Object.entries(module)) if (/words$/i.test(name)) sayAll(words);
    expect([...asked].sort()).toEqual([...keys].sort());
  });

  it('are told apart by a browser that knows no upper case', () => {
    expect(new Set(keys.map((key) => key.toLowerCase())).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_]+$/);
  });
});

/** What a sentence may be told: numbers, or words, or a finding of the check-up. */
const TOLD: readonly unknown[][] = [[1, 1, 1], ['known', 'known', 1], [{ is: 'known' }]];

/** Says everything once. */
function sayAll(words: unknown): void {
  if (typeof words === 'string') expect(words).not.toBe('');
  else if (typeof words === 'function') expect(TOLD.some((told) => says(words, told))).toBe(true);
  else for (const word of Object.values(words as object)) sayAll(word);
}

function says(say: unknown, told: readonly unknown[]): boolean {
  try {
    return (say as (...told: unknown[]) => unknown)(...told) !== '';
  } catch {
    return false;
  }
}
