/**
 * The life of one call, as one side sees it. Pure: what happens goes in, the next state and the mail to send come out.
 *
 *   caller   calling → ringing ─┐
 *              │   └────────────┼→ connecting → active ⇄ reconnecting
 *   callee   incoming ──────────┘       │          │           │
 *              └───────────────────→  ended  ←─────┴───────────┘
 *
 *   calling       the ring has left; nothing is known of the other side        ("Reaching Mara…")
 *   ringing       the other side's notification is on their screen             ("Ringing…")
 *   incoming      somebody rings here
 *   connecting    both want to talk, the transport does not stand yet
 *   active        both want to talk and the transport stands
 *   reconnecting  the transport was lost; a fresh one is being made
 *   ended         over, and why
 *
 * The transport may stand before anybody answers (`linked` while it rings); it then only waits for the `accept`.
 */
import type { CallId, CallMail, Ending, QuickReply } from '../../relay/mail.ts';

/** How long it rings before it is "no answer", in milliseconds. */
export const RING_TIMEOUT_MS = 45_000;
/** How long a first transport may take after the answer, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 20_000;
/** How long a call survives without any path, in milliseconds. */
export const LOST_TIMEOUT_MS = 60_000;
/** How long the callee rings without an authentic word after its `ringing`, in milliseconds: a replayed ring has no caller. */
export const CONFIRM_TIMEOUT_MS = 10_000;

/** Why a call is over. "They" is the other person; without one, it was this person or nobody's doing. */
export type EndReason =
  | 'hung-up' //         this person hung up
  | 'they-hung-up'
  | 'cancelled' //       this person gave up while it rang
  | 'missed' //          the caller gave up, or nobody answered here
  | 'no-answer' //       nobody answered there
  | 'declined' //        this person declined
  | 'they-declined'
  | 'busy' //            they are on another call
  | 'turned-away' //     this person is on another call
  | 'offline' //         the ring could not be delivered
  | 'no-way' //          no path between the two was found
  | 'no-turn' //         only a TURN server may carry it, and there is none
  | 'lost' //            the path was lost for good
  | 'unknown' //         the other side knows nothing of this call
  | 'no-microphone'; //  nothing to speak into

export type CallState =
  | { phase: 'calling'; since: number; linked: boolean }
  | { phase: 'ringing'; since: number; linked: boolean }
  | { phase: 'incoming'; since: number; linked: boolean; announcedAt: number | null; confirmed: boolean }
  | { phase: 'connecting'; since: number }
  | { phase: 'active'; since: number }
  | { phase: 'reconnecting'; since: number; lostAt: number }
  | {
      phase: 'ended';
      at: number;
      reason: EndReason;
      talkedMs: number;
      reply?: QuickReply;
      until?: number;
      ending: Ending;
    };

export type CallPhase = CallState['phase'];
export type EndedState = Extract<CallState, { phase: 'ended' }>;

export type CallEvent =
  | { type: 'answer' }
  | { type: 'decline'; reply?: QuickReply }
  | { type: 'turn-away' }
  | { type: 'hang-up' }
  | { type: 'announced' }
  | { type: 'linked' }
  | { type: 'link-lost' }
  | { type: 'undelivered' }
  | { type: 'no-microphone' }
  | { type: 'no-turn' }
  | { type: 'tick' }
  | { type: 'mail'; body: CallMail };

export interface Step {
  state: CallState;
  /** Mail for the other side, in order. */
  send: CallMail[];
}

/** @returns the state of a call this person has just begun, at `now` ms. Its `ring` is sent by whoever begins it. */
export const beginCalling = (now: number): CallState => ({ phase: 'calling', since: now, linked: false });

/** @returns the state of a call whose `ring` has just come in, at `now` ms. */
export const beginIncoming = (now: number): CallState => ({
  phase: 'incoming',
  since: now,
  linked: false,
  announcedAt: null,
  confirmed: false,
});

/** @returns when the state must be looked at again with a `tick`, in ms since the epoch, or null if time does not change it. */
export function deadlineOf(state: CallState): number | null {
  switch (state.phase) {
    case 'calling':
    case 'ringing':
      return state.since + RING_TIMEOUT_MS;
    case 'incoming': {
      const end = state.since + RING_TIMEOUT_MS;
      if (state.confirmed || state.announcedAt === null) return end;
      return Math.min(end, state.announcedAt + CONFIRM_TIMEOUT_MS);
    }
    case 'connecting':
      return state.since + CONNECT_TIMEOUT_MS;
    case 'reconnecting':
      return state.lostAt + LOST_TIMEOUT_MS;
    case 'active':
    case 'ended':
      return null;
    default:
      return unreachable(state);
  }
}

/** @returns whether anybody may be seen or heard: both sides have said yes. */
export const isTalking = (state: CallState): boolean =>
  state.phase === 'connecting' || state.phase === 'active' || state.phase === 'reconnecting';

/**
 * The next state of call `id` after `event` at `now` ms. Whatever does not fit the state changes nothing:
 * mail may be late, doubled or out of order.
 */
export function step(id: CallId, state: CallState, event: CallEvent, now: number): Step {
  if (state.phase === 'ended') return stay(state);
  if (event.type === 'mail') return onMail(id, state, event.body, now);
  if (event.type === 'no-microphone') return onNoMicrophone(id, state, now);
  switch (state.phase) {
    case 'calling':
    case 'ringing':
      return onOutgoing(id, state, event, now);
    case 'incoming':
      return onIncoming(id, state, event, now);
    case 'connecting':
      if (event.type === 'linked') return go({ phase: 'active', since: now });
      if (event.type === 'no-turn')
        return end(state, now, 'no-turn', { type: 'hangup', call: id, reason: 'no-way' });
      if (event.type === 'hang-up') return end(state, now, 'hung-up', { type: 'hangup', call: id });
      if (event.type === 'tick' && isDue(state, now))
        return end(state, now, 'no-way', { type: 'hangup', call: id, reason: 'no-way' });
      return stay(state);
    case 'active':
      if (event.type === 'hang-up') return end(state, now, 'hung-up', { type: 'hangup', call: id });
      if (event.type === 'link-lost') return go({ phase: 'reconnecting', since: state.since, lostAt: now });
      return stay(state);
    case 'reconnecting':
      if (event.type === 'linked') return go({ phase: 'active', since: state.since });
      if (event.type === 'hang-up') return end(state, now, 'hung-up', { type: 'hangup', call: id });
      if (event.type === 'tick' && isDue(state, now))
        return end(state, now, 'lost', { type: 'hangup', call: id, reason: 'lost' });
      return stay(state);
    default:
      return unreachable(state);
  }
}

type Live<P extends CallPhase> = Extract<CallState, { phase: P }>;

function onOutgoing(id: CallId, state: Live<'calling' | 'ringing'>, event: CallEvent, now: number): Step {
  switch (event.type) {
    case 'hang-up':
      return end(state, now, 'cancelled', { type: 'cancel', call: id });
    case 'tick':
      return isDue(state, now) ? end(state, now, 'no-answer', { type: 'cancel', call: id }) : stay(state);
    case 'undelivered':
      return state.phase === 'calling'
        ? end(state, now, 'offline', { type: 'cancel', call: id })
        : stay(state);
    case 'no-turn':
      return state.linked ? stay(state) : end(state, now, 'no-turn', { type: 'cancel', call: id });
    case 'linked':
      return go({ ...state, linked: true });
    case 'link-lost':
      return go({ ...state, linked: false });
    default:
      return stay(state);
  }
}

function onIncoming(id: CallId, state: Live<'incoming'>, event: CallEvent, now: number): Step {
  switch (event.type) {
    case 'answer':
      return { state: talking(state, now), send: [{ type: 'accept', call: id }] };
    case 'decline': {
      const reply = event.reply === undefined ? {} : { reply: event.reply };
      return end(state, now, 'declined', { type: 'decline', call: id, ...reply });
    }
    case 'hang-up':
      return end(state, now, 'declined', { type: 'decline', call: id });
    case 'turn-away':
      return end(state, now, 'turned-away', { type: 'busy', call: id });
    case 'announced':
      if (state.announcedAt !== null) return stay(state);
      return { state: { ...state, announcedAt: now }, send: [{ type: 'ringing', call: id }] };
    case 'tick':
      if (!isDue(state, now)) return stay(state);
      return end(state, now, 'missed', { type: 'hangup', call: id, reason: 'no-answer' });
    case 'linked':
      return go({ ...state, linked: true, confirmed: true });
    case 'link-lost':
      return go({ ...state, linked: false });
    default:
      return stay(state);
  }
}

function onMail(id: CallId, state: Exclude<CallState, EndedState>, body: CallMail, now: number): Step {
  // Only what can't have been written before this side's `ringing`: a relay may hold back a ring with all that followed it.
  const isAnswer = body.type === 'got' && body.of === 'ringing';
  const heard: typeof state = state.phase === 'incoming' && isAnswer ? { ...state, confirmed: true } : state;
  const isOutgoing = heard.phase === 'calling' || heard.phase === 'ringing';
  switch (body.type) {
    case 'ringing':
      return heard.phase === 'calling' ? go({ ...heard, phase: 'ringing' }) : stay(heard);
    case 'accept':
      return isOutgoing ? go(talking(heard, now)) : stay(heard);
    case 'decline': {
      const said = {
        ...(body.reply && { reply: body.reply }),
        ...(body.until !== undefined && { until: body.until }),
      };
      return isOutgoing
        ? closed(id, heard, now, 'they-declined', said)
        : closed(id, heard, now, 'they-hung-up', said);
    }
    case 'busy':
      return closed(id, heard, now, isOutgoing ? 'busy' : 'they-hung-up');
    case 'cancel':
      return closed(id, heard, now, heard.phase === 'incoming' ? 'missed' : 'they-hung-up');
    case 'hangup':
      // The ring itself may have been lost: it is repeated, so not knowing the call is no answer to it.
      if (heard.phase === 'calling' && body.reason === 'unknown') return stay(heard);
      return closed(id, heard, now, reasonOfHangup(heard, body.reason));
    case 'missed':
    case 'ring':
    case 'signal':
    case 'got':
      return stay(heard);
    default:
      return unreachable(body);
  }
}

function reasonOfHangup(
  state: Exclude<CallState, EndedState>,
  reason: Extract<CallMail, { type: 'hangup' }>['reason'],
): EndReason {
  if (state.phase === 'incoming') return 'missed';
  if (state.phase === 'calling' || state.phase === 'ringing')
    return reason === 'unknown' ? 'unknown' : 'no-answer';
  if (reason === 'no-way' || reason === 'lost' || reason === 'unknown') return reason;
  return 'they-hung-up';
}

function onNoMicrophone(id: CallId, state: Exclude<CallState, EndedState>, now: number): Step {
  if (state.phase === 'calling' || state.phase === 'ringing')
    return end(state, now, 'no-microphone', { type: 'cancel', call: id });
  return end(state, now, 'no-microphone', { type: 'hangup', call: id, reason: 'media' });
}

const isDue = (state: CallState, now: number): boolean => now >= (deadlineOf(state) ?? Infinity);
const stay = (state: CallState): Step => ({ state, send: [] });
const go = stay;

/** Both have said yes: active if the transport already stands. */
function talking(state: Exclude<CallState, EndedState>, now: number): CallState {
  const linked = 'linked' in state && state.linked;
  return linked ? { phase: 'active', since: now } : { phase: 'connecting', since: now };
}

const talkedMs = (state: CallState, now: number): number =>
  state.phase === 'active' || state.phase === 'reconnecting' ? Math.max(0, now - state.since) : 0;

/** This side ends the call and tells the other. */
function end(state: Exclude<CallState, EndedState>, now: number, reason: EndReason, ending: Ending): Step {
  return {
    state: { phase: 'ended', at: now, reason, talkedMs: talkedMs(state, now), ending },
    send: [ending],
  };
}

/** The other side ended the call. Should they ask again, they hear `hangup`. */
function closed(
  id: CallId,
  state: Exclude<CallState, EndedState>,
  now: number,
  reason: EndReason,
  said: { reply?: QuickReply; until?: number } = {},
): Step {
  const ending: Ending = { type: 'hangup', call: id };
  return {
    state: { phase: 'ended', at: now, reason, talkedMs: talkedMs(state, now), ...said, ending },
    send: [],
  };
}

/** Compile-time check that a `switch` has seen every case. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${typeof value}`);
}
