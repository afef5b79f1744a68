/** What can be wrong with a camera or a microphone, read from what the browser says of it. */

export type MediaDevice = 'camera' | 'microphone';
/** `unasked`: the browser would have to ask, which only a tab can do. */
export type MediaFault = 'unasked' | 'blocked' | 'missing' | 'in-use';
export interface MediaProblem {
  device: MediaDevice;
  fault: MediaFault;
}

/**
 * @param name the `name` of the `DOMException` that `getUserMedia` rejected with (Media Capture and Streams, section 10.2.2)
 * @returns what it means for the person.
 */
export function faultOf(name: string): MediaFault {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'blocked';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    default:
      return 'in-use';
  }
}

/** @returns the fault that is known before the device is opened, or null if it can be tried. */
export function knownFault(permission: PermissionState, count: number): MediaFault | null {
  if (permission === 'denied') return 'blocked';
  if (count === 0) return 'missing';
  if (permission === 'prompt') return 'unasked';
  return null;
}
