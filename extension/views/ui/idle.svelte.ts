/** Whether the controls may leave the picture: after a while without pointer, key or focus. */
import type { Attachment } from 'svelte/attachments';

const IDLE_AFTER_MS = 3_000;
/** Where the controls are. */
const CONTROLS = '.top :focus-visible, .bot :focus-visible';

export class Idleness {
  #isStill = $state(false);
  /** Whoever wants less motion keeps them: nothing may come and go. */
  readonly #staysAlways = matchMedia('(prefers-reduced-motion: reduce)').matches;
  readonly #mustStay: () => boolean;

  /** @param mustStay whether something needs the controls to be seen: mute, trouble, an open menu. */
  constructor(mustStay: () => boolean) {
    this.#mustStay = mustStay;
  }

  get isIdle(): boolean {
    return this.#isStill && !this.#staysAlways && !this.#mustStay();
  }

  /** Watches an element, and the keys of the window it is in, for signs of life. */
  watch: Attachment<HTMLElement> = (element) => {
    const life = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const rest = () => {
      // The keyboard is on a control: it may not vanish from under it. A click leaves no ring, and nobody waiting.
      if (element.querySelector(CONTROLS)) return stir();
      this.#isStill = true;
    };
    const stir = () => {
      this.#isStill = false;
      clearTimeout(timer);
      timer = setTimeout(rest, IDLE_AFTER_MS);
    };
    for (const type of ['pointermove', 'pointerdown', 'focusin'])
      element.addEventListener(type, stir, { signal: life.signal });
    element.ownerDocument.defaultView?.addEventListener('keydown', stir, { signal: life.signal });
    stir();
    return () => {
      clearTimeout(timer);
      life.abort();
    };
  };
}
