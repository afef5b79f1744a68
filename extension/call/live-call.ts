/**
 * A call with its devices, its transport and its sound: does what the desk decided and shows views what it has become.
 */
import type { CallId, CallKind, QuickReply } from '../../relay/mail.ts';
import type { Address, IceServer } from '../../relay/protocol.ts';
import { isTalking } from '../core/call-state.ts';
import type { CallDetails } from '../core/call-stats.ts';
import type { ControlMail, ControlMessage } from '../core/control-message.ts';
import type { DeskCall } from '../core/desk.ts';
import type { Others } from '../core/hold.ts';
import type { IcePlan } from '../core/ice-policy.ts';
import type { LinkAct, PeerSignal } from '../core/link-book.ts';
import type { TrackKind } from '../core/media-lines.ts';
import type { Call, CallSnapshot } from './call-host.ts';
import { CallHold } from './call-hold.ts';
import type { CallChat, CallFiles } from './talk.ts';
import { CallSafety } from './call-safety.ts';
import { CallShare } from './call-share.ts';
import { CallTransport } from './call-transport.ts';
import { Conversation } from './conversation.ts';
import type { DeviceShelf } from './device-shelf.ts';
import { FarSound, playOn } from './far-sound.ts';
import { tell } from './listeners.ts';
import { OwnDevices } from './own-devices.ts';
import { QualityWatch } from './quality-watch.ts';
import type { ShareWish } from './screen-capture.ts';

/** What a call asks of the desk it lies on. */
export interface CallDesk {
  /** This person's own. */
  readonly address: Address;
  /** The devices of this computer and which this person wants. */
  readonly shelf: DeviceShelf;
  /** What the next link of call `id`, which began at `began` ms, is made with; null if no path that is allowed can be made. */
  planLink(id: CallId, began: number): IcePlan | null | Promise<IcePlan | null>;
  answer(id: CallId, kind: CallKind | undefined, others: Others | undefined): boolean;
  hold(id: CallId): void;
  takeUp(id: CallId): void;
  decline(id: CallId, reply: QuickReply | undefined): void;
  hangUp(id: CallId): void;
  noMicrophone(id: CallId): void;
  /** Only a TURN server may carry the call, and there is none. */
  noTurn(id: CallId): void;
  signal(id: CallId, link: number, signal: PeerSignal): void;
  linked(id: CallId, link: number): void;
  linkLost(id: CallId, link: number): void;
  control(id: CallId, message: ControlMail): void;
  /** This person compared the safety pictures with somebody. */
  compared(peer: Address, isSame: boolean): void;
  changed(): void;
}

export class LiveCall implements Call {
  readonly theirPicture = new MediaStream();
  readonly #desk: CallDesk;
  readonly #listeners = new Set<(snapshot: CallSnapshot) => void>();
  readonly #sound = new FarSound();
  readonly #safety = new CallSafety({
    say: (message) => this.say(message),
    silence: (on) => this.#silence(on),
    changed: () => this.#changed(),
  });
  readonly #hold = new CallHold({
    tell: (on) => this.#transport.keepTold({ type: 'hold', on }),
    changed: () => this.#onHold(),
  });
  readonly #quality = new QualityWatch({
    stats: () => this.#transport.peer?.stats() ?? Promise.resolve(null),
    tell: (sending) => this.#transport.keepTold({ type: 'quality', sending }),
    changed: () => this.#changed(),
  });
  /** Whether the microphone was on before the safety check turned it off. */
  #wasOn = true;
  readonly #began = Date.now();
  #theirs = { microphone: true, camera: true };
  readonly #transport: CallTransport;
  readonly #share: CallShare;
  readonly #devices: OwnDevices;
  readonly #conversation: Conversation;
  readonly #leaveShelf: () => void;
  #facts: DeskCall;
  #snapshot: CallSnapshot;

  constructor(desk: CallDesk, facts: DeskCall) {
    this.#desk = desk;
    this.#facts = facts;
    this.#transport = this.#makeTransport();
    this.#share = new CallShare(this.#transport, {
      mayShow: () => isTalking(this.#facts.state) && !this.#safety.isDifferent,
      changed: () => this.#changed(),
    });
    this.#devices = new OwnDevices(this.#transport, desk.shelf, {
      isTalking: () => isTalking(this.#facts.state),
      isOver: () => this.#facts.state.phase === 'ended',
      voiceless: () => desk.noMicrophone(this.#facts.id),
      changed: () => this.#changed(),
    });
    this.#conversation = new Conversation(this.#transport, () => isTalking(this.#facts.state));
    this.#leaveShelf = desk.shelf.subscribe({
      onChoice: () => this.#useSpeaker(),
      onPlugs: () => this.#useSpeaker(),
    });
    this.#useSpeaker();
    this.#snapshot = this.#look();
    // Somebody who goes back into a call talks from the first moment.
    if (facts.direction === 'out' || isTalking(facts.state)) this.#devices.openAll(facts.own === 'video');
    else this.#devices.keepReady();
  }

  get snapshot(): CallSnapshot {
    return this.#snapshot;
  }

  get ownStream(): MediaStream {
    return this.#devices.stream;
  }

  get chat(): CallChat {
    return this.#conversation.chat;
  }

  get files(): CallFiles {
    return this.#conversation.files;
  }

  get peer(): Address {
    return this.#facts.peer;
  }

  subscribe(listener: (snapshot: CallSnapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  answer(kind?: CallKind, others?: Others): void {
    this.#desk.answer(this.#facts.id, kind, others);
  }

  hold(): void {
    this.#desk.hold(this.#facts.id);
  }

  takeUp(): void {
    this.#desk.takeUp(this.#facts.id);
  }

  details(): Promise<CallDetails | null> {
    return this.#quality.details();
  }

  decline(reply?: QuickReply): void {
    this.#desk.decline(this.#facts.id, reply);
  }

  hangUp(): void {
    this.#desk.hangUp(this.#facts.id);
  }

  confirmSafety(): void {
    if (this.#safety.confirm()) this.#desk.compared(this.peer, true);
  }

  rejectSafety(): void {
    if (this.#safety.reject()) this.#desk.compared(this.peer, false);
  }

  reviewSafety(): void {
    this.#safety.lookAgain();
  }

  setMicrophone(on: boolean): void {
    if (on && this.#safety.isDifferent) return;
    this.#devices.setMicrophone(on);
  }

  setCamera(on: boolean): void {
    this.#devices.setCamera(on);
  }

  get theirScreen(): MediaStream {
    return this.#share.theirScreen;
  }

  share(wish: ShareWish): void {
    void this.#share.start(wish);
  }

  stopSharing(): void {
    this.#share.stop();
  }

  dismissNews(): void {
    this.#devices.dismissNews();
  }

  retryDevices(): void {
    this.#devices.retry();
  }

  /** The desk has changed this call. */
  update(facts: DeskCall): void {
    const before = this.#facts;
    this.#facts = facts;
    const began = isTalking(facts.state) && !isTalking(before.state);
    if (began && before.direction === 'in' && facts.direction === 'in')
      this.#devices.openAll(facts.own === 'video');
    if (began) this.#startTalking();
    // What could not be made while it rang is wanted now.
    if (began) this.#transport.retry();
    if (began) this.#share.review();
    this.#hold.update(facts.isHeld);
    this.#quality.update(facts.state.phase === 'active' && !this.#hold.isSilent);
    if (facts.state.phase === 'ended' && before.state.phase !== 'ended') this.#end();
    this.#changed();
  }

  /** Does to the transport what the desk decided. */
  act(act: LinkAct): void {
    this.#transport.act(act);
  }

  /** There are fresh TURN servers. */
  useServers(turn: IceServer[]): void {
    this.#transport.useServers(turn);
  }

  /** The call is dismissed. */
  forget(): void {
    this.#conversation.forget();
  }

  /** How many bytes the link of the moment has received; null without one that can tell. */
  received(): Promise<number | null> {
    return this.#transport.peer?.received() ?? Promise.resolve(null);
  }

  /** Asks the other side for a sign of life, which is heard in `received`. */
  probe(): void {
    this.#transport.probe();
  }

  /** Says something on the control channel. @returns whether it stands. */
  say(message: ControlMessage): boolean {
    return this.#transport.say(message);
  }

  #makeTransport(): CallTransport {
    const desk = this.#desk;
    const transport = new CallTransport({
      plan: () => desk.planLink(this.#facts.id, this.#began),
      onSignal: (n, signal) => desk.signal(this.#facts.id, n, signal),
      onTurned: () => this.#safety.open(),
      onLinked: (n, role) => {
        const fingerprints = transport.peer?.fingerprints() ?? Promise.resolve(null);
        void this.#safety.begin(role, desk.address, this.peer, fingerprints);
        desk.linked(this.#facts.id, n);
      },
      onLost: (n) => desk.linkLost(this.#facts.id, n),
      onClosed: () => this.#safety.close(),
      onRefused: () => desk.noTurn(this.#facts.id),
      onTrack: (kind, track) => this.#takeTrack(kind, track),
    });
    transport.hear('accept', (message) => desk.control(this.#facts.id, message));
    transport.hear('hangup', (message) => desk.control(this.#facts.id, message));
    transport.hear('signal', (message) => desk.control(this.#facts.id, message));
    transport.hear('media', ({ microphone, camera }) => {
      this.#theirs = { microphone, camera };
      this.#changed();
    });
    transport.hear('hold', ({ on }) => this.#hold.hear(on));
    transport.hear('quality', ({ sending }) => this.#quality.hear(sending));
    transport.hear('safety-commit', (message) => this.#safety.hear(message));
    transport.hear('safety-reveal', (message) => this.#safety.hear(message));
    transport.hear('safety-different', (message) => {
      // Before the answer nobody has seen a picture.
      if (isTalking(this.#facts.state)) this.#safety.hear(message);
    });
    return transport;
  }

  /** Their track of a new link takes the place of the old one, so views keep their stream. */
  #takeTrack(kind: TrackKind, track: MediaStreamTrack): void {
    if (kind === 'screen' || kind === 'screen-sound') return this.#share.takeTrack(kind, track);
    if (kind === 'video') {
      for (const old of this.theirPicture.getTracks()) this.theirPicture.removeTrack(old);
      this.theirPicture.addTrack(track);
    } else this.#sound.take(track);
    this.#playSound();
    this.#changed();
  }

  /** Somebody saw other pictures: nobody is heard until this person wants to look again. */
  #silence(on: boolean): void {
    if (on) this.#wasOn = this.#devices.states.microphone.on;
    this.#sound.muted = on;
    this.#share.review();
    this.setMicrophone(!on && this.#wasOn);
  }

  /** A camera that nobody is to see goes out; whoever is put on hold by the other side keeps theirs, as nothing of theirs changed. */
  #onHold(): void {
    if (this.#facts.state.phase === 'ended') return;
    this.#devices.hold(this.#hold.isSilent, this.#hold.isMine);
    this.#share.hold(this.#hold.isSilent);
    this.#playSound();
    this.#quality.update(this.#facts.state.phase === 'active' && !this.#hold.isSilent);
    this.#changed();
  }

  #startTalking(): void {
    this.#devices.send();
    this.#playSound();
  }

  #playSound(): void {
    this.#sound.play(isTalking(this.#facts.state) && !this.#hold.isSilent);
  }

  #useSpeaker(): void {
    const { speaker } = this.#desk.shelf;
    for (const { player } of [this.#sound, this.#share]) playOn(player, speaker);
  }

  #end(): void {
    this.#conversation.end();
    this.#transport.close();
    this.#quality.update(false);
    this.#share.close();
    this.#devices.close();
    this.#sound.close();
    this.#leaveShelf();
  }

  /** Only of what is new: every word to the views is a page drawn again, and the first picture would wait for it. */
  #changed(): void {
    const snapshot = this.#look();
    if (JSON.stringify(snapshot) === JSON.stringify(this.#snapshot)) return;
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) tell(listener, this.#snapshot);
    this.#desk.changed();
  }

  #look(): CallSnapshot {
    const { id, peer, direction, kind, state } = this.#facts;
    return {
      ...{ id, peer, direction, kind, state },
      ...this.#devices.states,
      voice: this.#devices.voice,
      news: this.#devices.news,
      theirs: this.#theirs,
      safety: this.#safety.snapshot,
      sharing: this.#share.snapshot,
      hold: this.#hold.snapshot,
      quality: this.#quality.snapshot,
    };
  }
}
