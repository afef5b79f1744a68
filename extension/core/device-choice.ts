/** Which camera, microphone and speaker a call uses: what this person chose, as far as it is there, and what comes in its place. */
import * as v from 'valibot';

export type DeviceKind = 'camera' | 'microphone' | 'speaker';

/** A device as the browser lists it. */
export interface FoundDevice {
  readonly kind: DeviceKind;
  readonly id: string;
  readonly label: string;
  /** The same for what is plugged in as one, such as a headset; empty if the browser doesn't say. */
  readonly group: string;
}

/** Longer ones are cut; no device has any. */
const MAX_TEXT = 256;
const text = v.pipe(v.string(), v.maxLength(MAX_TEXT));
/** The id names a device for as long as the browser keeps its data; the label finds it again after that. */
const wishSchema = v.object({ id: text, label: text });

const wish = v.optional(v.nullable(wishSchema), null);
const on = v.optional(v.boolean(), true);
const off = v.optional(v.boolean(), false);
export const deviceSettingsSchema = v.object({
  /** Null: what the computer uses. */
  camera: wish,
  microphone: wish,
  speaker: wish,
  noiseSuppression: on,
  echoCancellation: on,
  autoGainControl: on,
  /** Where the platform offers it. */
  blur: off,
  /** Whether calls with video begin without this person's picture. */
  cameraOff: off,
});
export type DeviceSettings = v.InferOutput<typeof deviceSettingsSchema>;
export const DEFAULT_DEVICES: DeviceSettings = v.parse(deviceSettingsSchema, {});

const KINDS: Partial<Record<string, DeviceKind>> = {
  videoinput: 'camera',
  audioinput: 'microphone',
  audiooutput: 'speaker',
};
/** Chromium lists its computer's own choice beside the device that it is (`default`, and on Windows `communications`). */
const isAlias = (id: string): boolean => id === '' || id === 'default' || id === 'communications';
/** Chromium ends the label of a USB device with its vendor and product, which tell a person nothing. */
const USB_NUMBERS = / \([\da-f]{4}:[\da-f]{4}\)$/i;

/** @returns the devices among what `enumerateDevices` gave (Media Capture and Streams, 9.2), each once. */
export function readDevices(
  listed: readonly { kind: string; deviceId: string; label: string; groupId: string }[],
): FoundDevice[] {
  return listed.flatMap(({ kind: raw, deviceId, label, groupId }) => {
    const kind = KINDS[raw];
    if (!kind || isAlias(deviceId)) return [];
    return [
      {
        kind,
        id: deviceId.slice(0, MAX_TEXT),
        label: label.replace(USB_NUMBERS, '').slice(0, MAX_TEXT),
        group: groupId,
      },
    ];
  });
}

/** @returns what is to be used of a kind: the chosen one, or one of its name; null for what the computer uses. */
export function chosenDevice(
  settings: DeviceSettings,
  found: readonly FoundDevice[],
  kind: DeviceKind,
): FoundDevice | null {
  const wanted = settings[kind];
  const fitting = found.filter((device) => device.kind === kind);
  if (!wanted) return null;
  return (
    fitting.find(({ id }) => id === wanted.id) ??
    fitting.find(({ label }) => label !== '' && label === wanted.label) ??
    null
  );
}

/** @returns what takes the place of a device that is gone: the chosen one, or else the first of its kind. */
export function nextDevice(
  settings: DeviceSettings,
  found: readonly FoundDevice[],
  kind: DeviceKind,
  gone: string,
): FoundDevice | null {
  const left = found.filter((device) => device.kind === kind && device.id !== gone);
  return chosenDevice(settings, left, kind) ?? left[0] ?? null;
}

/** @returns what has been plugged in, as one thing: all that is new and belongs together. */
export function pluggedIn(before: readonly FoundDevice[], after: readonly FoundDevice[]): FoundDevice[] {
  // Without a name it can't be offered: nothing has been allowed yet.
  const fresh = after.filter(
    ({ kind, id, label }) => label !== '' && !before.some((old) => old.kind === kind && old.id === id),
  );
  const [first] = fresh;
  return fresh.filter((device) => device === first || (first?.group !== '' && device.group === first?.group));
}

/** What a person in a call is told of devices that come and go. */
export type DeviceNews =
  /** One was unplugged; `now` is in its place, or what the computer uses. */
  | { what: 'gone'; kind: DeviceKind; label: string; now: string | null }
  /** One was chosen that can't be used just now; what was used before goes on. */
  | { what: 'refused'; kind: DeviceKind; label: string }
  /** One was plugged in, and is offered. */
  | { what: 'new'; label: string; devices: readonly FoundDevice[] };
