/** The devices of this computer and which of them this person wants, for every call alike. */
import {
  chosenDevice,
  type DeviceSettings,
  type FoundDevice,
  nextDevice,
  pluggedIn,
  readDevices,
} from '../core/device-choice.ts';
import type { MediaDevice } from '../core/media-problem.ts';

/** What a call hears of devices. */
export interface ShelfListener {
  /** This person has chosen: what is open may be another device now. */
  onChoice(): void;
  /** Some left and some came; `came` belong together. */
  onPlugs(left: readonly FoundDevice[], came: readonly FoundDevice[]): void;
}

export class DeviceShelf {
  #settings: DeviceSettings;
  #found: readonly FoundDevice[] | null = null;
  readonly #listeners = new Set<ShelfListener>();

  constructor(settings: DeviceSettings) {
    this.#settings = settings;
  }

  get settings(): DeviceSettings {
    return this.#settings;
  }

  /** `setSinkId` takes it; empty is what the computer uses. */
  get speaker(): string {
    return chosenDevice(this.#settings, this.#found ?? [], 'speaker')?.id ?? '';
  }

  configure(settings: DeviceSettings): void {
    this.#settings = settings;
    for (const listener of this.#listeners) listener.onChoice();
  }

  /** These are there now. */
  see(listed: readonly MediaDeviceInfo[]): void {
    const before = this.#found;
    const after = readDevices(listed);
    this.#found = after;
    if (!before) return;
    const left = before.filter(({ kind, id }) => !after.some((now) => now.kind === kind && now.id === id));
    const came = pluggedIn(before, after);
    if (left.length + came.length === 0) return;
    for (const listener of this.#listeners) listener.onPlugs(left, came);
  }

  /** @returns what ends it. */
  subscribe(listener: ShelfListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns how a device is to be opened: `ideal`, so that one that has just left keeps nobody from a call. */
  wanted(device: MediaDevice): MediaTrackConstraints {
    const chosen = this.#found
      ? chosenDevice(this.#settings, this.#found, device)?.id
      : this.#settings[device]?.id;
    return { ...this.#processing(device), ...(chosen !== undefined && { deviceId: { ideal: chosen } }) };
  }

  /** @returns what takes the place of a device that is gone, and how it is opened; null if there is none. */
  async successor(
    device: MediaDevice,
    gone: string,
  ): Promise<{ found: FoundDevice; wanted: MediaTrackConstraints } | null> {
    // Asked anew: a track may end before the browser tells that a device has left.
    this.see(await navigator.mediaDevices.enumerateDevices());
    const found = nextDevice(this.#settings, this.#found ?? [], device, gone);
    return found && { found, wanted: { ...this.#processing(device), deviceId: { exact: found.id } } };
  }

  #processing(device: MediaDevice): MediaTrackConstraints {
    const { noiseSuppression, echoCancellation, autoGainControl } = this.#settings;
    return device === 'microphone' ? { noiseSuppression, echoCancellation, autoGainControl } : {};
  }
}
