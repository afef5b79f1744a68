/** People of a relay of several nodes who come back by themselves, and an account of every mail they send. */
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { Person } from './independent-client.ts';

/** One mail, from when it was sent to what became of it. */
export interface Mail {
  sentMs: number;
  /** When the link it was sent on ended; Infinity while it lives. */
  link: { endedMs: number };
  to: Resident;
  arrivals: number;
  isTold: boolean;
}

export interface Account {
  sent: number;
  delivered: number;
  /** Told undelivered and not delivered. */
  told: number;
  twice: number;
  /** Told undelivered although it was delivered: its answer was lost. */
  both: number;
  /** Neither delivered nor told, and the link of one of the two ended meanwhile: that one knows. */
  withLink: number;
  /** Neither delivered nor told. */
  lost: number;
}

/** How long a mail may take until it counts as lost, in milliseconds. */
const PATIENCE_MS = 3000;

/** A person with one link, who dials again when it ends. */
export class Resident {
  readonly person = new Person();
  readonly mails: Mail[] = [];
  readonly endings: number[] = [];
  readonly sees = new Set<string>();
  friends: Resident[] = [];
  /** Further addresses it watches, of nobody. */
  absent: string[] = [];
  /** How often it logged in. */
  logins = 0;
  private socket: WebSocket | undefined;
  private link = { endedMs: Infinity };
  private resume: string | undefined;
  private isOnline = false;
  private isLeaving = false;
  private waiting: (() => void)[] = [];

  /** @param nodes gives the URL of some node at each dialling. */
  constructor(
    private readonly nodes: () => string,
    private readonly host: string,
  ) {}

  get address(): string {
    return this.person.address;
  }

  get isThere(): boolean {
    return this.isOnline;
  }

  dial(): void {
    const url = new URL('/link', this.nodes()).href.replace(/^http/, 'ws');
    const socket = new WebSocket(url, ['sidecall.1'], {
      headers: { host: this.host },
      perMessageDeflate: false,
    });
    this.socket = socket;
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'hello', address: this.address, resume: this.resume })),
    );
    socket.on('message', (data: Buffer, isBinary: boolean) => (isBinary ? this.take(data) : this.hear(data)));
    socket.on('error', () => undefined);
    socket.on('close', () => this.end());
  }

  /** Resolves when it is logged in. */
  async online(): Promise<void> {
    if (!this.isOnline) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Sends a mail of this size to somebody, if there is a link. @returns whether there is. */
  write(to: Resident, bytes: number): boolean {
    if (!this.isOnline || !this.socket) return false;
    const frame = Buffer.alloc(36 + bytes);
    frame.write(to.address, 0, 'base64url');
    frame.writeUInt32BE(this.mails.length, 32);
    this.mails.push({ sentMs: performance.now(), link: this.link, to, arrivals: 0, isTold: false });
    this.socket.send(frame);
    return true;
  }

  leave(): void {
    this.isLeaving = true;
    this.socket?.terminate();
  }

  private end(): void {
    this.link.endedMs = performance.now();
    if (this.isOnline) this.endings.push(this.link.endedMs);
    this.isOnline = false;
    this.sees.clear();
    if (!this.isLeaving) setTimeout(() => this.dial(), 50 + 100 * Math.random());
  }

  private take(data: Buffer): void {
    const from = data.toString('base64url', 0, 32);
    const mail = this.friends.find(({ address }) => address === from)?.mails[data.readUInt32BE(32)];
    if (mail) mail.arrivals += 1;
  }

  private hear(data: Buffer): void {
    const frame = JSON.parse(data.toString()) as Record<string, unknown> & { type: string };
    switch (frame.type) {
      case 'challenge': {
        const sealed = {
          enc: Buffer.from(String(frame['enc']), 'base64url'),
          sealed: Buffer.from(String(frame['sealed']), 'base64url'),
        };
        const nonce = this.person.open({ ...sealed, info: 'sidecall.1 login', aad: this.host });
        return this.socket?.send(JSON.stringify({ type: 'proof', nonce: nonce.toString('base64url') }));
      }
      case 'welcome':
        this.resume = String(frame['resume']);
        this.link = { endedMs: Infinity };
        this.isOnline = true;
        this.logins += 1;
        this.socket?.send(
          JSON.stringify({
            type: 'watch',
            addresses: [...this.friends.map(({ address }) => address), ...this.absent],
          }),
        );
        for (const resolve of this.waiting.splice(0)) resolve();
        return;
      case 'ping':
        return this.socket?.send('{"type":"pong"}');
      case 'presence':
        if (frame['online'] === true) this.sees.add(String(frame['address']));
        else this.sees.delete(String(frame['address']));
        return;
      case 'undelivered': {
        const mail = this.mails[Number(frame['ref'])];
        if (mail) mail.isTold = true;
        return;
      }
      default:
        return;
    }
  }
}

/** @returns what became of everything that these people sent. */
export function accountOf(people: readonly Resident[]): Account {
  const account: Account = { sent: 0, delivered: 0, told: 0, twice: 0, both: 0, withLink: 0, lost: 0 };
  for (const { mails } of people) {
    for (const mail of mails) {
      account.sent += 1;
      if (mail.arrivals > 0) account.delivered += 1;
      if (mail.arrivals > 1) account.twice += 1;
      if (mail.isTold) account[mail.arrivals > 0 ? 'both' : 'told'] += 1;
      if (mail.arrivals > 0 || mail.isTold) continue;
      account[hasLostItsLink(mail) ? 'withLink' : 'lost'] += 1;
    }
  }
  return account;
}

function hasLostItsLink({ sentMs, link, to }: Mail): boolean {
  const isMeanwhile = (ms: number) => ms > sentMs - 100 && ms < sentMs + PATIENCE_MS;
  return isMeanwhile(link.endedMs) || to.endings.some(isMeanwhile);
}

/** Pairs of people who have each other on their lists, as callers and callees. */
export function pairs(count: number, nodes: () => string, host: string): Resident[] {
  const people = Array.from({ length: 2 * count }, () => new Resident(nodes, host));
  for (const [index, resident] of people.entries()) {
    const other = people[index ^ 1];
    if (other) resident.friends = [other];
  }
  return people;
}

/** A secret of a relay. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
