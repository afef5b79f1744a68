/** Where a connection comes from, for the limits of each source: never logged, never kept longer than the limit needs. */
import { type BlockList, isIP, isIPv6 } from 'node:net';

/**
 * @param remote the socket's own address.
 * @param forwarded the `X-Forwarded-For` header, believed only as far as trusted proxies wrote it.
 * @returns the IPv4 address, or the /64 of an IPv6 address: a household has a whole /64 to choose from.
 */
export function sourceOf(remote: string, forwarded: string | undefined, trusted: BlockList): string {
  let source = plain(remote);
  const hops = forwarded?.split(',') ?? [];
  // From the right: each proxy appends whom it saw, so what a client invents stands further left.
  while (hops.length > 0 && isTrusted(source, trusted)) {
    const hop = plain(hops.pop()?.trim() ?? '');
    if (isIP(hop) === 0) break;
    source = hop;
  }
  return source.includes(':') && isIPv6(source) ? prefix64(source) : source;
}

/** Without a zone, and IPv4 as IPv4 even where a dual-stack socket shows it as `::ffff:192.0.2.1`. */
function plain(ip: string): string {
  if (!ip.includes(':')) return ip;
  const address = ip.replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

function isTrusted(ip: string, trusted: BlockList): boolean {
  const family = isIP(ip);
  return family !== 0 && trusted.check(ip, family === 6 ? 'ipv6' : 'ipv4');
}

function prefix64(ip: string): string {
  // The URL parser writes every form of an IPv6 address in the one of RFC 5952.
  const [head = '', tail] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
