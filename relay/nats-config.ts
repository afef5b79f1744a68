/** What an operator may set about NATS, and the sentence for every mistake. */
import type { NatsOptions } from './nats.ts';

/** The variables, in the order in which the documentation lists them. */
export const NATS_VARIABLES = [
  'NATS_URL',
  'NATS_CREDS',
  'NATS_USER',
  'NATS_PASSWORD',
  'NATS_TOKEN',
  'NATS_CA',
  'NATS_CERT',
  'NATS_KEY',
] as const;

/**
 * @param text a variable without spaces around it; undefined if it is empty.
 * @param hasSecret whether `RELAY_SECRET` is set.
 * @returns how to reach NATS, or null if this relay is alone. Mistakes are added to `mistakes`.
 */
export function readNats(
  text: (name: string) => string | undefined,
  hasSecret: boolean,
  mistakes: string[],
): NatsOptions | null {
  const servers = text('NATS_URL')?.split(/[\s,]+/) ?? [];
  if (servers.length === 0) {
    const useless = NATS_VARIABLES.filter((name) => text(name) !== undefined);
    if (useless.length > 0) mistakes.push(`${useless.join(', ')} is set but NATS_URL is not.`);
    return null;
  }
  for (const url of servers) {
    // Never the URL itself: there may be a password in it, which is the mistake.
    if (!isServer(url))
      mistakes.push(
        'NATS_URL has a URL that is not nats://host:port or tls://host:port; user and password go into NATS_USER and NATS_PASSWORD.',
      );
  }
  if (!hasSecret)
    mistakes.push('NATS_URL is set but RELAY_SECRET is not: set it to the same secret on every node.');
  const identities = ['NATS_CREDS', 'NATS_USER', 'NATS_TOKEN'].filter((name) => text(name) !== undefined);
  if (identities.length > 1)
    mistakes.push(`${identities.join(' and ')} are both set: this node can be one user only.`);
  for (const [one, other] of [
    ['NATS_USER', 'NATS_PASSWORD'],
    ['NATS_CERT', 'NATS_KEY'],
  ] as const) {
    if ((text(one) === undefined) !== (text(other) === undefined))
      mistakes.push(`${one} and ${other} belong together: set both or neither.`);
  }
  return {
    servers,
    creds: text('NATS_CREDS'),
    user: text('NATS_USER'),
    password: text('NATS_PASSWORD'),
    token: text('NATS_TOKEN'),
    ca: text('NATS_CA'),
    cert: text('NATS_CERT'),
    key: text('NATS_KEY'),
  };
}

function isServer(url: string): boolean {
  if (!/^(nats|tls):\/\/[^\s/@]+$/.test(url) || !URL.canParse(url)) return false;
  const { hostname, port } = new URL(url);
  return hostname !== '' && port !== '0';
}
