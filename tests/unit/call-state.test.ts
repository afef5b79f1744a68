import { describe, expect, it } from 'vitest';
import {
  beginCalling,
  beginIncoming,
  type CallEvent,
  type CallPhase,
  type CallState,
  CONFIRM_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  deadlineOf,
  type EndReason,
  LOST_TIMEOUT_MS,
  RING_TIMEOUT_MS,
  step,
} from '../../extension/core/call-state.ts';
import type { CallId } from '../../relay/mail.ts';

const ID = 'AAAAAAAAAAAAAAAAAAAAAA' as CallId;
const T0 = 1_000_000;
/** Well before any deadline. */
const NOW = T0 + 5;

const STATES = {
  calling: beginCalling(T0),
  'calling, linked': { phase: 'calling', since: T0, linked: true },
  ringing: { phase: 'ringing', since: T0, linked: false },
  'ringing, linked': { phase: 'ringing', since: T0, linked: true },
  incoming: beginIncoming(T0),
  'incoming, linked': { phase: 'incoming', since: T0, linked: true, announcedAt: T0, confirmed: true },
  connecting: { phase: 'connecting', since: T0 },
  active: { phase: 'active', since: T0 },
  reconnecting: { phase: 'reconnecting', since: T0, lostAt: T0 + 1 },
  ended: { phase: 'ended', at: T0, reason: 'hung-up', talkedMs: 3, ending: { type: 'hangup', call: ID } },
} satisfies Record<string, CallState>;

const mail = (body: Extract<CallEvent, { type: 'mail' }>['body']): CallEvent => ({ type: 'mail', body });
const EVENTS = {
  answer: { type: 'answer' },
  decline: { type: 'decline' },
  'turn away': { type: 'turn-away' },
  'hang up': { type: 'hang-up' },
  announced: { type: 'announced' },
  linked: { type: 'linked' },
  'link lost': { type: 'link-lost' },
  undelivered: { type: 'undelivered' },
  'no microphone': { type: 'no-microphone' },
  'no TURN': { type: 'no-turn' },
  'tick, early': { type: 'tick' },
  'mail ring': mail({ type: 'ring', call: ID, kind: 'video' }),
  'mail ringing': mail({ type: 'ringing', call: ID }),
  'mail signal': mail({ type: 'signal', call: ID, link: 1 }),
  'mail accept': mail({ type: 'accept', call: ID }),
  'mail decline': mail({ type: 'decline', call: ID }),
  'mail cancel': mail({ type: 'cancel', call: ID }),
  'mail busy': mail({ type: 'busy', call: ID }),
  'mail hangup': mail({ type: 'hangup', call: ID }),
  'mail hangup unknown': mail({ type: 'hangup', call: ID, reason: 'unknown' }),
  'mail got': mail({ type: 'got', call: ID, of: 'ringing' }),
  'mail missed': mail({ type: 'missed', call: ID, kind: 'video', rang: T0 }),
} satisfies Record<string, CallEvent>;

type Outcome =
  CallPhase | `ended: ${EndReason}` | `ended: ${EndReason} → ${string}` | `${CallPhase} → ${string}`;
type Row = Partial<Record<keyof typeof EVENTS, Outcome>>;

/** Only what changes something; every pair that is not here must leave the state as it is and send nothing. */
const OUTGOING: Row = {
  'hang up': 'ended: cancelled → cancel',
  'no microphone': 'ended: no-microphone → cancel',
  'mail decline': 'ended: they-declined',
  'mail cancel': 'ended: they-hung-up',
  'mail busy': 'ended: busy',
  'mail hangup': 'ended: no-answer',
};
const TALKING: Row = {
  'hang up': 'ended: hung-up → hangup',
  'no microphone': 'ended: no-microphone → hangup',
  'mail decline': 'ended: they-hung-up',
  'mail cancel': 'ended: they-hung-up',
  'mail busy': 'ended: they-hung-up',
  'mail hangup': 'ended: they-hung-up',
  'mail hangup unknown': 'ended: unknown',
};
const INCOMING: Row = {
  decline: 'ended: declined → decline',
  'turn away': 'ended: turned-away → busy',
  'hang up': 'ended: declined → decline',
  'no microphone': 'ended: no-microphone → hangup',
  'mail decline': 'ended: they-hung-up',
  'mail cancel': 'ended: missed',
  'mail busy': 'ended: they-hung-up',
  'mail hangup': 'ended: missed',
  'mail hangup unknown': 'ended: missed',
};
const TABLE: Record<keyof typeof STATES, Row> = {
  calling: {
    ...OUTGOING,
    'no TURN': 'ended: no-turn → cancel',
    linked: 'calling',
    undelivered: 'ended: offline → cancel',
    'mail ringing': 'ringing',
    'mail accept': 'connecting',
  },
  'calling, linked': {
    ...OUTGOING,
    'link lost': 'calling',
    undelivered: 'ended: offline → cancel',
    'mail ringing': 'ringing',
    'mail accept': 'active',
  },
  ringing: {
    ...OUTGOING,
    'no TURN': 'ended: no-turn → cancel',
    linked: 'ringing',
    'mail hangup unknown': 'ended: unknown',
    'mail accept': 'connecting',
  },
  'ringing, linked': {
    ...OUTGOING,
    'link lost': 'ringing',
    'mail hangup unknown': 'ended: unknown',
    'mail accept': 'active',
  },
  incoming: {
    ...INCOMING,
    answer: 'connecting → accept',
    announced: 'incoming → ringing',
    linked: 'incoming',
    // The answer to this side's `ringing`: somebody is calling now.
    'mail got': 'incoming',
  },
  'incoming, linked': { ...INCOMING, answer: 'active → accept', 'link lost': 'incoming' },
  connecting: { ...TALKING, linked: 'active', 'no TURN': 'ended: no-turn → hangup' },
  active: { ...TALKING, 'link lost': 'reconnecting' },
  reconnecting: { ...TALKING, linked: 'active' },
  ended: {},
};

function describeStep(state: CallState, event: CallEvent): { outcome: Outcome; isSame: boolean } {
  const after = step(ID, state, event, NOW);
  const name = after.state.phase === 'ended' ? (`ended: ${after.state.reason}` as const) : after.state.phase;
  const sent = after.send.map(({ type }) => type).join(', ');
  const isSame = JSON.stringify(after.state) === JSON.stringify(state) && after.send.length === 0;
  return { outcome: (sent === '' ? name : `${name} → ${sent}`) as Outcome, isSame };
}

describe('every event in every state', () => {
  for (const [stateName, state] of Object.entries(STATES)) {
    for (const [eventName, event] of Object.entries(EVENTS)) {
      const expected = TABLE[stateName as keyof typeof STATES][eventName as keyof typeof EVENTS];
      it(`${stateName} + ${eventName} → ${expected ?? 'nothing'}`, () => {
        const { outcome, isSame } = describeStep(state, event);
        if (expected === undefined) expect(isSame).toBe(true);
        else {
          expect(isSame).toBe(false);
          expect(outcome).toBe(expected);
        }
      });
    }
  }
});

describe('time', () => {
  const due: [keyof typeof STATES, number, Outcome][] = [
    ['calling', T0 + RING_TIMEOUT_MS, 'ended: no-answer → cancel'],
    ['ringing', T0 + RING_TIMEOUT_MS, 'ended: no-answer → cancel'],
    ['incoming', T0 + RING_TIMEOUT_MS, 'ended: missed → hangup'],
    ['connecting', T0 + CONNECT_TIMEOUT_MS, 'ended: no-way → hangup'],
    ['reconnecting', T0 + 1 + LOST_TIMEOUT_MS, 'ended: lost → hangup'],
  ];
  for (const [name, at, expected] of due) {
    it(`ends ${name} at its deadline and not a millisecond before`, () => {
      const state: CallState = STATES[name];
      expect(deadlineOf(state)).toBe(at);
      expect(step(ID, state, { type: 'tick' }, at - 1).state).toBe(state);
      const after = step(ID, state, { type: 'tick' }, at);
      const reason = after.state.phase === 'ended' ? after.state.reason : '';
      expect(`ended: ${reason} → ${after.send[0]?.type}`).toBe(expected);
    });
  }

  it('never ends a call in which people talk', () => {
    expect(deadlineOf(STATES.active)).toBeNull();
    expect(step(ID, STATES.active, { type: 'tick' }, T0 * 1000).state).toBe(STATES.active);
  });

  it('ends a ring ten seconds after "ringing" unless the caller has said a word', () => {
    const announced = step(ID, beginIncoming(T0), { type: 'announced' }, T0 + 100).state;
    expect(deadlineOf(announced)).toBe(T0 + 100 + CONFIRM_TIMEOUT_MS);
    const confirmed = step(ID, announced, EVENTS['mail got'], T0 + 200).state;
    expect(deadlineOf(confirmed)).toBe(T0 + RING_TIMEOUT_MS);
  });

  it('counts what was talked, and nothing for a call that was only rung', () => {
    const talked = step(ID, STATES.active, { type: 'hang-up' }, T0 + 61_000).state;
    expect(talked).toMatchObject({ phase: 'ended', talkedMs: 61_000 });
    const rung = step(ID, STATES.ringing, { type: 'hang-up' }, T0 + 9000).state;
    expect(rung).toMatchObject({ phase: 'ended', talkedMs: 0 });
  });
});

describe('what they say when they decline', () => {
  it('keeps their quick reply and until when they are not to be disturbed', () => {
    const declined = mail({ type: 'decline', call: ID, reply: 'in-10-minutes', until: T0 + 1 });
    expect(step(ID, STATES.ringing, declined, NOW).state).toMatchObject({
      reply: 'in-10-minutes',
      until: T0 + 1,
    });
  });
});
