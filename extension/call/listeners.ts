/** Views live in other windows: what goes wrong in one must not stop the call in the middle of a step. */

/** Calls a listener; what it throws is reported in this window and goes no further. */
export function tell<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    reportError(error);
  }
}
