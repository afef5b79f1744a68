/** TURN servers of this person's relay: asked for when a call begins, and kept in memory alone, for as long as they are good. */
import { isFresh, isUsable, NO_TURN, type TurnOffer } from '../core/ice-policy.ts';
import type { Links } from './links.ts';

export interface TurnServers {
  /** @returns what is at hand, or what the relay says now: it gives six an hour. None if it has none to give. Never throws. */
  get(): Promise<TurnOffer>;
}

export function createTurnServers(links: Pick<Links, 'askTurn' | 'ownRelay'>): TurnServers {
  let kept = { relay: '', offer: NO_TURN };
  let asking: { relay: string; answer: Promise<TurnOffer> } | undefined;

  async function ask(relay: string): Promise<TurnOffer> {
    const offer = await links.askTurn();
    // Those that are at hand may outlive the share of the hour.
    const before = kept.relay === relay && isUsable(kept.offer, Date.now()) ? kept.offer : NO_TURN;
    kept = { relay, offer: offer.iceServers.length > 0 ? offer : before };
    return kept.offer;
  }

  return {
    async get() {
      const relay = links.ownRelay;
      if (kept.relay === relay && isFresh(kept.offer, Date.now())) return kept.offer;
      if (asking?.relay === relay) return asking.answer;
      const answer = ask(relay).finally(() => {
        if (asking?.answer === answer) asking = undefined;
      });
      asking = { relay, answer };
      return answer;
    },
  };
}
