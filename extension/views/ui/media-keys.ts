/**
 * The buttons of the browser's own picture in picture: mute, camera, hang up (Media Session, section 5; their states:
 * sections `setMicrophoneActive` and `setCameraActive`). Our own controls can't be put there.
 */
import type { DeviceState } from '../../call/call-host.ts';
import type { ShownCall } from './calls.svelte.ts';

/** TypeScript's own leaves out the newest actions. */
interface Session {
  setActionHandler(action: string, handler: (() => void) | null): void;
}
const ACTIONS = ['togglemicrophone', 'togglecamera', 'hangup'] as const;

/** Hands the buttons to the call that `shown` gives when one is pressed. @returns what takes them back. */
export function handOverMediaKeys(shown: () => ShownCall): () => void {
  const session: Session = navigator.mediaSession;
  const handlers: Record<(typeof ACTIONS)[number], () => void> = {
    togglemicrophone: () => shown().call.setMicrophone(!shown().snapshot.microphone.on),
    togglecamera: () => shown().call.setCamera(!shown().snapshot.camera.on),
    hangup: () => shown().call.hangUp(),
  };
  for (const action of ACTIONS) session.setActionHandler(action, handlers[action]);
  return () => {
    for (const action of ACTIONS) session.setActionHandler(action, null);
  };
}

/** Shows on those buttons whether microphone and camera are on. */
export function showMediaStates({ microphone, camera }: ShownCall['snapshot']): void {
  const session = navigator.mediaSession;
  // By the standard they return promises; Chromium 156 returns nothing.
  void Promise.resolve(session.setMicrophoneActive(isOn(microphone))).catch(() => undefined);
  void Promise.resolve(session.setCameraActive(isOn(camera))).catch(() => undefined);
}

const isOn = ({ on, problem }: DeviceState): boolean => on && problem === null;
