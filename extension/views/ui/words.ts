/**
 * Every word a person reads in a view, in English. Whole sentences with their variables, never glued from pieces, so that
 * another language can order them as it likes.
 */
import type { MediaDevice, MediaFault } from '../../core/media-problem.ts';
import type { InviteProblem } from '../../messages.ts';
import type { CallKind, QuickReply } from '../../../relay/mail.ts';
import { clockTime, dayOf, dayName, durationOf, monthDay, plural } from './dates.ts';

/** @returns what a sentence calls somebody: the first word of this person's own name for them. */
export const firstName = (name: string): string => name.split(/\s+/)[0] || name;

export const words = {
  app: 'Sidecall',
  you: 'You',
  close: 'Close',
  cancel: 'Cancel',
  back: 'Back',
  continue: 'Continue',
  notNow: 'Not now',
  tryAgain: 'Try again',
  or: 'or',

  firstRun: {
    title: 'Start with one person',
    help: 'Send them this link. Once they open it, you can ring each other.',
    pasteLabel: 'Did someone send you a link?',
    paste: 'Paste it here',
  },
  invite: {
    copy: 'Copy',
    copyLink: 'Copy link',
    copied: 'Copied',
    link: 'Your invite link',
    terms: 'Works once, for 7 days.',
    renew: 'Make a new link',
    someone: 'Invite someone',
    unavailable: 'The link can’t be made just now.',
  },
  link: {
    connected: 'Connected',
    reconnecting: 'Reconnecting',
    tryNow: 'Try now',
    offline: 'You’re offline. Check your internet.',
  },
  elsewhere: {
    title: 'Sidecall is open in another browser',
    help: 'Calls ring there now.',
    takeOver: 'Use Sidecall here',
  },
  noNetwork: { title: 'You’re offline', help: 'Check your internet.' },
  relayDown: {
    title: 'Sidecall can’t connect',
    help: 'Your internet works, but the relay that introduces you to people isn’t answering. Nobody can ring you until it’s back.',
    countdown: (seconds: number) =>
      plural(seconds, {
        one: `Trying again in ${seconds} second`,
        other: `Trying again in ${seconds} seconds`,
      }),
    useAnother: 'Use another relay',
  },
  status: {
    menu: (name: string, status: string) => `${name}, ${status}. Change your status`,
    available: 'Available',
    dnd: 'Do not disturb',
    dndHour: '1 hour',
    dndToday: 'Today',
    dndOpen: 'Until I say',
    dndFor: (length: string) => `Do not disturb: ${length}`,
    offline: 'Appear offline',
    copyInvite: 'Copy my invite link',
    beside: 'Open beside this tab',
    quietUntil: (until: number): [string, string, string] => [
      'Calls won’t ring until ',
      clockTime(until),
      '. You’ll still see who called.',
    ],
    quiet: 'Calls won’t ring. You’ll still see who called.',
  },
  people: {
    title: 'People',
    recent: 'Recent calls',
    add: 'Add someone',
    settings: 'Settings',
    find: 'Find someone',
    clearSearch: 'Clear the search',
    nobody: (name: string) => `Nobody called “${name}” yet`,
    nobodyHelp: (name: string) => `Send ${name} an invite link and they’ll appear here.`,
    callVideo: (name: string) => `Call ${name} with video`,
    callSound: (name: string) => `Call ${name}, sound only`,
    more: (name: string) => `More about ${name}`,
    says: (name: string) => `Says they are ${name}`,
    callBack: 'Call back',
    callBackName: (name: string) => `Call back ${name}`,
    row: (name: string, line: string) => `${name}, ${line}`,
    available: 'Available',
    onCall: 'On another call',
    dnd: 'Do not disturb',
    dndUntil: (until: number) => `Do not disturb until ${clockTime(until)}`,
    offline: 'Offline',
    lastHere: (at: number, now: number) => `Last here ${dayOf(at, now)}`,
    missed: (at: number, now: number) =>
      dayOf(at, now) === 'today'
        ? `Missed call, ${clockTime(at)}`
        : `Missed call, ${dayOf(at, now)} ${clockTime(at)}`,
    waiting: (name: string) => `Waiting for ${name}`,
    waitingHelp: 'You’ll be on each other’s list as soon as you are both online.',
    remove: 'Remove',
  },
  recent: {
    title: 'Recent calls',
    backToPeople: 'Back to people',
    clear: 'Clear the list',
    none: 'No calls yet',
    kept: 'Kept only in this browser.',
    day: (at: number, now: number) => dayName(at, now),
    unknownPerson: 'Someone you removed',
    missed: 'Missed',
    noAnswer: 'No answer',
    declined: 'Declined',
    busy: 'On another call',
    cancelled: 'Cancelled',
    offline: 'Wasn’t online',
    failed: 'Didn’t connect',
    talked: (ms: number, kind: CallKind) =>
      kind === 'audio' ? `${durationOf(ms)}, sound only` : durationOf(ms),
  },
  add: {
    title: 'Add someone',
    label: 'Their invite link',
    wantsToConnect: (until: number) =>
      `would like to connect. This invite runs out on ${monthDay(until - 1)}.`,
    nameless: 'Somebody',
    nameFor: (name: string) => (name ? `Your name for ${name}` : 'Your name for them'),
    nameHelp: (name: string) =>
      `Only you see this name. On your first call, compare seven pictures to be sure it’s really ${name || 'them'}.`,
    add: 'Add',
    addName: (name: string) => (name ? `Add ${name}` : 'Add'),
    once: 'Each invite works for one person, once. It keeps strangers from ringing you.',
    problem: (problem: InviteProblem, name: string | undefined, until: number | undefined): string => {
      switch (problem) {
        case 'used':
          return 'This invite has already been used. Ask for a new one.';
        case 'revoked':
          return 'This invite no longer works. Ask for a new one.';
        case 'expired':
          return until === undefined
            ? 'This invite ran out. Ask for a new one.'
            : `This invite ran out on ${monthDay(until - 1)}. Ask for a new one.`;
        case 'malformed':
          return 'That doesn’t look like an invite. Paste the whole link.';
        case 'own':
          return 'That’s your own invite. Send it to someone else.';
        case 'known':
          return name ? `${name} is already on your list.` : 'They are already on your list.';
      }
    },
    failed: 'That didn’t work just now. Try again.',
  },
  incoming: {
    video: 'is calling with video',
    audio: 'is calling, sound only',
    announced: (name: string, kind: CallKind) =>
      kind === 'video' ? `${name} is calling with video` : `${name} is calling, sound only`,
    answer: 'Answer',
    decline: 'Decline',
    withoutVideo: 'Answer without video',
    withVideo: 'Answer with video',
    checked: (at: number) => `Safety checked on ${monthDay(at)}`,
    claims: 'Compare pictures before you believe it.',
    firstCall: 'First call. Compare pictures once you’re talking',
    replies: { 'in-10-minutes': 'Call you in 10 minutes', 'cannot-talk': 'Can’t talk now' } satisfies Record<
      QuickReply,
      string
    >,
    hangUpAndAnswer: (name: string) => `Hang up and answer ${name}`,
  },
  call: {
    reaching: (name: string) => `Reaching ${name}`,
    ringing: 'Ringing',
    connecting: 'Connecting',
    reconnecting: 'Reconnecting',
    controls: 'Call controls',
    mute: 'Mute',
    unmute: 'Unmute',
    cameraOff: 'Turn camera off',
    cameraOn: 'Turn camera on',
    share: 'Share your screen',
    stopSharing: 'Stop sharing',
    more: 'More',
    hangUp: 'Hang up',
    cancelCall: 'Cancel call',
    beside: 'Beside this tab',
    besideLong: 'Open beside this tab',
    popOut: 'Pop out',
    carriesOn: 'The call carries on when you close this.',
    muted: 'You’re muted',
    theyMuted: (name: string) => `${name} is muted`,
    theirCamera: (name: string) => `${name}’s camera`,
    theirCameraOff: (name: string) => `${name}’s camera is off`,
    yourCamera: 'Your camera',
    selfView: 'Your picture. Arrow keys move it, Enter hides it.',
    showSelf: 'Show your picture',
    shortcuts: 'Shortcuts',
    safety: 'Safety check',
    bothMuted: 'Both microphones are off',
    finding: (name: string) => `Finding ${name} again`,
    dropped: 'The connection dropped for a moment.',
    nothingToDo: 'You don’t need to do anything.',
    stillLooking: 'Still looking. Keep waiting, or hang up and call again.',
    videoOffHelps: 'Turn off video to help',
  },
  ended: {
    talked: (ms: number, name: string) => `${durationOf(ms)} with ${name}`,
    theyHungUp: (name: string, at: number) => `${name} hung up at ${clockTime(at)}`,
    ended: (at: number) => `Call ended at ${clockTime(at)}`,
    lost: (name: string) => `We lost ${name}.`,
    soundOnly: 'Sound only',
    callAgain: 'Call again',
    backToPeople: 'Back to people',
    offline: (name: string) => `${name} isn’t online`,
    offlineHelp: (name: string) => `A closed browser can’t ring. We can tell you when ${name} is back.`,
    tellBack: (name: string) => `Tell me when ${name} is back`,
    tellFree: (name: string) => `Tell me when ${name} is free`,
    remind: 'Remind me in 10 minutes',
    willTell: 'We’ll tell you.',
    declined: (name: string) => `${name} can’t talk now`,
    busy: (name: string) => `${name} is on another call`,
    busyHelp: (name: string) => `${name} can see that you rang.`,
    noAnswer: (name: string) => `${name} didn’t answer`,
    noAnswerHelp: (name: string, at: number) => `${name} will see that you rang at ${clockTime(at)}.`,
    noWay: (name: string) => `We couldn’t join you to ${name}`,
    noWayHelp:
      'One of your networks is blocking the call. Going through the relay usually works, and stays just as private.',
    /** It has gone through the relay, or there is none to go through. */
    noWayAtAll: 'One of your networks is blocking the call.',
    throughRelay: 'Call through the relay',
    noTurnHidden:
      'Your address is hidden, and your relay can’t carry calls just now. Show your address in Settings, or use another relay.',
    noTurn: 'Your relay can’t carry calls just now. Try again later, or use another relay.',
    openSettings: 'Open settings',
  },
  device: {
    title: (device: MediaDevice, fault: MediaFault): string => deviceTitles[device][fault],
    help: (device: MediaDevice, fault: MediaFault): string => deviceHelp[device][fault],
    /** Steps in parts, of which every second is emphasised. */
    steps: (device: MediaDevice): readonly (readonly string[])[] =>
      device === 'camera'
        ? [['Open camera settings below'], ['Next to ', 'Camera', ', choose ', 'Allow']]
        : [['Open microphone settings below'], ['Next to ', 'Microphone', ', choose ', 'Allow']],
    startsByItself: ['Come back. The call starts by itself'],
    comeBack: ['Come back and try again'],
    openSettings: (device: MediaDevice) =>
      device === 'camera' ? 'Open camera settings' : 'Open microphone settings',
    soundOnly: 'Call with sound only',
    turnOn: 'Turn them on',
  },
} as const;

const deviceTitles: Record<MediaDevice, Record<MediaFault, string>> = {
  camera: {
    unasked: 'Let’s see and hear you',
    blocked: 'Your camera is switched off for Sidecall',
    missing: 'We can’t find a camera.',
    'in-use': 'Another app is using your camera.',
  },
  microphone: {
    unasked: 'Let’s see and hear you',
    blocked: 'Your microphone is switched off for Sidecall',
    missing: 'We can’t find a microphone.',
    'in-use': 'Another app is using your microphone.',
  },
};

const deviceHelp: Record<MediaDevice, Record<MediaFault, string>> = {
  camera: {
    unasked:
      'Your browser will ask to use your camera and microphone. Nothing leaves this computer until you’re in a call.',
    blocked: '',
    missing: 'Plug one in, or call with sound only.',
    'in-use': 'Close it, then try again.',
  },
  microphone: {
    unasked:
      'Your browser will ask to use your camera and microphone. Nothing leaves this computer until you’re in a call.',
    blocked: 'Without it, nobody can hear you.',
    missing: 'Plug one in, then try again.',
    'in-use': 'Close it, then try again.',
  },
};
