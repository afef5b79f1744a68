/** The one line that says how a file of a call is doing. */
import type { ShownFile } from '../../call/talk.ts';
import { talkWords as t } from './talk-words.ts';

type Why = Extract<ShownFile['state'], { step: 'over' }>['why'];

/** @param name the other's first name */
export function fileLine({ from, size, state }: ShownFile, name: string, isLinked: boolean): string {
  const isMine = from === 'me';
  switch (state.step) {
    case 'queued':
      return t.queued;
    case 'offered':
      if (state.isFull) return t.fullOffered;
      return isMine ? t.waiting(size, name) : t.from(size, name);
    case 'moving':
      return isLinked ? t.progress(state.bytes, size, state.leftMs) : t.lost(state.bytes, size);
    case 'done':
      if (isMine) return t.theyHaveIt(name);
      return state.isSaved ? t.saved : t.from(size, name);
    case 'over':
      return isMine ? sentLine(state.why, name) : comeLine(state.why, name);
  }
}

function sentLine(why: Why, name: string): string {
  switch (why) {
    case 'refused':
      return t.theyRefused(name);
    case 'stopped-by-me':
      return t.youStopped;
    case 'stopped-by-them':
      return t.theyStopped(name);
    case 'full':
      return t.theirsFull(name);
    case 'unreadable':
      return t.unreadable;
    case 'too-large':
      return t.tooLarge;
    case 'broken':
    case 'call-over':
      return t.halfway;
  }
}

function comeLine(why: Why, name: string): string {
  switch (why) {
    case 'refused':
      return t.youRefused;
    case 'stopped-by-me':
      return t.youStopped;
    case 'stopped-by-them':
      return t.theyStopped(name);
    case 'full':
      return t.full;
    case 'too-large':
      return t.tooLarge;
    case 'unreadable':
    case 'broken':
    case 'call-over':
      return t.halfway;
  }
}
