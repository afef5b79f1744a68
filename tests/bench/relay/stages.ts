/** What is measured, and how: each stage takes one server and gives its figures. */
import { BARE_HELLO, Bout, type Contender, CONTENDERS, SIDECALL, SIDECALL_HELLO } from './contenders.ts';
import { type Cost, cpuOf } from './crowd.ts';
import { percentile } from '../statistics.ts';

export interface Sizes {
  /** Idle links. */
  links: number;
  /** Calls at once. */
  calls: number;
}

/** Figures by name. */
export type Figures = Record<string, number>;

export interface Stage {
  name: string;
  contenders: readonly Contender[];
  /** How often in a round it is each one's turn: often, where the machine's moods are larger than what is measured. 1 by default. */
  turns?: number;
  measure(contender: Contender, sizes: Sizes): Promise<Figures>;
}

/** So many clients dial at once: fewer than wait in the kernel's queue of a listening socket (511 by default in Node). */
const AT_ONCE = 400;
/** How often all come back at once in a round. */
const STORMS = 3;
const KIB = 1024;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function withServer(contender: Contender, work: (bout: Bout) => Promise<Figures>): Promise<Figures> {
  const bout = await Bout.start(contender);
  return work(bout).finally(() => bout.end());
}

const throughput: Stage = {
  name: 'throughput',
  contenders: CONTENDERS,
  measure: (contender) =>
    withServer(contender, async (bout) => {
      const crowd = bout.crowd();
      await crowd('connect', { count: 200, atOnce: 50 });
      await crowd('befriend', { count: 8 });
      const apart = await crowd('flood', { seconds: 2, apart: true });
      const together = await crowd('flood', { seconds: 1.5, apart: false });
      return {
        'messages-per-cpu': apart.messages / apart.cpu,
        'messages-per-cpu-joined': together.messages / together.cpu,
        'cpu-busy': apart.cpu / apart.wall,
      };
    }),
};

const latency: Stage = {
  name: 'latency',
  contenders: CONTENDERS,
  turns: 5,
  measure: (contender) =>
    withServer(contender, async (bout) => {
      const crowd = bout.crowd();
      await crowd('connect', { count: 100, atOnce: 50 });
      await crowd('befriend', { count: 8 });
      await crowd('flood', { seconds: 1, apart: true });
      const taken = await crowd('latency', { perSecond: 500, seconds: 2 });
      return { 'latency-p50': percentile(taken, 0.5) ?? NaN, 'latency-p99': percentile(taken, 0.99) ?? NaN };
    }),
};

const links: Stage = {
  name: 'links',
  contenders: [...CONTENDERS, BARE_HELLO, SIDECALL_HELLO],
  measure: (contender, { links: count }) =>
    withServer(contender, async (bout) => {
      const crowd = bout.crowd();
      // So that what the program itself grows by when it first works is not counted as the links'.
      await crowd('connect', { count: 500, atOnce: AT_ONCE });
      await crowd('disconnect');
      const before = await bout.memory();
      const first = await crowd('connect', { count, atOnce: AT_ONCE });
      const after = await bout.memory();
      const storms: Cost[] = [];
      for (let times = 0; times < STORMS; times++) {
        await crowd('disconnect');
        storms.push(await crowd('connect', { count, atOnce: AT_ONCE }));
      }
      const median = (of: 'cpu' | 'wall'): number =>
        percentile(
          storms.map((storm) => storm[of]),
          0.5,
        ) ?? NaN;
      return {
        memory: (after - before) / count,
        'connects-first': count / first.cpu,
        connects: count / median('wall'),
        'connects-per-cpu': count / median('cpu'),
      };
    }),
};

const calls: Stage = {
  name: 'calls',
  contenders: CONTENDERS,
  measure: (contender, { calls: count }) =>
    withServer(contender, async (bout) => {
      const crowd = bout.crowd();
      await crowd('connect', { count: 2 * count, atOnce: AT_ONCE });
      // Even numbers call odd ones: each is the other's neighbour, and both know it.
      await crowd('befriend', { count: 1 });
      await pause(300);
      const cold = await crowd('calls');
      for (let times = 0; times < 2; times++) await crowd('calls');
      const warm = await crowd('calls');
      return {
        'calls-cold': 1000 * cold.wall,
        'calls-cold-cpu': 1000 * cold.cpu,
        'calls-warm': 1000 * warm.wall,
        'calls-warm-cpu': 1000 * warm.cpu,
      };
    }),
};

const idle: Stage = {
  name: 'idle',
  contenders: [SIDECALL],
  measure: (contender, { links: count }) =>
    withServer(contender, async (bout) => {
      const crowd = bout.crowd();
      await crowd('connect', { count, atOnce: AT_ONCE });
      await pause(3000);
      const [wall, cpu] = [performance.now(), cpuOf(bout.server.pid)];
      // Two pings of every link.
      await pause(40_000);
      const seconds = (performance.now() - wall) / 1000;
      return { 'idle-cpu': (100 * (cpuOf(bout.server.pid) - cpu)) / seconds };
    }),
};

const logins: Stage = {
  name: 'logins',
  contenders: [SIDECALL],
  measure: (contender) =>
    withServer(contender, async (bout) => {
      const crowd = bout.crowd(0, 'sidecall-first');
      await crowd('connect', { count: 500, atOnce: AT_ONCE });
      const { cpu, wall } = await crowd('connect', { count: 5000, atOnce: AT_ONCE });
      return { 'first-logins': 5000 / cpu, 'first-logins-wall': 5000 / wall };
    }),
};

const stuck: Stage = {
  name: 'stuck',
  contenders: CONTENDERS,
  measure: (contender) =>
    withServer(contender, async (bout) => {
      const crowd = bout.crowd();
      await crowd('connect', { count: 21, atOnce: 21 });
      const before = await bout.memory();
      await crowd('clog', { bytes: 100e6 });
      return { 'stuck-reader': ((await bout.memory()) - before) / KIB };
    }),
};

export const STAGES: readonly Stage[] = [throughput, latency, links, calls, logins, stuck, idle];
