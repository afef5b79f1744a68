/**
 * One link, from the first frame to the last. It owns no timer and no listener: the server hands in frames and the time.
 *
 *   hello ──(good token)──────────────────────────┐
 *     └───→ sealing ──→ proof ──(right nonce)──→ online ──→ closed   (from everywhere)
 *
 *   hello     nothing was said yet
 *   sealing   an address was claimed, its challenge is being made
 *   proof     the challenge is out
 *   online    the address is proved; mail flows
 *   closed    a close was sent or received; whatever still comes in is dropped
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { WebSocket } from 'ws';
import type { Clock } from './clock.ts';
import type { Limits } from './config.ts';
import type { Counters, EndReason } from './counters.ts';
import { LinkBudget } from './limits.ts';
import { isSameSecret, NONCE_BYTES, type ResumeTokens, sealChallenge } from './login.ts';
import {
  ADDRESS_BYTES,
  type Address,
  type ClientFrame,
  CLOSE,
  type IceServer,
  MAIL_HEADER_BYTES,
  parseClientFrame,
  type RelayFrame,
  type UndeliveredReason,
} from './protocol.ts';
import type { Delivery, Party, Switchboard } from './switchboard.ts';
import type { TurnDesk } from './turn.ts';

/** What all links of a relay share. */
export interface Shared {
  clock: Clock;
  counters: Counters;
  limits: Limits;
  log: Logger;
  stunServers: IceServer[];
  switchboard: Switchboard;
  tokens: ResumeTokens;
  turn: TurnDesk;
}

/** The way out to the client. */
export interface Wire {
  /** State of the WebSocket. */
  readonly readyState: WebSocket['readyState'];
  /** Bytes that the client has yet to take. */
  readonly bufferedAmount: number;
  /** Sends text as text and bytes as binary. */
  send(data: Buffer | string): void;
  pong(data: Buffer): void;
  close(code: number, reason: string): void;
}

type State =
  | { at: 'hello' }
  | { at: 'sealing'; address: Address }
  | { at: 'proof'; address: Address; nonce: string }
  | { at: 'online'; address: Address }
  | { at: 'closed' };

const HELLO: State = { at: 'hello' };
const CLOSED: State = { at: 'closed' };
const PING = JSON.stringify({ type: 'ping' } satisfies RelayFrame);
/** RFC 6455, section 7.4.1. Not one of ours: a client that was merely silent keeps its token and comes back. */
const GONE_SILENT = 1001;

const CODES = {
  malformed: 'malformed',
  replaced: 'replaced',
  notAuthentic: 'not-authentic',
  slowReader: 'slow-reader',
  goingAway: 'going-away',
  tooFast: 'too-fast',
} as const satisfies Record<keyof typeof CLOSE, EndReason>;

export class Link implements Party {
  private state: State = HELLO;
  /** Made when something is first spent: a storm of links that come back needs none yet. */
  private budget: LinkBudget | undefined;
  /** Before `online`: when the next step of the login is due. */
  private deadlineMs: number;
  private heardMs: number;
  private pingMs = 0;
  /** Since when mail has been refused for want of room; 0 if it is not. */
  private fullMs = 0;

  /** @param publicName the name under which this client reached the relay, one of the relay's own. */
  constructor(
    private readonly wire: Wire,
    private readonly publicName: string,
    private readonly shared: Shared,
  ) {
    this.heardMs = shared.clock.monotonicMs();
    this.deadlineMs = this.heardMs + 1000 * shared.limits.loginTimeoutSeconds;
  }

  /** Logs in who has a good token. */
  resume(address: Address, token: string): void {
    this.shared.counters.loginsResumed += 1;
    this.welcome(address, this.shared.tokens.renew(token, address, this.publicName));
  }

  /** Takes a frame as it came; of mail, the bytes may be written to. */
  receive(data: Buffer, isBinary: boolean): void {
    if (this.state.at === 'closed') return;
    this.heardMs = this.shared.clock.monotonicMs();
    if (!isBinary) this.receiveControl(data);
    else if (this.state.at === 'online') this.receiveMail(data, this.state.address);
    else this.fail('notAuthentic', 'Mail before the login is complete.');
  }

  /** Answers a ping of the WebSocket itself. It keeps no link alive: the page above it may be long dead. */
  receivePing(data: Buffer): void {
    if (this.state.at === 'closed' || !this.affordsControl(1, data.length)) return;
    if (this.hasRoomFor(data.length)) this.wire.pong(data);
  }

  /** Counts a pong of the WebSocket itself, which nobody asked for. */
  receivePong(data: Buffer): void {
    if (this.state.at !== 'closed') this.affordsControl(1, data.length);
  }

  /** Does what is due: ends the silent and the slow, pings the others. To be called about every second. */
  tick(nowMs: number): void {
    switch (this.state.at) {
      case 'hello':
      case 'sealing':
      case 'proof':
        if (nowMs >= this.deadlineMs)
          this.fail('notAuthentic', `No ${this.state.at === 'hello' ? 'hello' : 'proof'} in time.`);
        return;
      case 'online':
        if (nowMs - this.heardMs >= 1000 * this.shared.limits.silenceSeconds)
          this.close(GONE_SILENT, 'silent');
        else if (this.isStuck(nowMs)) this.fail('slowReader', 'This link does not read what it is sent.');
        else if (nowMs >= this.pingMs) this.ping(nowMs);
        return;
      case 'closed':
        return;
      default:
        this.state satisfies never;
    }
  }

  deliver(mail: Buffer): Delivery {
    if (this.state.at !== 'online') return 'gone';
    if (this.wire.readyState !== WebSocket.OPEN) {
      this.end();
      return 'gone';
    }
    if (this.wire.bufferedAmount + mail.length > this.shared.limits.maxBufferedBytes) {
      if (this.fullMs === 0) this.fullMs = this.shared.clock.monotonicMs();
      return 'full';
    }
    this.wire.send(mail);
    this.shared.counters.mailsDelivered += 1;
    this.shared.counters.mailBytesDelivered += mail.length;
    return 'sent';
  }

  showPresence(about: Address, online: boolean): void {
    this.shared.counters.presencesShown += 1;
    this.send({ type: 'presence', address: about, online });
  }

  /** Tells that a mail of this link was not delivered. */
  refuse(ref: number, reason: UndeliveredReason): void {
    this.shared.counters.undelivered[reason] += 1;
    this.send({ type: 'undelivered', ref, reason });
  }

  replace(): void {
    this.fail('replaced', 'A newer link has this address.');
  }

  /** The relay stops. */
  goAway(): void {
    this.fail('goingAway', 'This relay is going away.');
  }

  /** The socket closed or is about to; tells the others. */
  end(reason: EndReason = 'left'): void {
    const { state } = this;
    if (state.at === 'closed') return;
    this.state = CLOSED;
    this.shared.counters.ended(state.at === 'online', reason);
    if (state.at === 'online') this.shared.switchboard.leave(state.address, this);
  }

  private receiveMail(mail: Buffer, from: Address): void {
    if (mail.length <= MAIL_HEADER_BYTES) return this.fail('malformed', 'A mail shorter than its header.');
    this.shared.counters.mailsReceived += 1;
    this.shared.counters.mailBytesReceived += mail.length;
    const verdict = this.purse().spendMail(mail.length, this.heardMs);
    if (verdict === 'too-fast') return this.fail('tooFast', 'Too many mails.');
    const reason = verdict === 'rate' ? 'rate' : this.shared.switchboard.post(from, mail, this);
    if (reason !== null) this.refuse(mail.readUInt32BE(ADDRESS_BYTES), reason);
  }

  private receiveControl(data: Buffer): void {
    if (!this.affordsControl(1, data.length)) return;
    const frame = parseClientFrame(data.toString());
    if (!frame) this.fail('malformed', 'Not a frame of this protocol.');
    else if (this.state.at === 'online') this.obey(frame, this.state.address);
    else this.logIn(frame);
  }

  private purse(): LinkBudget {
    return (this.budget ??= new LinkBudget(this.shared.limits, this.heardMs));
  }

  private affordsControl(cost: number, length: number): boolean {
    if (this.purse().spendControl(cost, length, this.shared.clock.monotonicMs())) return true;
    this.fail('tooFast', 'Too many control frames.');
    return false;
  }

  private logIn(frame: ClientFrame): void {
    const { state } = this;
    if (frame.type === 'hello' && state.at === 'hello') this.greet(frame.address, frame.resume);
    else if (frame.type === 'proof' && state.at === 'proof')
      this.check(state.address, state.nonce, frame.nonce);
    else this.fail('notAuthentic', `A ${frame.type} out of place before the login is complete.`);
  }

  private greet(address: Address, token: string | undefined): void {
    if (token !== undefined && this.shared.tokens.accepts(token, address, this.publicName))
      return this.resume(address, token);
    this.state = { at: 'sealing', address };
    void this.challenge(address);
  }

  private async challenge(address: Address): Promise<void> {
    const nonce = randomBytes(NONCE_BYTES);
    const challenge = await sealChallenge(address, this.publicName, nonce);
    if (this.state.at !== 'sealing') return;
    if (!challenge) return this.fail('malformed', 'Nothing can be sealed to this address.');
    this.state = { at: 'proof', address, nonce: nonce.toString('base64url') };
    this.deadlineMs = this.shared.clock.monotonicMs() + 1000 * this.shared.limits.loginTimeoutSeconds;
    this.send({ type: 'challenge', ...challenge });
  }

  private check(address: Address, expected: string, nonce: string): void {
    if (!isSameSecret(nonce, expected)) return this.fail('notAuthentic', 'The proof is wrong.');
    this.shared.counters.loginsProved += 1;
    this.welcome(address, this.shared.tokens.issue(address, this.publicName));
  }

  private welcome(address: Address, resume: string): void {
    const { clock, limits, stunServers, switchboard } = this.shared;
    this.state = { at: 'online', address };
    this.pingMs = clock.monotonicMs() + 1000 * limits.pingSeconds;
    switchboard.enter(address, this);
    this.send({
      type: 'welcome',
      now: clock.wallMs(),
      resume,
      iceServers: stunServers,
      pingSeconds: limits.pingSeconds,
    });
  }

  private obey(frame: ClientFrame, address: Address): void {
    switch (frame.type) {
      case 'pong':
        return;
      case 'watch':
        // Each address may tell somebody something, so a long list costs more than its one frame.
        if (!this.affordsControl(Math.ceil(frame.addresses.length / 50), 0)) return;
        this.shared.counters.watches += 1;
        return this.shared.switchboard.watch(address, this, frame.addresses);
      case 'turn':
        return this.send({ type: 'ice', iceServers: this.shared.turn.issue(address) });
      case 'hello':
      case 'proof':
        return this.fail('malformed', `A ${frame.type} after the login.`);
      default:
        frame satisfies never;
    }
  }

  private ping(nowMs: number): void {
    this.pingMs = nowMs + 1000 * this.shared.limits.pingSeconds;
    this.sendText(PING);
  }

  private isStuck(nowMs: number): boolean {
    if (this.fullMs === 0) return false;
    if (this.wire.bufferedAmount <= this.shared.limits.maxBufferedBytes / 2) this.fullMs = 0;
    return this.fullMs !== 0 && nowMs - this.fullMs >= 1000 * this.shared.limits.slowReaderSeconds;
  }

  private send(frame: RelayFrame): void {
    this.sendText(JSON.stringify(frame));
  }

  private sendText(text: string): void {
    if (this.state.at !== 'closed' && this.hasRoomFor(text.length)) this.wire.send(text);
  }

  /** What is not mail cannot be refused, so a reader without room for it has to go. */
  private hasRoomFor(length: number): boolean {
    if (this.wire.bufferedAmount + length <= this.shared.limits.maxBufferedBytes) return true;
    this.fail('slowReader', 'This link does not read what it is sent.');
    return false;
  }

  /** Says what is wrong and closes. A slow reader is spared the sentence: it has enough to read. */
  private fail(why: keyof typeof CLOSE, message: string): void {
    if (this.state.at === 'closed') return;
    const error: RelayFrame = { type: 'error', code: CODES[why], message };
    if (why !== 'slowReader') this.wire.send(JSON.stringify(error));
    this.close(CLOSE[why], CODES[why]);
  }

  private close(code: number, reason: EndReason): void {
    this.shared.log.debug({ code, reason, was: this.state.at }, 'closing a link');
    // The close is queued before others are told: what telling them brings must not come first.
    this.wire.close(code, reason);
    this.end(reason);
  }
}
