/** Many links held for minutes while calls are made through them: what it costs the relay, and whether that grows. */
import { Bout, mostFiles, SIDECALL } from './contenders.ts';
import { cpuOf } from './crowd.ts';
import type { HoldRecord } from './record.ts';

const CROWDS = 2;
const CALLS_PER_SECOND = 4;
const SAMPLE_MS = 30_000;
/** What a relay has open beside its links (some 25): its listener, its standard streams, what Node needs. */
const OTHER_FILES = 40;

/** @param wanted links, or as many as this system lets one process have files open. */
export async function hold(wanted: number, minutes: number): Promise<HoldRecord> {
  const links = Math.min(wanted, mostFiles() - OTHER_FILES);
  if (links < wanted)
    console.log(`${String(links)} links: a process may have ${String(mostFiles())} files open here.`);
  const bout = await Bout.start(SIDECALL);
  try {
    const crowds = Array.from({ length: CROWDS }, (_, at) => bout.crowd(at * links));
    for (const crowd of crowds) {
      // An even number: the clients call in pairs.
      await crowd('connect', { count: 2 * Math.floor(links / CROWDS / 2), atOnce: 200 });
      await crowd('befriend', { count: 0 });
    }
    console.log('all are online');
    const memory = [bout.memoryNow()];
    const [wall, cpu] = [performance.now(), cpuOf(bout.server.pid)];
    const sampling = setInterval(() => memory.push(bout.memoryNow()), SAMPLE_MS);
    const made = await Promise.all(
      crowds.map((crowd) =>
        crowd('callsFor', { seconds: 60 * minutes, perSecond: CALLS_PER_SECOND / CROWDS }),
      ),
    ).finally(() => clearInterval(sampling));
    const total = (pick: (one: (typeof made)[number]) => number): number =>
      made.reduce((sum, one) => sum + pick(one), 0);
    return {
      day: new Date().toISOString().slice(0, 10),
      links,
      minutes,
      calls: total(({ calls }) => calls),
      lost: total(({ lost }) => lost),
      dropped: total(({ dropped }) => dropped),
      cpu: (100_000 * (cpuOf(bout.server.pid) - cpu)) / (performance.now() - wall),
      memory: memory.map((kib) => Math.round(kib / 102.4) / 10),
    };
  } finally {
    await bout.end();
  }
}
