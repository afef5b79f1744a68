/** Which passphrases a backup may be locked with: whoever gets hold of the file can try as many as they like. */

/** The fewest characters (code points). */
export const MIN_PASSPHRASE_LENGTH = 12;
/** The fewest different ones among them. */
const MIN_DIFFERENT = 6;

/** The same letters typed on another system are the same bytes (Unicode Standard Annex #15). */
export const normalPassphrase = (typed: string): string => typed.normalize('NFC');

export type PassphraseProblem = 'too-short' | 'too-simple';

/** @returns why this is no passphrase for a backup, or null if it is one. */
export function passphraseProblem(typed: string): PassphraseProblem | null {
  const characters = [...normalPassphrase(typed)];
  if (characters.length < MIN_PASSPHRASE_LENGTH) return 'too-short';
  if (new Set(characters).size < MIN_DIFFERENT || isRun(characters)) return 'too-simple';
  return null;
}

/** `abcdefghijkl`, `987654321098`: mostly each character the neighbour of the one before it. */
function isRun(characters: readonly string[]): boolean {
  const points = characters.map((each) => each.codePointAt(0) ?? 0);
  const neighbours = points.filter((point, i) => i > 0 && Math.abs(point - (points[i - 1] ?? 0)) === 1);
  return neighbours.length * 2 > points.length;
}
