/**
 * The links this browser keeps: one to its own relay, one to each other relay its contacts live on, four at most.
 * Knows who is online, and which clock each relay has.
 */
import type { Address, IceServer, UndeliveredReason } from '../../relay/protocol.ts';
import { MAX_WATCHED } from '../../relay/protocol.ts';
import { type TurnOffer, turnOffer } from '../core/ice-policy.ts';
import { relaysOf } from '../core/people.ts';
import { isReachableFor } from '../core/reach.ts';
import type { Identity } from './identity.ts';
import { RelayLink } from './relay-link.ts';
import type { LinkState } from '../storage.ts';
import { get, update } from './store.ts';

export interface LinksEvents {
  /** A link has logged in. */
  onLogin(): void;
  onMail(from: Address, sealed: Uint8Array, relay: string): void;
  onOnline(address: Address): void;
  onUndelivered(relay: string, ref: number, reason: UndeliveredReason): void;
  onIceServers(servers: IceServer[]): void;
}

export interface Links {
  /** Opens, closes and connects links as profile, contacts and settings say. */
  reconcile(): Promise<void>;
  /** Connects what waits, now. */
  retryNow(): void;
  /** The network may have changed: sees to it that what seems to stand does, and connects the rest now. */
  probe(): void;
  /** Whether every link that should stand does. */
  readonly isWhole: boolean;
  /** A call needs them to find its path; `isChanged`: this computer is in another network, or may be. */
  hurry(isChanged: boolean): void;
  takeOver(): void;
  /** @returns the relay and reference it was sent with, or null if no link to the recipient's relay stands. */
  sendMail(to: Address, sealed: Uint8Array): Promise<{ relay: string; ref: number } | null>;
  /** STUN servers of the own relay, as of the last login. */
  readonly iceServers: IceServer[];
  /** Asks the own relay for TURN servers. @returns none if it has none to give, null if it does not say. */
  askTurn(): Promise<TurnOffer | null>;
  /** The own relay, as of the last `reconcile`. */
  readonly ownRelay: string;
  /** @returns how many ms the relay's clock is ahead of this one. */
  clockOffset(relay: string): number;
  isOnline(address: Address): boolean;
}

export function createLinks(me: Identity, events: LinksEvents): Links {
  const links = new Map<string, RelayLink>();
  const offsets = new Map<string, number>();
  /** Through which relays somebody is seen online. */
  const seenAt = new Map<Address, Set<string>>();
  /** Whom each relay was asked to tell of, since its last welcome. */
  const watching = new Map<string, string>();
  let own = '';
  let iceServers: IceServer[] = [];

  const watchedAt = async (relay: string): Promise<Address[]> => {
    if ((await get('settings')).availability.status === 'offline') return [];
    const contacts = Object.values(await get('contacts'));
    const here = contacts
      .filter(isReachableFor)
      .filter((contact) => relay === own || contact.relay === relay);
    return here.map((contact) => contact.address).slice(0, MAX_WATCHED);
  };

  const publishPresence = async (address: Address): Promise<void> => {
    const online = isOnline(address);
    await update('presence', (all) => {
      const before = all[address];
      const fresh = { status: 'available', until: null, since: Date.now() } as const;
      if (online) return before?.online ? all : { ...all, [address]: { ...fresh, online: true } };
      return before?.online ? { ...all, [address]: { ...fresh, online: false } } : all;
    });
    if (!online) return;
    events.onOnline(address);
  };

  const noteSeen = async (address: Address): Promise<void> => {
    await update('contacts', (all) => {
      const contact = all[address];
      return contact ? { ...all, [address]: { ...contact, lastSeenAt: Date.now() } } : all;
    });
  };

  const onPresence = (relay: string, address: Address, online: boolean): void => {
    // Of whom it was not asked it invents, and could do so without end.
    if (!watching.get(relay)?.includes(address)) return;
    const at = seenAt.get(address) ?? new Set<string>();
    if (at.has(relay) === online) return;
    seenAt.set(address, at);
    if (online) at.add(relay);
    else at.delete(relay);
    void publishPresence(address);
    void noteSeen(address);
  };

  /** Without a link nothing is known of anybody behind it. */
  const forgetSeen = (relay: string): void => {
    for (const [address, at] of seenAt) if (at.delete(relay)) void publishPresence(address);
  };

  /** Nobody says any more when they leave. */
  const forgetUnwatched = (relay: string, watched: readonly Address[]): void => {
    for (const [address, at] of seenAt)
      if (!watched.includes(address) && at.delete(relay)) void publishPresence(address);
  };

  const watch = async (relay: string, link: RelayLink): Promise<void> => {
    const addresses = await watchedAt(relay);
    const list = addresses.join();
    if (watching.get(relay) === list) return;
    watching.set(relay, list);
    link.watch(addresses);
    forgetUnwatched(relay, addresses);
  };

  const isOnline = (address: Address): boolean => (seenAt.get(address)?.size ?? 0) > 0;

  const open = (relay: string): RelayLink => {
    const tokens = {
      get: async () => (await get('resumeTokens'))[relay],
      set: async (token: string | undefined) => {
        await update('resumeTokens', ({ [relay]: _, ...rest }) =>
          token === undefined ? rest : { ...rest, [relay]: token },
        );
      },
    };
    const link = new RelayLink(relay, me, tokens, {
      onState: (state) => {
        if (state.state !== 'connected' && state.state !== 'connecting') forgetSeen(relay);
        if (relay === own) noteOwn(state);
      },
      onWelcome: (welcome) => {
        offsets.set(relay, welcome.now - Date.now());
        watching.delete(relay);
        if (relay === own) {
          iceServers = welcome.iceServers;
          events.onIceServers(iceServers);
        }
        void watch(relay, link);
        events.onLogin();
      },
      onMail: (from, sealed) => events.onMail(from, sealed, relay),
      onPresence: (address, online) => onPresence(relay, address, online),
      onUndelivered: (ref, reason) => events.onUndelivered(relay, ref, reason),
    });
    links.set(relay, link);
    return link;
  };

  /** Who has the own relay has this person: calls ring there now, through whichever relay they come. */
  const noteOwn = (state: LinkState): void => {
    void update('link', () => state);
    if (state.state === 'connecting') void update('isReplaced', () => false);
    if (state.state !== 'replaced') return;
    void update('isReplaced', () => true);
    for (const [relay, link] of links) if (relay !== own) link.stayReplaced();
  };

  return {
    async reconcile() {
      const profile = await get('profile');
      // Nobody has chosen this relay yet: the welcome page is still to come.
      if (profile.name === '') return;
      const wanted = relaysOf(profile.relay, Object.values(await get('contacts')));
      if (own !== '' && own !== profile.relay) {
        const known = links.get(profile.relay)?.state;
        if (known) await update('link', () => known);
      }
      own = profile.relay;
      for (const [relay, link] of links) {
        if (wanted.includes(relay)) continue;
        links.delete(relay);
        link.close();
      }
      // Another browser has them, which an earlier worker was told, perhaps days ago.
      const isReplaced = await get('isReplaced');
      for (const relay of wanted) {
        const isNew = !links.has(relay);
        const link = links.get(relay) ?? open(relay);
        if (isNew && isReplaced) link.stayReplaced();
        link.ensure();
        if (link.isConnected) await watch(relay, link);
      }
    },
    retryNow: () => links.forEach((link) => link.retryNow()),
    probe: () => links.forEach((link) => link.probe()),
    get isWhole() {
      return [...links.values()].every((link) => link.isSettled);
    },
    hurry: (isChanged) => links.forEach((link) => link.hurry(isChanged)),
    takeOver: () => links.forEach((link) => link.takeOver()),
    async sendMail(to, sealed) {
      const contact = (await get('contacts'))[to];
      const link = links.get(contact?.relay ?? own) ?? links.get(own);
      const ref = link?.sendMail(to, sealed) ?? null;
      return link && ref !== null ? { relay: link.host, ref } : null;
    },
    get iceServers() {
      return iceServers;
    },
    async askTurn() {
      const relay = own;
      const servers = (await links.get(relay)?.askTurn()) ?? null;
      return servers && turnOffer(servers, Date.now(), offsets.get(relay) ?? 0);
    },
    get ownRelay() {
      return own;
    },
    clockOffset: (relay) => offsets.get(relay) ?? 0,
    isOnline,
  };
}
