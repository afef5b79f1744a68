/** What an operator may set, and the sentence for every mistake. The environment is unknown until it is read here. */
import { randomBytes } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { NatsOptions } from './nats.ts';
import { readNats } from './nats-config.ts';
import { iceUrlKind, LOGIN_TIMEOUT_MS, MAX_FRAME_BYTES, PING_SECONDS, SILENCE_MS } from './protocol.ts';
import type { TlsFiles } from './tls.ts';

/** The id of the extension that this project builds: it follows from the `key` in its manifest. */
export const OWN_EXTENSION_ID = 'fkdcdbcjphjjkidkjdiefjebcpgihehd';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface LimitSpec {
  default: number;
  min: number;
  max: number;
}

const ANY_PORT: LimitSpec = { default: 0, min: 0, max: 65_535 };

/** Every limit, its unit in its name. `mailsPerSecond` is set by the variable `MAILS_PER_SECOND`. */
export const LIMITS = {
  /** Mails a second that one link may send on; more are answered `undelivered: rate`, twice as many end the link. */
  mailsPerSecond: { default: 500, min: 1, max: 1e6 },
  /** Mails that one link may send at once. */
  mailBurst: { default: 1000, min: 1, max: 1e6 },
  /** Bytes of mail a second, likewise. */
  bytesPerSecond: { default: 1024 * 1024, min: 1024, max: 1e9 },
  /** Bytes of mail at once. At least one frame, or large mail could never pass. */
  byteBurst: { default: 2 * 1024 * 1024, min: MAX_FRAME_BYTES, max: 1e9 },
  /** Control frames a second (text, and WebSocket's own ping and pong); more end the link. */
  controlsPerSecond: { default: 20, min: 1, max: 1e6 },
  /** Control frames at once. A `watch` counts one more for every 50 addresses, so a full one needs 11. */
  controlBurst: { default: 100, min: 11, max: 1e6 },
  /** Bytes kept for a slow reader. A mail beyond it is answered `undelivered: full`; a control frame beyond it ends the link. */
  maxBufferedBytes: { default: 1024 * 1024, min: MAX_FRAME_BYTES, max: 1e9 },
  /** How long a reader may stay full before its link ends. */
  slowReaderSeconds: { default: 10, min: 1, max: 3600 },
  /** Links of one source at once; more are answered HTTP 429. */
  linksPerSource: { default: 1000, min: 1, max: 1e7 },
  /** Logins of one source a second; each upgrade counts, more are answered HTTP 429. */
  loginsPerSecond: { default: 20, min: 1, max: 1e6 },
  /** Logins of one source at once: as many as it may have links, so that all can come back after a restart. */
  loginBurst: { default: 1000, min: 1, max: 1e7 },
  /** Open sockets of everybody together; more are closed. */
  maxConnections: { default: 100_000, min: 1, max: 1e7 },
  /** TURN credentials of one address an hour. */
  turnPerHour: { default: 6, min: 1, max: 3600 },
  /** How long TURN credentials are good for. */
  turnSeconds: { default: 600, min: 60, max: 86_400 },
  /** How long a resume token is good for. */
  resumeSeconds: { default: 86_400, min: 60, max: 30 * 86_400 },
  /** How long the headers of a request may take. */
  headerTimeoutSeconds: { default: 10, min: 1, max: 300 },
  /** How long `hello`, and then `proof`, may take. */
  loginTimeoutSeconds: { default: LOGIN_TIMEOUT_MS / 1000, min: 1, max: 300 },
  /** Silence that ends a link. */
  silenceSeconds: { default: SILENCE_MS / 1000, min: 2, max: 3600 },
  /** How often a link is pinged. Below 30, or Chromium puts the extension's worker to sleep between two pings. */
  pingSeconds: { default: PING_SECONDS, min: 1, max: 28 },
  /** How long a closed link may take to close before its socket is destroyed. */
  closeTimeoutSeconds: { default: 5, min: 1, max: 60 },
  /** Over how long a stopping relay sends its links away. 0: all at once, best for a relay that stands alone. */
  drainSeconds: { default: 0, min: 0, max: 3600 },
} as const satisfies Record<string, LimitSpec>;

export type Limits = Record<keyof typeof LIMITS, number>;

export interface RelayOptions {
  /** Interface to listen on. */
  host: string;
  /** TCP port; 0 picks a free one. */
  port: number;
  /** The names this relay answers to, `host[:port]` in lower case. None: the loopback names with its port. */
  publicHosts: string[];
  /** Key of the resume tokens, at least 32 characters; the same on every node. */
  secret: string;
  stunUrls: string[];
  turnUrls: string[];
  turnSecret: string;
  /** Addresses and networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
  /** Interface that `/metrics` listens on; an interface of this computer alone unless somebody says otherwise. */
  metricsHost: string;
  /** TCP port of `/metrics`; 0 picks a free one, undefined: there are no metrics. */
  metricsPort: number | undefined;
  /** Certificate and key to speak TLS with. None: plain HTTP, for a proxy that ends TLS. */
  tls: TlsFiles | undefined;
  /** Where the invite page sends people to install the extension; empty: it tells how to do it by hand. */
  installUrl: string;
  /** Chromium extensions that may link. */
  extensionIds: string[];
  logLevel: LogLevel;
  /** How to reach the other nodes; null if this relay is alone. */
  nats: NatsOptions | null;
  limits: Limits;
}

/** @returns what a relay does that nobody configured: a new random secret each time. */
export function defaultOptions(): RelayOptions {
  return {
    host: '127.0.0.1',
    port: 8787,
    publicHosts: [],
    secret: randomBytes(32).toString('base64url'),
    stunUrls: [],
    turnUrls: [],
    turnSecret: '',
    trustedProxies: [],
    metricsHost: '127.0.0.1',
    metricsPort: undefined,
    tls: undefined,
    installUrl: '',
    extensionIds: [OWN_EXTENSION_ID],
    logLevel: 'info',
    nats: null,
    limits: defaultLimits(),
  };
}

/** @returns every limit at its default. */
export function defaultLimits(): Limits {
  const entries = Object.entries(LIMITS).map(([name, spec]) => [name, spec.default]);
  return Object.fromEntries(entries) as Limits;
}

/** @returns the environment variable of a limit: `mailBurst` → `MAIL_BURST`. */
export function variableOf(limit: string): string {
  return limit.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

export type ConfigResult = { ok: true; options: RelayOptions } | { ok: false; mistakes: string[] };

/** Reads the environment. @returns the options, or one sentence for every mistake in it. No sentence repeats a secret. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const mistakes: string[] = [];
  const options = defaultOptions();

  const text = (name: string) => env[name]?.trim() || undefined;
  const list = (name: string) =>
    text(name)
      ?.split(/[\s,]+/)
      .filter((item) => item !== '');
  const number = (name: string, { default: fallback, min, max }: LimitSpec) => {
    const raw = text(name);
    if (raw === undefined) return fallback;
    const value = Number(raw);
    if (/^\d+$/.test(raw) && value >= min && value <= max) return value;
    mistakes.push(`${name} must be a whole number from ${min} to ${max}, not "${raw}".`);
    return fallback;
  };
  const eachOf = (name: string, fallback: string[], isGood: (item: string) => boolean, rule: string) => {
    const items = list(name) ?? fallback;
    for (const item of items) if (!isGood(item)) mistakes.push(`${name} has "${item}", but ${rule}.`);
    return items;
  };

  options.host = text('HOST') ?? options.host;
  options.port = number('PORT', { ...ANY_PORT, default: options.port });
  options.publicHosts = eachOf(
    'PUBLIC_HOSTS',
    [],
    isPublicHost,
    'each name is a host in lower case as a browser shows it, such as relay.example or relay.example:8443, without https:// and without :443',
  );
  options.secret = text('RELAY_SECRET') ?? options.secret;
  if (options.secret.length < 32) {
    mistakes.push(`RELAY_SECRET must have at least 32 characters; it has ${options.secret.length}.`);
  }
  options.stunUrls = eachOf('STUN_URLS', [], isStunUrl, 'each URL looks like stun:stun.example:3478');
  options.turnUrls = eachOf(
    'TURN_URLS',
    [],
    isTurnUrl,
    'each URL looks like turn:turn.example:3478 or turns:turn.example:5349?transport=tcp',
  );
  for (const [name, urls] of [
    ['STUN_URLS', options.stunUrls],
    ['TURN_URLS', options.turnUrls],
  ] as const) {
    if (urls.length > 8) mistakes.push(`${name} may have 8 URLs at most; it has ${urls.length}.`);
  }
  options.turnSecret = text('TURN_SECRET') ?? '';
  if (options.turnUrls.length > 0 && options.turnSecret === '') {
    mistakes.push(
      'TURN_URLS is set but TURN_SECRET is not: set it to the static-auth-secret of the TURN server.',
    );
  }
  if (options.turnSecret !== '' && options.turnUrls.length === 0) {
    mistakes.push('TURN_SECRET is set but TURN_URLS is not: set it to the URLs of the TURN server.');
  }
  options.trustedProxies = eachOf(
    'TRUSTED_PROXIES',
    [],
    isNetwork,
    'each is an IP address or a network such as 10.0.0.0/8',
  );
  options.metricsHost = text('METRICS_HOST') ?? options.metricsHost;
  if (text('METRICS_PORT') !== undefined) options.metricsPort = number('METRICS_PORT', ANY_PORT);
  options.installUrl = text('INSTALL_URL') ?? '';
  if (options.installUrl !== '' && !isHttpsUrl(options.installUrl)) {
    mistakes.push(`INSTALL_URL must be an https:// URL, not "${options.installUrl}".`);
  }
  const [cert, key] = [text('TLS_CERT'), text('TLS_KEY')];
  if (cert !== undefined && key !== undefined) options.tls = { cert, key };
  else if (cert !== undefined)
    mistakes.push('TLS_CERT is set but TLS_KEY is not: set it to the file of its key.');
  else if (key !== undefined)
    mistakes.push('TLS_KEY is set but TLS_CERT is not: set it to the file of the certificate.');
  options.extensionIds = eachOf(
    'EXTENSION_IDS',
    options.extensionIds,
    (id) => /^[a-p]{32}$/.test(id),
    'an extension id is 32 letters from a to p',
  );
  options.logLevel = LOG_LEVELS.find((level) => level === (text('LOG_LEVEL') ?? 'info')) ?? 'info';
  if (text('LOG_LEVEL') !== undefined && text('LOG_LEVEL') !== options.logLevel) {
    mistakes.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, not "${text('LOG_LEVEL')}".`);
  }
  options.nats = readNats(text, text('RELAY_SECRET') !== undefined, mistakes);
  for (const [name, spec] of Object.entries(LIMITS)) {
    options.limits[name as keyof Limits] = number(variableOf(name), spec);
  }
  if (options.limits.silenceSeconds <= options.limits.pingSeconds) {
    mistakes.push(
      'SILENCE_SECONDS must be more than PING_SECONDS, or every link would end before its first ping.',
    );
  }
  return mistakes.length > 0 ? { ok: false, mistakes } : { ok: true, options };
}

/** @returns the list of proxies to believe. @throws {Error} if an item is neither an address nor a network. */
export function proxyList(items: readonly string[]): BlockList {
  const proxies = new BlockList();
  for (const item of items) {
    if (!isNetwork(item)) throw new Error('a trusted proxy is neither an IP address nor a network');
    const [address = '', prefix] = item.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) proxies.addAddress(address, family);
    else proxies.addSubnet(address, Number(prefix), family);
  }
  return proxies;
}

function isPublicHost(name: string): boolean {
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/.test(name) || name.endsWith(':443')) return false;
  return URL.canParse(`https://${name}`) && new URL(`https://${name}`).host === name;
}

function isHttpsUrl(url: string): boolean {
  return url.length <= 2048 && URL.canParse(url) && new URL(url).protocol === 'https:';
}

const isStunUrl = (url: string): boolean => iceUrlKind(url) === 'stun';
const isTurnUrl = (url: string): boolean => iceUrlKind(url) === 'turn';

function isNetwork(item: string): boolean {
  const [address = '', prefix, ...rest] = item.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32));
}
