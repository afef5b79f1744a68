/**
 * Watches how good a call's connection is: looks at its statistics every two seconds while people talk, and tells the other side
 * how well this one can send. What it means is decided in `core/call-quality.ts`.
 */
import {
  type CallQuality,
  type Quality,
  type QualityState,
  sendingQuality,
  showQuality,
  takeSample,
  unknownQuality,
} from '../core/call-quality.ts';
import {
  type CallDetails,
  type Counters,
  countersOf,
  detailsOf,
  sampleOf,
  type Stat,
} from '../core/call-stats.ts';

/** How often it looks, in milliseconds. The first look comes as late: nothing may stand in front of the first picture. */
const EVERY_MS = 2000;

export interface QualityEvents {
  /** What the browser reports of the link that stands; null if none does. */
  stats(): Promise<Stat[] | null>;
  /** The other side is to know how good this one's sending is. */
  tell(sending: Quality): void;
  changed(): void;
}

export class QualityWatch {
  readonly #events: QualityEvents;
  #state: QualityState = unknownQuality;
  #counters: Counters | null = null;
  #told: Quality | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(events: QualityEvents) {
    this.#events = events;
  }

  /** Null before the first look, and while nobody talks. */
  get snapshot(): CallQuality | null {
    return this.#timer === undefined ? null : showQuality(this.#state, this.#told);
  }

  /** @param isOn whether people talk over a link that stands */
  update(isOn: boolean): void {
    if (isOn === (this.#timer !== undefined)) return;
    clearInterval(this.#timer);
    this.#timer = isOn ? setInterval(() => void this.#look(), EVERY_MS) : undefined;
    this.#state = unknownQuality;
    this.#counters = null;
  }

  /** The other side says how good its sending is. */
  hear(sending: Quality): void {
    if (this.#told === sending) return;
    this.#told = sending;
    this.#events.changed();
  }

  async details(): Promise<CallDetails | null> {
    const stats = await this.#events.stats();
    return stats && detailsOf(stats);
  }

  async #look(): Promise<void> {
    const timer = this.#timer;
    const stats = await this.#events.stats();
    // Meanwhile people may have hung up, or another link may have come.
    if (!stats || timer === undefined || timer !== this.#timer) return;
    this.#state = takeSample(this.#state, sampleOf(stats, this.#counters));
    this.#counters = countersOf(stats);
    const sending = sendingQuality(this.#state);
    if (sending) this.#events.tell(sending);
    this.#events.changed();
  }
}
