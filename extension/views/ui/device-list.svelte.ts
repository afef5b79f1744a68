/** The devices of this computer as rune state of this page, and choosing among them. */
import {
  type DeviceKind,
  type DeviceSettings,
  type FoundDevice,
  readDevices,
} from '../../core/device-choice.ts';
import { people } from './people.svelte.ts';
import { saveSettings } from './save-settings.ts';

export class DeviceList {
  found = $state.raw<readonly FoundDevice[]>([]);

  /** Looks now and at every plug, until `signal` aborts. */
  watch(signal: AbortSignal): void {
    const look = async (): Promise<void> => {
      const listed = await navigator.mediaDevices.enumerateDevices();
      if (!signal.aborted) this.found = readDevices(listed);
    };
    void look();
    navigator.mediaDevices.addEventListener('devicechange', () => void look(), { signal });
  }

  of(kind: DeviceKind): readonly FoundDevice[] {
    return this.found.filter((device) => device.kind === kind);
  }
}

/** Remembers a change; a call that goes on follows it at once. */
export const saveDevices = (change: Partial<DeviceSettings>): Promise<unknown> =>
  saveSettings({ devices: { ...$state.snapshot(people.settings.devices), ...change } });

/** @param devices at most one of each kind is used; null takes what the computer has */
export function useDevices(devices: readonly FoundDevice[]): Promise<unknown> {
  const chosen = devices.map(({ kind, id, label }) => [kind, { id, label }] as const);
  return saveDevices(Object.fromEntries(chosen));
}
