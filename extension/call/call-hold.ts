/**
 * Hold, as one call lives it: either side may put the other on hold, and until both are done nothing is sent and nothing is
 * heard, while the transport stands. What this side decided is kept told over every new link.
 */
import type { Hold } from './call-host.ts';

export interface HoldEvents {
  /** The other side is to know whether they are on hold. */
  tell(on: boolean): void;
  /** Silence has begun or ended, or this side's camera is wanted or not. */
  changed(): void;
}

export class CallHold {
  readonly #events: HoldEvents;
  #mine = false;
  #theirs = false;

  constructor(events: HoldEvents) {
    this.#events = events;
  }

  get snapshot(): Hold {
    if (this.#mine) return this.#theirs ? 'both' : 'mine';
    return this.#theirs ? 'theirs' : 'none';
  }

  /** Whether this person has put the other on hold: then their camera is closed, if no other call uses it. */
  get isMine(): boolean {
    return this.#mine;
  }

  /** Whether nothing is to be sent or heard. */
  get isSilent(): boolean {
    return this.#mine || this.#theirs;
  }

  /** The desk says whether this person has put the other on hold. */
  update(isHeld: boolean): void {
    if (isHeld === this.#mine) return;
    this.#mine = isHeld;
    this.#events.tell(isHeld);
    this.#events.changed();
  }

  /** The other side says whether this person is on hold. */
  hear(on: boolean): void {
    if (on === this.#theirs) return;
    this.#theirs = on;
    this.#events.changed();
  }
}
