/** The words of cameras, microphones and speakers: in the sheet of a call, in its notes, and in the settings. */
import type { DeviceKind } from '../../core/device-choice.ts';
import { plain, sentences } from './sentences.ts';

export const deviceWords = sentences('device', {
  title: plain,
  kind: { camera: plain, microphone: plain, speaker: plain } satisfies Record<DeviceKind, typeof plain>,
  /** The choice to have none. */
  computers: plain,
  /** Chosen, and not plugged in. */
  away: (label: string) => ({ label }),
  unnamed: plain,
  test: plain,
  testing: plain,
  saySomething: plain,
  blur: plain,
  hush: plain,
  hushHelp: plain,
  echo: plain,
  echoHelp: plain,
  gain: plain,
  gainHelp: plain,
  cameraOff: plain,
  cameraOffHelp: plain,
  pressM: plain,
  silent: plain,
  choose: plain,
  useIt: plain,
  notNow: plain,
  fine: plain,
  plugged: (label: string) => ({ label }),
  unplugged: (label: string, now: string) => ({ label, now }),
  speakerGone: (label: string) => ({ label }),
  refused: (label: string) => ({ label }),
  tryOut: {
    start: plain,
    help: plain,
    record: plain,
    recording: plain,
    playing: plain,
    stop: plain,
    preview: plain,
  },
});
