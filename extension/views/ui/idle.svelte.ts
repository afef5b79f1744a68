/** Whether the controls may leave the picture: after a while without pointer, key or focus. */
import type { Attachment } from 'svelte/attachments';

const IDLE_AFTER_MS = 3_000;

export class Idleness {
  #isStill = $state(false);
  readonly #mustStay: () => boolean;

  /** @param mustStay whether something needs the controls to be seen: mute, trouble, an open menu. */
  constructor(mustStay: () => boolean) {
    this.#mustStay = mustStay;
  }

  get isIdle(): boolean {
    return this.#isStill && !this.#mustStay();
  }

  /** Watches an element for signs of life. */
  watch: Attachment<HTMLElement> = (element) => {
    const life = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const stir = () => {
      this.#isStill = false;
      clearTimeout(timer);
      timer = setTimeout(() => (this.#isStill = true), IDLE_AFTER_MS);
    };
    for (const type of ['pointermove', 'pointerdown', 'focusin'])
      element.addEventListener(type, stir, { signal: life.signal });
    addEventListener('keydown', stir, { signal: life.signal });
    stir();
    return () => {
      clearTimeout(timer);
      life.abort();
    };
  };
}
