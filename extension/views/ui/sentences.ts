/**
 * Every word a person reads, in their language: whole sentences in ICU MessageFormat from `_locales`, of which the browser takes
 * the catalogue it has for itself. Each becomes a property or a function, so that a sentence that isn't there doesn't compile.
 */
import format, { type CompiledMessage, type FormatOptions } from 'icu-minify/format';
import { locale } from './locale.ts';

/** What a sentence is told: names, numbers, times already in words, and the choice of a `select`. */
type Variables = Readonly<Record<string, string | number>>;

/** A sentence without variables. */
export const plain = null;

/** Part of a sentence: text, or text in a tag. */
export type Part = string | Readonly<{ tag: string; text: string }>;

const isRich = Symbol('has tags');
type Rich<A extends unknown[]> = ((...args: A) => Variables) & { [isRich]: true };
/** A sentence of which a part stands in a tag, as `<b>{time}</b>`. It is drawn by `Sentence.svelte`. */
export const rich = <A extends unknown[]>(variables: (...args: A) => Variables): Rich<A> =>
  Object.assign(variables, { [isRich]: true as const });

type Sayable = typeof plain | ((...args: never[]) => Variables) | { readonly [name: string]: Sayable };
type Said<S> = S extends typeof plain
  ? string
  : S extends Rich<infer A>
    ? (...args: A) => readonly Part[]
    : S extends (...args: infer A) => Variables
      ? (...args: A) => string
      : { readonly [K in keyof S]: Said<S[K]> };

/** @returns the sentence without its tags, for a name that is only heard. */
export const textOf = (parts: readonly Part[]): string =>
  parts.map((part) => (typeof part === 'string' ? part : part.text)).join('');

/** The browser's rules, which are slow to make, once for each thing that is asked of them. */
function kept<T>(make: (...args: [string | string[] | undefined, object?]) => T) {
  const made = new Map<string, T>();
  return (tag?: unknown, options?: object): T => {
    const key = JSON.stringify(options ?? null);
    const rules = made.get(key) ?? make(tag as string, options);
    made.set(key, rules);
    return rules;
  };
}
const OPTIONS: FormatOptions = {
  formatters: {
    getDateTimeFormat: kept((tag, options) => new Intl.DateTimeFormat(tag, options)),
    getNumberFormat: kept((tag, options) => new Intl.NumberFormat(tag, options)),
    getPluralRules: kept((tag, options) => new Intl.PluralRules(tag, options)),
  },
};

const read = new Map<string, CompiledMessage>();
/** @returns the sentence as the build wrote it: as it is if it has no variables, else in parts (`_locales/compile.ts`). */
function messageOf(key: string): CompiledMessage {
  const known = read.get(key);
  if (known !== undefined) return known;
  const text = chrome.i18n.getMessage(key);
  const message = text.startsWith('[') ? (JSON.parse(text) as CompiledMessage) : text;
  read.set(key, message);
  return message;
}

const sentence = (key: string, variables: Variables): string =>
  String(format(messageOf(key), locale, variables, OPTIONS));

const inTag = (tag: string) => (text: unknown[]) => ({ tag, text: text.join('') });
const TAGS = { b: inTag('b') };

function parts(key: string, variables: Variables): readonly Part[] {
  const made = format<Part>(messageOf(key), locale, { ...variables, ...TAGS } as never, OPTIONS);
  return Array.isArray(made) ? made : [made];
}

/**
 * @param prefix where these sentences stand in the catalogue: the sentence `call.mute` of `words` is `words_call_mute`
 * @param shape their names and, for each that has variables, what they are
 */
export function sentences<const S extends { readonly [name: string]: Sayable }>(
  prefix: string,
  shape: S,
): Said<S> {
  const said = {};
  for (const [name, what] of Object.entries(shape)) {
    const key = `${prefix}_${name.replaceAll('-', '_')}`;
    const get = (): unknown => {
      if (what === plain) return sentence(key, {});
      if (typeof what !== 'function') return sentences(key, what);
      const variables = what as (...args: unknown[]) => Variables;
      const say = isRich in what ? parts : sentence;
      return (...args: unknown[]) => say(key, variables(...args));
    };
    let value: unknown;
    Object.defineProperty(said, name, { enumerable: true, get: () => (value ??= get()) });
  }
  return said as Said<S>;
}

/** @returns a word of our code as a `select` of a sentence can choose by it. */
export const choice = (word: string): string => word.replaceAll('-', '_');
