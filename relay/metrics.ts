/** The relay's numbers for Prometheus. Read when they are asked for; without addresses, names and IP addresses. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Bus } from './bus.ts';
import type { Counters } from './counters.ts';
import type { ReadyCheck } from './ready.ts';
import type { TlsPair } from './tls.ts';
import type { TurnDesk } from './turn.ts';

export interface MetricsSource {
  counters: Counters;
  turn: Pick<TurnDesk, 'granted' | 'refused'>;
  /** Open links, logged in or not. */
  links(): number;
  /** Addresses that are logged in here. */
  online(): number;
  isGoingAway(): boolean;
  checks: readonly ReadyCheck[];
  /** What joins it with other nodes, if anything does. */
  bus: Pick<Bus, 'state' | 'onChange'> | undefined;
  tls: Pick<TlsPair, 'notAfterSeconds' | 'isRefused'> | undefined;
}

/**
 * What prom-client measures of the process itself. Not its lists of handles and descriptors: each scrape of those would go
 * through every open socket.
 */
const PROCESS_METRICS =
  /^(process_cpu_.*|process_(resident|virtual)_memory_bytes|process_start_time_seconds|process_max_fds|nodejs_(eventloop_lag|heap_size|external_memory|gc_duration|version_info).*)$/;
/** Resolution of the event loop's delay, in milliseconds. */
const DELAY_STEP_MS = 20;

/** @returns a registry whose every number is looked up at the scrape. */
export function createMetrics(source: MetricsSource): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: DELAY_STEP_MS });
  for (const { name } of registry.getMetricsAsArray()) {
    if (!PROCESS_METRICS.test(name)) registry.removeSingleMetric(name);
  }
  const registers = [registry];

  /** A number that only grows, which prom-client lets nobody set: it is started anew at each scrape. */
  const total = (name: string, help: string, read: () => number) => {
    new Counter({
      name: `sidecall_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  const totals = (name: string, help: string, label: string, read: () => Record<string, number>) => {
    new Counter({
      name: `sidecall_${name}_total`,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
  };
  const gauge = (name: string, help: string, read: () => number) => {
    new Gauge({
      name: `sidecall_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };

  const { counters, turn } = source;
  gauge('links', 'Open links, logged in or not.', source.links);
  gauge('online_addresses', 'Addresses that are logged in on this relay.', source.online);
  totals('logins', 'Links by what came of their login.', 'outcome', () => ({
    resumed: counters.loginsResumed,
    proved: counters.loginsProved,
    ...counters.loginsEnded,
  }));
  totals('links_ended', 'Logged-in links by why they ended.', 'reason', () => counters.linksEnded);
  totals('upgrades_refused', 'Upgrades by the HTTP status that refused them.', 'status', () => ({
    ...counters.refusedUpgrades,
  }));

  total('mails_received', 'Mails that links sent to this relay.', () => counters.mailsReceived);
  total('mails_delivered', 'Mails handed to a link of this relay.', () => counters.mailsDelivered);
  totals(
    'mails_undelivered',
    'Mails whose sender was told `undelivered`. A stranger is told so though the mail was delivered.',
    'reason',
    () => counters.undelivered,
  );
  totals('mail_bytes', 'Bytes of mail, headers included.', 'direction', () => ({
    received: counters.mailBytesReceived,
    delivered: counters.mailBytesDelivered,
  }));
  total('watches', 'Lists of watched addresses that links sent.', () => counters.watches);
  total('presences', 'Times a link was told that somebody came or went.', () => counters.presencesShown);
  total('turn_credentials', 'TURN credentials handed out.', () => turn.granted);
  totals('limits_hit', 'Limits that somebody ran into.', 'limit', () => ({
    mail_rate: counters.undelivered.rate,
    buffered_bytes: counters.undelivered.full,
    too_fast: counters.linksEnded['too-fast'] + counters.loginsEnded['too-fast'],
    slow_reader: counters.linksEnded['slow-reader'] + counters.loginsEnded['slow-reader'],
    links_per_source: counters.refusedForLinks,
    logins_per_source: counters.refusedForLogins,
    connections: counters.droppedConnections,
    turn_per_hour: turn.refused,
  }));

  gauge('draining', '1 while this relay sends its links away.', () => Number(source.isGoingAway()));
  const { bus, tls } = source;
  if (bus) {
    let losses = 0;
    bus.onChange(() => (losses += Number(bus.state === 'down')));
    gauge('nats_up', '1 while this relay is joined with its other nodes by NATS.', () =>
      Number(bus.state === 'up'),
    );
    total('nats_losses', 'Times the connection to NATS was lost.', () => losses);
  }
  if (tls) {
    gauge(
      'tls_not_after_timestamp_seconds',
      'When the certificate runs out, since the epoch.',
      () => tls.notAfterSeconds,
    );
    gauge('tls_pair_refused', '1 while a renewed certificate or key cannot be used.', () =>
      Number(tls.isRefused),
    );
  }
  new Gauge({
    name: 'sidecall_dependency_up',
    help: '1 while what this relay needs besides itself works.',
    labelNames: ['dependency'],
    registers,
    collect() {
      for (const check of source.checks) this.set({ dependency: check.name }, Number(check.isReady()));
    },
  });
  return registry;
}
