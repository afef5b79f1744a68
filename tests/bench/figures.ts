/** What is reckoned from the moments of the calls: spans, their summaries, and the ratios that count. */
import type { CallTimes, Flow } from './flows.ts';
import { type Summary, summarize } from './statistics.ts';

/** Spans of a call in milliseconds, with the words of the table. */
export const SPANS = {
  ring: 'click → ring shown',
  pictureAtCaller: 'Answer → first picture, caller',
  pictureAtCallee: 'Answer → first picture, callee',
  picture: 'Answer → first picture, both',
  soundAtCaller: 'Answer → first sound, caller',
  soundAtCallee: 'Answer → first sound, callee',
  fullAtCaller: 'first picture → full size, caller',
  fullAtCallee: 'first picture → full size, callee',
  idle: 'hang up → both idle',
} as const;

export type Span = keyof typeof SPANS;
export const SPAN_NAMES = Object.keys(SPANS) as Span[];

export interface MeasuredCall {
  flow: Flow;
  rtt: number;
  times: CallTimes;
}

export type Summaries = Record<Span, Summary>;

export interface RoundTrip {
  rtt: number;
  flows: Record<Flow, Summaries>;
  ratios: Ratios;
}

/** Ratios of medians; null where there is nothing to divide by. */
export interface Ratios {
  pictureToTutorial: number | null;
  pictureToFloor: number | null;
  ringToTutorial: number | null;
  ringToTrip: number | null;
}

/** @returns the spans of one call; what never happened is missing. */
export function spansOf({
  clicked,
  shown,
  answered,
  hungUp,
  caller,
  callee,
}: CallTimes): Partial<Record<Span, number>> {
  const spans = {
    ring: since(clicked, shown),
    pictureAtCaller: since(answered, caller.picture),
    pictureAtCallee: since(answered, callee.picture),
    picture: since(answered, later(caller.picture, callee.picture)),
    soundAtCaller: since(answered, caller.sound),
    soundAtCallee: since(answered, callee.sound),
    fullAtCaller: since(caller.picture, caller.full),
    fullAtCallee: since(callee.picture, callee.full),
    idle: since(hungUp, later(caller.idle, callee.idle)),
  };
  const present = Object.entries(spans).filter(([, ms]) => ms !== undefined);
  return Object.fromEntries(present) as Partial<Record<Span, number>>;
}

const since = (from: number | undefined, to: number | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : to - from;
const later = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : Math.max(one, other);

/** The plain pages begin with the size they end with. */
const isMeant = (span: Span, flow: Flow): boolean =>
  flow === 'sidecall' || (span !== 'fullAtCaller' && span !== 'fullAtCallee');

const FLOWS = ['sidecall', 'tutorial', 'floor'] as const;

/** @returns the figures of each round trip, in the order measured. */
export function figuresOf(calls: readonly MeasuredCall[]): RoundTrip[] {
  return [...new Set(calls.map(({ rtt }) => rtt))].map((rtt) => {
    const of = (flow: Flow): Summaries => {
      const spans = calls
        .filter((call) => call.rtt === rtt && call.flow === flow)
        .map((call) => spansOf(call.times));
      const entries = SPAN_NAMES.map((span) => [
        span,
        summarize(isMeant(span, flow) ? spans.flatMap((each) => each[span] ?? []) : []),
      ]);
      return Object.fromEntries(entries) as Summaries;
    };
    const flows = Object.fromEntries(FLOWS.map((flow) => [flow, of(flow)])) as Record<Flow, Summaries>;
    return { rtt, flows, ratios: ratiosOf(rtt, flows) };
  });
}

function ratiosOf(rtt: number, { sidecall, tutorial, floor }: Record<Flow, Summaries>): Ratios {
  const ratio = (one: number | null, other: number | null): number | null =>
    one === null || !other ? null : one / other;
  return {
    pictureToTutorial: ratio(sidecall.picture.median, tutorial.picture.median),
    pictureToFloor: ratio(sidecall.picture.median, floor.picture.median),
    ringToTutorial: ratio(sidecall.ring.median, tutorial.ring.median),
    // A trip goes from one person through the relay to the other: two one-way trips between hosts, as a round trip is.
    ringToTrip: ratio(sidecall.ring.median, rtt),
  };
}

const two = (ratio: number | null, digits = 2): string => ratio?.toFixed(digits) ?? '-';

/** @returns the line that says how a round trip went. */
export const lineOf = ({ rtt, ratios }: RoundTrip): string =>
  `rtt ${String(rtt)} answer-to-picture tutorial ${two(ratios.pictureToTutorial)} floor ${two(ratios.pictureToFloor)} ` +
  `click-to-ring tutorial ${two(ratios.ringToTutorial)} trip ${two(ratios.ringToTrip, 1)}`;
