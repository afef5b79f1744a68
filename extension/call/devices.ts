/** This computer's camera and microphone: what is known of them before they are opened, and opening them. */
import type { CallKind } from '../../relay/mail.ts';
import {
  faultOf,
  knownFault,
  type MediaDevice,
  type MediaFault,
  type MediaProblem,
} from '../core/media-problem.ts';

const CONSTRAINTS: Record<MediaDevice, MediaTrackConstraints> = {
  microphone: {},
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};
const CONSTRAINED: Record<MediaDevice, 'audio' | 'video'> = { microphone: 'audio', camera: 'video' };
const KIND_OF: Record<MediaDevice, MediaDeviceKind> = { microphone: 'audioinput', camera: 'videoinput' };
const DEVICES = ['microphone', 'camera'] as const;

/** A device that did not open, and why. */
export class DeviceError extends Error {
  override name = 'DeviceError';
  readonly problem: MediaProblem;
  constructor(device: MediaDevice, fault: MediaFault) {
    super(`${device} ${fault}`);
    this.problem = { device, fault };
  }
}

/** How often the devices are asked for while it rings, in milliseconds: Chromium's capture ends after 5 s without a question. */
const STAY_AWAKE_MS = 4000;

/**
 * Keeps ready what opens devices, without opening any: no light goes on. Asleep, Chromium first starts a process and looks for
 * cameras, which made a camera come 90 to 470 ms after the click instead of 20.
 * @returns what lets it sleep again
 */
export function keepDevicesAwake(): () => void {
  const ask = (): void => void navigator.mediaDevices.enumerateDevices().catch(() => undefined);
  ask();
  const timer = setInterval(ask, STAY_AWAKE_MS);
  return () => clearInterval(timer);
}

let cameraFrame: HTMLIFrameElement | undefined;

/**
 * Chromium serves the requests of one document one after another, so a camera asked for beside a microphone waits for it. An
 * empty frame of this page's origin is a document of its own: there both open at once, and neither waits for the other.
 */
function navigatorFor(device: MediaDevice): Navigator {
  if (device === 'microphone') return navigator;
  if (!cameraFrame) {
    cameraFrame = document.createElement('iframe');
    cameraFrame.allow = 'camera';
    cameraFrame.hidden = true;
    document.body.append(cameraFrame);
  }
  return cameraFrame.contentWindow?.navigator ?? navigator;
}

/** An error of the frame is no `Error` of this window. */
const nameOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';

/** @param wanted beyond what every call wants @returns the device's track. @throws {DeviceError} */
export async function openDevice(
  device: MediaDevice,
  wanted: MediaTrackConstraints,
): Promise<MediaStreamTrack> {
  try {
    const { mediaDevices } = navigatorFor(device);
    const stream = await mediaDevices.getUserMedia({
      [CONSTRAINED[device]]: { ...CONSTRAINTS[device], ...wanted },
    });
    const track = stream.getTracks()[0];
    if (!track) throw new DeviceError(device, 'missing');
    return track;
  } catch (error) {
    if (error instanceof DeviceError) throw error;
    throw new DeviceError(device, faultOf(nameOf(error)));
  }
}

export interface DeviceWatch {
  /** @returns the first thing known to stand in the way of a call of this kind; asked without waiting, so a ring need not. */
  problemFor(kind: CallKind): MediaProblem | null;
}

/** Watches permissions and plugs, and calls `onChange` with what there is when that changes. @returns once it knows. */
export async function watchDevices(onChange: (found: MediaDeviceInfo[]) => void): Promise<DeviceWatch> {
  const faults: Record<MediaDevice, MediaFault | null> = { microphone: null, camera: null };
  const permissions = {
    microphone: await navigator.permissions.query({ name: 'microphone' }),
    camera: await navigator.permissions.query({ name: 'camera' }),
  };
  const refresh = async (): Promise<void> => {
    const found = await navigator.mediaDevices.enumerateDevices();
    for (const device of DEVICES) {
      const count = found.filter(({ kind }) => kind === KIND_OF[device]).length;
      faults[device] = knownFault(permissions[device].state, count);
    }
    onChange(found);
  };
  for (const device of DEVICES) permissions[device].addEventListener('change', () => void refresh());
  navigator.mediaDevices.addEventListener('devicechange', () => void refresh());
  await refresh();
  return {
    problemFor(kind) {
      const device = DEVICES.find(
        (each) => faults[each] !== null && (kind === 'video' || each === 'microphone'),
      );
      const fault = device && faults[device];
      return device && fault ? { device, fault } : null;
    },
  };
}
