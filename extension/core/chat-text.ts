/** What people write to each other comes from outside: cleaned once, then shown as text; of its links only those that are what they look like. */

/** The longest message, in UTF-16 code units: with its escapes it stays well below a control message's 16 KiB. */
export const MAX_CHAT_LENGTH = 4000;
/** More marks than this on one letter cover the lines around it. */
const MAX_MARKS = 8;

/** Joiners make emoji and the letters of several scripts; everything else of category Cf is invisible or turns text around. */
const UNWANTED = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ufffd]/gu;
const TOO_MANY_MARKS = new RegExp(`(\\p{M}{${String(MAX_MARKS)}})\\p{M}+`, 'gu');

/**
 * @returns the message in NFC, without control characters and characters that change the direction of text (Unicode general
 * categories Cc, Cf, Co, Cn), with two line breaks at most in a row, cut to `MAX_CHAT_LENGTH`; empty if nothing is left to read.
 */
export function cleanChat(raw: string): string {
  const text = raw
    .slice(0, 2 * MAX_CHAT_LENGTH)
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .toWellFormed()
    .replace(UNWANTED, '')
    .normalize('NFC')
    .replace(TOO_MANY_MARKS, '$1')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  const cut = text
    .slice(0, MAX_CHAT_LENGTH)
    .toWellFormed()
    .replace(/\ufffd$/, '')
    .trim();
  return /[^\s\u200c\u200d]/u.test(cut) ? cut : '';
}

/** A piece of a message: words, or a link with the address that is shown for it. */
export type ChatPart = { kind: 'text'; text: string } | { kind: 'link'; href: string };

const CANDIDATE = /https?:\/\/[^\s<>"'`{}|\\^]+/giu;
/** What ends a sentence ends no address. */
const AFTER = /[.,;:!?…)\]}»”’*_~]+$/u;

/**
 * Splits a message at its links. A link is shown as the address that the browser would go to: a host with foreign letters by
 * its ASCII name (RFC 5891), so that no letter passes for another; one with a user name in front of the host is no link.
 */
export function partsOf(text: string): ChatPart[] {
  const parts: ChatPart[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(CANDIDATE)) {
    const address = trimmed(found);
    const href = hrefOf(address);
    if (href === null) continue;
    if (index > from) parts.push({ kind: 'text', text: text.slice(from, index) });
    parts.push({ kind: 'link', href });
    from = index + address.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** A closing bracket belongs to the address if it was opened in it. */
function trimmed(found: string): string {
  const bare = found.replace(AFTER, '');
  const rest = found.slice(bare.length);
  return rest.startsWith(')') && bare.includes('(') && !bare.includes(')') ? `${bare})` : bare;
}

function hrefOf(address: string): string | null {
  const url = URL.parse(address);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  if (url.username !== '' || url.password !== '' || url.hostname === '') return null;
  return url.href;
}
