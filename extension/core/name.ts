/** Names come from outside: cleaned once, then shown as text only. */
import { MAX_NAME_LENGTH } from '../../relay/mail.ts';

/**
 * @returns the name in NFC, without control characters and characters that change the direction or the look of text
 * (Unicode general categories Cc, Cf, Co, Cn), spaces folded, 64 code points at most.
 */
export function cleanName(raw: string): string {
  const text = raw
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  return [...text].slice(0, MAX_NAME_LENGTH).join('').trim();
}

/** @returns whether two names would be taken for the same: NFKC and case folded. */
export const isSameName = (a: string, b: string): boolean =>
  cleanName(a.normalize('NFKC')).toLocaleLowerCase('und') ===
  cleanName(b.normalize('NFKC')).toLocaleLowerCase('und');
