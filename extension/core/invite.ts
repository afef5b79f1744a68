/**
 * Invites: `https://<relay host>/i#<address>.<secret>.<until>~<name>`. What stands behind the `#` reaches no server when
 * the link is opened.
 */
import * as v from 'valibot';
import { relayHostSchema, secretSchema } from '../../relay/mail.ts';
import { type Address, isAddress } from '../../relay/protocol.ts';
import { cleanName } from './name.ts';
import { isLoopback } from './relay-address.ts';

const DAY_MS = 24 * 3600 * 1000;
/** How long an invite lives, in days. */
export const INVITE_DAYS = 7;
/** How long it is remembered that an invite was used, revoked or ran out, in milliseconds. */
export const REMEMBER_INVITES_MS = 30 * DAY_MS;
/** The longest link that is looked at, in characters. */
export const MAX_LINK_LENGTH = 2048;

export interface InviteLink {
  relay: string;
  address: Address;
  secret: string;
  /** Last day on which it works, in days since the epoch (UTC). */
  untilDay: number;
  name: string;
}

/** @returns the last day of an invite made at `now` ms. */
export const untilDayOf = (now: number): number => Math.floor(now / DAY_MS) + INVITE_DAYS;
/** @returns the moment an invite ends, in ms since the epoch: the end of its last day. */
export const endOf = (untilDay: number): number => (untilDay + 1) * DAY_MS;

/** @returns the link that is copied and sent. */
export function formatInvite({ relay, address, secret, untilDay, name }: InviteLink): string {
  const scheme = isLoopback(relay) ? 'http' : 'https';
  return `${scheme}://${relay}/i#${address}.${secret}.${untilDay}~${encodeURIComponent(name)}`;
}

/** @returns what a pasted link holds, or null if it is no whole invite. Text around it is no part of it. */
export function parseInvite(pasted: string): InviteLink | null {
  // First what is quickly seen: looking for where a link begins takes time with every character before it.
  if (!pasted.includes('/i#')) return null;
  const found = /([a-z]+:\/\/)?([^\s/]+\/i#\S+)/.exec(pasted.slice(0, MAX_LINK_LENGTH));
  if (!found) return null;
  try {
    const [, scheme, rest] = found;
    // As it is shown, without its scheme.
    const url = new URL(`${scheme ?? 'https://'}${rest}`);
    const parts = /^#([^.~]+)\.([^.~]+)\.(\d{1,7})~(.*)$/.exec(url.hash);
    if (!parts || url.pathname !== '/i' || url.search !== '') return null;
    const [, address, secret, untilDay, name] = parts;
    if (!isAddress(address) || !v.is(secretSchema, secret) || !v.is(relayHostSchema, url.host)) return null;
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.host))) return null;
    return {
      relay: url.host,
      address,
      secret,
      untilDay: Number(untilDay),
      name: cleanName(decodeURIComponent(name ?? '')),
    };
  } catch {
    return null;
  }
}
