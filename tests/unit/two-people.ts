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
import * as outboxes from '../../extension/core/outbox.ts';
import { isUnnoticed } from '../../extension/core/call-log.ts';
import { admit as admitSeq } from '../../extension/core/replay-window.ts';
import { admit, claimsCall, keepEnding } from '../../extension/core/ring-policy.ts';
import type { KeptEnding } from '../../extension/storage.ts';

export const ALICE = toBase64url(new Uint8Array(32).fill(1)) as Address;
export const BOB = toBase64url(new Uint8Array(32).fill(200)) as Address;
const LINK_ATTEMPT_MS = 8000;

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
export const newId = (): CallId => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, ++ids);
  return toBase64url(bytes) as CallId;
};

export class World {
  now = 1_000_000;
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
  stands: boolean;
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
  readonly #transports = new Map<CallId, Transport>();
  readonly #attempts = new Map<CallId, number>();
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
    if (this.#transports.get(call)?.n !== n) return;
    if (isHeld) this.waits.add(call);
    else this.waits.delete(call);
  }

  breakLink(): void {
    const [call] = this.live;
    if (call) this.#transports.delete(call.id);
    if (call) this.#carryOut(desks.linkLost(this.desk, call.id, call.book.n, this.world.now));
  }

  /** A new login to the relay: what waits is sent again. */
  login(): void {
    this.outbox = outboxes.wake(this.outbox, this.world.now);
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
      availability: { status: 'available' },
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
    this.#seq = Math.max(this.#seq + 1, this.world.now);
    this.world.flying.push({ from: this, to: this.#other(), body, seq: this.#seq, at: this.world.now });
  }

  #carryOut({ desk, send, links }: desks.Outcome): void {
    const before = this.desk;
    this.desk = desk;
    for (const { to, body } of send) this.#post(to, body);
    for (const { call, act } of links) this.#act(call, act);
    for (const call of desk.calls) this.#noteEnd(before, call);
    for (const call of desk.calls) this.#tellHold(call);
  }

  #tellHold({ id, isHeld }: desks.DeskCall): void {
    const transport = this.#transports.get(id);
    if (!transport?.stands || transport.told === isHeld) return;
    transport.told = isHeld;
    this.world.said.push({ to: this.#other(), call: id, n: transport.n, isHeld });
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
    if (act.do === 'close') return void this.#transports.delete(call);
    if (act.do === 'open') {
      this.#transports.set(call, {
        n: act.n,
        role: act.role,
        stands: false,
        told: null,
        hasOffer: false,
        hasAnswer: false,
      });
      this.#attempts.set(call, this.world.now);
      if (act.role === 'caller')
        this.#post(this.#other().address, { type: 'signal', call, link: act.n, offer: `o${act.n}` });
      return;
    }
    const transport = this.#transports.get(call);
    if (transport?.n !== act.n) throw new UnfitSignal('for a connection that is not open');
    if ('offer' in act.signal) {
      if (transport.role !== 'callee' || transport.hasOffer)
        throw new UnfitSignal('an offer at the caller, or a second one');
      transport.hasOffer = true;
      this.#post(this.#other().address, { type: 'signal', call, link: act.n, answer: `a${act.n}` });
    } else if ('answer' in act.signal) {
      if (transport.role !== 'caller' || transport.hasAnswer)
        throw new UnfitSignal('an answer at the callee, or a second one');
      transport.hasAnswer = true;
      this.#join(call, act.n);
    }
  }

  /** Offer and answer are exchanged: both ends stand, if both still want this link. */
  #join(call: CallId, n: number): void {
    const other = this.#other();
    const [here, there] = [this.#transports.get(call), other.#transports.get(call)];
    if (!here || there?.n !== n) return;
    here.stands = there.stands = true;
    this.#carryOut(desks.linked(this.desk, call, n, this.world.now));
    other.#carryOut(desks.linked(other.desk, call, n, this.world.now));
  }

  nextDue(): number | null {
    const attempts = this.live
      .filter(({ state }) => state.phase === 'connecting' || state.phase === 'reconnecting')
      .map(({ id }) => (this.#attempts.get(id) ?? 0) + LINK_ATTEMPT_MS);
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
      const call = desks.callOf(this.desk, id);
      if (!call || !isTalking(call.state) || call.state.phase === 'active') continue;
      if (now < (this.#attempts.get(id) ?? 0) + LINK_ATTEMPT_MS) continue;
      this.#attempts.set(id, now);
      this.#carryOut(desks.remakeLink(this.desk, id));
    }
  }
}
