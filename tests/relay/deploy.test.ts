/** What is in deploy/ fits together, and fits the relay. No image is built and nothing is fetched here. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { LIMITS, readConfig } from '../../relay/config.ts';
import { Counters } from '../../relay/counters.ts';
import { createMetrics } from '../../relay/metrics.ts';
import { MAX_FRAME_BYTES } from '../../relay/protocol.ts';
import { variables } from './variables.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DEPLOY = join(ROOT, 'deploy');
const read = (name: string): string => readFileSync(join(DEPLOY, name), 'utf8');
/** The lines that say something, trimmed. */
const lines = (name: string): string[] =>
  read(name)
    .split('\n')
    .map((line) => line.replace(/^\s*#.*/, '').trim())
    .filter((line) => line !== '');

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string | number>;
  volumes?: string[];
  ports?: string[];
  networks?: string[] | Record<string, { ipv4_address?: string } | null>;
  command?: string[];
  depends_on?: string[];
  stop_grace_period?: string;
}
interface Compose {
  services: Record<'caddy' | 'relay' | 'nats' | 'coturn', Service>;
  networks: Record<string, { ipam?: { config: { subnet: string }[] } } | null>;
  volumes: Record<string, null>;
}

const compose = parse(read('compose.yaml')) as Compose;
const { caddy, relay, nats, coturn } = compose.services;
const example = new Map(lines('relay.env.example').map((line) => line.split('=', 2) as [string, string]));

/** What compose makes of `${NAME:?…}` and `${NAME:-…}`. */
function filledIn(text: string): string {
  return text.replace(/\$\{(\w+)(?::?[-?][^}]*)?\}/g, (_, name: string) => {
    if (!example.has(name)) throw new Error(`${name} is not in relay.env.example`);
    return example.get(name) || (name === 'INSTALL_URL' ? '' : 'o'.repeat(64));
  });
}

describe('compose.yaml', () => {
  test('names four services with exact images, and files that are here', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['caddy', 'coturn', 'nats', 'relay']);
    for (const { image, build, volumes = [] } of Object.values(compose.services)) {
      if (image !== undefined) expect(image).toMatch(/^[a-z/]+:\d+\.\d+\.\d+/);
      else expect(existsSync(join(DEPLOY, build?.context ?? '', build?.dockerfile ?? ''))).toBe(true);
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect(existsSync(join(DEPLOY, source)), source).toBe(true);
        else expect(compose.volumes).toHaveProperty(source);
      }
    }
  });

  test('asks for the variables of relay.env.example, and for no others', () => {
    const asked = new Set([...read('compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
    expect([...asked].sort()).toEqual([...example.keys()].sort());
  });

  test('gives the relay an environment that it knows and takes', () => {
    const env = Object.fromEntries(
      Object.entries(relay.environment ?? {}).map(([name, value]) => [name, filledIn(String(value))]),
    );
    const known = variables();
    for (const name of Object.keys(env)) expect(known, name).toContain(name);
    const config = readConfig({ HOST: '0.0.0.0', PORT: '8787', ...env });
    expect(config).toMatchObject({
      ok: true,
      options: {
        publicHosts: ['relay.example'],
        stunUrls: ['stun:turn.example:3478'],
        turnUrls: ['turn:turn.example:3478?transport=udp', 'turn:turn.example:3478?transport=tcp'],
      },
    });
  });

  test('shares each secret between those who need the same one', () => {
    expect(relay.environment?.['TURN_SECRET']).toMatch(/^\$\{TURN_SECRET/);
    expect(coturn.command?.join()).toMatch(/--static-auth-secret=\$\{TURN_SECRET/);
    expect(relay.environment?.['NATS_PASSWORD']).toBe(nats.environment?.['NATS_PASSWORD']);
    expect(relay.environment?.['NATS_USER']).toBe(/user: (\w+)/.exec(read('nats.conf'))?.[1]);
  });

  test('believes the address of Caddy alone, which is in the network, and publishes nothing else', () => {
    const { networks } = caddy;
    const address = (networks as Record<string, { ipv4_address?: string }>)['inside']?.ipv4_address ?? '';
    expect(relay.environment?.['TRUSTED_PROXIES']).toBe(address);
    const [subnet = '', prefix = ''] = compose.networks['inside']?.ipam?.config[0]?.subnet.split('/') ?? [];
    const inside = new BlockList();
    inside.addSubnet(subnet, Number(prefix));
    expect(inside.check(address)).toBe(true);
    expect(relay.ports).toBeUndefined();
    expect(nats.ports).toBeUndefined();
    for (const { networks: joined = [], depends_on: needed = [] } of Object.values(compose.services)) {
      for (const name of Array.isArray(joined) ? joined : Object.keys(joined))
        expect(compose.networks).toHaveProperty(name);
      for (const name of needed) expect(compose.services).toHaveProperty(name);
    }
  });
});

test('compose.turns.yaml adds TURN over TLS to what compose.yaml has, and needs a certificate besides', () => {
  const added = parse(read('compose.turns.yaml')) as Pick<Compose, 'services'>;
  const { relay: told, coturn: tls } = added.services;
  const env = { ...relay.environment, ...told.environment };
  const config = readConfig(
    Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filledIn(String(value))])),
  );
  expect(config).toMatchObject({
    ok: true,
    options: {
      turnUrls: [
        'turn:turn.example:3478?transport=udp',
        'turn:turn.example:3478?transport=tcp',
        'turns:turn.example:5349?transport=tcp',
      ],
    },
  });
  expect(tls.command).toEqual([
    ...(coturn.command ?? []),
    '--tls-listening-port=5349',
    '--cert=/etc/coturn/cert.pem',
    '--pkey=/etc/coturn/key.pem',
  ]);
  const asked = [...read('compose.turns.yaml').matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);
  expect(asked.filter((name) => !example.has(name)).sort()).toEqual(['TURN_CERT', 'TURN_KEY']);
});

describe('the Dockerfile', () => {
  const file = lines('Dockerfile').join('\n');
  const ignored = lines('Dockerfile.dockerignore');

  test('starts from exact versions and ends as somebody who is not root', () => {
    const bases = [...file.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    for (const base of bases) expect(base).toMatch(/^node:\d+\.\d+\.\d+-/);
    const last = file.slice(file.lastIndexOf('FROM'));
    expect(last).toMatch(/^USER node$/m);
    expect(last.indexOf('USER')).toBeLessThan(last.indexOf('ENTRYPOINT'));
  });

  test('copies only what is here and not left out, and runs only scripts that exist', () => {
    const copied = [...file.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, paths = '']) =>
      paths.split(' ').slice(0, -1),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) {
      expect(existsSync(join(ROOT, path)), path).toBe(true);
      expect(ignored, path).toContain(`!${path}`);
    }
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    for (const [, script = ''] of file.matchAll(/npm run ([\w:]+)/g))
      expect(scripts).toHaveProperty([script]);
  });

  test('sets variables that the relay knows, and looks at the port it sets', () => {
    const [, pairs = ''] = /^ENV (.+)$/m.exec(file.slice(file.lastIndexOf('FROM'))) ?? [];
    const env = Object.fromEntries(pairs.split(' ').map((pair) => pair.split('=') as [string, string]));
    for (const name of Object.keys(env)) expect(['NODE_ENV', ...variables()], name).toContain(name);
    expect(file).toContain(`127.0.0.1:${env['PORT']}/healthz`);
    expect(read('Caddyfile')).toContain(`reverse_proxy relay:${env['PORT']} {`);
  });
});

test('the Caddyfile uses only what compose gives it', () => {
  const asked = [...read('Caddyfile').matchAll(/\{\$(\w+)\}/g)].map(([, name]) => name);
  expect(asked).toEqual(Object.keys(caddy.environment ?? {}));
});

test('nats.conf uses only what compose gives it, and lets the largest mail through', () => {
  const asked = [
    ...lines('nats.conf')
      .join('\n')
      .matchAll(/\$(\w+)/g),
  ].map(([, name]) => name);
  expect(asked).toEqual(Object.keys(nats.environment ?? {}));
  const kilobytes = Number(/^max_payload: (\d+)KB$/m.exec(read('nats.conf'))?.[1]);
  expect(kilobytes * 1024).toBeGreaterThan(MAX_FRAME_BYTES + 1024);
});

describe('turnserver.conf', () => {
  const options = lines('turnserver.conf');
  const denied = new BlockList();
  for (const option of options) {
    const [, from, to] = /^denied-peer-ip=([^-]+)-(.+)$/.exec(option) ?? [];
    if (from !== undefined && to !== undefined) denied.addRange(from, to, isIP(from) === 6 ? 'ipv6' : 'ipv4');
  }
  const isDenied = (ip: string) => denied.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');

  test.each([
    ...['0.0.0.0', '10.0.0.1', '10.255.255.255', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1'],
    ...[
      '172.31.255.255',
      '192.0.0.8',
      '192.168.1.1',
      '198.18.0.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
    ],
    ...['::1', '::ffff:10.0.0.1', '64:ff9b::a00:1', '100::1', '2001::1', '2001:db8::1', '2002:a00:1::'],
    ...['fc00::1', 'fd12::1', 'fe80::1', 'fec0::1', 'ff02::1'],
  ])('lets nobody reach %s', (ip) => {
    expect(isDenied(ip)).toBe(true);
  });

  test.each([
    '1.1.1.1',
    '9.255.255.255',
    '172.32.0.1',
    '192.169.0.1',
    '223.255.255.255',
    '2a00:1450::1',
    '2606:4700::1',
  ])('lets people reach %s', (ip) => {
    expect(isDenied(ip)).toBe(false);
  });

  test('bounds everybody, takes only credentials of the relay, and has no other doors', () => {
    const plain = [
      'use-auth-secret',
      'no-cli',
      'no-multicast-peers',
      'no-tcp-relay',
      'no-tlsv1',
      'no-tlsv1_1',
    ];
    expect(options).toEqual(expect.arrayContaining(plain));
    for (const bound of ['user-quota', 'total-quota', 'max-bps', 'bps-capacity', 'stale-nonce'])
      expect(options.join('\n')).toMatch(new RegExp(`^${bound}=[1-9]\\d*$`, 'm'));
    expect(options.join('\n')).not.toMatch(
      /^(user=|allowed-peer-ip|allow-loopback-peers|no-auth|verbose|static-auth-secret)/im,
    );
  });
});

describe('sidecall-relay.service', () => {
  const unit = lines('sidecall-relay.service');

  test('waits longer for the end than a relay takes by default', () => {
    const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit.join('\n'))?.[1]);
    expect(seconds).toBeGreaterThan(30 + LIMITS.closeTimeoutSeconds.default);
  });

  test('is a unit that systemd takes, with little left to attack', ({ skip }) => {
    const verified = spawnSync('systemd-analyze', ['verify', join(DEPLOY, 'sidecall-relay.service')]);
    if (verified.error) skip('systemd-analyze is not on this machine');
    expect(
      verified.stderr
        .toString()
        .split('\n')
        .filter((line) => line.includes('sidecall-relay')),
    ).toEqual([]);
    const graded = spawnSync('systemd-analyze', [
      'security',
      '--offline=true',
      join(DEPLOY, 'sidecall-relay.service'),
    ]);
    const exposure = /exposure level for sidecall-relay\.service: ([\d.]+)/.exec(
      graded.stdout.toString(),
    )?.[1];
    expect(Number(exposure)).toBeLessThan(2);
  });
});

describe('dashboard and alerts', () => {
  const registry = createMetrics({
    counters: new Counters(),
    turn: { granted: 0, refused: 0 },
    links: () => 0,
    online: () => 0,
    isGoingAway: () => false,
    checks: [{ name: 'nats', isReady: () => true }],
    bus: { state: 'up', onChange: () => undefined },
    tls: { notAfterSeconds: 0, isRefused: false },
  });
  interface Dashboard {
    panels: { id: number; title: string; targets: { expr: string }[] }[];
    templating: { list: { query: string | { query: string } }[] };
  }
  const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard;
  const alerts = parse(read('alerts.yaml')) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const rules = alerts.groups.flatMap((group) => group.rules);
  const expressions = [
    ...dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr)),
    ...dashboard.templating.list.map(({ query }) => (typeof query === 'string' ? '' : query.query)),
    ...rules.map((rule) => rule.expr),
  ];

  test('ask for no number that the relay does not have', async () => {
    const had = new Set([...(await registry.metrics()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
    const asked = expressions.flatMap((expr) => expr.match(/\b(?:sidecall|process|nodejs)_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(30);
    for (const name of asked) expect([...had], name).toContain(name);
  });

  test('compare labels only with values that they can have', async () => {
    const text = await registry.metrics();
    const compared = expressions.flatMap((expr) => [
      ...expr.matchAll(/(outcome|limit|status|reason)[!=]~?"([^"]+)"/g),
    ]);
    expect(compared.length).toBeGreaterThan(2);
    for (const [, label = '', values = ''] of compared)
      for (const value of values.split('|')) expect(text).toContain(`{${label}="${value}"}`);
  });

  test('every number of the relay itself is on the dashboard', async () => {
    const own = [...(await registry.metrics()).matchAll(/^# TYPE (sidecall_\w+)/gm)].map(([, name]) => name);
    const shown = dashboard.panels.flatMap((panel) => panel.targets.map(({ expr }) => expr)).join('\n');
    for (const name of own) expect(shown, name).toContain(name);
  });

  test('are what Prometheus takes', ({ skip }) => {
    const checked = spawnSync('promtool', ['check', 'config', join(DEPLOY, 'prometheus.yaml')]);
    if (checked.error) skip('promtool is not on this machine');
    expect(checked.status, checked.stderr.toString()).toBe(0);
  });

  test('watch the job that prometheus.yaml scrapes, where the relay has its metrics', () => {
    const { scrape_configs: jobs } = parse(read('prometheus.yaml')) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    const named = rules.flatMap((rule) => [...rule.expr.matchAll(/job="([^"]+)"/g)].map(([, job]) => job));
    expect(new Set(named)).toEqual(new Set(jobs.map((job) => job.job_name)));
    expect(jobs[0]?.static_configs[0]?.targets).toEqual([`relay:${relay.environment?.['METRICS_PORT']}`]);
  });
});
