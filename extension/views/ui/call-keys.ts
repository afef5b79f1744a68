/** Single keys in a call. They are left alone while something is typed, and with a modifier they belong to the browser. */
import type { ShownCall } from './calls.svelte.ts';
import { takesKeys } from './focus.ts';
import { people } from './people.svelte.ts';
import { isShowing } from './sharing.ts';

interface CallKeys {
  /** The call that the keys are for, or null while there is none. */
  shown: () => ShownCall | null;
  onshortcuts: () => void;
  onpopout: (shown: ShownCall) => void;
}

const isButton = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button, [role^=menu]') !== null;

/** @returns whether a key is for the page: alone, not typed into anything, and not turned off. */
export const isPageKey = (event: KeyboardEvent): boolean =>
  people.settings.singleKeys &&
  !(event.defaultPrevented || takesKeys(event.target) || event.ctrlKey || event.metaKey || event.altKey);

/** Listens to the keys of the page, or of another of its windows, until `signal` aborts. */
export function listenToCallKeys(
  { shown, onshortcuts, onpopout }: CallKeys,
  signal: AbortSignal,
  where: Window = window,
): void {
  let isTalking = false;
  const stopTalking = () => {
    if (!isTalking) return;
    isTalking = false;
    shown()?.call.setMicrophone(false);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!isPageKey(event)) return;
    if (event.key === '?') return onshortcuts();
    const current = shown();
    if (!current) return;
    const { call, snapshot } = current;
    switch (event.key.toLowerCase()) {
      case 'm':
        if (!event.repeat) call.setMicrophone(!snapshot.microphone.on);
        return;
      case 'v':
        if (!event.repeat) call.setCamera(!snapshot.camera.on);
        return;
      case 's':
        if (event.repeat) return;
        if (isShowing(snapshot)) return call.stopSharing();
        return call.share({ by: 'picker', prefers: 'any' });
      case 'p':
        if (!event.repeat) onpopout(current);
        return;
      case ' ':
        // On a button, Space presses it.
        if (isButton(event.target) || snapshot.microphone.on || event.repeat) return;
        event.preventDefault();
        isTalking = true;
        return call.setMicrophone(true);
    }
  };
  where.addEventListener('keydown', onKey, { signal });
  where.addEventListener('keyup', (event) => event.key === ' ' && stopTalking(), { signal });
  where.addEventListener('blur', stopTalking, { signal });
  where.addEventListener('pagehide', stopTalking, { signal });
  signal.addEventListener('abort', stopTalking, { once: true });
}
