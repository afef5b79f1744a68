/** TURN servers at the host: asked for when a call begins, kept fresh while one lives, forgotten after the last. */
import type { IceServer } from '../../relay/protocol.ts';
import {
  isFresh,
  isUsable,
  NO_TURN,
  TURN_RENEW_MS,
  TURN_RETRY_MS,
  type TurnOffer,
} from '../core/ice-policy.ts';

export class TurnKeeper {
  readonly #ask: () => Promise<TurnOffer>;
  readonly #onFresh: () => void;
  #offer: TurnOffer = NO_TURN;
  #asking: Promise<void> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #isNeeded = false;

  /** @param onFresh there are other servers than before */
  constructor(ask: () => Promise<TurnOffer>, onFresh: () => void) {
    this.#ask = ask;
    this.#onFresh = onFresh;
  }

  /** Those an allocation can be made with now. */
  get servers(): IceServer[] {
    return isUsable(this.#offer, Date.now()) ? this.#offer.iceServers : [];
  }

  /** Whether a call lives. The first asks for servers; the last to end takes the credentials with it. */
  keep(isNeeded: boolean): void {
    if (isNeeded === this.#isNeeded) return;
    this.#isNeeded = isNeeded;
    clearTimeout(this.#renewal);
    if (isNeeded) void this.ask();
    else this.#offer = NO_TURN;
  }

  /** Asks unless there are good ones. @returns once there is an answer. Never throws. */
  ask(): Promise<void> {
    if (isFresh(this.#offer, Date.now())) return Promise.resolve();
    this.#asking ??= this.#fetch().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #fetch(): Promise<void> {
    const offer = await this.#ask().catch(() => NO_TURN);
    if (!this.#isNeeded) return;
    if (isUsable(offer, Date.now())) this.#offer = offer;
    const wait = isFresh(offer, Date.now()) ? offer.until - TURN_RENEW_MS - Date.now() : TURN_RETRY_MS;
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => void this.ask(), wait);
    this.#onFresh();
  }
}
