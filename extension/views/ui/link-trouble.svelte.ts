/** When the link's trouble deserves the whole screen instead of a line at the bottom. */
import { people } from './people.svelte.ts';

/** Attempts in a row after which "Reconnecting" would be a lie of omission. */
const MANY_FAILURES = 3;

class LinkTrouble {
  #dismissed = $state<'elsewhere' | 'relay-down' | null>(null);
  /** Between two attempts the link is `connecting` and forgets how many failed; this page does not. */
  #wasDown = false;

  readonly #actual = $derived.by((): 'elsewhere' | 'relay-down' | null => {
    const { link } = people;
    if (link.state === 'replaced') return 'elsewhere';
    if (link.state === 'waiting')
      this.#wasDown = !link.offline && (this.#wasDown || link.failures >= MANY_FAILURES);
    else if (link.state !== 'connecting') this.#wasDown = false;
    return this.#wasDown ? 'relay-down' : null;
  });
  readonly kind = $derived(this.#actual === this.#dismissed ? null : this.#actual);

  /** Leaves it to the line at the bottom, until this page is opened again. */
  dismiss(): void {
    this.#dismissed = this.#actual;
  }
}

export const linkTrouble = new LinkTrouble();
