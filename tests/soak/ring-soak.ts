/** The ring soak: one ring after another between two real browsers while everything around them fails, each with a verdict. */
import { Chance } from '../fuzz/mutations.ts';
import { befall, draw, nameOf, type Plan } from './faults.ts';
import { type CallSeen, other, type Seat, type SoakStage } from './stage.ts';
import { judge, type Observed, type Verdict } from './verdict.ts';

/** A caller gives up after so long without a word, in milliseconds. */
const PATIENCE_MS = 20_000;
/** Both sides must have agreed on the end within so long: a callee whose caller is gone rings for 45 s at most. */
const AGREE_MS = 60_000;
/** A missed call must have come within so long after everything was well again, in milliseconds. */
const MISSED_MS = 60_000;
/** Missed calls are looked for after so many rings; the list of recent calls keeps 200. */
const BLOCK = 10;
const LOOK_EVERY_MS = 150;

export interface RingCount {
  rang: number;
  explained: number;
  /** Each with its number and what was done to it. */
  unexplained: string[];
  /** From the click to the notification, of rings without a fault, in milliseconds. */
  ringMs: number[];
}

type Told = Pick<Observed, 'told' | 'toldAt' | 'reason'>;
type Pending = Omit<Observed, 'missed'> & { number: number; plan: Plan; id: string | null };

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const isLive = ({ state }: CallSeen): boolean => state.phase !== 'ended';

async function becomes(what: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!(await what())) {
    if (Date.now() > deadline) return false;
    await pass(LOOK_EVERY_MS);
  }
  return true;
}

/**
 * @param log gets a line for each ring that was not simply heard
 * @throws if the stage itself breaks
 */
export async function soakRings(
  stage: SoakStage,
  rings: number,
  seed: number,
  log: (line: string) => void,
): Promise<RingCount> {
  const chance = new Chance(seed);
  const count: RingCount = { rang: 0, explained: 0, unexplained: [], ringMs: [] };
  let pending: Pending[] = [];

  const settle = ({ number, plan }: Pending, verdict: Verdict): void => {
    const what = `ring ${String(number)} (${plan.caller} rings, ${nameOf(plan.fault)}, ${String(plan.leadMs)} ms before)`;
    if (verdict.is === 'unexplained') count.unexplained.push(`${what}: ${verdict.why}`);
    else count[verdict.is]++;
    if (verdict.is !== 'rang') log(`${what}: ${verdict.is}${'why' in verdict ? `, ${verdict.why}` : ''}`);
  };

  for (let number = 1; number <= rings; number++) {
    const plan = draw(chance);
    const seen = await ringOnce(stage, plan, number);
    if (plan.fault.kind === 'none' && seen.shownAt !== null) count.ringMs.push(seen.shownAt - seen.clickedAt);
    if (seen.shownAt !== null || !seen.agreed) settle(seen, judge({ ...seen, missed: null }));
    else pending.push(seen);
    if (number % BLOCK === 0 || number === rings) {
      await clearUp(stage);
      for (const each of pending) settle(each, judge({ ...each, missed: await wasMissed(stage, each) }));
      pending = [];
      log(
        `${String(number)} rings: ${String(count.rang)} rang, ${String(count.explained)} explained, ${String(count.unexplained.length)} unexplained`,
      );
    }
  }
  return count;
}

/** Lines as they were, and both links up. */
async function clearUp({ net, seats }: SoakStage): Promise<void> {
  for (const name of ['alice', 'bob', 'relay'])
    await net.line(name, { delayMs: 0, lossPercent: 0, cut: false });
  const isUp = async (seat: Seat): Promise<boolean> => (await seat.linkedSince()) !== null;
  await becomes(async () => (await isUp(seats.alice)) && (await isUp(seats.bob)), 60_000);
}

async function wasMissed({ seats }: SoakStage, { id, plan }: Pending): Promise<boolean | null> {
  // A click that never became a call left nothing to miss.
  if (id === null) return null;
  return becomes(async () => (await seats[other(plan.caller)].missed()).includes(id), MISSED_MS);
}

async function ringOnce(
  stage: SoakStage,
  plan: Plan,
  number: number,
): Promise<Pending & { clickedAt: number }> {
  const caller = stage.seats[plan.caller];
  const callee = stage.seats[other(plan.caller)];
  if (plan.weather)
    for (const name of ['alice', 'bob']) await stage.net.line(name, { ...plan.weather, cut: false });
  const health = watchHealth(stage);
  let faultIsOver: Promise<void> = Promise.resolve();
  const strike = (): void => {
    health.disturb();
    faultIsOver = befall(stage, plan.fault).finally(() => health.calm());
  };
  const before = callee.browser.notifications.shown.length;
  if (plan.leadMs >= 0) {
    strike();
    await pass(plan.leadMs);
  }
  const clickedAt = Date.now();
  // A browser that is just restarting cannot be clicked in: whoever sits before it clicks once it is back.
  let id: string | null = null;
  let isFresh = true;
  const dialled = caller
    .dial(callee.address)
    .catch(() => faultIsOver.then(() => caller.dial(callee.address)))
    .then(
      (call) => {
        id = call?.id ?? null;
        isFresh = call?.state.phase === 'calling';
      },
      () => undefined,
    );
  if (plan.leadMs < 0) {
    await pass(-plan.leadMs);
    strike();
  }
  const summary = `${caller.browser.name} is calling`;
  const shown = () =>
    callee.browser.notifications.shown.slice(before).find((each) => each.summary === summary);
  const { fault } = plan;
  const mayGo = fault.kind === 'browser' && fault.who === plan.caller;
  let told: Told = { told: 'reaching', toldAt: Date.now() };
  await Promise.race([dialled, pass(PATIENCE_MS)]);
  await becomes(async () => {
    const call = await caller.dialled();
    id = call?.id ?? id;
    told = {
      told: call === null && id !== null && mayGo ? 'gone' : toldBy(call),
      toldAt: Date.now(),
      ...(call?.state.phase === 'ended' && { reason: call.state.reason }),
    };
    return shown() !== undefined || ['offline', 'gone', 'other'].includes(told.told);
  }, PATIENCE_MS);
  if (id !== null && !isFresh)
    told = { told: 'other', toldAt: Date.now(), reason: 'an older call was still on' };
  const healthySince = health.since();
  const notification = shown();
  if (notification && plan.answer) await talkBriefly(stage, plan, notification);
  await caller.hangUp();
  await faultIsOver;
  // What was asked of a browser that was asleep or on its way down may not have been heard.
  await caller.hangUp();
  const calm = async (seat: Seat): Promise<boolean> => (await seat.calls())?.some(isLive) === false;
  const agreed = await becomes(async () => (await calm(caller)) && (await calm(callee)), AGREE_MS);
  health.stop();
  if (!agreed) await Promise.all([caller.hangUp(), callee.hangUp()]);
  const shownAt = shown()?.shownAt ?? null;
  return { ...told, number, plan, id, shownAt, healthySince, agreed, clickedAt };
}

function toldBy(call: CallSeen | null): Observed['told'] {
  switch (call?.state.phase) {
    case undefined:
    case 'calling':
      return 'reaching';
    case 'ended':
      return call.state.reason === 'offline' ? 'offline' : 'other';
    default:
      return 'ringing';
  }
}

/** The callee presses Answer; once both talk, or it has become clear that they will not, one of them hangs up. */
async function talkBriefly(
  { seats }: SoakStage,
  plan: Plan,
  notification: Parameters<Seat['browser']['notifications']['press']>[0],
): Promise<void> {
  const callee = seats[other(plan.caller)];
  if (!notification.open) return;
  callee.browser.notifications.press(notification, 'Answer');
  const talks = async (seat: Seat): Promise<boolean> =>
    (await seat.calls())?.some(({ state }) => state.phase === 'active') === true;
  await becomes(async () => (await talks(seats.alice)) && (await talks(seats.bob)), 10_000);
  if (plan.answer) await seats[plan.answer].hangUp();
}

/** Keeps since when both links have stood with nothing done to them. */
function watchHealth({ seats }: SoakStage) {
  let since: number | null = null;
  let disturbed = false;
  let calmSince = 0;
  const look = async (): Promise<void> => {
    const [alice, bob] = await Promise.all([seats.alice.linkedSince(), seats.bob.linkedSince()]);
    since = disturbed || alice === null || bob === null ? null : Math.max(alice, bob, calmSince);
  };
  const timer = setInterval(() => void look(), 500);
  return {
    disturb() {
      disturbed = true;
      since = null;
    },
    calm() {
      disturbed = false;
      calmSince = Date.now();
    },
    since: () => since,
    stop: () => clearInterval(timer),
  };
}
