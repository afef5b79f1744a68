/**
 * How a call's two sides reach each other: the link of the moment, what is put into it and what is said on it. Links come and go
 * within one call, a fresh one beside the one that stands until it takes over; whoever uses this need not notice.
 *
 * - `setTrack` puts a track into this link and each that follows.
 * - `say` says something once, if a link stands now; `keepTold` keeps the other side told of a state, over every new link.
 * - `hear` hears one type of control message (`core/control-message.ts`); `onFresh` learns that a fresh link stands, `onGone` that
 *   it does no more; `onBulk` hears the bulk channel.
 * - `peer` is the link that stands or is being made, for what only a link can tell. Never keep it: ask again.
 */
import type { ControlMessage } from '../core/control-message.ts';
import { formatControl, MAX_CONTROL_LENGTH, parseControl } from '../core/control-message.ts';
import type { IcePlan } from '../core/ice-policy.ts';
import type { LinkAct, PeerSignal } from '../core/link-book.ts';
import type { IceServer } from '../../relay/protocol.ts';
import { createLinkLater, type LaterLink } from './later-link.ts';
import type { TrackKind } from '../core/media-lines.ts';
import { createPeerLink, type PeerLink, type PeerLinkEvents } from './peer-link.ts';

export type LinkRole = 'caller' | 'callee';
type ControlType = ControlMessage['type'];
type Said<T extends ControlType> = Extract<ControlMessage, { type: T }>;

/** What the call does for its transport, and hears of it. Links are told apart by their number. */
export interface TransportEvents {
  /** What the next link is made with; null if none may be made. */
  plan(): IcePlan | null | Promise<IcePlan | null>;
  onSignal(n: number, signal: PeerSignal): void;
  /** Another link than before is that of the moment: what was agreed on the last one counts no more. */
  onTurned(): void;
  /** Link `n` stands, and is that of the moment; `role` made its offer, or answered it. */
  onLinked(n: number, role: LinkRole): void;
  /** Link `n` is gone by itself. */
  onLost(n: number): void;
  /** There is no link any more. */
  onClosed(): void;
  /** There is nothing a link may be made with. */
  onRefused(): void;
  onTrack(kind: TrackKind, track: MediaStreamTrack): void;
}

/** Who hears the bulk channel. */
export interface BulkHearer {
  frame(frame: ArrayBuffer): void;
  /** There is room to send. */
  room(): void;
}

interface Link {
  n: number;
  role: LinkRole;
  peer: LaterLink;
  /** What the other side was told on it, by type. */
  told: Map<ControlType, string>;
  /** What was said to the other side of it. */
  signals: PeerSignal[];
  /** What came while another link still carried the call. */
  heard: ControlMessage[];
  bulk: ArrayBuffer[];
  tracks: Map<TrackKind, MediaStreamTrack>;
}

/** Of a type that nobody knows, so that nobody answers it. */
const PROBE = JSON.stringify({ v: 1, type: 'probe' });
/** How much is kept of what comes on a link before this side takes it. */
const MAX_EARLY = 64;
/** The same for frames of files, of 16 KiB. */
const MAX_EARLY_FRAMES = 256;
/** How many signals of a link are kept to be said again. */
const MAX_SIGNALS = 16;

export class CallTransport {
  readonly #events: TransportEvents;
  readonly #hearers = new Map<ControlType, ((message: ControlMessage) => void)[]>();
  readonly #whenFresh: (() => void)[] = [];
  readonly #whenGone: (() => void)[] = [];
  #bulk: BulkHearer | undefined;
  readonly #tracks = new Map<TrackKind, MediaStreamTrack | null>();
  readonly #kept = new Map<ControlType, ControlMessage>();
  #placeholder: MediaStreamTrack | undefined;
  /** The one that carries the call, or would if it stood. */
  #link: Link | undefined;
  /** One that is being made beside it. */
  #next: Link | undefined;

  constructor(events: TransportEvents) {
    this.#events = events;
  }

  /** The link that stands or is being made. */
  get peer(): PeerLink | undefined {
    return this.#link?.peer;
  }

  /** From here on `listener` hears all control messages of a type, for as long as the call lives. */
  hear<T extends ControlType>(type: T, listener: (message: Said<T>) => void): void {
    const hearers = this.#hearers.get(type) ?? [];
    // Only messages of this type are ever looked up under it.
    hearers.push((message) => listener(message as Said<T>));
    this.#hearers.set(type, hearers);
  }

  /** Calls `listener` each time a fresh link stands, for as long as the call lives. `say` works from then on. */
  onFresh(listener: () => void): void {
    this.#whenFresh.push(listener);
  }

  /** Calls `listener` each time the link is closed or gone, for as long as the call lives. */
  onGone(listener: () => void): void {
    this.#whenGone.push(listener);
  }

  /** From here on `hearer` hears the bulk channel of each link. */
  onBulk(hearer: BulkHearer): void {
    this.#bulk = hearer;
  }

  /** Says something on the control channel. @returns whether it stands. */
  say(message: ControlMessage): boolean {
    const text = formatControl(message);
    return text.length <= MAX_CONTROL_LENGTH && (this.#link?.peer.send(text) ?? false);
  }

  /** Asks the other end for a sign of life: that it arrived is heard in `received`, by the data channel's own receipt. */
  probe(): void {
    this.#link?.peer.send(PROBE);
  }

  /** Keeps the other side told: said now if it is new to them, and on each link that follows. */
  keepTold(message: ControlMessage): void {
    this.#kept.set(message.type, message);
    this.#tell(message);
  }

  /** Puts a track into this link and those that follow, or takes it out with null. */
  setTrack(kind: TrackKind, track: MediaStreamTrack | null): void {
    if (kind === 'video') this.#placeholder = undefined;
    this.#tracks.set(kind, track);
    for (const { peer } of this.#links) peer.setTrack(kind, track);
  }

  /** Sends a placeholder until a picture is put in. */
  warmUp(placeholder: MediaStreamTrack): void {
    this.#placeholder = placeholder;
    this.#link?.peer.warmUp(placeholder);
  }

  /** There are fresh TURN servers. */
  useServers(turn: IceServer[]): void {
    for (const { peer } of this.#links) peer.useServers(turn);
  }

  /** What could not be made is wanted now. */
  retry(): void {
    for (const { peer } of this.#links) peer.retry();
  }

  /** Does what the desk decided. */
  act(act: LinkAct): void {
    const link = this.#links.find(({ n }) => n === act.n);
    switch (act.do) {
      case 'open':
        return this.#open(act.n, act.role);
      case 'feed':
        return link?.peer.feed(act.signal);
      case 'repeat':
        return link?.signals.forEach((signal) => this.#events.onSignal(act.n, signal));
      case 'close':
        if (link) this.#drop(link).peer.close();
        return;
    }
  }

  close(): void {
    for (const link of this.#links) this.#drop(link).peer.close();
  }

  get #links(): Link[] {
    return [this.#link, this.#next].filter((link) => link !== undefined);
  }

  /** Takes a link out. The one beside it, which would otherwise wait for it, is that of the moment then. */
  #drop(link: Link): Link {
    if (link === this.#next) this.#next = undefined;
    if (link !== this.#link) return link;
    const next = this.#next;
    this.#link = undefined;
    this.#closed();
    if (next) this.#turnTo(next);
    return link;
  }

  #turnTo(link: Link): void {
    if (link === this.#next) this.#next = undefined;
    this.#link = link;
    this.#events.onTurned();
    for (const [kind, track] of link.tracks) this.#events.onTrack(kind, track);
    link.tracks.clear();
    for (const frame of link.bulk.splice(0)) this.#bulk?.frame(frame);
    for (const message of link.heard.splice(0)) this.#hear(message);
  }

  #closed(): void {
    this.#events.onClosed();
    for (const listener of this.#whenGone) listener();
  }

  #open(n: number, role: LinkRole): void {
    const isOpen = (): boolean => this.#links.includes(link);
    const events: PeerLinkEvents = {
      onSignal: (signal) => {
        if (!isOpen()) return;
        if (link.signals.length < MAX_SIGNALS) link.signals.push(signal);
        this.#events.onSignal(n, signal);
      },
      onLinked: () => isOpen() && this.#stand(link),
      onLost: () => {
        if (!isOpen()) return;
        this.#drop(link);
        this.#events.onLost(n);
      },
      onTrack: (kind, track) => {
        if (link === this.#link) this.#events.onTrack(kind, track);
        else if (isOpen() && link.tracks.size < MAX_EARLY) link.tracks.set(kind, track);
      },
      onBulk: (frame) => {
        if (link === this.#link) this.#bulk?.frame(frame);
        else if (isOpen() && link.bulk.length < MAX_EARLY_FRAMES) link.bulk.push(frame);
      },
      onBulkRoom: () => link === this.#link && this.#bulk?.room(),
      onControl: (text) => {
        const message = parseControl(text);
        if (!message || !isOpen()) return;
        if (link === this.#link) this.#hear(message);
        else if (link.heard.length < MAX_EARLY) link.heard.push(message);
      },
    };
    const peer = createLinkLater(
      () => this.#events.plan(),
      (plan) => createPeerLink(role, plan, events),
      () => isOpen() && this.#events.onRefused(),
    );
    const link: Link = {
      n,
      role,
      peer,
      told: new Map(),
      signals: [],
      heard: [],
      bulk: [],
      tracks: new Map(),
    };
    // The newest takes the place of one that never stood.
    if (this.#next) this.#drop(this.#next).peer.close();
    if (this.#link) this.#next = link;
    else this.#turnTo(link);
    if (this.#placeholder) peer.warmUp(this.#placeholder);
    for (const [kind, track] of this.#tracks) peer.setTrack(kind, track);
  }

  /** A link stands, and takes over. */
  #stand(link: Link): void {
    const older = link === this.#link ? undefined : this.#link;
    if (older) {
      this.#closed();
      this.#turnTo(link);
    }
    for (const message of this.#kept.values()) this.#tell(message);
    this.#events.onLinked(link.n, link.role);
    for (const listener of this.#whenFresh) listener();
    older?.peer.close();
  }

  #hear(message: ControlMessage): void {
    this.#hearers.get(message.type)?.forEach((hearer) => hearer(message));
  }

  #tell(message: ControlMessage): void {
    const text = formatControl(message);
    const told = this.#link?.told;
    if (!told || told.get(message.type) === text) return;
    if (this.say(message)) told.set(message.type, text);
  }
}
