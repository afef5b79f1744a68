/** Where a relay is: its public name, and the addresses made from it. */

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** @returns whether this relay serves this computer only. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** Names and addresses of this computer: RFC 6761, section 6.3; RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3. */
const THIS_COMPUTER = /(^|\.)localhost\.?$|^127\.|^0\.|^\[::1?\]$|^\[::ffff:(7f|0:)/;
/**
 * Names and addresses of the network around it: RFC 1918; shared, link-local and unique local addresses (RFC 6598, 3927, 4291, 4193),
 * mDNS and home names (RFC 6762, 8375), and names without a dot.
 */
const THIS_NETWORK = [
  /^(10|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|169\.254)\./,
  /^\[(f[cd]|fe[89ab]|::ffff:|64:ff9b:)/,
  /\.(local|home\.arpa|internal|lan)\.?$/,
  /^[^.:[\]]+\.?$/,
];

/** How close to this computer a relay is: 2 on it, 1 in the network around it, 0 out in the internet. */
function closeness(host: string): number {
  const name = host.replace(/:\d+$/, '');
  if (THIS_COMPUTER.test(name)) return 2;
  return THIS_NETWORK.some((each) => each.test(name)) ? 1 : 0;
}

/**
 * @returns whether this browser may connect to `relay` because somebody else named it. Nobody leads it closer to this computer than
 * its own relay is: their word must not make it knock at what listens here or behind the router.
 */
export const mayFollow = (own: string, relay: string): boolean => closeness(relay) <= closeness(own);

/** @returns the link's address: `wss:`, or `ws:` for a relay on this computer. */
export const linkUrl = (host: string, path: string): string =>
  `${isLoopback(host) ? 'ws' : 'wss'}://${host}${path}`;

/**
 * @param typed what a person typed or pasted: a host, with or without scheme and path
 * @returns the relay's public name, `host[:port]` in lower case, or null if it is none.
 */
export function parseRelayHost(typed: string): string | null {
  const text = typed.trim();
  if (text === '') return null;
  try {
    const url = new URL(
      /^[a-z]+:\/\//i.test(text)
        ? text.replace(/^wss?:/i, (scheme) => (scheme.length === 4 ? 'https:' : 'http:'))
        : `https://${text}`,
    );
    if (url.username || url.password || !/^https?:$/.test(url.protocol)) return null;
    // The default port of either scheme is not part of the public name.
    return /^[a-z0-9.-]+(:\d+)?$|^\[[0-9a-f:]+\](:\d+)?$/.test(url.host) ? url.host : null;
  } catch {
    return null;
  }
}
