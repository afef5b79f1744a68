/**
 * What of this computer the other person of a call may see: a screen, a window or a tab. Pure: what happens goes in, what is shown comes out.
 *
 *   off ─ask→ choosing ─got→ on ⇄ paused
 *    ↑           │refused    │stop, ended, barred
 *    └───────────┴───────────┘
 *
 *   off       nothing is shown
 *   choosing  the browser asks this person what to show
 *   on        it is shown
 *   paused    it is chosen and kept, and nobody sees it: the call is on hold
 *
 * Both may show something at once: each sees the other's and is told of their own.
 */

/** What a person chose, as the browser tells it. */
export type Surface = 'screen' | 'window' | 'tab';

/** What is shown, as the other side hears of it. */
export interface Shown {
  readonly surface: Surface;
  readonly sound: boolean;
}

/** Why something could not be shown; choosing nothing is no reason to say anything. */
export type ShareFault =
  /** The computer, not the person, keeps the browser from it. */
  | 'forbidden'
  /** It was there and could not be captured. */
  | 'failed';

export type OwnShare =
  | { readonly step: 'off'; readonly fault: ShareFault | null }
  | { readonly step: 'choosing' }
  | ({ readonly step: 'on' } & Shown)
  | ({ readonly step: 'paused' } & Shown);

export type ShareEvent =
  | { type: 'ask' }
  /** It was chosen; `held`: while the call was on hold. */
  | ({ type: 'got'; held: boolean } & Shown)
  | { type: 'refused'; fault: ShareFault | null }
  /** The person switched, in the browser's own bar, to another tab. */
  | { type: 'switched'; surface: Surface }
  /** This person stopped it, here or in the browser's own bar; or what was shown is gone. */
  | { type: 'stop' }
  | { type: 'hold'; on: boolean };

export const NOTHING_SHOWN: OwnShare = { step: 'off', fault: null };

/** The next state; the same object if the event does not fit. */
export function stepShare(share: OwnShare, event: ShareEvent): OwnShare {
  switch (event.type) {
    case 'ask':
      return share.step === 'off' ? { step: 'choosing' } : share;
    case 'got':
      if (share.step !== 'choosing') return share;
      return { step: event.held ? 'paused' : 'on', surface: event.surface, sound: event.sound };
    case 'refused':
      return share.step === 'choosing' ? { step: 'off', fault: event.fault } : share;
    case 'switched':
      return isCaptured(share) && share.surface !== event.surface
        ? { ...share, surface: event.surface }
        : share;
    case 'stop':
      return share.step === 'off' && share.fault === null ? share : NOTHING_SHOWN;
    case 'hold':
      if (!isCaptured(share) || (share.step === 'paused') === event.on) return share;
      return { ...share, step: event.on ? 'paused' : 'on' };
  }
}

type Captured = Extract<OwnShare, Shown>;

/** @returns whether something is being captured, seen by the other side or not. */
export const isCaptured = (share: OwnShare): share is Captured =>
  share.step === 'on' || share.step === 'paused';

/** @returns what the other side may see now. */
export const seenOf = (share: OwnShare): Shown | null =>
  share.step === 'on' ? { surface: share.surface, sound: share.sound } : null;

/** @param displaySurface of the captured track (Screen Capture, 5.4); a tab captured without a picker has none */
export function surfaceOf(displaySurface: string | undefined): Surface {
  if (displaySurface === 'monitor') return 'screen';
  return displaySurface === 'window' ? 'window' : 'tab';
}

/** @returns why the browser did not capture; null if the person chose nothing. */
export function shareFaultOf(name: string, message: string): ShareFault | null {
  // Both are NotAllowedError; Chromium tells the computer's own refusal apart in its words alone.
  if (name === 'NotAllowedError') return /by system/i.test(message) ? 'forbidden' : null;
  return name === 'AbortError' ? null : 'failed';
}
