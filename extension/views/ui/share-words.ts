/** The words of what two people show each other: a screen, a window, a tab. */
import type { ShareFault, Surface } from '../../core/share.ts';
import { plain, rich, sentences } from './sentences.ts';

export const shareWords = sentences('share', {
  stopShort: plain,
  thisTab: plain,
  theySee: rich((name: string, surface: Surface) => ({ name, surface })),
  theyWillSee: (name: string) => ({ name }),
  showing: (surface: Surface) => ({ surface }),
  announce: (name: string, surface: Surface) => ({ name, surface }),
  announceEnd: (name: string) => ({ name }),
  picture: (name: string) => ({ name }),
  zoom: plain,
  closer: plain,
  away: plain,
  fit: plain,
  fill: plain,
  /** What pressing does, where the button itself says how it is now. */
  fitIt: plain,
  fillIt: plain,
  large: plain,
  largeLong: plain,
  largeTitle: (name: string) => ({ name }),
  over: (name: string) => ({ name }),
  overHelp: plain,
  callOver: plain,
  waiting: plain,
  fault: (fault: ShareFault) => ({ fault }),
  ask: {
    title: plain,
    why: plain,
    after: plain,
    allow: plain,
    pick: plain,
  },
});
