/** The words of screens about trust, which come when they are asked for: the safety check, claimed names, blocking. */
import { type Picture, PICTURES } from '../../core/safety-pictures.ts';
import { inRow } from './dates.ts';
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

const nameOf = ({ word }: Picture): string => word.replaceAll(' ', '_');
/** What the pictures of the safety check are called, which is said aloud. */
export const pictureWords = sentences(
  'picture',
  Object.fromEntries(PICTURES.map((picture) => [nameOf(picture), plain])),
);
/** @returns the names of several pictures, in a row. */
export const pictureNames = (pictures: readonly Picture[]): string =>
  inRow(pictures.map((picture) => pictureWords[nameOf(picture)] ?? ''));
