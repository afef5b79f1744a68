/**
 * Peer connections as far as their descriptions are concerned: each offer and each answer is one of a kind, says for which call it was
 * made, and a connection that is given anything it must not be given says so in `unfit`.
 */
import type { PeerSignal } from '../../extension/core/link-book.ts';

/** What somebody describes who has no browser that is played: for their own calls it is fit. */
export const OWN_DESCRIPTION = 'a description of a call of their own';

export interface TransportEvents {
  onSignal(signal: PeerSignal): void;
  onLinked(): void;
  onLost(): void;
  onControl(text: string): void;
}

/** What stands between all played browsers: media and data go straight from one to the other, past every relay. */
export class Ether {
  /** What a peer connection was given and must never be given. */
  readonly unfit: string[] = [];
  readonly #made = new Map<string, PlayedTransport>();
  #next = 0;
  isMute = false;

  /** From here on the ends of a connection hear nothing of each other. */
  mute(): void {
    this.isMute = true;
  }

  open(owner: string, role: 'caller' | 'callee', events: TransportEvents): PlayedTransport {
    return new PlayedTransport(this, owner, role, events);
  }

  name(what: 'offer' | 'answer', owner: string, transport: PlayedTransport): string {
    const description = `${what} ${++this.#next} of ${owner}`;
    this.#made.set(description, transport);
    return description;
  }

  /** Somebody's browser is gone with all its connections: the other ends notice. */
  lose(owner: string): void {
    for (const transport of this.#made.values()) if (transport.owner === owner) transport.close();
  }

  maker(description: string): PlayedTransport | undefined {
    return this.#made.get(description);
  }
}

export class PlayedTransport {
  #other: PlayedTransport | undefined;
  #isClosed = false;
  #offer: string | undefined;
  #answered = false;
  #received = 0;

  constructor(
    private readonly ether: Ether,
    readonly owner: string,
    private readonly role: 'caller' | 'callee',
    private readonly events: TransportEvents,
  ) {
    if (role !== 'caller') return;
    const offer = ether.name('offer', owner, this);
    this.#offer = offer;
    queueMicrotask(() => {
      if (!this.#isClosed) events.onSignal({ offer });
    });
  }

  feed(signal: PeerSignal): void {
    if ('offer' in signal) this.#takeOffer(signal.offer);
    else if ('answer' in signal) this.#takeAnswer(signal.answer);
  }

  send(text: string): boolean {
    const other = this.#other;
    if (!other || this.ether.isMute) return false;
    queueMicrotask(() => {
      if (!other.#isClosed) other.events.onControl(text);
    });
    return true;
  }

  /** Something comes in all the time, as long as there is another end to be heard. */
  received(): Promise<number | null> {
    if (this.#other && !this.ether.isMute) this.#received++;
    return Promise.resolve(this.#received);
  }

  /** This end is closed; the other notices. */
  close(): void {
    this.#isClosed = true;
    const other = this.#other;
    this.#other = undefined;
    if (other && !this.ether.isMute) queueMicrotask(() => other.#lose());
  }

  #lose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#other = undefined;
    this.events.onLost();
  }

  #takeOffer(offer: string): void {
    if (this.role !== 'callee' || this.#offer !== undefined)
      this.ether.unfit.push('an offer at the caller, or a second one');
    if (!this.ether.maker(offer) && offer !== OWN_DESCRIPTION)
      this.ether.unfit.push(`an offer nobody made: ${offer}`);
    this.#offer = offer;
    const answer = this.ether.name('answer', this.owner, this);
    queueMicrotask(() => {
      if (!this.#isClosed) this.events.onSignal({ answer: `${answer} to ${offer}` });
    });
  }

  #takeAnswer(description: string): void {
    const [answer = '', offer] = description.split(' to ');
    if (this.role !== 'caller' || this.#answered)
      this.ether.unfit.push('an answer at the callee, or a second one');
    if (offer !== this.#offer) this.ether.unfit.push('an answer to another offer');
    this.#answered = true;
    const callee = this.ether.maker(answer);
    if (!callee || callee.#isClosed || this.#isClosed) return;
    this.#other = callee;
    callee.#other = this;
    this.events.onLinked();
    callee.events.onLinked();
  }
}
