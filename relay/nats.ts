/** NATS as the bus between nodes: one connection that heals by itself. The only file that imports the client library. */
import { readFileSync } from 'node:fs';
import {
  connect,
  type ConnectionOptions,
  credsAuthenticator,
  type Msg,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { Bus, BusMessage } from './bus.ts';

export interface NatsOptions {
  /** `nats://host:port` or `tls://host:port`; others of the same cluster are learned from the first that answers. */
  servers: string[];
  /** Path of a credentials file (JWT and seed), read again at each connection. */
  creds?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  token?: string | undefined;
  /** Paths of PEM files, read again at each connection. `cert` and `key`: this node's own. */
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
}

/** How long to wait before a server is tried again. With others in the list there is no wait. */
const RETRY_MS = 250;
/** How often the server is asked for a sign of life; two missing ones end the connection. */
const PING_MS = 5000;
const CONNECT_TIMEOUT_MS = 5000;
const CLOSE_TIMEOUT_MS = 1000;

interface Hearing {
  subject: string;
  queue: string | undefined;
  take: (message: BusMessage) => void;
  /** What it is on the present connection. */
  subscription?: Subscription;
}

export class NatsBus implements Bus {
  private connection: NatsConnection | undefined;
  private isUp = false;
  private isClosed = false;
  private readonly hearings = new Set<Hearing>();
  private readonly listeners: (() => void)[] = [];

  /** Connects as soon as it can, and again whenever it must. */
  constructor(
    private readonly options: NatsOptions,
    private readonly log: Logger,
  ) {
    void this.stayConnected();
  }

  get state(): Bus['state'] {
    return this.isUp ? 'up' : 'down';
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  publish(subject: string, payload: Buffer, answerTo = ''): void {
    // Down or not: the library would keep it, and send it when nobody expects it any more.
    if (this.isUp && subject !== '') this.connection?.publish(subject, payload, { reply: answerTo });
  }

  subscribe(subject: string, take: (message: BusMessage) => void, queue?: string): () => void {
    const hearing: Hearing = { subject, queue, take };
    this.hearings.add(hearing);
    this.hear(hearing);
    return () => {
      this.hearings.delete(hearing);
      hearing.subscription?.unsubscribe();
    };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const { connection } = this;
    if (!connection) return;
    const timeout = new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref());
    if (this.isUp) await Promise.race([connection.flush().catch(() => undefined), timeout]);
    this.turn(false);
    await connection.close();
  }

  private async stayConnected(): Promise<void> {
    let failure = '';
    while (!this.isClosed) {
      try {
        const connection = await connect(connectionOptions(this.options));
        failure = '';
        await (this.isClosed ? connection.close() : this.attend(connection));
      } catch (error) {
        // Once for each kind of failure, and not its message, which may repeat what is secret.
        if (nameOf(error) !== failure)
          this.log.error({ error: nameOf(error) }, 'NATS cannot be reached as configured; trying on');
        failure = nameOf(error);
      }
      this.turn(false);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
  }

  /** Uses a connection to its end. The library mends it by itself, with all subscriptions, while it can. */
  private async attend(connection: NatsConnection): Promise<void> {
    this.connection = connection;
    for (const hearing of this.hearings) this.hear(hearing);
    this.turn(true);
    for await (const status of connection.status()) {
      if (status.type === 'reconnect') this.turn(true);
      else if (status.type === 'disconnect' || status.type === 'staleConnection') this.turn(false);
      // The sentence of a refused subject has the subject in it, and that an address.
      else if (status.type === 'error')
        this.log.error(
          { error: nameOf(status.error) },
          'NATS refused something: may this user use sidecall.> ?',
        );
    }
    this.connection = undefined;
  }

  private turn(isUp: boolean): void {
    if (isUp === this.isUp) return;
    this.isUp = isUp;
    this.log.info({ nats: this.state }, isUp ? 'NATS is there' : 'NATS is away');
    for (const listener of this.listeners) listener();
  }

  private hear(hearing: Hearing): void {
    const { connection } = this;
    if (!connection || connection.isClosed()) return;
    const { subject, queue } = hearing;
    hearing.subscription = connection.subscribe(subject, {
      ...(queue !== undefined && { queue }),
      callback: (error, msg) => {
        if (!error) this.deliver(hearing, msg);
      },
    });
  }

  private deliver({ take }: Hearing, msg: Msg): void {
    try {
      const { data, subject, reply: answerTo = '' } = msg;
      const payload = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      // "503 No Responders" comes as a header without a body (NATS, ADR-4).
      const isUnheard = payload.length === 0 && msg.headers?.code === 503;
      take({ subject, payload, answerTo, isUnheard });
    } catch (error) {
      // Anything thrown here would end the library's reading for good.
      this.log.error({ error: nameOf(error) }, 'a message of another node failed');
    }
  }
}

function connectionOptions(options: NatsOptions): ConnectionOptions {
  const { servers, creds, user, password, token, ca, cert, key } = options;
  const hasTls = ca !== undefined || cert !== undefined || servers.some((url) => url.startsWith('tls:'));
  return {
    servers: servers.map((url) => url.replace(/^(nats|tls):\/\//, '')),
    name: 'sidecall relay',
    noEcho: true,
    maxReconnectAttempts: -1,
    // A password that is wrong today may be right tomorrow.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: RETRY_MS,
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_MS,
    ...(creds !== undefined && { authenticator: credsAuthenticator(rereading(creds)) }),
    ...(user !== undefined && { user, pass: password ?? '' }),
    ...(token !== undefined && { token }),
    ...(hasTls && {
      tls: {
        ...(ca !== undefined && { caFile: ca }),
        ...(cert !== undefined && { certFile: cert }),
        ...(key !== undefined && { keyFile: key }),
      },
    }),
  };
}

/** @returns a function that reads a file, or has what it last read if that fails: an error would end the connection. */
function rereading(path: string): () => Uint8Array {
  let bytes: Uint8Array = new Uint8Array();
  return () => {
    try {
      bytes = readFileSync(path);
    } catch {
      // It may be about to be replaced.
    }
    return bytes;
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
