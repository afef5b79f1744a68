/**
 * The calls of this browser: keeps the desk, carries out what it decides, and is what views see. The desk is pure; here
 * are the clock, the messages to the background, the ringtone and the live calls.
 */
import type { CallId, CallKind, CallMail, QuickReply } from '../../relay/mail.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';
import { isUnnoticed, outcomeOf } from '../core/call-log.ts';
import { deadlineOf, isTalking, unreachable } from '../core/call-state.ts';
import type { ControlMail } from '../core/control-message.ts';
import * as desks from '../core/desk.ts';
import { broughtBack, hold, inTheWay, mayDial, type Others } from '../core/hold.ts';
import { type IcePlan, planIce, turnWait } from '../core/ice-policy.ts';
import type { PeerSignal } from '../core/link-book.ts';
import type { PathAct } from '../core/recovery.ts';
import { rejoin } from '../core/rejoin.ts';
import type { Talk } from '../core/stored.ts';
import { type Ask, type HostConfig, post, type Reply, send } from '../messages.ts';
import type { Call, CallHost, CallPath, Hindrance, HostSnapshot } from './call-host.ts';
import { DeviceShelf } from './device-shelf.ts';
import type { DeviceWatch } from './devices.ts';
import { type CallDesk, LiveCall } from './live-call.ts';
import { tell } from './listeners.ts';
import { type PathBoard, PathKeeper } from './path-keeper.ts';
import { ring, type Ringtone } from './ringtone.ts';
import { TurnKeeper } from './turn-keeper.ts';

/** How long a call that a device hinders waits for it, in milliseconds. Nobody is rung later than they would expect. */
const HINDRANCE_MS = 5 * 60_000;
/** How long the background's knowledge of a call that is just beginning may wait for its first picture, in milliseconds. */
const STATE_LATER_MS = 300;
/** How long a ringtone may take to be let play, in milliseconds. */
const RINGTONE_MS = 1000;

const newCallId = (): CallId => toBase64url(crypto.getRandomValues(new Uint8Array(16))) as CallId;

/** Answered on its notification, such a call is over before the view that this opens can look: it waits for one. */
const isNews = ({ state }: desks.DeskCall): boolean => state.phase === 'ended' && state.reason === 'no-turn';

export class Switchboard implements CallHost, CallDesk {
  #desk: desks.Desk;
  #config: HostConfig;
  readonly shelf: DeviceShelf;
  #devices: DeviceWatch | undefined;
  #live: { id: CallId; call: LiveCall }[] = [];
  readonly #paths = new PathKeeper(this.#pathBoard());
  #hindrance: Hindrance | null = null;
  #hindered: { at: number; path: CallPath } = { at: 0, path: 'any' };
  /** Calls this person wants to go through the relay, whatever else there is. */
  readonly #relayed = new Set<CallId>();
  readonly #turn = new TurnKeeper(
    () => send('background', 'turn.get', {}),
    () => this.#live.forEach(({ call }) => call.useServers(this.#turn.servers)),
  );
  #snapshot: HostSnapshot = { calls: [], hindrance: null };
  #views = 0;
  #ringtone: Ringtone | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told = '';
  #telling: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<(snapshot: HostSnapshot) => void>();

  constructor(config: HostConfig) {
    this.#config = config;
    this.shelf = new DeviceShelf(config.devices);
    this.#desk = desks.emptyDesk(config.address);
  }

  get snapshot(): HostSnapshot {
    return this.#snapshot;
  }

  get address(): Address {
    return this.#config.address;
  }

  planLink(id: CallId, began: number): IcePlan | null | Promise<IcePlan | null> {
    // Asked again when it is made: the setting may have changed while it waited.
    const isRelayed = () => this.#config.hideAddress || this.#isRelayed(id);
    const plan = () => planIce(this.#config.iceServers, this.#turn.servers, isRelayed());
    const wait = this.#turn.servers.length > 0 ? 0 : turnWait(isRelayed(), began, Date.now());
    if (wait === 0) return plan();
    const late = new Promise<void>((resolve) => setTimeout(resolve, wait));
    return Promise.race([this.#turn.ask(), late]).then(plan);
  }

  configure(config: HostConfig): void {
    this.#config = config;
    this.shelf.configure(config.devices);
  }

  /** From here on blocked and missing devices are known before a call. */
  useDevices(devices: DeviceWatch): void {
    this.#devices = devices;
  }

  /** A device was allowed, blocked, plugged in or out: a call that waited for it begins. */
  devicesChanged(): void {
    const waiting = this.#hindrance;
    if (!waiting || Date.now() - this.#hindered.at > HINDRANCE_MS) return;
    this.#hindrance = null;
    this.dial(waiting.peer, waiting.kind, this.#hindered.path);
  }

  // What views ask for

  subscribe(listener: (snapshot: HostSnapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dial(peer: Address, kind: CallKind, path: CallPath = 'any'): void {
    const problem = this.#devices?.problemFor(kind) ?? null;
    const isThere = this.#desk.calls.some((call) => desks.isLive(call) && call.peer === peer);
    if (!isThere && !mayDial(this.#desk, desks.MAX_CALLS)) return;
    this.#hindrance = problem && { peer, kind, problem };
    this.#hindered = { at: Date.now(), path };
    this.#forgetEnded();
    if (problem) return this.changed();
    const id = newCallId();
    if (path === 'relay') this.#relayed.add(id);
    this.#carryOut(desks.dial(this.#desk, peer, id, kind, Date.now()));
  }

  dismiss(): void {
    this.#hindrance = null;
    this.#forgetEnded();
    this.changed();
  }

  look(signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#views++;
    signal.addEventListener(
      'abort',
      () => {
        this.#views--;
        if (this.#views === 0) this.#forgetEnded();
        this.changed();
      },
      { once: true },
    );
    this.changed();
  }

  // What calls ask for

  /** @returns whether there was such a call to answer. */
  answer(id: CallId, kind?: CallKind, others: Others = 'hold'): boolean {
    const call = desks.callOf(this.#desk, id);
    if (call?.state.phase !== 'incoming') return false;
    // Before anything else: all that follows here happens while this word is on its way.
    this.#find(id)?.call.say({ type: 'accept', call: call.id });
    for (const other of inTheWay(this.#desk, call.id, others)) this.hangUp(other);
    this.#carryOut(desks.answer(this.#desk, id, kind ?? call.kind, Date.now()));
    return true;
  }

  hold(id: CallId): void {
    this.#carryOut({ desk: hold(this.#desk, id), send: [], links: [] });
  }

  takeUp(id: CallId): void {
    for (const other of inTheWay(this.#desk, id, 'hold')) this.hangUp(other);
    this.#carryOut(desks.takeUp(this.#desk, id, Date.now()));
  }

  decline(id: CallId, reply?: QuickReply): void {
    const isSecond = this.#desk.calls.some((other) => other.id !== id && desks.isLive(other));
    const event =
      isSecond && reply === undefined
        ? ({ type: 'turn-away' } as const)
        : ({ type: 'decline', ...(reply && { reply }) } as const);
    this.#carryOut(desks.apply(this.#desk, id, event, Date.now()));
  }

  hangUp(id: CallId): void {
    // Over the call's own transport it arrives at once; the mail is the second path.
    this.#find(id)?.call.say({ type: 'hangup', call: id });
    this.#carryOut(desks.apply(this.#desk, id, { type: 'hang-up' }, Date.now()));
  }

  /** This person wants nothing more to do with somebody. */
  leave(peer: Address): void {
    for (const call of this.#desk.calls) if (call.peer === peer && desks.isLive(call)) this.hangUp(call.id);
  }

  noMicrophone(id: CallId): void {
    this.#carryOut(desks.apply(this.#desk, id, { type: 'no-microphone' }, Date.now()));
  }

  noTurn(id: CallId): void {
    this.#carryOut(desks.apply(this.#desk, id, { type: 'no-turn' }, Date.now()));
  }

  signal(id: CallId, link: number, signal: PeerSignal): void {
    const call = desks.callOf(this.#desk, id);
    if (call) this.#mail(call.peer, { type: 'signal', call: call.id, link, ...signal });
  }

  linked(id: CallId, link: number): void {
    this.#carryOut(desks.linked(this.#desk, id, link, Date.now()));
    const live = this.#find(id);
    // An accept sent before the transport stood takes it as its second path now.
    if (live && live.call.snapshot.direction === 'in' && isTalking(live.call.snapshot.state))
      live.call.say({ type: 'accept', call: live.id });
  }

  linkLost(id: CallId, link: number): void {
    this.#carryOut(desks.linkLost(this.#desk, id, link, Date.now()));
  }

  compared(address: Address, isSame: boolean): void {
    send('background', 'contact.compared', { address, isSame }).catch(() => undefined);
  }

  control(id: CallId, message: ControlMail): void {
    const call = desks.callOf(this.#desk, id);
    if (!call) return;
    const { verdict: _, ...outcome } = desks.receive(this.#desk, call.peer, message, Date.now());
    this.#carryOut(outcome);
  }

  // What the background asks for

  mail({ from, body }: Ask<'host', 'mail'>): Reply<'host', 'mail'> {
    const { verdict, ...outcome } = desks.receive(this.#desk, from, body, Date.now());
    this.#carryOut(outcome);
    if (verdict === 'busy') this.#noteTurnedAway(from, body);
    return { verdict };
  }

  undelivered(call: CallId): void {
    this.#carryOut(desks.apply(this.#desk, call, { type: 'undelivered' }, Date.now()));
  }

  /** The caller hears "ringing" once this person can really notice: a notification is up, and it is heard or seen in a view. */
  async announced(id: CallId, preconnect: boolean): Promise<void> {
    if (preconnect) this.#carryOut(desks.allowLink(this.#desk, id));
    const late = new Promise<false>((resolve) => setTimeout(resolve, RINGTONE_MS, false));
    const isNoticed =
      this.#views > 0 ||
      (this.#ringtone
        ? await Promise.race([this.#ringtone.started, late])
        : this.#desk.calls.filter(desks.isLive).length > 1);
    if (isNoticed) this.#carryOut(desks.apply(this.#desk, id, { type: 'announced' }, Date.now()));
  }

  /** Goes back into a call that an earlier host died in. */
  rejoin(talk: Talk): void {
    this.#carryOut(rejoin(this.#desk, talk, Date.now()));
  }

  /** Mail flows: this browser is logged in again, or `peer` is online again. */
  mailFlows(peer: Address | null): void {
    this.#paths.mailFlows((call) => peer === null || call.peer === peer);
  }

  #pathBoard(): PathBoard {
    const calls = () => this.#desk.calls;
    return {
      get calls() {
        return calls();
      },
      received: async (id) => (await this.#find(id)?.call.received()) ?? null,
      probe: (id) => this.#find(id)?.call.probe(),
      act: (id, act) => this.#heed(id, act),
      networkChanged: () => this.#tellPath(true),
    };
  }

  #heed(id: CallId, act: PathAct): void {
    const now = Date.now();
    switch (act) {
      case 'remake':
        this.#tellPath(false);
        return this.#carryOut(desks.remakeLink(this.#desk, id));
      case 'repeat':
        return this.#carryOut(desks.askAgain(this.#desk, id));
      case 'silent':
        return this.#carryOut(desks.fellSilent(this.#desk, id, now));
      case 'heard':
        return this.#carryOut(desks.heardAgain(this.#desk, id, now));
      default:
        return unreachable(act);
    }
  }

  /** A call needs the relay now: a link to it that is dead must not be found out in its own time. */
  #tellPath(isChanged: boolean): void {
    send('background', 'path.sought', { isChanged }).catch(() => undefined);
  }

  // What follows from all of it

  #find(id: CallId) {
    const { id: current } = desks.callOf(this.#desk, id) ?? { id };
    return this.#live.find((each) => each.id === current || each.id === id);
  }

  /** @returns whether the call, or the ring of this person's that it came from, was to go through the relay. */
  #isRelayed(id: CallId): boolean {
    const call = desks.callOf(this.#desk, id);
    return [id, ...(call?.aliases ?? [])].some((each) => this.#relayed.has(each));
  }

  #mail(to: Address, body: CallMail): void {
    // Whichever path is first counts. On a link that nobody hears it would wait in line with all that was said there in vain.
    if (body.type === 'signal' && this.#paths.isHeard(body.call)) this.#find(body.call)?.call.say(body);
    // The background repeats what must arrive; a worker that could not be woken is woken by the next word.
    post('mail.send', { to, body });
  }

  #carryOut({ desk, send: mails, links }: desks.Outcome): void {
    const before = this.#desk;
    this.#desk = desk;
    for (const { to, body } of mails) this.#mail(to, body);
    this.#turn.keep(desk.calls.some(desks.isLive));
    this.#matchLive();
    this.#keepMuted(before);
    for (const { call, act } of links) this.#find(call)?.call.act(act);
    for (const call of desk.calls) this.#tellEnd(before, call);
    if (this.#views === 0) this.#forgetEnded(isNews);
    this.#ringWhileIncoming();
    this.#armTimer();
    this.#paths.keep();
    this.changed();
  }

  /** Every call of the desk has its live call; one that went over into the other side's ring keeps its devices. */
  #matchLive(): void {
    this.#live = this.#desk.calls.map((facts) => {
      const kept = this.#live.find(({ id }) => id === facts.id || facts.aliases.includes(id));
      const call = kept?.call ?? new LiveCall(this, facts);
      return { id: facts.id, call };
    });
    for (const facts of this.#desk.calls) this.#find(facts.id)?.call.update(facts);
  }

  /** Nobody is unmuted by somebody else's hanging up: who was muted in the call that ended stays so in the one that comes back. */
  #keepMuted(before: desks.Desk): void {
    const moved = broughtBack(before, this.#desk);
    if (!moved || this.#find(moved.ended.id)?.call.snapshot.microphone.on !== false) return;
    this.#find(moved.back.id)?.call.setMicrophone(false);
  }

  #tellEnd(before: desks.Desk, call: desks.DeskCall): void {
    const was = desks.callOf(before, call.id)?.state;
    if (call.state.phase !== 'ended' || !was || was.phase === 'ended') return;
    const { reason, talkedMs, ending } = call.state;
    const outcome = outcomeOf(reason, talkedMs);
    const { id, peer, direction, own: kind, aliases } = call;
    const entry = {
      call: id,
      peer,
      direction,
      kind,
      // When it began to ring, or to be talked in.
      at: was.since,
      outcome,
      talkedMs,
      seen: outcome !== 'missed',
    };
    send('background', 'call.ended', {
      entry,
      ending,
      others: aliases,
      noticed: !isUnnoticed(direction, was.phase, reason),
    }).catch(() => undefined);
  }

  #noteTurnedAway(peer: Address, body: CallMail): void {
    if (body.type !== 'ring') return;
    const { call, kind } = body;
    const entry = {
      call,
      peer,
      direction: 'in',
      kind,
      at: Date.now(),
      outcome: 'missed',
      talkedMs: 0,
      seen: false,
    } as const;
    send('background', 'call.ended', {
      entry,
      ending: { type: 'busy', call },
      others: [],
      noticed: true,
    }).catch(() => undefined);
  }

  #forgetEnded(isKept: (call: desks.DeskCall) => boolean = () => false): void {
    for (const call of this.#desk.calls) if (!isKept(call)) this.#desk = desks.dismiss(this.#desk, call.id);
    for (const { id, call } of this.#live) if (!desks.callOf(this.#desk, id)) call.forget();
    this.#live = this.#live.filter(({ id }) => desks.callOf(this.#desk, id));
    for (const id of this.#relayed) if (!desks.callOf(this.#desk, id)) this.#relayed.delete(id);
  }

  /** Rings for a first call alone: a second one during a call is shown, not heard. */
  #ringWhileIncoming(): void {
    const living = this.#desk.calls.filter(desks.isLive);
    const rings = living.length > 0 && living.every(({ state }) => state.phase === 'incoming');
    if (rings === (this.#ringtone !== undefined)) return;
    this.#ringtone?.stop();
    this.#ringtone = rings ? ring(this.#config.ringVolume, this.#config.ringtone) : undefined;
  }

  #armTimer(): void {
    clearTimeout(this.#timer);
    const times = this.#desk.calls.flatMap(({ state }) => deadlineOf(state) ?? []);
    if (times.length > 0)
      this.#timer = setTimeout(() => this.#tick(), Math.max(0, Math.min(...times) - Date.now()));
  }

  #tick(): void {
    const now = Date.now();
    for (const { id } of this.#desk.calls) this.#carryOut(desks.apply(this.#desk, id, { type: 'tick' }, now));
    this.#armTimer();
  }

  /** @returns whether nobody needs the host: no call, no view, nothing that waits for a device. */
  get isIdle(): boolean {
    return this.#views === 0 && !this.#hindrance && !this.#desk.calls.some(desks.isLive);
  }

  /** Something views or the background show has changed. */
  changed(): void {
    const calls: Call[] = this.#live.map(({ call }) => call);
    this.#snapshot = { calls, hindrance: this.#hindrance };
    for (const listener of this.#listeners) tell(listener, this.#snapshot);
    this.#tellState();
  }

  #tellState(): void {
    const calls = this.#desk.calls.map(({ id, peer, direction, own, state }) => ({
      id,
      peer,
      direction,
      kind: own,
      phase: state.phase,
      since: state.phase === 'ended' ? state.at : state.since,
    }));
    // A call that waits for a device keeps the host as a view does.
    const state = { calls, views: this.#views + (this.#hindrance ? 1 : 0) };
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    // A badge and a status are drawn and sealed by the processor that encodes the first picture.
    const begins = this.#desk.calls.some(
      ({ state: life }) =>
        (life.phase === 'connecting' || life.phase === 'active') && Date.now() - life.since < STATE_LATER_MS,
    );
    if (begins) {
      clearTimeout(this.#telling);
      this.#telling = setTimeout(() => this.#tellState(), STATE_LATER_MS);
      return;
    }
    this.#told = text;
    send('background', 'host.state', state).catch(() => (this.#told = ''));
  }
}
