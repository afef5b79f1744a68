/** The catalogues of every language as the build packs them, for tests and the gallery. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Catalogue, packed } from '../_locales/compile.ts';

const FOLDER = fileURLToPath(new URL('../_locales/', import.meta.url));

export const LANGUAGES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** @returns what translators wrote in this language. */
export const catalogueOf = (language: string): Catalogue =>
  JSON.parse(readFileSync(`${FOLDER}${language}/messages.json`, 'utf8')) as Catalogue;

/** @returns what the browser's `i18n.getMessage` says in this language. */
export function speaking(language: string): (key: string) => string {
  const messages = packed(catalogueOf(language));
  return (key) => messages[key]?.message ?? '';
}
