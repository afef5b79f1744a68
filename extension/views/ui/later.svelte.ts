/** Components in files of their own, so that a page is drawn before it has read what it may never show. */

/** A component that is read when it is first wanted: `<Sheet.here />` draws nothing until it is there. */
export class Later<C> {
  #component = $state.raw<C | null>(null);
  #reading: Promise<void> | null = null;
  readonly #load: () => Promise<{ default: C }>;

  constructor(load: () => Promise<{ default: C }>) {
    this.#load = load;
  }

  /** The component, or null before it has been read. Whoever looks for it has it read. */
  get here(): C | null {
    void this.fetch();
    return this.#component;
  }

  /** Reads the component's file, unless it has been. */
  fetch(): Promise<void> {
    this.#reading ??= this.#load().then((module) => void (this.#component = module.default));
    return this.#reading;
  }
}
