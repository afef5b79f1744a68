import { expect, test } from 'vitest';
import { proxyList } from '../../relay/config.ts';
import { sourceOf } from '../../relay/source.ts';
import { DialError } from './independent-client.ts';
import { dial, startRelay } from './relay-fixture.ts';

const PROXIES = proxyList(['10.0.0.0/8', '192.0.2.1', '2001:db8:1::/48']);

test.each([
  ['a client that comes directly', '198.51.100.7', undefined, '198.51.100.7'],
  ['a client that comes directly and invents a header', '198.51.100.7', '203.0.113.9', '198.51.100.7'],
  ['a client behind a proxy', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
  ['a client behind two proxies', '10.1.2.3', '203.0.113.9, 192.0.2.1', '203.0.113.9'],
  [
    'a client that invents a hop before the true ones',
    '10.1.2.3',
    '6.6.6.6, 203.0.113.9, 192.0.2.1',
    '203.0.113.9',
  ],
  ['a client that invents a trusted hop', '10.1.2.3', '6.6.6.6,10.9.9.9,203.0.113.9', '203.0.113.9'],
  ['a proxy that says nothing', '10.1.2.3', undefined, '10.1.2.3'],
  ['a proxy that says nonsense', '10.1.2.3', 'unknown', '10.1.2.3'],
  ['a proxy on a dual-stack socket', '::ffff:10.1.2.3', '203.0.113.9', '203.0.113.9'],
  ['an IPv4 client on a dual-stack socket', '::ffff:198.51.100.7', undefined, '198.51.100.7'],
  ['an IPv6 client', '2001:db8:a:b:c:d:e:f', undefined, '2001:db8:a:b'],
  ['the same household', '2001:db8:a:b::1', undefined, '2001:db8:a:b'],
  ['an IPv6 client with zeros', '2001:db8::7', undefined, '2001:db8:0:0'],
  ['an IPv6 proxy', '2001:db8:1::5', '2001:DB8:A:B::2', '2001:db8:a:b'],
  ['a link-local client', 'fe80::1%eth0', undefined, 'fe80:0:0:0'],
  ['loopback', '::1', undefined, '0:0:0:0'],
])('the source of %s', (_who, remote, forwarded, source) => {
  expect(sourceOf(remote, forwarded, PROXIES)).toBe(source);
});

test('X-Forwarded-For of somebody who is no trusted proxy changes nothing', async () => {
  const relay = await startRelay({ limits: { linksPerSource: 1 } });
  await dial(relay, { headers: { 'x-forwarded-for': '203.0.113.1' } });
  const other = dial(relay, { headers: { 'x-forwarded-for': '203.0.113.2' } });
  await expect(other).rejects.toEqual(new DialError(429));
});
