/** What can be said against a file that is offered as a backup before its passphrase is known. */

/** The largest file that is looked at, in bytes. A thousand people need less than 3 MiB. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** An age file, version 1, begins with this line (https://age-encryption.org/v1). */
const FIRST_LINE = 'age-encryption.org/v1\n';
/** The same as text, which travels where bytes don't (the specification's section "ASCII armor"). */
export const ARMOR_HEAD = '-----BEGIN AGE ENCRYPTED FILE-----';

/** `not-password`: an age file for whoever holds a certain key. `foreign`: no age file at all. */
export type FileProblem = 'empty' | 'too-large' | 'foreign' | 'not-password' | 'damaged';

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, 128));

/** @returns whether the file is an age file in armour. */
export const isArmored = (bytes: Uint8Array): boolean => textOf(bytes).startsWith(ARMOR_HEAD);

/** @returns why no passphrase can open the file, or null if one may. */
export function fileProblem(bytes: Uint8Array): FileProblem | null {
  if (bytes.length === 0) return 'empty';
  if (bytes.length > MAX_FILE_BYTES) return 'too-large';
  const text = textOf(bytes);
  if (text.startsWith(ARMOR_HEAD)) return null;
  if (!text.startsWith(FIRST_LINE)) return 'foreign';
  const stanza = text.slice(FIRST_LINE.length);
  if (stanza.startsWith('-> scrypt ')) return null;
  return stanza.startsWith('-> ') ? 'not-password' : 'damaged';
}
