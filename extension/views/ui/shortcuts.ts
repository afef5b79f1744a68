/** The keys that work, for the sheet and for the settings. */
import { pageWords } from './page-words.ts';
import { talkWords } from './talk-words.ts';

export interface Shortcut {
  does: string;
  keys: readonly string[];
}

export const shortcuts: readonly Shortcut[] = [
  { does: pageWords.keys.find, keys: ['/'] },
  { does: pageWords.keys.video, keys: [pageWords.keys.enter] },
  { does: pageWords.keys.sound, keys: [pageWords.keys.shift, pageWords.keys.enter] },
  { does: pageWords.keys.mute, keys: ['M'] },
  { does: pageWords.keys.talk, keys: [pageWords.keys.space] },
  { does: pageWords.keys.camera, keys: ['V'] },
  { does: pageWords.keys.share, keys: ['S'] },
  { does: talkWords.chat, keys: ['T'] },
  { does: pageWords.keys.popOut, keys: ['P'] },
  { does: pageWords.keys.move, keys: [pageWords.keys.arrows] },
  { does: pageWords.keys.all, keys: ['?'] },
];
