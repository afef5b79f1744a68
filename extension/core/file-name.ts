/** Names of files come from outside: cleaned to what every system takes, and what a file may be shown as in a tab. */

/** The longest name on a disk: 255 bytes of UTF-8 on most, with room for the browser's " (1)". */
const MAX_NAME_BYTES = 200;
/** An ending longer than this is part of the name. */
const MAX_ENDING = 12;

/** Names that Windows keeps for devices, whatever follows their first dot. */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;
const encoder = new TextEncoder();

/**
 * @returns the name in NFC: the last part of a path, without control characters and such that turn text around (so that
 * "gpj.exe" can't pass for "exe.jpg"), without what a disk refuses, never hidden, never empty, and short enough with its ending whole.
 */
export function cleanFileName(raw: string): string {
  const last = raw
    .slice(0, 4096)
    .split(/[/\\]/)
    .findLast((part) => /[^\s.]/u.test(part));
  const name = (last ?? '')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ufffd]/gu, '')
    .normalize('NFC')
    .replace(/[<>:"|?*/\\]/g, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.]+|[\s.]+$/gu, '');
  const safe = RESERVED.test(name) ? `_${name}` : name;
  return shortened(safe) || 'file';
}

/** @returns its ending with the dot, such as ".pdf"; empty if it has none. */
export function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 && name.length - dot <= MAX_ENDING ? name.slice(dot) : '';
}

function shortened(name: string): string {
  if (encoder.encode(name).length <= MAX_NAME_BYTES) return name;
  const ending = endingOf(name);
  const room = MAX_NAME_BYTES - encoder.encode(ending).length;
  let kept = '';
  let bytes = 0;
  for (const point of name.slice(0, name.length - ending.length)) {
    bytes += encoder.encode(point).length;
    if (bytes > room) break;
    kept += point;
  }
  return `${kept.replace(/[\s.]+$/u, '')}${ending}`;
}

/**
 * What the browser may show in a tab of its own, by ending. None of these can run anything there: no HTML, no SVG, no XML. The
 * type is ours, never the sender's.
 */
const SHOWN: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.pdf': 'application/pdf',
};

/** @returns the type to open it with, or null if the browser may only save it. */
export const shownType = (name: string): string | null => SHOWN[endingOf(name).toLowerCase()] ?? null;

/** @returns whether it is a picture, by its ending. */
export const isPictureFile = (name: string): boolean => shownType(name)?.startsWith('image/') ?? false;
