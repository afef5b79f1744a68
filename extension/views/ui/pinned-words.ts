/** The words of menus and keys that stand outside our own pages, and of picture in picture. Loaded by the background too. */
import { plain, sentences } from './sentences.ts';

export const pinnedWords = sentences('pinned', {
  menu: {
    callInvite: plain,
    dnd: plain,
    copyInvite: plain,
    settings: plain,
  },
  omnibox: {
    hint: plain,
    nobody: (name: string) => ({ name }),
    video: (name: string) => ({ name }),
    sound: (name: string) => ({ name }),
    /** What stands in the address bar when the line is chosen. */
    soundText: (name: string) => ({ name }),
  },
  keys: {
    _execute_action: plain,
    'beside-tab': plain,
    answer: plain,
    'hang-up': plain,
    mute: plain,
  },
  keySettings: {
    notSet: plain,
    everywhere: plain,
    change: plain,
    single: plain,
    singleHelp: plain,
  },
  picture: {
    backToPanel: plain,
    backToWindow: plain,
    calling: (name: string) => ({ name }),
  },
  copied: plain,
});
