/** Which parts of a call's page a shared screen asks for. */
import type { CallSnapshot } from '../../call/call-host.ts';
import { isCaptured } from '../../core/share.ts';

/** @returns whether the other's screen is there to be looked at. */
export const isWatching = ({ sharing, state }: CallSnapshot): boolean =>
  sharing.theirs !== null && state.phase === 'active';

/** @returns whether this person shows something, seen just now or not. */
export const isShowing = ({ sharing }: CallSnapshot): boolean => isCaptured(sharing.own);

/** @returns whether there is something to say of what this person shows: that it is seen, or why it is not. */
export const hasShareNote = ({ sharing: { own } }: CallSnapshot): boolean =>
  isCaptured(own) || (own.step === 'off' && own.fault !== null);
