/**
 * How a transport may look for its path: with which servers, whether it must hide where this person is, and for whom it may begin
 * before this person answers. Servers come from a relay that nobody need trust: nothing it says changes what is decided here.
 */
import { type IceServer, iceUrlKind } from '../../relay/protocol.ts';
import type { Contact, Settings } from '../storage.ts';

/**
 * How long a link waits for TURN servers from the beginning of its call on, in milliseconds: nobody answers sooner. A link that also
 * may go straight is then made without them.
 */
export const TURN_PATIENCE_MS = 500;
/** How long a link waits for them if it may go no other way, from when it is wanted on, in milliseconds. */
export const HIDDEN_PATIENCE_MS = 5000;
/** How long before they run out credentials are renewed, in milliseconds. */
export const TURN_RENEW_MS = 60_000;
/** How soon a relay that had none to give is asked again while a call lives, in milliseconds. */
export const TURN_RETRY_MS = 60_000;
/** The most URLs of each kind that are used: every one costs every network interface a socket. */
export const MAX_ICE_URLS = 6;

/** TURN servers, and until when their credentials open anything, in ms since the epoch. */
export interface TurnOffer {
  iceServers: IceServer[];
  until: number;
}
export const NO_TURN: TurnOffer = { iceServers: [], until: 0 };

/** What a peer connection is made with (WebRTC 1.0, section 4.2.1). */
export interface IcePlan {
  iceServers: IceServer[];
  /** `relay`: no candidate but those of TURN servers is ever gathered (RFC 8828, mode 4 without its default route). */
  iceTransportPolicy: 'all' | 'relay';
  /** Whether what leaves is filtered as well (`hidden-address.ts`). */
  hides: boolean;
}

/** @returns the servers cut down to URLs of one kind, and to as many as are worth asking. */
function only(kind: 'stun' | 'turn', servers: readonly IceServer[]): IceServer[] {
  let left = MAX_ICE_URLS;
  return servers.flatMap(({ urls, ...rest }) => {
    const fit = urls.filter((url) => iceUrlKind(url) === kind).slice(0, left);
    left -= fit.length;
    if (fit.length === 0) return [];
    return kind === 'stun' ? [{ urls: fit }] : [{ urls: fit, ...rest }];
  });
}

/**
 * @param stun what the relay said at login @param turn what it said when it was asked for TURN
 * @param isRelayed whether the path must go through a TURN server, whatever the relay offers
 * @returns what the connection is made with, or null if there is no TURN server and no other path is allowed.
 */
export function planIce(
  stun: readonly IceServer[],
  turn: readonly IceServer[],
  isRelayed: boolean,
): IcePlan | null {
  const turnServers = only('turn', turn);
  const hides = isRelayed;
  if (!isRelayed)
    return { iceServers: [...only('stun', stun), ...turnServers], iceTransportPolicy: 'all', hides };
  return turnServers.length === 0 ? null : { iceServers: turnServers, iceTransportPolicy: 'relay', hides };
}

/** @returns how long a link still waits at `now` for TURN servers that have not come, in ms. */
export const turnWait = (isRelayed: boolean, callBegan: number, now: number): number =>
  isRelayed ? HIDDEN_PATIENCE_MS : Math.max(0, callBegan + TURN_PATIENCE_MS - now);

/** How long credentials are taken to be good if their name does not say, in milliseconds: the protocol's ten minutes. */
const TURN_LIFETIME_MS = 600_000;
/** What a relay may have credentials be good for at most, in milliseconds. */
const MAX_LIFETIME_MS = 86_400_000;

/**
 * @param servers what the relay answered @param offset how many ms its clock is ahead of `now`
 * @returns its TURN servers, good until the earliest of the times in their user names (`<seconds>:<id>`,
 * draft-uberti-behave-turn-rest-00, section 2.2).
 */
export function turnOffer(servers: readonly IceServer[], now: number, offset: number): TurnOffer {
  const iceServers = only('turn', servers);
  if (iceServers.length === 0) return NO_TURN;
  const ends = iceServers.map(({ username = '' }) => {
    const seconds = /^(\d{9,12}):/.exec(username)?.[1];
    const end = seconds === undefined ? now + TURN_LIFETIME_MS : Number(seconds) * 1000 - offset;
    return Math.min(end, now + MAX_LIFETIME_MS);
  });
  return { iceServers, until: Math.min(...ends) };
}

/** @returns whether an allocation can still be made with them at `now`. */
export const isUsable = ({ iceServers, until }: TurnOffer, now: number): boolean =>
  iceServers.length > 0 && now < until;
/** @returns whether they need no renewing yet at `now`. */
export const isFresh = (offer: TurnOffer, now: number): boolean => isUsable(offer, now + TURN_RENEW_MS);

/** @returns whether a transport may be made for this caller before this person answers: it shows them an IP address. */
export function mayPreconnect(contact: Contact, settings: Settings, isSecond: boolean): boolean {
  if (isSecond || settings.availability.status !== 'available' || contact.bond.state !== 'mutual')
    return false;
  if (contact.claim !== null || contact.blockedAt !== null) return false;
  switch (settings.connectBeforeAnswer) {
    case 'nobody':
      return false;
    case 'checked':
      return contact.checkedAt !== null;
    case 'everyone':
      return true;
  }
}
