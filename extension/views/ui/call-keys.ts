/** Single keys in a call. They are left alone while something is typed, and with a modifier they belong to the browser. */
import type { ShownCall } from './calls.svelte.ts';
import { takesKeys } from './focus.ts';
import { people } from './people.svelte.ts';
import { isShowing } from './sharing.ts';
import { popOut, surface } from './surface.ts';

interface CallKeys {
  /** The call that the keys are for, or null while there is none. */
  shown: () => ShownCall | null;
  onshortcuts: () => void;
}

const isButton = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button, [role^=menu]') !== null;

/** Listens to the page's keys until `signal` aborts. */
export function listenToCallKeys({ shown, onshortcuts }: CallKeys, signal: AbortSignal): void {
  let isTalking = false;
  const stopTalking = () => {
    if (!isTalking) return;
    isTalking = false;
    shown()?.call.setMicrophone(false);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!people.settings.singleKeys) return;
    if (event.defaultPrevented || takesKeys(event.target) || event.ctrlKey || event.metaKey || event.altKey)
      return;
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
        if (surface.view !== 'window') void popOut();
        return;
      case ' ':
        // On a button, Space presses it.
        if (isButton(event.target) || snapshot.microphone.on || event.repeat) return;
        event.preventDefault();
        isTalking = true;
        return call.setMicrophone(true);
    }
  };
  addEventListener('keydown', onKey, { signal });
  addEventListener('keyup', (event) => event.key === ' ' && stopTalking(), { signal });
  addEventListener('blur', stopTalking, { signal });
  addEventListener('pagehide', stopTalking, { signal });
  signal.addEventListener('abort', stopTalking, { once: true });
}
