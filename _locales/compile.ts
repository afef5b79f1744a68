/**
 * What the build makes of a catalogue: sentences with variables become the parts that `icu-minify` formats, as JSON, and the
 * browser hands them out like any other message. So no parser is packed, and nothing is evaluated.
 */
import compile from 'icu-minify/compile';

export interface Catalogue {
  [key: string]: { message: string; description?: string };
}

/** Isolates what is put in, so that a Latin name doesn't turn an Arabic sentence around (UAX #9, section 2.7). */
const [FSI, PDI] = ['\u2068', '\u2069'];

function isolated(part: unknown): unknown[] {
  if (!Array.isArray(part)) return [part];
  const [name, kind, ...rest] = part as unknown[];
  if (part.length === 1) return [FSI, [name], PDI];
  if (rest.length === 1 && typeof rest[0] === 'object' && !Array.isArray(rest[0]) && rest[0] !== null) {
    const options = Object.entries(rest[0]).map(([option, inner]) => [option, isolateAll(inner)]);
    return [[name, kind, Object.fromEntries(options)]];
  }
  return typeof kind === 'number' ? [part] : [[name, ...isolateAll([kind, ...rest])]];
}
const isolateAll = (message: unknown): unknown[] =>
  Array.isArray(message) ? message.flatMap(isolated) : [message];

/** @returns the catalogue as it is packed. */
export function packed(catalogue: Catalogue): Record<string, { message: string }> {
  const isRightToLeft = catalogue['language']?.message === 'ar';
  const entries = Object.entries(catalogue).map(([key, { message }]) => {
    const made = compile(message);
    if (typeof made === 'string') return [key, { message: made }];
    return [key, { message: JSON.stringify(isRightToLeft ? isolateAll(made) : made) }];
  });
  return Object.fromEntries(entries) as Record<string, { message: string }>;
}
