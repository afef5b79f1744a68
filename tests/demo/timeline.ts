/** The moments of a call, measured from the click, and printed as they come. */

export interface Timeline {
  /** Notes that something has just happened. */
  mark(what: string): void;
  /** Milliseconds from the first moment to this one, or undefined if it never came. */
  at(what: string): number | undefined;
}

export function startTimeline(print: (line: string) => void): Timeline {
  const moments = new Map<string, number>();
  const begun = performance.now();
  return {
    mark(what) {
      const ms = Math.round(performance.now() - begun);
      moments.set(what, ms);
      print(`  ${String(ms).padStart(6)} ms  ${what}`);
    },
    at: (what) => moments.get(what),
  };
}
