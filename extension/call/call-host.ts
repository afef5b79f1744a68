/**
 * What views see of the calls: one interface, whoever hosts them (the offscreen document, or the call window where a
 * browser has none). A view finds it in the host's window, reads snapshots and hands `MediaStream`s to its `<video>`s.
 */
import type { CallId, CallKind, QuickReply } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import type { CallState } from '../core/call-state.ts';
import type { CallQuality } from '../core/call-quality.ts';
import type { CallDetails } from '../core/call-stats.ts';
import type { DeviceNews } from '../core/device-choice.ts';
import type { Others } from '../core/hold.ts';
import type { MediaProblem } from '../core/media-problem.ts';
import type { VoiceHint } from '../core/voice-hint.ts';
import type { Picture } from '../core/safety-pictures.ts';
import type { Sharing } from './call-share.ts';
import type { ShareWish } from './screen-capture.ts';
import type { CallChat, CallFiles } from './talk.ts';

/** One of this person's two senses in a call: whether it is on, and what is wrong if it can't be. */
export interface DeviceState {
  on: boolean;
  problem: MediaProblem | null;
}

/** Who has put whom on hold: this person the other, they this person, or both each other. */
export type Hold = 'none' | 'mine' | 'theirs' | 'both';

/** How far the safety check is. A new transport makes a new one. */
export type Safety =
  /** No transport stands. */
  | { state: 'unavailable' }
  /** The pictures are being drawn. */
  | { state: 'working' }
  | { state: 'pictures'; pictures: readonly Picture[]; isConfirmed: boolean }
  /** The other side did not keep to the rules, or the certificates can't be told: there is nothing to compare. */
  | { state: 'failed' }
  /** This person, or the other, saw other pictures: nobody is heard until this person wants to look again. */
  | { state: 'different'; for: 'me' | 'them' };

/** A call as it is at one moment. A new object after every change, never changed itself. */
export interface CallSnapshot {
  readonly id: CallId;
  readonly peer: Address;
  readonly direction: 'out' | 'in';
  /** What the person who rang chose. */
  readonly kind: CallKind;
  readonly state: CallState;
  readonly microphone: DeviceState;
  readonly camera: DeviceState;
  /** What this person's own voice shows: they speak while muted, or nothing is heard of them. */
  readonly voice: VoiceHint;
  /** A device that has come or gone, until this person has taken note of it. */
  readonly news: DeviceNews | null;
  /** What the other side says of its microphone and camera; true until it says otherwise. */
  readonly theirs: { readonly microphone: boolean; readonly camera: boolean };
  readonly safety: Safety;
  readonly sharing: Sharing;
  readonly hold: Hold;
  /** How good the connection is; null while it is not known. */
  readonly quality: CallQuality | null;
}

export interface Call {
  readonly snapshot: CallSnapshot;
  /** This person's camera and microphone, to be shown mirrored and muted. Its tracks come and go. */
  readonly ownStream: MediaStream;
  /**
   * The other person's picture, without the sound, which the host plays. All pages of a process share one player of sounds
   * that belongs to the first that plays one: with the sound in a view's stream, closing the popup would silence the call.
   */
  readonly theirPicture: MediaStream;
  /** The picture of the other person's screen, while they show one; its sound is played by the host. */
  readonly theirScreen: MediaStream;
  /** What the two write each other. */
  readonly chat: CallChat;
  /** The files they send each other. */
  readonly files: CallFiles;
  /** Calls `listener` after every change. @returns what ends it; views do so on `pagehide`. */
  subscribe(listener: (snapshot: CallSnapshot) => void): () => void;
  /**
   * Answers with the devices of `kind`, by default those the caller asked for. Whoever is talked with meanwhile is put on hold,
   * unless `others` says otherwise.
   */
  answer(kind?: CallKind, others?: Others): void;
  decline(reply?: QuickReply): void;
  /** Hangs up, cancels or declines: ends the call whatever its state. */
  hangUp(): void;
  /** Puts the other side on hold: neither sends anything, and both wait. */
  hold(): void;
  /** Goes on with a call that is on hold, in front; another that is talked in is put on hold for it. */
  takeUp(): void;
  /** What the connection is like right now, without anything that tells where anybody is; null if none stands. */
  details(): Promise<CallDetails | null>;
  setMicrophone(on: boolean): void;
  setCamera(on: boolean): void;
  /** Shows the other side a screen, a window or a tab. The browser asks which, unless the wish says it. */
  share(wish: ShareWish): void;
  stopSharing(): void;
  /** Tries the camera or the microphone again after a problem. */
  retryDevices(): void;
  /** The person has read what there was to say of a device. */
  dismissNews(): void;
  /** Both see the same pictures: remembered for this person. */
  confirmSafety(): void;
  /** The pictures differ: the microphones of both go off, and the other's sound. */
  rejectSafety(): void;
  /** Takes that back on this side alone. */
  reviewSafety(): void;
}

/** How a call may travel: however it gets through, or through a TURN server of this person's relay alone. */
export type CallPath = 'any' | 'relay';

/** A call that could not begin, because a device is blocked or missing. It begins by itself once it is not. */
export interface Hindrance {
  readonly peer: Address;
  readonly kind: CallKind;
  readonly problem: MediaProblem;
}

export interface HostSnapshot {
  /** Calls, the one in front first. An ended one stays until it is dismissed or nobody looks any more. */
  readonly calls: readonly Call[];
  readonly hindrance: Hindrance | null;
}

export interface CallHost {
  readonly snapshot: HostSnapshot;
  /** Calls `listener` after every change of the list or of any call in it. @returns what ends it. */
  subscribe(listener: (snapshot: HostSnapshot) => void): () => void;
  /**
   * Rings somebody. Whoever is talked with is put on hold first; while two calls live, or one is being rung, nothing happens. Nothing is opened or sent if a needed device is known to be blocked or missing: see `hindrance`. */
  dial(peer: Address, kind: CallKind, path?: CallPath): void;
  /** Forgets an ended call or a hindrance. */
  dismiss(): void;
  /** Tells the host that a page looks at it, until `signal` aborts; without any and without a call it closes. */
  look(signal: AbortSignal): void;
}

declare global {
  interface Window {
    /** Present in the window that hosts the calls, and nowhere else. */
    sidecallHost?: CallHost;
  }
}
