/** The words of screens about trust, which come when they are asked for: the safety check, claimed names, blocking. */
import { plain, sentences } from './sentences.ts';

export const trustWords = sentences('trust', {
  safety: {
    title: (name: string) => ({ name }),
    help: plain,
    different: plain,
    same: plain,
    hint: plain,
    checked: (name: string) => ({ name }),
    working: plain,
    unavailable: plain,
    failed: plain,
    differentTitle: plain,
    differentHelp: plain,
    otherNetwork: plain,
    otherInvites: plain,
    misread: plain,
    showAgain: plain,
  },
  claim: {
    theyCame: (name: string) => ({ name }),
    theyCameHelp: plain,
    newKey: (name: string) => ({ name }),
    newKeyHelp: plain,
    compare: plain,
  },
  person: {
    block: (name: string) => ({ name }),
    remove: (name: string) => ({ name }),
    removeSurely: (name: string) => ({ name }),
    unblock: plain,
    unblockName: (name: string) => ({ name }),
    blocked: plain,
    nobodyBlocked: plain,
    blockedHelp: plain,
    manage: plain,
  },
});
