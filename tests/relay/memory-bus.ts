/** NATS as far as a cluster knows it, without servers, sockets or time: messages wait until a test lets them through. */
import type { Bus, BusMessage } from '../../relay/bus.ts';

interface Hearing {
  bus: MemoryBus;
  subject: string;
  queue: string | undefined;
  take: (message: BusMessage) => void;
}

/** The network that joins buses. Messages of one bus stay in order; a random one of a queue gets each. */
export class MemoryNetwork {
  readonly hearings = new Set<Hearing>();
  /** Those whose messages get lost on the way, in and out, without their noticing. */
  readonly isolated = new Set<MemoryBus>();
  private readonly onTheWay: (() => void)[] = [];

  /** @param random a number from 0 to 1, below 1. */
  constructor(private readonly random: () => number = Math.random) {}

  send(from: MemoryBus, subject: string, payload: Buffer, answerTo: string): void {
    this.onTheWay.push(() => this.arrive(from, { subject, payload: Buffer.from(payload), answerTo }));
  }

  /** Lets everything through, and what it brings about. */
  async settle(): Promise<void> {
    for (;;) {
      // What a cluster says at the end of a turn of the event loop is said by then.
      await new Promise(setImmediate);
      if (this.onTheWay.length === 0) return;
      for (let next = this.onTheWay.shift(); next; next = this.onTheWay.shift()) next();
    }
  }

  /** What is on the way is lost. */
  lose(): void {
    this.onTheWay.length = 0;
  }

  private arrive(from: MemoryBus, { subject, payload, answerTo }: Omit<BusMessage, 'isUnheard'>): void {
    const hearings = [...this.hearings].filter(
      ({ bus, subject: pattern }) =>
        bus !== from && bus.state === 'up' && this.canReach(from, bus) && matches(pattern, subject),
    );
    const queued = hearings.filter(({ queue }) => queue !== undefined);
    const chosen = queued[Math.floor(this.random() * queued.length)];
    const takers = [...hearings.filter(({ queue }) => queue === undefined), ...(chosen ? [chosen] : [])];
    for (const { take } of takers) take({ subject, payload, answerTo, isUnheard: false });
    if (takers.length > 0 || answerTo === '') return;
    for (const hearing of this.hearings) {
      if (hearing.bus === from && matches(hearing.subject, answerTo))
        hearing.take({ subject: answerTo, payload: Buffer.alloc(0), answerTo: '', isUnheard: true });
    }
  }

  private canReach(one: MemoryBus, other: MemoryBus): boolean {
    return !this.isolated.has(one) && !this.isolated.has(other);
  }
}

function matches(pattern: string, subject: string): boolean {
  if (!pattern.endsWith('.*')) return pattern === subject;
  const stem = pattern.slice(0, -1);
  return subject.startsWith(stem) && !subject.slice(stem.length).includes('.');
}

export class MemoryBus implements Bus {
  state: Bus['state'] = 'up';
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly network: MemoryNetwork) {}

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  publish(subject: string, payload: Buffer, answerTo = ''): void {
    if (this.state === 'up') this.network.send(this, subject, payload, answerTo);
  }

  subscribe(subject: string, take: (message: BusMessage) => void, queue?: string): () => void {
    const hearing = { bus: this, subject, queue, take };
    this.network.hearings.add(hearing);
    return () => this.network.hearings.delete(hearing);
  }

  turn(state: Bus['state']): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of this.listeners) listener();
  }

  /** The process of this bus dies: nothing is said, nothing is heard. */
  close(): Promise<void> {
    this.state = 'down';
    for (const hearing of this.network.hearings) {
      if (hearing.bus === this) this.network.hearings.delete(hearing);
    }
    return Promise.resolve();
  }
}
