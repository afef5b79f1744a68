/** A person's two colours and initials: the same everywhere, drawn from the key and the name. */
import { type Address, fromBase64url } from '../../relay/protocol.ts';

export interface Hues {
  /** Degrees, in steps of 30. */
  h1: number;
  h2: number;
}

/** @returns the two hues from bytes 0 and 1 of the SHA-256 of the key. */
export async function huesOf(address: Address): Promise<Hues> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', fromBase64url(address)));
  return { h1: ((hash[0] ?? 0) % 12) * 30, h2: ((hash[1] ?? 0) % 12) * 30 };
}

/** @returns one or two letters: of the first and of the last word. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  const first = [...(words[0] ?? '')][0] ?? '';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}
