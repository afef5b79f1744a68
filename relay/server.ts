/** The relay as a server: HTTP, upgrades, limits of each source, one timer for all links, and its end. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo, BlockList } from 'node:net';
import type { Duplex } from 'node:stream';
import pino, { type Logger } from 'pino';
import { type Server as WsServer, WebSocketServer } from 'ws';
import type { Bus } from './bus.ts';
import { type Clock, systemClock } from './clock.ts';
import { Cluster } from './cluster.ts';
import { defaultLimits, defaultOptions, type Limits, proxyList, type RelayOptions } from './config.ts';
import { Counters, type RefusalStatus } from './counters.ts';
import { spread } from './drain.ts';
import { metricsPages, publicPages, refuse } from './http.ts';
import { landingPage } from './landing.ts';
import { KeyedBuckets } from './limits.ts';
import { Link, type Shared } from './link.ts';
import type { LinkSocket } from './link-socket.ts';
import { type LinkOwner, listen, webSocketOptions } from './link-socket.ts';
import { ResumeTokens } from './login.ts';
import { type Address, RESUMED_SUBPROTOCOL, SUBPROTOCOL } from './protocol.ts';
import { createMetrics } from './metrics.ts';
import { Outlet, Turn } from './outlet.ts';
import { type ReadyCheck, readiness } from './ready.ts';
import { sourceOf } from './source.ts';
import { Switchboard } from './switchboard.ts';
import { TlsPair } from './tls.ts';
import { TurnDesk } from './turn.ts';
import { judgeUpgrade, loopbackHosts } from './upgrade.ts';

/** How often every link is looked at, in milliseconds: how late a ping or the end of a silent link may be. */
const TICK_MS = 1000;
/** A tick this late means that the process itself stood still and has yet to read what came meanwhile. */
const LATE_TICK_MS = 5 * TICK_MS;
/** How often buckets that are full again are forgotten, in ticks. */
const PRUNE_TICKS = 30;
const MAX_HEADER_BYTES = 16 * 1024;

export type CreateRelayOptions = Partial<Omit<RelayOptions, 'limits' | 'logLevel' | 'nats'>> & {
  limits?: Partial<Limits>;
  /** Default: silent. */
  log?: Logger;
  /** Default: the computer's. */
  clock?: Clock;
  /** What else must work for `/readyz`. Default: nothing. */
  readyChecks?: readonly ReadyCheck[];
  /** What joins this relay with other nodes, closed with it. Default: it is alone. */
  bus?: Bus;
};

export interface Relay {
  /** Where it listens, such as `http://127.0.0.1:8787`. */
  url: string;
  /** `host[:port]` of `url`. */
  host: string;
  port: number;
  /** Where the metrics are, if there are any. */
  metricsUrl: string | undefined;
  /** Closes every link with 4009, over `drainSeconds`, and stops listening. Resolves when all sockets are closed. */
  close(): Promise<void>;
}

/** Starts a relay. @throws the error of `listen` (`EADDRINUSE`, `EACCES` …) if it cannot. */
export async function createRelay(options: CreateRelayOptions = {}): Promise<Relay> {
  const { bus } = options;
  const tls = options.tls && (await TlsPair.read(options.tls));
  const server = new RelayServer({
    ...defaultOptions(),
    ...options,
    limits: { ...defaultLimits(), ...options.limits },
    log: options.log ?? pino({ level: 'silent' }),
    clock: options.clock ?? systemClock,
    readyChecks: [
      ...(options.readyChecks ?? []),
      ...(bus ? [{ name: 'nats', isReady: () => bus.state === 'up' }] : []),
    ],
    bus,
    tls,
  });
  const { url, port, metricsUrl } = await server.listen();
  return { url, port, metricsUrl, host: new URL(url).host, close: () => server.close() };
}

type Settings = Omit<RelayOptions, 'logLevel' | 'nats' | 'tls'> & {
  tls: TlsPair | undefined;
  log: Logger;
  clock: Clock;
  bus: Bus | undefined;
  readyChecks: readonly ReadyCheck[];
};

class RelayServer implements LinkOwner {
  private readonly http: Server | TlsServer;
  private readonly metrics: Server | undefined;
  private readonly webSockets: WsServer<typeof LinkSocket>;
  private readonly shared: Shared;
  private readonly turn = new Turn();
  private readonly sockets = new Set<LinkSocket>();
  private readonly linksOf = new Map<string, number>();
  private readonly logins: KeyedBuckets;
  private readonly proxies: BlockList;
  private readonly extensionIds: ReadonlySet<string>;
  private publicHosts: ReadonlySet<string> = new Set();
  private stopTicking: () => void = () => undefined;
  private stopWatching: () => void = () => undefined;
  private tickedMs = 0;
  private ticks = 0;
  private closing: Promise<void> | undefined;

  constructor(private readonly settings: Settings) {
    const { limits, clock, log, bus } = settings;
    this.proxies = proxyList(settings.trustedProxies);
    this.extensionIds = new Set(settings.extensionIds);
    this.logins = new KeyedBuckets(limits.loginsPerSecond, limits.loginBurst);
    const { turnUrls: urls, turnSecret: secret, stunUrls } = settings;
    this.shared = {
      clock,
      counters: new Counters(),
      limits,
      log,
      stunServers: stunUrls.length > 0 ? [{ urls: stunUrls }] : [],
      switchboard: new Switchboard(bus && ((hall) => new Cluster(bus, hall, clock))),
      tokens: new ResumeTokens(settings.secret, limits.resumeSeconds, clock),
      turn: new TurnDesk(
        { urls, secret, lifetimeSeconds: limits.turnSeconds, perHour: limits.turnPerHour },
        clock,
      ),
    };
    this.webSockets = new WebSocketServer(webSocketOptions(limits));
    const timing = {
      headersTimeout: 1000 * limits.headerTimeoutSeconds,
      requestTimeout: 1000 * limits.headerTimeoutSeconds,
      // Node looks only every 30 s by default, which would make the timeout 40 s.
      connectionsCheckingInterval: 500,
      keepAliveTimeout: 5000,
      maxHeaderSize: MAX_HEADER_BYTES,
    };
    this.http = settings.tls
      ? createTlsServer({ ...timing, ...settings.tls.context, handshakeTimeout: timing.headersTimeout })
      : createServer(timing);
    this.http.maxConnections = limits.maxConnections;
    this.http.on('drop', () => (this.shared.counters.droppedConnections += 1));
    const { readyChecks: checks } = settings;
    this.http.on(
      'request',
      publicPages(
        () => readiness(this.isGoingAway, checks),
        onceNeeded(() => landingPage(settings.installUrl)),
      ),
    );
    this.metrics = settings.metricsPort === undefined ? undefined : this.metricsServer();
    this.http.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  async listen(): Promise<{ url: string; port: number; metricsUrl: string | undefined }> {
    const { host, port, clock, log, publicHosts, metricsHost, metricsPort, tls } = this.settings;
    const metricsUrl = this.metrics && (await listenAt(this.metrics, metricsHost, metricsPort ?? 0));
    const url = await listenAt(this.http, host, port).catch((error: unknown) => {
      this.metrics?.close();
      throw error;
    });
    const bound = (this.http.address() as AddressInfo).port;
    this.publicHosts = new Set(publicHosts.length > 0 ? publicHosts : loopbackHosts(url));
    this.tickedMs = clock.monotonicMs();
    this.stopTicking = clock.every(TICK_MS, () => this.tick());
    const { http } = this;
    if (tls && http instanceof TlsServer)
      this.stopWatching = tls.watch(clock, log, (context) => http.setSecureContext(context));
    log.info({ url, metricsUrl, publicHosts: [...this.publicHosts] }, `the relay listens on ${url}`);
    return { url, port: bound, metricsUrl };
  }

  close(): Promise<void> {
    this.closing ??= this.stop();
    return this.closing;
  }

  /** Counts a closed socket out. */
  forget(socket: LinkSocket): void {
    if (!this.sockets.delete(socket)) return;
    const left = (this.linksOf.get(socket.source) ?? 1) - 1;
    if (left > 0) this.linksOf.set(socket.source, left);
    else this.linksOf.delete(socket.source);
  }

  private get isGoingAway(): boolean {
    return this.closing !== undefined;
  }

  private metricsServer(): Server {
    const { counters, turn, switchboard } = this.shared;
    const registry = createMetrics({
      counters,
      turn,
      links: () => this.sockets.size,
      online: () => switchboard.size,
      isGoingAway: () => this.isGoingAway,
      checks: this.settings.readyChecks,
      bus: this.settings.bus,
      tls: this.settings.tls,
    });
    return createServer(metricsPages(registry));
  }

  private async stop(): Promise<void> {
    const { clock, limits, log } = this.settings;
    const { drainSeconds: seconds } = limits;
    log.info({ links: this.sockets.size, seconds }, 'the relay is going away');
    // Nobody new comes while `closing` is set; whoever is still here is served until it is told.
    await spread([...this.sockets], 1000 * seconds, clock, (socket) => socket.link?.goAway());
    this.stopTicking();
    this.stopWatching();
    // Those that never became a link; also those that have not said a word yet, which no timeout would end any more.
    this.http.closeAllConnections();
    // Waits for the links as well: each closes itself, or is destroyed after the close timeout.
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
    await this.shared.switchboard.cluster?.close();
    this.metrics?.closeAllConnections();
    this.metrics?.close();
    log.info('the relay has stopped');
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { headers } = request;
    const answer = judgeUpgrade(
      {
        url: request.url,
        host: headers.host,
        origin: headers.origin,
        protocols: headers['sec-websocket-protocol'],
      },
      { publicHosts: this.publicHosts, extensionIds: this.extensionIds },
    );
    if (!answer.ok) return this.refuse(socket, answer.status);
    if (this.isGoingAway) return this.refuse(socket, 503);
    const forwarded = headers['x-forwarded-for'];
    const source = sourceOf(request.socket.remoteAddress ?? '', forwarded?.toString(), this.proxies);
    const links = this.linksOf.get(source) ?? 0;
    if (links >= this.settings.limits.linksPerSource) {
      this.shared.counters.refusedForLinks += 1;
      return this.refuse(socket, 429);
    }
    if (!this.logins.take(source, this.settings.clock.monotonicMs())) {
      this.shared.counters.refusedForLogins += 1;
      return this.refuse(socket, 429);
    }
    const { publicName, resume } = answer;
    const token = resume && this.shared.tokens.tokenBehind(resume, publicName);
    const resumed = resume && token !== null ? { address: resume.address, token } : null;
    // What was offered is judged: `ws` need not take a list with a login in it apart to find what it is answered with.
    headers['sec-websocket-protocol'] = resumed ? RESUMED_SUBPROTOCOL : SUBPROTOCOL;
    // The `welcome` leaves with the answer to the upgrade: one write, and no further turn.
    if (resumed) socket.cork();
    this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.adopt(webSocket, socket, source, publicName, resumed);
    });
    if (resumed) socket.uncork();
  }

  private refuse(socket: Duplex, status: RefusalStatus): void {
    this.shared.counters.refusedUpgrades[status] += 1;
    refuse(socket, status);
  }

  /** @param resumed who has logged in with the upgrade. */
  private adopt(
    socket: LinkSocket,
    duplex: Duplex,
    source: string,
    publicName: string,
    resumed: { address: Address; token: string } | null,
  ): void {
    const outlet = new Outlet(socket, duplex, this.turn);
    socket.owner = this;
    socket.source = source;
    socket.link = new Link(outlet, publicName, this.shared);
    this.sockets.add(socket);
    this.linksOf.set(source, (this.linksOf.get(source) ?? 0) + 1);
    listen(socket);
    if (resumed === null) return;
    socket.link.resume(resumed.address, resumed.token);
    outlet.flush();
  }

  private tick(): void {
    const now = this.settings.clock.monotonicMs();
    const late = now - this.tickedMs;
    this.tickedMs = now;
    if (late > LATE_TICK_MS) return;
    for (const socket of this.sockets) socket.link?.tick(now);
    this.ticks += 1;
    if (this.ticks % PRUNE_TICKS !== 0) return;
    this.logins.prune(now);
    this.shared.turn.prune();
  }
}

/** @returns what `make` makes, made when it is asked for the first time. */
function onceNeeded<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** @returns the URL it listens on. @throws the error of `listen`. */
async function listenAt(server: Server | TlsServer, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  return new URL(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${bound.port}`).origin;
}
