/** The words of a second call and of hold, which come when there is one. */

export const holdWords = {
  holdAndAnswer: (name: string) => `Hold ${name}, answer`,
  /** In parts, of which the second is emphasised. */
  isOnHold: (name: string): readonly [string, string, string] => ['', name, ' is on hold'],
  swap: 'Swap',
  swapTo: (name: string) => `Swap to ${name}`,
  resume: 'Resume',
  resumeWith: (name: string) => `Resume the call with ${name}`,
  hold: 'Hold',
  youAreOnHold: (name: string) => `You’re on hold. ${name} will be right back.`,
  hangUpOn: (name: string) => `Hang up on ${name}`,
  back: {
    theyHungUp: (other: string, name: string) => `${other} hung up. You’re back with ${name}.`,
    ended: (name: string) => `Call ended. You’re back with ${name}.`,
    lost: (other: string, name: string) => `We lost ${other}. You’re back with ${name}.`,
    declined: (other: string, name: string) => `${other} can’t talk now. You’re back with ${name}.`,
    busy: (other: string, name: string) => `${other} is on another call. You’re back with ${name}.`,
    noAnswer: (other: string, name: string) => `${other} didn’t answer. You’re back with ${name}.`,
    offline: (other: string, name: string) => `${other} isn’t online. You’re back with ${name}.`,
    noWay: (other: string, name: string) => `We couldn’t join you to ${other}. You’re back with ${name}.`,
  },
  /** Somebody on hold has hung up; the call in front goes on. */
  leftHold: (other: string) => `${other} hung up.`,
} as const;
