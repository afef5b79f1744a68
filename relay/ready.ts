/** What a relay needs besides itself, such as NATS: asked by `/readyz` and by every scrape. */

export interface ReadyCheck {
  /** One lower-case word, as `/readyz` and the label `dependency` of the metrics show it. */
  readonly name: string;
  /** Whether it works now. Called for every request, so it looks at a field and asks nobody. */
  isReady(): boolean;
}

export interface Readiness {
  isReady: boolean;
  /** One line of text: `ready`, `going away`, or what is missing. No address and no host in it. */
  text: string;
}

/** @returns whether new links should come to this relay. */
export function readiness(isGoingAway: boolean, checks: readonly ReadyCheck[]): Readiness {
  if (isGoingAway) return { isReady: false, text: 'going away' };
  const missing = checks.filter((check) => !check.isReady()).map((check) => check.name);
  if (missing.length > 0) return { isReady: false, text: `not ready: ${missing.join(', ')}` };
  return { isReady: true, text: 'ready' };
}
