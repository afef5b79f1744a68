/** Credentials for the TURN server, good for minutes: coturn's `use-auth-secret` (draft-uberti-behave-turn-rest-00). */
import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import { KeyedBuckets } from './limits.ts';
import type { Address, IceServer } from './protocol.ts';

export interface TurnOptions {
  /** `turn:` and `turns:` URLs (RFC 7065). None: there is no TURN server. */
  urls: string[];
  /** The server's `static-auth-secret`. */
  secret: string;
  /** How long credentials are good for. */
  lifetimeSeconds: number;
  /** How many an address may have in an hour: all at once, then one after another. */
  perHour: number;
}

export class TurnDesk {
  /** How often credentials were handed out, and how often an address had had its share. */
  granted = 0;
  refused = 0;
  private readonly issued: KeyedBuckets;

  constructor(
    private readonly options: TurnOptions,
    private readonly clock: Clock,
  ) {
    this.issued = new KeyedBuckets(options.perHour / 3600, options.perHour);
  }

  /** @returns the servers with fresh credentials; none if there is no TURN server or the address has had its share. */
  issue(address: Address): IceServer[] {
    const { urls, secret, lifetimeSeconds } = this.options;
    if (urls.length === 0) return [];
    if (!this.issued.take(address, this.clock.monotonicMs())) {
      this.refused += 1;
      return [];
    }
    this.granted += 1;
    // Random, not derived from the address: the TURN server must not tell whose calls belong together.
    const user = randomBytes(12).toString('base64url');
    const username = `${Math.floor(this.clock.wallMs() / 1000) + lifetimeSeconds}:${user}`;
    const credential = createHmac('sha1', secret).update(username).digest('base64');
    return [{ urls, username, credential }];
  }

  /** Forgets addresses that have their full share again. */
  prune(): void {
    this.issued.prune(this.clock.monotonicMs());
  }
}
