/** The words of the settings beyond the devices: ringing and the check-up. */
import type { CheckLine, Finding } from '../../core/check-up.ts';
import type { RingtoneName, SoundProblem } from '../../core/ringtones.ts';
import { choice, plain, sentences } from './sentences.ts';

/** What a finding says, as the sentence can choose by it. */
const foundOf = (finding: Finding) => ({
  is: choice(finding.is),
  device: 'device' in finding ? finding.device : '',
  label: 'label' in finding ? finding.label : '',
  height: 'height' in finding ? String(finding.height) : '',
  ms: 'ms' in finding ? finding.ms : 0,
  turn:
    ('hasTurn' in finding && finding.hasTurn) || ('isNeeded' in finding && finding.isNeeded) ? 'yes' : 'no',
});

export const settingsWords = sentences('settings', {
  ringtone: plain,
  ringtones: {
    birds: plain,
    bells: plain,
    steps: plain,
    lake: plain,
    own: plain,
  } satisfies Record<RingtoneName, typeof plain>,
  play: plain,
  stop: plain,
  volume: plain,
  volumeLong: plain,
  ownSound: plain,
  ownSoundHelp: plain,
  chooseSound: plain,
  soundSaved: plain,
  soundProblem: {
    'too-big': plain,
    'too-long': plain,
    unreadable: plain,
  } satisfies Record<SoundProblem, typeof plain>,
  quietHours: plain,
  quietFrom: plain,
  quietTo: plain,
  whoRings: plain,
  whoRingsFor: { checked: plain, nobody: plain },
  checkedOf: (checked: number, all: number) => ({ checked, all }),
  whenSeen: plain,
  whenSeenHelp: plain,
  checkUp: {
    title: plain,
    lead: plain,
    run: plain,
    again: plain,
    copy: plain,
    copied: plain,
    copyHelp: plain,
    line: {
      camera: plain,
      microphone: plain,
      notifications: plain,
      relay: plain,
      direct: plain,
      turn: plain,
    } satisfies Record<CheckLine, typeof plain>,
    working: plain,
    didYouSee: plain,
    yes: plain,
    no: plain,
    notificationTitle: plain,
    notificationBody: plain,
    showMeHow: plain,
    how: plain,
    openCamera: plain,
    openMicrophone: plain,
    turnOn: plain,
    chooseAnother: plain,
    useAnother: plain,
    report: (line: string, finding: string) => ({ line, finding }),
    found: (finding: Finding) => foundOf(finding),
  },
});
