/**
 * How a call's two sides reach each other: the link of the moment, what is put into it and what is said on it. Links come and go
 * within one call; whoever uses this need not notice.
 *
 * - `setTrack` puts a track into this link and each that follows.
 * - `say` says something once, if a link stands now; `keepTold` keeps the other side told of a state, over every new link.
 * - `hear` hears one type of control message (`core/control-message.ts`); `onFresh` learns that a fresh link stands, `onGone` that
 *   it does no more; `onBulk` hears the bulk channel.
 * - `peer` is the link that stands or is being made, for what only a link can tell. Never keep it: ask again.
 */
import type { ControlMessage } from '../core/control-message.ts';
import { formatControl, parseControl } from '../core/control-message.ts';
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
  /** Link `n` is being made. */
  onOpened(n: number): void;
  /** Link `n` stands; `role` made its offer, or answered it. */
  onLinked(n: number, role: LinkRole): void;
  /** Link `n` is gone by itself. */
  onLost(n: number): void;
  /** The link was closed or is gone. */
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
  peer: LaterLink;
  /** What the other side was told on it, by type. */
  told: Map<ControlType, string>;
}

export class CallTransport {
  readonly #events: TransportEvents;
  readonly #hearers = new Map<ControlType, ((message: ControlMessage) => void)[]>();
  readonly #whenFresh: (() => void)[] = [];
  readonly #whenGone: (() => void)[] = [];
  #bulk: BulkHearer | undefined;
  readonly #tracks = new Map<TrackKind, MediaStreamTrack | null>();
  readonly #kept = new Map<ControlType, ControlMessage>();
  #placeholder: MediaStreamTrack | undefined;
  #link: Link | undefined;

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
    return this.#link?.peer.send(formatControl(message)) ?? false;
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
    this.#link?.peer.setTrack(kind, track);
  }

  /** Sends a placeholder until a picture is put in. */
  warmUp(placeholder: MediaStreamTrack): void {
    this.#placeholder = placeholder;
    this.#link?.peer.warmUp(placeholder);
  }

  /** There are fresh TURN servers. */
  useServers(turn: IceServer[]): void {
    this.#link?.peer.useServers(turn);
  }

  /** What could not be made is wanted now. */
  retry(): void {
    this.#link?.peer.retry();
  }

  /** Does what the desk decided. */
  act(act: LinkAct): void {
    switch (act.do) {
      case 'open':
        this.close();
        return this.#open(act.n, act.role);
      case 'feed':
        if (this.#link?.n === act.n) this.#link.peer.feed(act.signal);
        return;
      case 'close':
        return this.close();
    }
  }

  close(): void {
    const link = this.#link;
    this.#link = undefined;
    this.#closed();
    link?.peer.close();
  }

  #closed(): void {
    this.#events.onClosed();
    for (const listener of this.#whenGone) listener();
  }

  #open(n: number, role: LinkRole): void {
    const isCurrent = () => this.#link?.n === n;
    const events: PeerLinkEvents = {
      onSignal: (signal) => isCurrent() && this.#events.onSignal(n, signal),
      onLinked: () => {
        if (!isCurrent()) return;
        for (const message of this.#kept.values()) this.#tell(message);
        this.#events.onLinked(n, role);
        for (const listener of this.#whenFresh) listener();
      },
      onLost: () => {
        if (!isCurrent()) return;
        this.#link = undefined;
        this.#closed();
        this.#events.onLost(n);
      },
      onTrack: (kind, track) => isCurrent() && this.#events.onTrack(kind, track),
      onBulk: (frame) => isCurrent() && this.#bulk?.frame(frame),
      onBulkRoom: () => isCurrent() && this.#bulk?.room(),
      onControl: (text) => {
        const message = parseControl(text);
        if (message && isCurrent()) this.#hearers.get(message.type)?.forEach((hearer) => hearer(message));
      },
    };
    const peer = createLinkLater(
      () => this.#events.plan(),
      (plan) => createPeerLink(role, plan, events),
      () => isCurrent() && this.#events.onRefused(),
    );
    this.#link = { n, peer, told: new Map() };
    this.#events.onOpened(n);
    if (this.#placeholder) peer.warmUp(this.#placeholder);
    for (const [kind, track] of this.#tracks) peer.setTrack(kind, track);
  }

  #tell(message: ControlMessage): void {
    const text = formatControl(message);
    const told = this.#link?.told;
    if (!told || told.get(message.type) === text) return;
    if (this.say(message)) told.set(message.type, text);
  }
}
