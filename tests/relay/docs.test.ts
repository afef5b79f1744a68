/** The operator's page and the program must say the same. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LIMITS, readConfig, variableOf } from '../../relay/config.ts';
import { variables } from './variables.ts';

const page = readFileSync(new URL('../../docs/relay.md', import.meta.url), 'utf8');
/** Cells of each table row that begins with a variable, by its name. */
const rows = new Map(
  [...page.matchAll(/^\| `([A-Z_]+)` .*$/gm)].map(([row, name = '']) => [
    name,
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  ]),
);

test('the page names every variable, and no other', () => {
  expect([...rows.keys()].sort()).toEqual(variables().sort());
});

test('every limit stands there with its default, its unit and its range', () => {
  for (const [name, spec] of Object.entries(LIMITS)) {
    const [, value, unit, range] = rows.get(variableOf(name)) ?? [];
    expect(value, name).toBe(String(spec.default));
    expect(range, name).toBe(`${spec.min}–${spec.max}`);
    const expected = /PerSecond$/.test(name)
      ? /^(bytes|1)\/s$/
      : /Seconds$/.test(name)
        ? /^s$/
        : /PerHour$/.test(name)
          ? /^1\/h$/
          : /byte/i.test(name)
            ? /^bytes$/
            : /^count$/;
    expect(unit, name).toMatch(expected);
  }
});

test('every example is one that the program takes', () => {
  for (const [name, cells] of rows) {
    const example = /^`(.*)`$/.exec(cells.at(-2) ?? '')?.[1];
    if (example === undefined) throw new Error(`${name} has no example`);
    const secret = 'o'.repeat(44);
    const value = example === '$(openssl rand -base64 32)' ? secret : example;
    const nats = { RELAY_SECRET: secret, NATS_URL: 'nats://nats.example:4222' };
    const pair = {
      TURN_URLS: { TURN_SECRET: secret },
      TURN_SECRET: { TURN_URLS: 'turn:turn.example' },
      TLS_CERT: { TLS_KEY: 'key.pem' },
      TLS_KEY: { TLS_CERT: 'cert.pem' },
      NATS_USER: { NATS_PASSWORD: secret },
      NATS_PASSWORD: { NATS_USER: 'relay' },
      NATS_CERT: { NATS_KEY: 'key.pem' },
      NATS_KEY: { NATS_CERT: 'cert.pem' },
    };
    const env = {
      ...(name.startsWith('NATS_') && nats),
      [name]: value,
      ...(pair as Record<string, object>)[name],
    };
    expect(readConfig(env), `${name}=${value}`).toMatchObject({ ok: true });
  }
});
