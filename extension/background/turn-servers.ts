/**
 * TURN servers of this person's relay: asked for when somebody is about to be called, and kept in memory alone, for as long as they
 * are good. A call that has to ask first is one trip to the relay and back later with its offer.
 */
import { isFresh, isUsable, NO_TURN, TURN_RETRY_MS, type TurnOffer } from '../core/ice-policy.ts';
import type { Links } from './links.ts';

/** How often they are asked for without a call, in milliseconds: of the six an hour at least three are left for calls. */
const PREPARE_MS = 20 * 60_000;

export interface TurnServers {
  /** @returns what is at hand, or what the relay says now: it gives six an hour. None if it has none to give. Never throws. */
  get(): Promise<TurnOffer>;
  /** Somebody may be called soon. Spends of the share of the hour only as much as calls don't miss. */
  prepare(): void;
}

/** What the own relay last said, and when it may be asked again, in ms of `performance.now()`. */
interface Kept {
  relay: string;
  offer: TurnOffer;
  /** It has none to give before this. */
  emptyUntil: number;
  prepareAfter: number;
}

export function createTurnServers(links: Pick<Links, 'askTurn' | 'ownRelay'>): TurnServers {
  let kept: Kept = nothingOf('');
  let asking: { relay: string; answer: Promise<TurnOffer> } | undefined;

  async function ask(relay: string): Promise<TurnOffer> {
    const offer = await links.askTurn();
    const now = performance.now();
    const before = kept.relay === relay ? kept : nothingOf(relay);
    if (offer && offer.iceServers.length > 0)
      kept = { relay, offer, emptyUntil: 0, prepareAfter: now + PREPARE_MS };
    // Those that are at hand may outlive the share of the hour.
    else kept = { ...before, emptyUntil: offer ? now + TURN_RETRY_MS : 0 };
    return usable();
  }

  const usable = (): TurnOffer => (isUsable(kept.offer, Date.now()) ? kept.offer : NO_TURN);

  async function get(): Promise<TurnOffer> {
    const relay = links.ownRelay;
    if (kept.relay === relay && (isFresh(kept.offer, Date.now()) || performance.now() < kept.emptyUntil))
      return usable();
    if (asking?.relay === relay) return asking.answer;
    const answer = ask(relay).finally(() => {
      if (asking?.answer === answer) asking = undefined;
    });
    asking = { relay, answer };
    return answer;
  }

  return {
    get,
    prepare() {
      if (kept.relay !== links.ownRelay || performance.now() >= kept.prepareAfter) void get();
    },
  };
}

const nothingOf = (relay: string): Kept => ({ relay, offer: NO_TURN, emptyUntil: 0, prepareAfter: 0 });
