/**
 * Alice and Bob as the core sees them, joined by a network that loses, reorders and doubles mail, under virtual time.
 * The glue is that of `doorbell.ts`, `post-office.ts` and `switchboard.ts`, without browser, disk and cryptography.
 */
import type { CallId, CallKind, CallMail } from '../../relay/mail.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';
import { deadlineOf, isTalking } from '../../extension/core/call-state.ts';
import * as desks from '../../extension/core/desk.ts';
import { hold } from '../../extension/core/hold.ts';
import type { LinkAct } from '../../extension/core/link-book.ts';
import {
  beginPath,
  changed,
  follow,
  heard,
  look,
  mailFlows,
  type Path,
} from '../../extension/core/recovery.ts';
import { rejoin } from '../../extension/core/rejoin.ts';
import type { Talk } from '../../extension/core/stored.ts';
import * as outboxes from '../../extension/core/outbox.ts';
import { isUnnoticed } from '../../extension/core/call-log.ts';
import { admit as admitSeq } from '../../extension/core/replay-window.ts';
import { admit, claimsCall, keepEnding } from '../../extension/core/ring-policy.ts';
import type { KeptEnding } from '../../extension/storage.ts';

export const ALICE = toBase64url(new Uint8Array(32).fill(1)) as Address;
export const BOB = toBase64url(new Uint8Array(32).fill(200)) as Address;

interface Flying {
  from: Person;
  to: Person;
  body: CallMail;
  seq: number;
  at: number;
}

/** A word on the control channel of link `n`: in order, and lost with its link. */
interface Said {
  to: Person;
  call: CallId;
  n: number;
  isHeld: boolean;
}

/** What a peer connection must never be given, found by the model of one. */
export class UnfitSignal extends Error {}

let ids = 0;
let offers = 0;
export const newId = (): CallId => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, ++ids);
  return toBase64url(bytes) as CallId;
};

export class World {
  now = 1_000_000;
  /** Whether packets pass between the two, and whether mail does. */
  isPathOpen = true;
  isRelayOpen = true;
  flying: Flying[] = [];
  said: Said[] = [];
  readonly alice: Person = new Person(this, 'Alice', ALICE, () => this.bob);
  readonly bob: Person = new Person(this, 'Bob', BOB, () => this.alice);

  get people(): [Person, Person] {
    return [this.alice, this.bob];
  }

  /** Delivers the `index`th mail in flight; `copy` leaves it in flight too. */
  deliver(index: number, copy = false): void {
    const mail = this.flying[index];
    if (!mail) return;
    if (!copy) this.flying.splice(index, 1);
    mail.to.take(mail);
  }

  /** The oldest word on a control channel arrives, if its link still stands. */
  hear(): void {
    const word = this.said.shift();
    if (word) word.to.hear(word);
  }

  drop(index: number): void {
    this.flying.splice(index, 1);
  }

  /** From here on packets pass between the two, or none. */
  setPath(isOpen: boolean): void {
    for (const person of this.people) person.listen();
    this.isPathOpen = isOpen;
    for (const person of this.people) person.connect();
  }

  /** From here on mail passes, or is lost; who is logged in again learns of it. */
  setRelay(isOpen: boolean): void {
    this.isRelayOpen = isOpen;
    if (isOpen) for (const person of this.people) person.login();
  }

  /** Time goes on; what is due in the meantime happens at its moment. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = Math.min(...this.people.map((person) => person.nextDue() ?? Infinity));
      if (next > end) break;
      this.now = Math.max(this.now, next);
      for (const person of this.people) person.tick();
    }
    this.now = end;
  }

  /** Everything in flight arrives, in order, until nothing is in flight. */
  flow(): void {
    for (let i = 0; i < 10_000 && this.flying.length > 0; i++) this.deliver(0);
    while (this.said.length > 0) this.hear();
  }

  /** The network heals: mail flows, repeats included, until every timer that could end something has had its turn. */
  heal(): void {
    this.setPath(true);
    this.setRelay(true);
    for (const person of this.people) person.login();
    for (let i = 0; i < 200; i++) {
      this.flow();
      this.advance(1000);
    }
    this.flow();
  }
}

interface Transport {
  n: number;
  /** In which network this end was made: it is reached in no other. */
  network: number;
  isUp: boolean;
  /** Which offer it belongs to: a browser that died counts its links from the first again. */
  of: number;
  /** Whether the other was told on it that they are on hold, as `CallTransport.keepTold` keeps it. */
  told: boolean | null;
  role: 'caller' | 'callee';
  hasOffer: boolean;
  hasAnswer: boolean;
}

export class Person {
  desk: desks.Desk;
  outbox: outboxes.Posted[] = [];
  endings: KeptEnding[] = [];
  /** Times this person's notification appeared, by call. */
  rung: CallId[] = [];
  /** Calls in which this person believes to be on hold. */
  readonly waits = new Set<CallId>();
  readonly #seen: { numbers: number[] } = { numbers: [] };
  #transports: (Transport & { call: CallId })[] = [];
  readonly #paths = new Map<CallId, Path>();
  #network = 0;
  #talk: Talk | null = null;
  #seq = 0;
  readonly world: World;
  readonly name: string;
  readonly address: Address;
  readonly #other: () => Person;

  constructor(world: World, name: string, address: Address, other: () => Person) {
    this.world = world;
    this.name = name;
    this.address = address;
    this.#other = other;
    this.desk = desks.emptyDesk(address);
  }

  get live(): desks.DeskCall[] {
    return this.desk.calls.filter(desks.isLive);
  }

  dial(kind: CallKind = 'video'): void {
    this.#carryOut(desks.dial(this.desk, this.#other().address, newId(), kind, this.world.now));
  }

  answer(): void {
    const ringing = this.live.find(({ state }) => state.phase === 'incoming');
    if (ringing) this.#carryOut(desks.answer(this.desk, ringing.id, ringing.kind, this.world.now));
  }

  decline(): void {
    const ringing = this.live.find(({ state }) => state.phase === 'incoming');
    if (ringing) this.#carryOut(desks.apply(this.desk, ringing.id, { type: 'decline' }, this.world.now));
  }

  hangUp(): void {
    const [call] = this.live;
    if (call) this.#carryOut(desks.apply(this.desk, call.id, { type: 'hang-up' }, this.world.now));
  }

  hold(): void {
    const [call] = this.live;
    if (call) this.#carryOut({ desk: hold(this.desk, call.id), send: [], links: [] });
  }

  takeUp(): void {
    const [call] = this.live;
    if (call) this.#carryOut(desks.takeUp(this.desk, call.id, this.world.now));
  }

  hear({ call, n, isHeld }: Said): void {
    if (!this.#end(call, n)) return;
    if (isHeld) this.waits.add(call);
    else this.waits.delete(call);
  }

  /** The connection that counts is gone by itself, at this end alone. */
  breakLink(): void {
    const [call] = this.live;
    if (!call) return;
    const n = call.book.standing ?? call.book.n;
    this.#close(call.id, n);
    this.#carryOut(desks.linkLost(this.desk, call.id, n, this.world.now));
  }

  /** This person's computer is in another network: nothing that was made in the last one is reached any more. */
  move(): void {
    for (const person of this.world.people) person.listen();
    this.#network++;
    this.#change(() => true);
  }

  /** The browser dies in the middle of a call, and is started again. */
  crash(): void {
    for (const person of this.world.people) person.listen();
    const [call] = this.live;
    this.desk = desks.emptyDesk(this.address);
    this.outbox = [];
    this.#transports = [];
    this.#paths.clear();
    if (!call || !isTalking(call.state)) return;
    const since = 'since' in call.state ? call.state.since : 0;
    this.#talk = { call: call.id, peer: call.peer, direction: call.direction, kind: call.own, since };
  }

  /** The person wants to go back. */
  goBack(): void {
    if (this.#talk) this.#carryOut(rejoin(this.desk, this.#talk, this.world.now));
  }

  /** A new login to the relay: what waits is sent again. */
  login(): void {
    this.outbox = outboxes.wake(this.outbox, this.world.now);
    for (const call of this.desk.calls) {
      const path = this.#paths.get(call.id);
      if (path) this.#paths.set(call.id, mailFlows(path, call.book, this.world.now));
    }
  }

  #change(fits: (id: CallId) => boolean): void {
    for (const [id, path] of this.#paths) if (fits(id)) this.#paths.set(id, changed(path));
  }

  /** Notes what is heard at this moment. */
  listen(): void {
    for (const { id, book } of this.live) {
      const path = this.#paths.get(id);
      if (path && book.standing !== null && this.#isUp(id, book.standing))
        this.#paths.set(id, heard(path, this.world.now));
    }
  }

  /** Whether packets pass on a link: both ends are there, where they were made. */
  #isUp(call: CallId, n: number): boolean {
    const [here, there] = [this.#end(call, n), this.#other().#end(call, n)];
    return this.world.isPathOpen && here !== undefined && here.of === there?.of;
  }

  #end(call: CallId, n: number): (Transport & { call: CallId }) | undefined {
    return this.#transports.find(
      (each) => each.call === call && each.n === n && each.network === this.#network,
    );
  }

  #close(call: CallId, n: number): void {
    this.#transports = this.#transports.filter((each) => each.call !== call || each.n !== n);
  }

  take({ from, body, seq, at }: Flying): void {
    const admission = admitSeq(this.#seen.numbers, seq);
    if (!admission.ok) return;
    this.#seen.numbers = admission.seen;
    this.#onMail(from.address, body, at);
  }

  #onMail(from: Address, body: CallMail, at: number): void {
    const { now } = this.world;
    if (body.type === 'got') {
      this.outbox = outboxes.acknowledge(this.outbox, from, body.call, body.of);
      this.#receive(from, body);
      return;
    }
    const isKnown = this.live.some(({ id }) => id === body.call);
    const here = {
      quiet: null,
      endings: this.endings,
      isKnown,
      talkingSince: null,
      now,
    } as const;
    const admission =
      body.type === 'missed' ? ({ do: 'over', tell: null } as const) : admit(body, from, at, here);
    if (admission.do !== 'pass' && admission.tell) this.#post(from, admission.tell);
    if (admission.do === 'miss')
      this.endings = keepEnding(this.endings, [body.call], from, { type: 'hangup', call: body.call }, now);
    if (admission.do === 'pass') this.#pass(from, body);
    const of = outboxes.reliableType(body);
    if (of !== null) this.#post(from, { type: 'got', call: body.call, of });
  }

  #pass(from: Address, body: CallMail): void {
    const verdict = this.#receive(from, body);
    if (verdict === 'ring' || verdict === 'second') {
      this.rung.push(body.call);
      this.#carryOut(desks.allowLink(this.desk, body.call));
      this.#carryOut(desks.apply(this.desk, body.call, { type: 'announced' }, this.world.now));
    }
    if (verdict !== 'unknown') return;
    if (this.#talk?.call === body.call && !outboxes.isEnding(body.type)) return;
    if (outboxes.isEnding(body.type))
      this.endings = keepEnding(
        this.endings,
        [body.call],
        from,
        { type: 'hangup', call: body.call },
        this.world.now,
      );
    else if (claimsCall(body)) this.#post(from, { type: 'hangup', call: body.call, reason: 'unknown' });
  }

  #receive(from: Address, body: CallMail): desks.Verdict {
    const { verdict, ...outcome } = desks.receive(this.desk, from, body, this.world.now);
    this.#carryOut(outcome);
    return verdict;
  }

  #post(to: Address, body: CallMail): void {
    this.outbox = outboxes.post(this.outbox, to, body, this.world.now);
    this.#fly(body);
  }

  #fly(body: CallMail): void {
    // A signal may be lost for good; what is repeated is lost by the network of the test.
    if (!this.world.isRelayOpen) return;
    this.#seq = Math.max(this.#seq + 1, this.world.now);
    this.world.flying.push({ from: this, to: this.#other(), body, seq: this.#seq, at: this.world.now });
  }

  #carryOut({ desk, send, links }: desks.Outcome): void {
    const before = this.desk;
    this.desk = desk;
    for (const { to, body } of send) this.#post(to, body);
    for (const { call, act } of links) this.#act(call, act);
    for (const call of desk.calls) {
      this.#noteEnd(before, call);
      this.#keepPath(desks.callOf(before, call.id), call);
      this.#tellHold(call);
    }
  }

  #tellHold({ id, isHeld, book }: desks.DeskCall): void {
    const transport = this.#transports.find((each) => each.call === id && each.n === book.standing);
    if (!transport?.isUp || transport.told === isHeld) return;
    transport.told = isHeld;
    this.world.said.push({ to: this.#other(), call: id, n: transport.n, isHeld });
  }

  #keepPath(before: desks.DeskCall | undefined, { id, state, book }: desks.DeskCall): void {
    const path = this.#paths.get(id);
    const { now } = this.world;
    if (!isTalking(state)) return void this.#paths.delete(id);
    this.#paths.set(id, path && before ? follow(path, before.book, book, now) : beginPath(now));
  }

  #noteEnd(before: desks.Desk, { id, peer, aliases, state, direction, kind }: desks.DeskCall): void {
    const was = desks.callOf(before, id)?.state.phase;
    if (state.phase !== 'ended' || was === undefined || was === 'ended') return;
    this.endings = keepEnding(this.endings, [id, ...aliases], peer, state.ending, this.world.now);
    this.outbox = outboxes.withdraw(this.outbox, id);
    if (isUnnoticed(direction, was, state.reason))
      this.#post(peer, { type: 'missed', call: id, kind, rang: this.world.now });
  }

  /** A peer connection, as far as signals are concerned. */
  #act(call: CallId, act: LinkAct): void {
    if (act.do === 'close') return this.#close(call, act.n);
    const { n } = act;
    const transport = this.#transports.find((each) => each.call === call && each.n === n);
    const say = (what: { offer: string } | { answer: string }) =>
      this.#post(this.#other().address, { type: 'signal', call, link: n, ...what });
    if (act.do === 'open') {
      if (transport) throw new UnfitSignal('a second connection of one link');
      const { role } = act;
      const fresh = {
        of: role === 'caller' ? ++offers : 0,
        isUp: false,
        told: null,
        hasOffer: false,
        hasAnswer: false,
      };
      this.#transports.push({ call, n, role, network: this.#network, ...fresh });
      if (this.#transports.filter((each) => each.call === call).length > 2)
        throw new UnfitSignal('more than one connection beside the one that stands');
      if (role === 'caller') say({ offer: `o${fresh.of}` });
      return;
    }
    if (!transport) throw new UnfitSignal('for a connection that is not open');
    if (act.do === 'repeat') {
      if (transport.role === 'caller') say({ offer: `o${transport.of}` });
      else if (transport.hasOffer) say({ answer: `a${n}` });
      return;
    }
    if ('offer' in act.signal) {
      if (transport.role !== 'callee' || transport.hasOffer)
        throw new UnfitSignal('an offer at the caller, or a second one');
      transport.hasOffer = true;
      transport.of = Number(act.signal.offer.slice(1));
      say({ answer: `a${n}` });
    } else if ('answer' in act.signal) {
      if (transport.role !== 'caller' || transport.hasAnswer)
        throw new UnfitSignal('an answer at the callee, or a second one');
      transport.hasAnswer = true;
      this.connect();
    }
  }

  /** Offer and answer are exchanged: both ends stand, as soon as packets pass between them. */
  connect(): void {
    for (const { call, n } of this.#transports.filter(({ hasAnswer, isUp }) => hasAnswer && !isUp)) {
      const other = this.#other();
      if (!this.#isUp(call, n)) continue;
      for (const person of [this, other]) {
        const end = person.#end(call, n);
        if (end) end.isUp = true;
        person.#carryOut(desks.linked(person.desk, call, n, this.world.now));
      }
    }
  }

  nextDue(): number | null {
    const { now } = this.world;
    this.listen();
    const attempts = this.live.map(({ id, state, book }) => {
      const path = this.#paths.get(id);
      const next = path && look(path, { phase: state.phase, book }, now);
      return next ? (next.acts.length > 0 ? now : next.at) : null;
    });
    const deadlines = this.desk.calls.map(({ state }) => deadlineOf(state));
    const times = [outboxes.nextDue(this.outbox), ...deadlines, ...attempts].filter((at) => at !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  tick(): void {
    const { now } = this.world;
    const { due, outbox } = outboxes.takeDue(this.outbox, now);
    this.outbox = outbox;
    for (const { body } of due) this.#fly(body);
    for (const { id } of this.desk.calls) {
      this.#carryOut(desks.apply(this.desk, id, { type: 'tick' }, now));
      this.#look(id);
    }
  }

  #look(id: CallId): void {
    const { now } = this.world;
    this.listen();
    const call = desks.callOf(this.desk, id);
    const before = this.#paths.get(id);
    if (!call || !before) return;
    const { path, acts } = look(before, { phase: call.state.phase, book: call.book }, now);
    this.#paths.set(id, path);
    for (const act of acts) {
      if (act === 'remake') this.#carryOut(desks.remakeLink(this.desk, id));
      if (act === 'repeat') this.#carryOut(desks.askAgain(this.desk, id));
      if (act === 'silent') this.#carryOut(desks.fellSilent(this.desk, id, now));
      if (act === 'heard') this.#carryOut(desks.heardAgain(this.desk, id, now));
    }
  }
}
