/** The words of a second call and of hold, which come when there is one. */
import { plain, rich, sentences } from './sentences.ts';

export const holdWords = sentences('hold', {
  holdAndAnswer: (name: string) => ({ name }),
  isOnHold: rich((name: string) => ({ name })),
  swap: plain,
  swapTo: (name: string) => ({ name }),
  resume: plain,
  resumeWith: (name: string) => ({ name }),
  hold: plain,
  youAreOnHold: (name: string) => ({ name }),
  hangUpOn: (name: string) => ({ name }),
  back: {
    theyHungUp: (other: string, name: string) => ({ other, name }),
    ended: (name: string) => ({ name }),
    lost: (other: string, name: string) => ({ other, name }),
    declined: (other: string, name: string) => ({ other, name }),
    busy: (other: string, name: string) => ({ other, name }),
    noAnswer: (other: string, name: string) => ({ other, name }),
    offline: (other: string, name: string) => ({ other, name }),
    noWay: (other: string, name: string) => ({ other, name }),
  },
  /** Somebody on hold has hung up; the call in front goes on. */
  leftHold: (other: string) => ({ other }),
});
