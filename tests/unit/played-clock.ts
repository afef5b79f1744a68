/** What played browsers share with each other and take from Node: globals, time, and knowing when nothing goes on any more. */
import { vi } from 'vitest';

/** The relay everybody lives on, unless a test says otherwise. */
export const RELAY = 'relay.example';

/** What every test of a played browser needs in place of a browser's globals. */
export function playBrowserGlobals(): void {
  vi.stubGlobal('__RELAY_URL__', `https://${RELAY}`);
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('window', { addEventListener: () => undefined, removeEventListener: () => undefined });
  vi.stubGlobal('document', { body: { append: () => undefined } });
  vi.stubGlobal(
    'MediaStream',
    class {
      getTracks = () => [];
      getAudioTracks = () => [];
      getVideoTracks = () => [];
      addTrack = () => undefined;
      removeTrack = () => undefined;
    },
  );
  vi.stubGlobal(
    'Audio',
    class {
      sinkId = '';
      play = () => Promise.resolve();
      remove = () => undefined;
    },
  );
  vi.stubGlobal('crypto', { subtle: countedSubtle(), getRandomValues: crypto.getRandomValues.bind(crypto) });
}

let working = 0;
let worked = 0;
let opened = 0;
/** How many seals were broken, or tried to, so far. */
export const openings = (): number => opened;

/** The browser's cryptography, which counts what it is still doing: virtual time must not overtake it. */
function countedSubtle(): SubtleCrypto {
  const real = crypto.subtle;
  return new Proxy(real, {
    get(_target, name) {
      const method: unknown = Reflect.get(real, name, real);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        working++;
        worked++;
        if (name === 'decrypt') opened++;
        const done = Reflect.apply(method, real, args) as Promise<unknown>;
        void done.catch(() => undefined).finally(() => working--);
        return done;
      };
    },
  });
}

let loading: Promise<unknown> = Promise.resolve();

/** Loads modules for one context after another: which browser they see is a matter of the moment. */
export function load<T>(task: () => Promise<T>): Promise<T> {
  working++;
  const loaded = loading.then(task).finally(() => working--);
  loading = loaded.catch(() => undefined);
  return loaded;
}

/** Waits for so many turns of the event loop. */
export async function turns(count: number): Promise<void> {
  working++;
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  working--;
}

/** Waits until nothing goes on any more but what waits for time to pass. */
export async function settle(): Promise<void> {
  let quiet = 0;
  let before = worked;
  while (quiet < 4) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    quiet = working === 0 && worked === before ? quiet + 1 : 0;
    before = worked;
  }
}

/** Time goes on for everybody, in steps no longer than what a timer may wait for. */
export async function pass(ms: number, stepMs = 1000): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    vi.advanceTimersByTime(Math.min(left, stepMs));
    await settle();
  }
}
