import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { LIMITS, OWN_EXTENSION_ID, proxyList, readConfig, variableOf } from '../../relay/config.ts';
import { createRelay } from '../../relay/server.ts';
import { startRelay } from './relay-fixture.ts';

function mistakesOf(env: Record<string, string>): string[] {
  const result = readConfig(env);
  return result.ok ? [] : result.mistakes;
}

test('an empty environment is a loopback relay with a new secret each time', () => {
  const [one, other] = [readConfig({}), readConfig({ PORT: '', RELAY_SECRET: ' ' })];
  if (!one.ok || !other.ok) throw new Error('refused');
  expect(one.options).toMatchObject({
    host: '127.0.0.1',
    port: 8787,
    publicHosts: [],
    stunUrls: [],
    turnUrls: [],
    extensionIds: [OWN_EXTENSION_ID],
    logLevel: 'info',
  });
  expect(one.options.secret.length).toBeGreaterThanOrEqual(32);
  expect(one.options.secret).not.toBe(other.options.secret);
});

test('everything that can be set is read', () => {
  const result = readConfig({
    HOST: '0.0.0.0',
    PORT: '0',
    PUBLIC_HOSTS: 'relay.example, [2001:db8::1]:8443',
    RELAY_SECRET: 'x'.repeat(32),
    STUN_URLS: 'stun:stun.example',
    TURN_URLS: 'turn:turn.example:3478 turns:turn.example:5349?transport=tcp',
    TURN_SECRET: 'shared with coturn',
    TRUSTED_PROXIES: '10.0.0.0/8,::1',
    EXTENSION_IDS: `${'a'.repeat(32)},${'b'.repeat(32)}`,
    LOG_LEVEL: 'debug',
    NATS_URL: 'nats://nats-1:4222,tls://nats-2.example',
    NATS_USER: 'relay',
    NATS_PASSWORD: 'shared with NATS',
    NATS_CA: 'ca.pem',
    METRICS_HOST: '10.0.0.5',
    METRICS_PORT: '9787',
    INSTALL_URL: 'https://store.example/sidecall',
    TLS_CERT: '/etc/relay/cert.pem',
    TLS_KEY: '/etc/relay/key.pem',
    MAILS_PER_SECOND: '7',
  });
  if (!result.ok) throw new Error(result.mistakes.join());
  expect(result.options).toMatchObject({
    host: '0.0.0.0',
    port: 0,
    publicHosts: ['relay.example', '[2001:db8::1]:8443'],
    secret: 'x'.repeat(32),
    stunUrls: ['stun:stun.example'],
    turnUrls: ['turn:turn.example:3478', 'turns:turn.example:5349?transport=tcp'],
    turnSecret: 'shared with coturn',
    trustedProxies: ['10.0.0.0/8', '::1'],
    extensionIds: ['a'.repeat(32), 'b'.repeat(32)],
    logLevel: 'debug',
    nats: {
      servers: ['nats://nats-1:4222', 'tls://nats-2.example'],
      user: 'relay',
      password: 'shared with NATS',
      ca: 'ca.pem',
    },
    metricsHost: '10.0.0.5',
    metricsPort: 9787,
    installUrl: 'https://store.example/sidecall',
    tls: { cert: '/etc/relay/cert.pem', key: '/etc/relay/key.pem' },
  });
  expect(result.options.limits.mailsPerSecond).toBe(7);
});

test('every limit is read from its variable, and refuses what is no number in its range', () => {
  for (const [name, { min, max, default: fallback }] of Object.entries(LIMITS)) {
    const variable = variableOf(name);
    expect(fallback, variable).toBeGreaterThanOrEqual(min);
    expect(fallback, variable).toBeLessThanOrEqual(max);
    for (const bad of ['many', '-1', '1.5', '0x10', '1e3', String(min - 1), String(max + 1)]) {
      expect(mistakesOf({ [variable]: bad }), `${variable}=${bad}`).toEqual([
        `${variable} must be a whole number from ${min} to ${max}, not "${bad}".`,
      ]);
    }
    const good = readConfig({
      [variable]: String(max),
      ...(name === 'pingSeconds' && { SILENCE_SECONDS: '60' }),
    });
    if (!good.ok) throw new Error(good.mistakes.join());
    expect(good.options.limits).toMatchObject({ [name]: max });
  }
});

test.each([
  ['PORT', '65536', /^PORT must be a whole number from 0 to 65535/],
  ['PORT', 'http', /^PORT must be a whole number/],
  [
    'PUBLIC_HOSTS',
    'https://relay.example',
    /^PUBLIC_HOSTS has "https:\/\/relay.example", but each name is a host/,
  ],
  ['PUBLIC_HOSTS', 'Relay.example', /^PUBLIC_HOSTS has "Relay.example"/],
  ['PUBLIC_HOSTS', 'relay.example:443', /without :443/],
  ['PUBLIC_HOSTS', 'relay.example/', /^PUBLIC_HOSTS/],
  ['PUBLIC_HOSTS', 'relay.example:99999', /^PUBLIC_HOSTS/],
  ['RELAY_SECRET', 'hunter2', /^RELAY_SECRET must have at least 32 characters; it has 7\.$/],
  ['STUN_URLS', 'turn:turn.example', /^STUN_URLS has "turn:turn.example"/],
  ['STUN_URLS', 'stun:a '.repeat(9), /^STUN_URLS may have 8 URLs at most; it has 9\.$/],
  ['TURN_SECRET', 'but no server', /^TURN_SECRET is set but TURN_URLS is not/],
  ['TURN_URLS', 'turn:turn.example', /^TURN_URLS is set but TURN_SECRET is not/],
  ['TRUSTED_PROXIES', '10.0.0.0/33', /^TRUSTED_PROXIES has "10.0.0.0\/33"/],
  ['TRUSTED_PROXIES', 'caddy', /^TRUSTED_PROXIES has "caddy"/],
  ['EXTENSION_IDS', 'chrome-extension://abc', /^EXTENSION_IDS has/],
  ['INSTALL_URL', 'javascript:alert(1)', /^INSTALL_URL must be an https/],
  ['TLS_CERT', '/etc/relay/cert.pem', /^TLS_CERT is set but TLS_KEY is not/],
  ['TLS_KEY', '/etc/relay/key.pem', /^TLS_KEY is set but TLS_CERT is not/],
  ['METRICS_PORT', 'x', /^METRICS_PORT must be a whole number from 0 to 65535/],
  ['LOG_LEVEL', 'loud', /^LOG_LEVEL must be one of trace, debug/],
  ['SILENCE_SECONDS', '20', /^SILENCE_SECONDS must be more than PING_SECONDS/],
])('%s=%s is refused with a sentence', (name, value, sentence) => {
  expect(mistakesOf({ [name]: value })).toEqual([expect.stringMatching(sentence)]);
});

test.each([
  [{ NATS_USER: 'relay', NATS_PASSWORD: 'x' }, /^NATS_USER, NATS_PASSWORD is set but NATS_URL is not/],
  [{ NATS_URL: 'nats://nats:4222' }, /^NATS_URL is set but RELAY_SECRET is not/],
  [{ NATS_URL: 'nats://relay:swordfish@nats:4222' }, /^NATS_URL has a URL that is not nats:/],
  [{ NATS_URL: 'https://nats' }, /^NATS_URL has a URL that is not nats:/],
  [{ NATS_USER: 'relay' }, /^NATS_USER and NATS_PASSWORD belong together/],
  [{ NATS_CERT: 'cert.pem' }, /^NATS_CERT and NATS_KEY belong together/],
  [{ NATS_CREDS: 'relay.creds', NATS_TOKEN: 'swordfish' }, /^NATS_CREDS and NATS_TOKEN are both set/],
])('%j is refused with a sentence', (env: Record<string, string>, sentence) => {
  const isAboutIdentity = env['NATS_URL'] === undefined && env['NATS_PASSWORD'] === undefined;
  const secret = env['NATS_URL'] !== 'nats://nats:4222' && { RELAY_SECRET: 'x'.repeat(32) };
  const mistakes = mistakesOf({ ...secret, ...(isAboutIdentity && { NATS_URL: 'nats://nats' }), ...env });
  expect(mistakes).toEqual([expect.stringMatching(sentence)]);
  expect(mistakes.join()).not.toContain('swordfish');
});

test('all mistakes are told together, and no secret among them', () => {
  const mistakes = mistakesOf({
    PORT: 'x',
    RELAY_SECRET: 'hunter2',
    TURN_SECRET: 'swordfish',
    LOG_LEVEL: 'loud',
  });
  expect(mistakes).toHaveLength(4);
  expect(mistakes.join()).not.toMatch(/hunter2|swordfish/);
});

test('the extension that may link by default is the one that this manifest builds', () => {
  const { key } = JSON.parse(readFileSync(new URL('../../manifest.json', import.meta.url), 'utf8')) as {
    key: string;
  };
  const hash = createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 32);
  const id = [...hash].map((digit) => 'abcdefghijklmnop'[parseInt(digit, 16)]).join('');
  expect(id).toBe(OWN_EXTENSION_ID);
});

test('a list of proxies with a mistake in it is never half believed', () => {
  expect(() => proxyList(['10.0.0.1', 'caddy'])).toThrow();
});

test('a relay that cannot listen says so', async () => {
  const { port } = await startRelay();
  await expect(createRelay({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
