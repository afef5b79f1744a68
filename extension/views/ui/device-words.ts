/** The words of cameras, microphones and speakers: in the sheet of a call, in its notes, and in the settings. */
import type { DeviceKind } from '../../core/device-choice.ts';

export const deviceWords = {
  title: 'Camera and sound',
  kind: { camera: 'Camera', microphone: 'Microphone', speaker: 'Speaker' } satisfies Record<
    DeviceKind,
    string
  >,
  /** The choice to have none. */
  computers: 'As this computer has it',
  /** Chosen, and not plugged in. */
  away: (label: string) => `${label}, not plugged in`,
  unnamed: 'Not named',
  test: 'Test',
  testing: 'Playing',
  saySomething: 'Say something. The bar should move.',
  blur: 'Blur my background',
  hush: 'Hush the noise around me',
  hushHelp: 'Softens keyboards, fans and traffic.',
  echo: 'Take out the echo',
  echoHelp: 'So that people don’t hear themselves from your speaker.',
  gain: 'Even out my voice',
  gainHelp: 'Louder when you’re far from the microphone, softer when you’re near.',
  cameraOff: 'Join with my camera off',
  cameraOffHelp: 'You can turn it on once you’ve said hello.',
  pressM: 'You’re muted. Press M to talk.',
  silent: 'We can’t hear you. Check that the right microphone is chosen.',
  choose: 'Choose a microphone',
  useIt: 'Use it',
  notNow: 'Not now',
  fine: 'OK',
  plugged: (label: string) => `Plugged in: ${label}.`,
  unplugged: (label: string, now: string) => `Unplugged: ${label}. You’re on ${now} now.`,
  speakerGone: (label: string) => `Unplugged: ${label}. Sound comes from your computer’s own speaker now.`,
  refused: (label: string) => `${label} can’t be used just now. Another app may have it.`,
  tryOut: {
    start: 'See and hear yourself',
    help: 'A test call with yourself. Nothing leaves this computer.',
    record: 'Record five seconds',
    recording: 'Say something. You’ll see and hear it in a moment.',
    playing: 'This is how people see and hear you.',
    stop: 'Stop',
    preview: 'You',
  },
} as const;
