/** Many clients of one server, in one process: they connect, write to each other, and count what arrives. */
import { readFileSync } from 'node:fs';
import { type Dialect, tagOf } from './dialects.ts';
import { Wire } from './wire.ts';

/**
 * Loopback addresses to dial from: one alone has 28,000 ports, a port rests a minute after its connection, and where many
 * rest the kernel takes long to find one that does not.
 */
const SOURCES = 100;
/** Bytes of mail with a description and with a candidate in it: 1 KiB steps and what sealing and addressing add. */
const DESCRIPTION_BYTES = 3156;
const CANDIDATE_BYTES = 1108;
const CANDIDATES = 20;
const FLOOD_SIZES = [1500, 2000, 2500, 3000];

export interface Server {
  pid: number;
  port: number;
  host: string;
}

/** What something took: on the clock, and of the server's processor, in seconds. */
export interface Cost {
  wall: number;
  cpu: number;
}

/** @returns processor time a process has used, all its threads, in seconds (proc_pid_stat(5): clock ticks of 10 ms). */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return ((user ?? 0) + (system ?? 0)) / 100;
}

/** Who is about to come, with what they say. */
interface Comer {
  name: string;
  upgrade: ReturnType<Dialect['upgradeOf']>;
  opening: ReturnType<Dialect['opening']>;
}

interface Client {
  name: string;
  wire: Wire;
  onMessage: (payload: Buffer) => void;
}

export class Crowd {
  private readonly clients: Client[] = [];
  private lost = 0;

  constructor(
    private readonly server: Server,
    private readonly dialect: Dialect,
    /** Number of the first client, so that crowds in several processes do not share names. */
    private readonly first: number,
  ) {}

  /** Brings clients online, so many at a time as one may. @returns what it took until the last one was. */
  async connect({ count, atOnce }: { count: number; atOnce: number }): Promise<Cost> {
    const start = this.clients.length;
    // Made before the clock runs: who comes back has a token from an earlier login.
    const comers = Array.from({ length: count }, (_, at) => {
      const name = this.dialect.nameOf(this.first + start + at);
      return { name, upgrade: this.dialect.upgradeOf(name), opening: this.dialect.opening(name) };
    }).entries();
    const one = async (): Promise<void> => {
      for (const [at, comer] of comers) this.clients[start + at] = await this.goOnline(comer, at);
    };
    return this.timed(() => Promise.all(Array.from({ length: atOnce }, one)));
  }

  /** Ends all connections, and waits until the server has ended them too. */
  async disconnect(): Promise<void> {
    await Promise.all(this.clients.splice(0).map(({ wire }) => wire.end()));
  }

  /** Each says that it knows the `count` before it, and the other one of its pair. */
  befriend({ count }: { count: number }): void {
    this.clients.forEach(({ wire }, at) => {
      const names = Array.from({ length: count }, (_, back) => this.nameAt(at - 1 - back));
      const frame = this.dialect.befriend([...names, this.nameAt(at ^ 1)]);
      if (frame) wire.write(frame);
    });
  }

  /**
   * As many messages as the server can take: each client keeps as many on their way as it has got, in bursts of 8, each
   * message to another client (`apart`), or all of a burst to the same one.
   */
  async flood({ seconds, apart }: { seconds: number; apart: boolean }): Promise<Cost & { messages: number }> {
    const burst = 8;
    let messages = 0;
    let going = true;
    const send = this.clients.map(({ name, wire }, at) => {
      const frames = Array.from({ length: burst }, (_, step) =>
        this.dialect.message(name, this.nameAt(at + 1 + (apart ? step : 0)), FLOOD_SIZES[step % 4] ?? 0, 0),
      );
      const bytes = Buffer.concat(frames);
      return () => wire.write(bytes);
    });
    this.clients.forEach((client, at) => {
      let got = 0;
      client.onMessage = () => {
        messages += 1;
        got += 1;
        if (got % burst === 0 && going) send[at]?.();
      };
    });
    for (const start of send) start();
    await pause(700);
    messages = 0;
    const cost = await this.timed(() => pause(1000 * seconds));
    const counted = messages;
    going = false;
    await this.silence(() => messages);
    return { ...cost, messages: counted };
  }

  /** Messages at a fixed rate, whatever comes of them. @returns how long after it was due each arrived, in ms. */
  async latency({ perSecond, seconds }: { perSecond: number; seconds: number }): Promise<number[]> {
    const { length } = this.clients;
    const total = perSecond * seconds;
    const taken: number[] = [];
    const start = performance.now() + 50;
    const dueAt = (tag: number): number => start + (1000 * tag) / perSecond;
    for (const client of this.clients)
      client.onMessage = (payload) => taken.push(performance.now() - dueAt(tagOf(payload)));
    for (let tag = 0; tag < total; tag++) {
      const { name, wire } = this.clientAt(tag);
      const frame = this.dialect.message(name, this.nameAt((tag % length) + 1), 2000, tag);
      // Turns of the event loop, no timer: that would be up to a millisecond late.
      while (performance.now() < dueAt(tag)) await turn();
      wire.write(frame);
    }
    await this.silence(() => taken.length);
    if (taken.length < total) throw new Error(`${String(total - taken.length)} messages did not arrive`);
    return taken;
  }

  /** Every pair of clients sets up a call, all at the same moment: a description and 20 candidates each way. */
  async calls(): Promise<Cost> {
    const sizes = [DESCRIPTION_BYTES, ...Array.from({ length: CANDIDATES }, () => CANDIDATE_BYTES)];
    const bursts = this.clients.map(({ name }, at) =>
      Buffer.concat(sizes.map((size) => this.dialect.message(name, this.nameAt(at ^ 1), size, 0))),
    );
    let waiting = this.clients.length;
    return this.timed(
      () =>
        new Promise<void>((resolve) => {
          this.clients.forEach((client, at) => {
            let got = 0;
            client.onMessage = () => {
              got += 1;
              if (got === 1 && at % 2 === 1) client.wire.write(bursts[at] ?? Buffer.alloc(0));
              if (got === sizes.length && --waiting === 0) resolve();
            };
          });
          this.clients.forEach(({ wire }, at) => {
            if (at % 2 === 0) wire.write(bursts[at] ?? Buffer.alloc(0));
          });
        }),
    );
  }

  /** The first client stops reading and the others write to it, `bytes` altogether. Resolves when they have. */
  async clog({ bytes }: { bytes: number }): Promise<void> {
    const [stuck, ...senders] = this.clients;
    stuck?.wire.pause();
    const size = 3000;
    const rounds = Math.ceil(bytes / size / senders.length);
    for (let round = 0; round < rounds; round++) {
      for (const { name, wire } of senders)
        wire.write(this.dialect.message(name, stuck?.name ?? '', size, 0));
      if (round % 10 === 0) await turn();
    }
    // What the senders write to each other now comes after all that.
    await this.echo(senders);
  }

  /**
   * Calls at a steady pace, among the pairs in turn.
   * @returns how many there were, how many messages did not arrive, and how many clients the server has dropped.
   */
  async callsFor({ seconds, perSecond }: { seconds: number; perSecond: number }) {
    let sent = 0;
    let got = 0;
    const sizes = [DESCRIPTION_BYTES, ...Array.from({ length: CANDIDATES }, () => CANDIDATE_BYTES)];
    this.clients.forEach((client, at) => {
      let inCall = 0;
      client.onMessage = () => {
        got += 1;
        inCall += 1;
        if (at % 2 === 1 && inCall % sizes.length === 1) sent += this.ring(at, sizes);
      };
    });
    const ends = performance.now() + 1000 * seconds;
    for (let caller = 0; performance.now() < ends; caller += 2) {
      sent += this.ring(caller % this.clients.length, sizes);
      await pause(1000 / perSecond);
    }
    await this.silence(() => got);
    return { calls: sent / sizes.length / 2, lost: sent - got, dropped: this.lost };
  }

  private ring(at: number, sizes: readonly number[]): number {
    const { name, wire } = this.clientAt(at);
    for (const size of sizes) wire.write(this.dialect.message(name, this.nameAt(at ^ 1), size, 0));
    return sizes.length;
  }

  private async echo(clients: readonly Client[]): Promise<void> {
    await Promise.all(
      clients.map(
        (client) =>
          new Promise<void>((resolve) => {
            client.onMessage = () => resolve();
            client.wire.write(this.dialect.message(client.name, client.name, 300, 0));
          }),
      ),
    );
  }

  private async goOnline({ name, upgrade, opening }: Comer, at: number): Promise<Client> {
    const { port, host } = this.server;
    const wire = await Wire.dial({
      port,
      host,
      ...upgrade,
      from: `127.0.0.${String(2 + (at % SOURCES))}`,
    });
    const client: Client = { name, wire, onMessage: () => undefined };
    if (opening !== 'online') await this.logIn(client, opening);
    wire.onFrame = (opcode, payload) => {
      if (this.dialect.isMessage(opcode, payload)) return client.onMessage(payload);
      const answer = this.dialect.answer(payload);
      if (answer) wire.write(answer);
    };
    wire.onClose = () => {
      if (this.clients.includes(client)) this.lost += 1;
    };
    return client;
  }

  private logIn({ name, wire }: Client, opening: Buffer | null): Promise<void> {
    return new Promise((resolve, reject) => {
      wire.onClose = () => reject(new Error('closed during the login'));
      wire.onFrame = (_opcode, payload) => {
        const next = this.dialect.greet(payload, name);
        if (next === 'online') resolve();
        else if (next) wire.write(next);
      };
      if (opening) wire.write(opening);
    });
  }

  private clientAt(at: number): Client {
    const client = this.clients.at(at % this.clients.length);
    if (!client) throw new Error('nobody is online');
    return client;
  }

  private nameAt(at: number): string {
    return this.clientAt(at).name;
  }

  private async timed(work: () => Promise<unknown>): Promise<Cost> {
    const [wall, cpu] = [performance.now(), cpuOf(this.server.pid)];
    await work();
    return { wall: (performance.now() - wall) / 1000, cpu: cpuOf(this.server.pid) - cpu };
  }

  /** Resolves when a count has stood still for a while. */
  private async silence(count: () => number): Promise<void> {
    for (let before = -1; before !== count();) {
      before = count();
      await pause(200);
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
