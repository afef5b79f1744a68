/**
 * One link to one relay: logs in, answers pings, notices silence, comes back by itself. What arrives goes to `events`.
 */
import { linkUrl } from '../core/relay-address.ts';
import {
  type AttemptEnd,
  DOUBT_MS,
  HURRIED_REFUSALS,
  HURRIED_WAIT_MS,
  hurriedPatience,
  PROBE_PATIENCE_MS,
  reachPatience,
  reconnectWait,
} from '../core/reconnect.ts';
import {
  type Address,
  CLOSE,
  fromBase64url,
  type IceServer,
  LINK_PATH,
  mailFrame,
  parseMailFrame,
  parseRelayFrame,
  type RelayFrame,
  RESUMED_SUBPROTOCOL,
  toBase64url,
  isAddress,
  type UndeliveredReason,
  type ClientFrame,
} from '../../relay/protocol.ts';
import type { LinkState } from '../storage.ts';
import type { Identity } from './identity.ts';
import { offeredProtocols } from './resume-offer.ts';

/** How long a relay may take to name TURN servers, a login before it included, in milliseconds. */
const TURN_ANSWER_MS = 10_000;
/** How long a relay that was reached may take for the login, in milliseconds. */
const LOGIN_PATIENCE_MS = 10_000;
/** A link that said something so short a while ago stands, in milliseconds. */
const SURE_MS = 5000;
/** An attempt that is younger has not had its chance yet, in milliseconds. */
const FRESH_MS = 1000;
/** How long a call's hurry lasts without another word of it, in milliseconds: it asks again while it needs the link. */
const HURRY_MS = 15_000;
/** A login that is so young is asked for a word before there is another, in milliseconds. */
const NEW_LOGIN_MS = 15_000;
/** A call cannot wait longer for a sign of life, in milliseconds. */
const HURRIED_PROBE_MS = 1000;
/** The shortest mail there is. Sent to oneself, it is one that the relay says at once it did not deliver. */
const PROBE = new Uint8Array(1);

export interface LinkEvents {
  onState(state: LinkState): void;
  onWelcome(welcome: { now: number; iceServers: IceServer[] }): void;
  onMail(from: Address, sealed: Uint8Array): void;
  onPresence(address: Address, online: boolean): void;
  onUndelivered(ref: number, reason: UndeliveredReason): void;
}

/** Where the link keeps its resume token, so that the next login costs one round trip. */
export interface TokenShelf {
  get(): Promise<string | undefined>;
  set(token: string | undefined): Promise<void>;
}

export class RelayLink {
  #socket: WebSocket | undefined;
  /** The link that carries on until the relay has let its successor in. */
  #former: WebSocket | undefined;
  /** Whether the relay has let `#socket` in. */
  #isIn = false;
  #state: LinkState = { state: 'off' };
  #failures = 0;
  #openedAt = 0;
  /** Which attempt counts: another may have begun while this one got ready. */
  #attempt = 0;
  /** How far the relay's clock is ahead of this one, as of its last welcome. */
  #offsetMs = 0;
  #heardAt = 0;
  #hurriedUntil = 0;
  #ref = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** Who waits for TURN servers. What a relay says of them unasked is heard by nobody. */
  readonly #turnWaiters = new Set<(servers: IceServer[] | null) => void>();
  readonly host: string;
  readonly #me: Identity;
  readonly #tokens: TokenShelf;
  readonly #events: LinkEvents;

  /** @param host the relay's public name */
  constructor(host: string, me: Identity, tokens: TokenShelf, events: LinkEvents) {
    this.host = host;
    this.#me = me;
    this.#tokens = tokens;
    this.#events = events;
  }

  get isConnected(): boolean {
    return this.#state.state === 'connected';
  }

  /** Whether there is nothing to wait for: it stands, or is not meant to. */
  get isSettled(): boolean {
    return this.#state.state !== 'connecting' && this.#state.state !== 'waiting';
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Another browser with the same identity has this link: it waits for `takeOver`. */
  stayReplaced(): void {
    this.#drop();
    this.#setState({ state: 'replaced' });
  }

  /** Connects unless it is connected or about to be. A link that was replaced stays down until `takeOver`. */
  ensure(): void {
    if (this.#state.state === 'off' || (this.#state.state === 'waiting' && Date.now() >= this.#state.retryAt))
      this.#open();
  }

  /** Connects now, whatever it was waiting for. */
  retryNow(): void {
    if (
      this.#state.state === 'connected' ||
      this.#state.state === 'connecting' ||
      this.#state.state === 'replaced'
    )
      return;
    this.#open();
  }

  /**
   * The way to the relay may have changed: asks it for a word, by mail to oneself. A link that is only half there is
   * replaced after 3 s, one that is being made on the old way is begun anew.
   */
  probe(): void {
    if (this.#former) return;
    if (this.isConnected && this.#socket) {
      this.#post(this.#socket, this.#me.address, PROBE);
      return this.#expectWord(PROBE_PATIENCE_MS);
    }
    const isStuck = this.#state.state === 'connecting' && Date.now() - this.#openedAt > FRESH_MS;
    if (isStuck) this.#open();
    else this.retryNow();
  }

  /**
   * A call needs this link to find its path, so it must not be found dead in its own time.
   * @param isChanged this computer is in another network, or may be: a new login shows soonest what can be reached
   */
  hurry(isChanged: boolean): void {
    const now = Date.now();
    this.#hurriedUntil = now + HURRY_MS;
    const { state } = this.#state;
    if (state === 'connected' && now - this.#heardAt > HURRIED_PROBE_MS) {
      if (isChanged || now - this.#openedAt > NEW_LOGIN_MS) return this.#renew();
      this.probe();
      return this.#expectWord(HURRIED_PROBE_MS);
    }
    const isStuck = state === 'connecting' && now - this.#openedAt > HURRIED_PROBE_MS;
    if (isChanged && isStuck) return this.#open();
    if (state === 'waiting' && (isChanged || this.#state.retryAt - now > HURRIED_PROBE_MS)) this.#open();
  }

  /** Takes the link back from another browser with the same identity. */
  takeOver(): void {
    if (this.#state.state === 'replaced') this.#open();
  }

  /** Ends the link for good. */
  close(): void {
    this.#drop();
    this.#setState({ state: 'off' });
  }

  watch(addresses: Address[]): void {
    this.#say({ type: 'watch', addresses });
  }

  /** Hands a sealed mail to the relay. @returns its reference, or null if the link is down. */
  sendMail(to: Address, sealed: Uint8Array): number | null {
    const socket = this.#former ?? this.#socket;
    if (!this.isConnected || !socket) return null;
    const ref = this.#post(socket, to, sealed);
    // Who rings over a link that died while nobody spoke must not wait until the silence is noticed.
    if (Date.now() - this.#heardAt > SURE_MS) this.probe();
    return ref;
  }

  #post(socket: WebSocket, to: Address, sealed: Uint8Array): number {
    this.#ref = (this.#ref + 1) >>> 0;
    socket.send(mailFrame({ party: fromBase64url(to), ref: this.#ref, sealed }));
    return this.#ref;
  }

  /** Asks for TURN servers, once the link stands. @returns none if the relay has none to give, null if it does not say. */
  askTurn(): Promise<IceServer[] | null> {
    if (this.isConnected && this.#turnWaiters.size === 0) this.#say({ type: 'turn' });
    return new Promise((resolve) => {
      const hear = (servers: IceServer[] | null): void => {
        clearTimeout(late);
        this.#turnWaiters.delete(hear);
        resolve(servers);
      };
      const late = setTimeout(hear, TURN_ANSWER_MS, null);
      this.#turnWaiters.add(hear);
    });
  }

  #open(): void {
    this.#drop();
    this.#setState({ state: 'connecting' });
    this.#begin();
  }

  /** Makes a new link beside the one that stands, which may be fine: nobody sees this person leave, and no mail is lost. */
  #renew(): void {
    const former = this.#former ?? this.#socket;
    if (this.#former) silence(this.#socket);
    this.#former = this.#socket = undefined;
    this.#drop();
    this.#former = former;
    if (former)
      former.onclose = () => {
        // The relay closes it when it lets the other in, which is heard on that one.
        if (former !== this.#former) return;
        this.#former = undefined;
        if (!this.#isIn) this.#setState({ state: 'connecting' });
      };
    this.#begin();
  }

  #begin(): void {
    this.#openedAt = Date.now();
    this.#expectWord((this.#isHurried ? hurriedPatience : reachPatience)(this.#failures));
    void this.#connect(this.#attempt);
  }

  async #connect(attempt: number): Promise<void> {
    // Every other attempt does without, in case something on the way stumbles over it.
    const token = this.#failures % 2 === 0 ? await this.#tokens.get() : undefined;
    const protocols = await offeredProtocols(this.#me.address, token, Date.now() + this.#offsetMs);
    if (attempt !== this.#attempt) return;
    const socket = this.#dial(protocols);
    if (!socket) return this.#closed(0, 'refused');
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => void this.#opened(socket);
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (socket === this.#socket || socket === this.#former) this.#hear(data, socket);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#closed(code, 'refused');
    };
  }

  /** @returns null where the browser takes the address for none. */
  #dial(protocols: string[]): WebSocket | null {
    try {
      return new WebSocket(linkUrl(this.host, LINK_PATH), protocols);
    } catch {
      return null;
    }
  }

  async #opened(socket: WebSocket): Promise<void> {
    if (socket === this.#socket) this.#expectWord(LOGIN_PATIENCE_MS);
    // The relay has taken the offer for the login, and its welcome is on the way.
    if (socket.protocol === RESUMED_SUBPROTOCOL) return;
    const resume = await this.#tokens.get();
    if (socket !== this.#socket) return;
    this.#say({ type: 'hello', address: this.#me.address, ...(resume !== undefined && { resume }) }, socket);
  }

  get #isHurried(): boolean {
    return Date.now() < this.#hurriedUntil;
  }

  #hear(data: unknown, socket: WebSocket): void {
    if (this.#isIn && socket === this.#socket) this.#doubtLater();
    if (typeof data === 'string') {
      const frame = parseRelayFrame(data);
      if (frame) this.#heed(frame, socket);
      return;
    }
    if (!(data instanceof ArrayBuffer)) return;
    const mail = parseMailFrame(new Uint8Array(data));
    if (!mail) return;
    const from = toBase64url(mail.party);
    // The echo of a probe has said all it has to say by being here.
    if (isAddress(from) && from !== this.#me.address) this.#events.onMail(from, mail.sealed);
  }

  #heed(frame: RelayFrame, socket: WebSocket): void {
    switch (frame.type) {
      case 'challenge':
        return void this.#prove(frame.enc, frame.sealed);
      case 'welcome':
        // One for each login: another would have this side send all that waits again.
        if (this.#isIn || socket !== this.#socket) return;
        this.#isIn = true;
        this.#dropFormer();
        this.#offsetMs = frame.now - Date.now();
        void this.#tokens.set(frame.resume);
        this.#failures = 0;
        this.#setState({ state: 'connected', sinceMs: Date.now() });
        this.#doubtLater();
        if (this.#turnWaiters.size > 0) this.#say({ type: 'turn' });
        return this.#events.onWelcome(frame);
      case 'ping':
        return this.#say({ type: 'pong' }, socket);
      case 'presence':
        return this.#events.onPresence(frame.address, frame.online);
      case 'undelivered':
        return this.#events.onUndelivered(frame.ref, frame.reason);
      case 'ice':
        return this.#turnWaiters.forEach((hear) => hear(frame.iceServers));
      case 'error':
        return;
    }
  }

  async #prove(enc: string, sealed: string): Promise<void> {
    const socket = this.#socket;
    const nonce = await this.#me.answerChallenge(enc, sealed, this.host);
    if (socket !== this.#socket) return;
    if (nonce === null) return this.#closed(CLOSE.notAuthentic, 'refused');
    this.#say({ type: 'proof', nonce }, socket);
  }

  #say(frame: ClientFrame, socket = this.#former ?? this.#socket): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  }

  /** A relay that is silent for so long is gone, whatever the socket says: half-open after sleep, or accepting and never answering. */
  #expectWord(withinMs: number): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#closed(0, 'silent'), withinMs);
  }

  /** It has just said something. */
  #doubtLater(): void {
    this.#heardAt = Date.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.probe(), DOUBT_MS);
  }

  #closed(code: number, end: AttemptEnd): void {
    this.#drop();
    if (code === CLOSE.notAuthentic) void this.#tokens.set(undefined);
    if (code === CLOSE.replaced) return this.#setState({ state: 'replaced' });
    this.#failures++;
    const isSoon = this.#isHurried && (end === 'silent' || this.#failures <= HURRIED_REFUSALS);
    const waitMs = isSoon ? HURRIED_WAIT_MS : reconnectWait(end, this.#failures, Math.random());
    this.#setState({
      state: 'waiting',
      retryAt: Date.now() + waitMs,
      failures: this.#failures,
      offline: !navigator.onLine,
    });
    this.#retry = setTimeout(() => this.#open(), waitMs);
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#attempt++;
    this.#isIn = false;
    this.#dropFormer();
    silence(this.#socket);
    this.#socket = undefined;
  }

  #dropFormer(): void {
    silence(this.#former);
    this.#former = undefined;
  }

  #setState(state: LinkState): void {
    this.#state = state;
    this.#events.onState(state);
  }
}

/** Closes a socket of which nothing is to be heard any more. */
function silence(socket: WebSocket | undefined): void {
  if (!socket) return;
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.close();
}
