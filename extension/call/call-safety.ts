/**
 * The safety check of a call: one attempt for each of its transports, begun by itself as soon as the transport stands, so
 * that the pictures are there when somebody asks for them.
 */
import type { Address } from '../../relay/protocol.ts';
import type { ControlMessage } from '../core/control-message.ts';
import {
  begin,
  hear,
  NONCE_BYTES,
  type Role,
  type SafetyCheck,
  type SafetyMessage,
  type Turn,
} from '../core/safety-check.ts';
import type { Safety } from './call-host.ts';
import type { Fingerprints } from './certificates.ts';

/** How long the other side may take, in milliseconds. */
const PATIENCE_MS = 10_000;
/** How many checks one call makes: whoever is in between has one try in each. */
const MAX_ATTEMPTS = 32;
/** What the other side says in one check: its commitment and its nonce. */
const MAX_WORDS = 2;

export interface CallSafetyEvents {
  say(message: ControlMessage): void;
  /** Somebody saw other pictures, or takes that back: nobody is heard, or both as before. */
  silence(on: boolean): void;
  changed(): void;
}

interface Attempt {
  start(check: SafetyCheck): void;
  turn: Promise<SafetyCheck>;
  heard: number;
}

type Check = Exclude<Safety, { state: 'different' }>;

const UNAVAILABLE: Check = { state: 'unavailable' };

export class CallSafety {
  readonly #events: CallSafetyEvents;
  #check: Check = UNAVAILABLE;
  /** Who saw other pictures. It outlives the transport: a new one makes nobody trustworthy. */
  #differsFor: 'me' | 'them' | null = null;
  #attempt: Attempt | undefined;
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(events: CallSafetyEvents) {
    this.#events = events;
  }

  get snapshot(): Safety {
    return this.#differsFor === null ? this.#check : { state: 'different', for: this.#differsFor };
  }

  get isDifferent(): boolean {
    return this.#differsFor !== null;
  }

  /** A new transport is being made: nothing of an older one counts any more. */
  open(): void {
    this.close();
    const { promise, resolve } = Promise.withResolvers<SafetyCheck>();
    this.#attempt = { start: resolve, turn: promise, heard: 0 };
  }

  /** The transport is gone. */
  close(): void {
    clearTimeout(this.#timer);
    this.#attempt = undefined;
    this.#check = UNAVAILABLE;
  }

  /** The transport stands. The other side may have spoken already. */
  async begin(
    role: Role,
    me: Address,
    them: Address,
    fingerprints: Promise<Fingerprints | null>,
  ): Promise<void> {
    const attempt = this.#attempt;
    if (!attempt || this.#check.state !== 'unavailable') return;
    this.#check = { state: 'working' };
    this.#timer = setTimeout(() => this.#fail(attempt), PATIENCE_MS);
    this.#attempts++;
    const found = await fingerprints.catch(() => null);
    if (!found || this.#attempts > MAX_ATTEMPTS) return this.#fail(attempt);
    const turn = await begin(
      role,
      { address: me, fingerprint: found.own },
      { address: them, fingerprint: found.theirs },
      crypto.getRandomValues(new Uint8Array(NONCE_BYTES)),
    );
    this.#take(attempt, turn);
    attempt.start(turn.check);
  }

  hear(message: SafetyMessage | { type: 'safety-different' }): void {
    if (message.type === 'safety-different') return this.#differ('them');
    const attempt = this.#attempt;
    if (!attempt) return;
    if (++attempt.heard > MAX_WORDS) return this.#fail(attempt);
    attempt.turn = attempt.turn.then(async (check) => {
      const turn = await hear(check, message);
      this.#take(attempt, turn);
      return turn.check;
    });
  }

  /** They match. @returns whether there was something to match. */
  confirm(): boolean {
    if (this.#check.state !== 'pictures' || this.isDifferent) return false;
    this.#check = { ...this.#check, isConfirmed: true };
    this.#events.changed();
    return true;
  }

  /** They're different. @returns whether there was something to differ. */
  reject(): boolean {
    if (this.#check.state !== 'pictures' || this.isDifferent) return false;
    this.#events.say({ type: 'safety-different' });
    this.#check = { ...this.#check, isConfirmed: false };
    this.#differ('me');
    return true;
  }

  /** This person wants to see the pictures again: that side of the call, and only that, is as it was before. */
  lookAgain(): void {
    if (!this.isDifferent) return;
    this.#differsFor = null;
    this.#events.silence(false);
    this.#events.changed();
  }

  #differ(who: 'me' | 'them'): void {
    if (this.isDifferent) return;
    this.#differsFor = who;
    this.#events.silence(true);
    this.#events.changed();
  }

  #take(attempt: Attempt, { check, say }: Turn): void {
    if (attempt !== this.#attempt) return;
    if (check.step === 'failed') return this.#fail(attempt);
    if (say) this.#events.say(say);
    if (check.step !== 'done') return;
    clearTimeout(this.#timer);
    this.#check = { state: 'pictures', pictures: check.pictures, isConfirmed: false };
    this.#events.changed();
  }

  #fail(attempt: Attempt): void {
    if (attempt !== this.#attempt) return;
    clearTimeout(this.#timer);
    this.#attempt = undefined;
    this.#check = { state: 'failed' };
    this.#events.changed();
  }
}
