/** The words of the settings beyond the devices: ringing and the check-up. */
import type { CheckLine, Finding } from '../../core/check-up.ts';
import type { RingtoneName, SoundProblem } from '../../core/ringtones.ts';

export const settingsWords = {
  ringtone: 'Ringtone',
  ringtones: {
    birds: 'Two birds',
    bells: 'Bells',
    steps: 'Steps',
    lake: 'Lake',
    own: 'My own sound',
  } satisfies Record<RingtoneName, string>,
  play: 'Play the ringtone',
  stop: 'Stop the ringtone',
  volume: 'Volume',
  volumeLong: 'Ringtone volume',
  ownSound: 'Your own sound',
  ownSoundHelp: 'Up to a minute and 5 MB. Kept only in this browser.',
  chooseSound: 'Choose a file',
  soundSaved: 'That’s your ringtone now.',
  soundProblem: {
    'too-big': 'This file is over 5 MB. Try a smaller one.',
    'too-long': 'This sound is longer than a minute. Try a shorter one.',
    unreadable: 'We can’t play this file. Try another one.',
  } satisfies Record<SoundProblem, string>,
  whenSeen: 'Let people see when I’m available',
  whenSeenHelp: 'When this is off, you appear offline and nobody can ring you.',
  checkUp: {
    title: 'Check-up',
    lead: 'Tries everything a call needs. Your camera and microphone go on for a moment.',
    run: 'Run the check-up',
    again: 'Run again',
    copy: 'Copy report',
    copied: 'Copied',
    copyHelp: 'No names, no addresses inside.',
    line: {
      camera: 'Camera',
      microphone: 'Microphone',
      notifications: 'Notifications',
      relay: 'Relay',
      direct: 'Straight path to others',
      turn: 'Path through the relay',
    } satisfies Record<CheckLine, string>,
    working: 'Trying',
    didYouSee: 'Did you see it?',
    yes: 'Yes',
    no: 'No',
    notificationTitle: 'This is how a call arrives',
    notificationBody: 'Go back to the check-up and say that you saw it.',
    showMeHow: 'Show me how',
    how: 'Open your computer’s notification settings, find your browser in the list, and allow its notifications. Then run the check-up again.',
    openCamera: 'Open camera settings',
    openMicrophone: 'Open microphone settings',
    turnOn: 'Turn them on',
    chooseAnother: 'Choose another',
    useAnother: 'Use another relay',
    report: (line: string, finding: string) => `${line}: ${finding}`,
    found(finding: Finding): string {
      switch (finding.is) {
        case 'camera-fine':
          return `${finding.label}, ${finding.height}p`;
        case 'microphone-fine':
          return `${finding.label}, hears you`;
        case 'microphone-silent':
          return 'We can’t hear you. Check that the right microphone is chosen.';
        case 'blocked':
          return finding.device === 'camera'
            ? 'Your camera is switched off for Sidecall'
            : 'Your microphone is switched off for Sidecall';
        case 'missing':
          return finding.device === 'camera' ? 'We can’t find a camera.' : 'We can’t find a microphone.';
        case 'in-use':
          return finding.device === 'camera'
            ? 'Another app is using your camera.'
            : 'Another app is using your microphone.';
        case 'notifications-fine':
          return 'Allowed';
        case 'notifications-unsure':
          return 'We’ve just shown you one.';
        case 'notifications-hidden':
          return 'Your computer is hiding Sidecall’s notifications, so calls won’t ring.';
        case 'relay-fine':
          return `${finding.ms} ms`;
        case 'relay-silent':
          return 'That relay isn’t answering. Check the address.';
        case 'direct-fine':
          return 'Open';
        case 'direct-blocked':
          return finding.hasTurn ? 'Blocked here, calls use the relay' : 'Blocked here. Try another network.';
        case 'direct-unused':
          return 'Not used, because your address is hidden';
        case 'turn-fine':
          return 'Open';
        case 'turn-none':
          return finding.isNeeded
            ? 'Your relay has none, so calls can’t begin while your address is hidden.'
            : 'Your relay has none. Most calls do without.';
        case 'turn-blocked':
          return 'Blocked here';
      }
    },
  },
} as const;
