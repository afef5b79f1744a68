/** The check-up of the settings: what each line says of what was found, how bad that is, and the one next step. */
import type { MediaDevice, MediaFault } from './media-problem.ts';

export type CheckLine = 'camera' | 'microphone' | 'notifications' | 'relay' | 'direct' | 'turn';

export type Finding =
  | { is: 'camera-fine'; label: string; height: number }
  | { is: 'microphone-fine'; label: string }
  | { is: 'microphone-silent' }
  | { is: 'blocked' | 'missing' | 'in-use'; device: MediaDevice }
  | { is: 'notifications-fine' }
  | { is: 'notifications-unsure' }
  | { is: 'notifications-hidden' }
  | { is: 'relay-fine'; ms: number }
  | { is: 'relay-silent' }
  | { is: 'direct-fine' }
  | { is: 'direct-blocked'; hasTurn: boolean }
  | { is: 'direct-unused' }
  | { is: 'turn-fine' }
  | { is: 'turn-none'; isNeeded: boolean }
  | { is: 'turn-blocked' };

/** What a line offers to do. */
export type NextStep =
  'device-settings' | 'turn-on' | 'choose-device' | 'answer-seen' | 'show-how' | 'choose-relay' | null;

export interface Verdict {
  readonly how: 'good' | 'warn' | 'bad';
  readonly step: NextStep;
}

/** @param fault of a device that did not open @returns what is found of it. */
export function foundFault(device: MediaDevice, fault: MediaFault): Finding {
  return { is: fault === 'unasked' ? 'blocked' : fault, device };
}

/** @param rms the loudest that was heard while the microphone was listened to */
export const foundVoice = (label: string, rms: number): Finding =>
  rms > 0.002 ? { is: 'microphone-fine', label } : { is: 'microphone-silent' };

export interface Paths {
  /** Kinds of candidates that were found with STUN servers alone (RFC 8445, section 4). */
  readonly direct: readonly string[];
  readonly hasStun: boolean;
  readonly hasTurn: boolean;
  /** Whether a TURN server gave an address. */
  readonly isRelayed: boolean;
  readonly hidesAddress: boolean;
}

/** Without STUN servers, on this computer alone, an address of this computer is a straight path. */
export function foundDirect({ direct, hasStun, isRelayed, hidesAddress }: Paths): Finding {
  if (hidesAddress) return { is: 'direct-unused' };
  const isOpen = direct.includes('srflx') || (!hasStun && direct.includes('host'));
  return isOpen ? { is: 'direct-fine' } : { is: 'direct-blocked', hasTurn: isRelayed };
}

export function foundTurn({ hasTurn, isRelayed, hidesAddress }: Paths): Finding {
  if (isRelayed) return { is: 'turn-fine' };
  return hasTurn ? { is: 'turn-blocked' } : { is: 'turn-none', isNeeded: hidesAddress };
}

/** @returns how bad a finding is, and the one thing to do about it. */
export function judge(finding: Finding): Verdict {
  switch (finding.is) {
    case 'camera-fine':
    case 'microphone-fine':
    case 'notifications-fine':
    case 'relay-fine':
    case 'direct-fine':
    case 'direct-unused':
    case 'turn-fine':
      return { how: 'good', step: null };
    case 'blocked':
      return { how: 'bad', step: 'device-settings' };
    // A call without a picture is a call.
    case 'missing':
      return { how: finding.device === 'camera' ? 'warn' : 'bad', step: 'choose-device' };
    case 'in-use':
    case 'microphone-silent':
      return { how: 'bad', step: 'choose-device' };
    case 'notifications-unsure':
      return { how: 'warn', step: 'answer-seen' };
    case 'notifications-hidden':
      return { how: 'bad', step: 'show-how' };
    case 'relay-silent':
      return { how: 'bad', step: 'choose-relay' };
    case 'direct-blocked':
      return { how: finding.hasTurn ? 'warn' : 'bad', step: finding.hasTurn ? null : 'choose-relay' };
    case 'turn-blocked':
      return { how: 'warn', step: null };
    case 'turn-none':
      return finding.isNeeded ? { how: 'bad', step: 'choose-relay' } : { how: 'good', step: null };
  }
}
