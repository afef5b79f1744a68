/** What the two of a call show each other: their screens, with their sound. It outlives the link that carries it. */
import {
  isCaptured,
  NOTHING_SHOWN,
  type OwnShare,
  seenOf,
  type ShareEvent,
  type Shown,
  stepShare,
  surfaceOf,
} from '../core/share.ts';
import type { CallTransport } from './call-transport.ts';
import { type Capture, capture, CaptureError, displaySurface, type ShareWish } from './screen-capture.ts';

export interface Sharing {
  /** What this person shows. */
  readonly own: OwnShare;
  /** What the other side shows; null while it shows nothing, or nothing of it may be shown here. */
  readonly theirs: Shown | null;
}

export interface CallShareEvents {
  /** Whether anybody may be seen: both talk, and nobody saw other safety pictures. */
  mayShow(): boolean;
  changed(): void;
}

type Transport = Pick<CallTransport, 'setTrack' | 'keepTold' | 'hear'>;

export class CallShare {
  /** The picture of their screen. Its tracks come and go with the links. */
  readonly theirScreen = new MediaStream();
  readonly #theirSound = new MediaStream();
  readonly #player = new Audio();
  readonly #transport: Transport;
  readonly #events: CallShareEvents;
  #own: OwnShare = NOTHING_SHOWN;
  #theirs: Shown | null = null;
  #capture: Capture | undefined;
  /** Each question to the browser has its number: what is chosen for an older one is let go. */
  #question = 0;
  #wasShown = false;
  #isHeld = false;

  constructor(transport: Transport, events: CallShareEvents) {
    this.#transport = transport;
    this.#events = events;
    transport.hear('share', ({ shown }) => {
      this.#theirs = shown;
      this.#play();
      events.changed();
    });
  }

  get snapshot(): Sharing {
    return { own: this.#own, theirs: this.#events.mayShow() ? this.#theirs : null };
  }

  /** What plays their screen's sound, for whoever chooses the loudspeaker. */
  get player(): HTMLAudioElement {
    return this.#player;
  }

  /** Asks this person what to show, unless they have said it already; whatever was shown before is replaced. */
  async start(wish: ShareWish): Promise<void> {
    if (!this.#events.mayShow()) return;
    if (wish.by === 'tab') this.stop();
    else if (this.#own.step !== 'off') return;
    const question = ++this.#question;
    this.#step({ type: 'ask' });
    try {
      const got = await capture(wish);
      if (question === this.#question) this.#take(got);
      else got.close();
    } catch (error) {
      if (question !== this.#question) return;
      this.#step({ type: 'refused', fault: error instanceof CaptureError ? error.fault : 'failed' });
    }
  }

  stop(): void {
    this.#question++;
    this.#step({ type: 'stop' });
  }

  /** Keeps what is shown, and shows it to nobody, while the call is on hold. */
  hold(on: boolean): void {
    this.#isHeld = on;
    this.#step({ type: 'hold', on });
  }

  /** Their screen's track of a new link takes the place of the old one, so views keep their stream. */
  takeTrack(kind: 'screen' | 'screen-sound', track: MediaStreamTrack): void {
    const stream = kind === 'screen' ? this.theirScreen : this.#theirSound;
    for (const old of stream.getTracks()) stream.removeTrack(old);
    stream.addTrack(track);
    this.#play();
  }

  /** Whether anybody may be seen has changed. */
  review(): void {
    if (!this.#events.mayShow()) this.stop();
    this.#play();
  }

  close(): void {
    this.stop();
    this.#theirs = null;
    this.#play();
  }

  #take(got: Capture): void {
    this.#capture = got;
    const { picture, sound, surface } = got;
    const isMine = () => this.#capture === got;
    // In the browser's own bar, or because what was shown is gone.
    picture.addEventListener('ended', () => isMine() && this.stop());
    // The bar also lets a person show another tab instead (Screen Capture Extensions).
    picture.addEventListener('configurationchange', () => {
      if (isMine()) this.#step({ type: 'switched', surface: surfaceOf(displaySurface(picture)) });
    });
    this.#step({ type: 'got', held: this.#isHeld, surface, sound: sound !== null });
  }

  #step(event: ShareEvent): void {
    const next = stepShare(this.#own, event);
    if (next === this.#own) return;
    this.#own = next;
    if (!isCaptured(next)) {
      this.#capture?.close();
      this.#capture = undefined;
    }
    this.#send(seenOf(next));
    this.#events.changed();
  }

  #send(shown: Shown | null): void {
    // A call in which nobody shows anything says nothing of it.
    if (shown === null && !this.#wasShown) return;
    this.#wasShown = true;
    this.#transport.setTrack('screen', (shown && this.#capture?.picture) ?? null);
    this.#transport.setTrack('screen-sound', (shown && this.#capture?.sound) ?? null);
    this.#transport.keepTold({ type: 'share', shown });
  }

  #play(): void {
    const isHeard = this.snapshot.theirs?.sound === true && this.#theirSound.getTracks().length > 0;
    if (isHeard === (this.#player.srcObject !== null)) return;
    this.#player.srcObject = isHeard ? this.#theirSound : null;
    if (!isHeard) return this.#player.remove();
    document.body.append(this.#player);
    // Interrupted only by a new source, which is played in its turn.
    this.#player.play().catch(() => undefined);
  }
}
