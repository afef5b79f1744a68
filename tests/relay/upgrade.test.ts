import { request } from 'node:http';
import { expect, test } from 'vitest';
import { judgeUpgrade, loopbackHosts } from '../../relay/upgrade.ts';
import { type DialOptions, DialError, Link } from './independent-client.ts';
import { dial, startRelay } from './relay-fixture.ts';

const OWN = 'fkdcdbcjphjjkidkjdiefjebcpgihehd';

test('a Host that is not the relay’s gets 421, its loopback names are its own', async () => {
  const relay = await startRelay();
  const { port } = relay;
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
    await dial(relay, { headers: { host } });
  }
  for (const host of [
    'relay.example',
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `evil@127.0.0.1:${port}`,
    `localhost.:${port}`,
  ]) {
    await expect(dial(relay, { headers: { host } }), host).rejects.toEqual(new DialError(421));
  }
});

test('a relay with public names answers to these and no longer to loopback', async () => {
  const relay = await startRelay({ publicHosts: ['relay.example', 'relay.example:8443'] });
  await dial(relay, { headers: { host: 'relay.example' } });
  await dial(relay, { headers: { host: 'relay.example:8443' } });
  await expect(dial(relay)).rejects.toEqual(new DialError(421));
});

test('programs, the listed Chromium extension and any Firefox extension may link, nobody else', async () => {
  const relay = await startRelay();
  await dial(relay);
  for (const origin of [
    `chrome-extension://${OWN}`,
    'moz-extension://7a4d3b0e-6f1b-4b8e-9a54-3f2f6b1f0c2d',
  ]) {
    await dial(relay, { origin });
  }
  const others = [
    'https://evil.example',
    relay.url,
    'null',
    '',
    `chrome-extension://${'a'.repeat(32)}`,
    `chrome-extension://${OWN}.evil.example`,
    `chrome-extension://${OWN}/`,
    `https://chrome-extension://${OWN}`,
    `https://evil.example/moz-extension://`,
  ];
  for (const origin of others) {
    await expect(dial(relay, { headers: { origin } }), origin).rejects.toEqual(new DialError(403));
  }
});

test('an operator’s own list of extensions replaces the project’s', async () => {
  const relay = await startRelay({ extensionIds: ['b'.repeat(32)] });
  await dial(relay, { origin: `chrome-extension://${'b'.repeat(32)}` });
  await expect(dial(relay, { origin: `chrome-extension://${OWN}` })).rejects.toEqual(new DialError(403));
});

async function dialAt(url: string, path: string, options: DialOptions = {}): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'sidecall.1',
      ...options.headers,
    };
    const asked = request(new URL(path, url), { headers, agent: false });
    asked.on('response', (response) => resolve(response.resume().statusCode ?? 0));
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    asked.end();
  });
}

test('only /link becomes a link', async () => {
  const { url } = await startRelay();
  expect(await dialAt(url, '/link')).toBe(101);
  expect(await dialAt(url, '/link?from=here')).toBe(101);
  for (const path of ['/', '/link/', '/links', '/LINK', '/healthz', '/x/../link/x']) {
    expect(await dialAt(url, path), path).toBe(404);
  }
});

test('an upgrade that is no WebSocket of version 13 is refused', async () => {
  const { url } = await startRelay();
  expect(await dialAt(url, '/link', { headers: { 'sec-websocket-version': '12' } })).toBe(400);
  expect(await dialAt(url, '/link', { headers: { 'sec-websocket-key': 'short' } })).toBe(400);
  expect(await dialAt(url, '/link', { headers: { upgrade: 'h2c' } })).toBe(400);
});

test('without the subprotocol there is no link, among others it is chosen', async () => {
  const relay = await startRelay();
  await expect(dial(relay, { protocols: [] })).rejects.toEqual(new DialError(400));
  await expect(dial(relay, { protocols: ['sidecall.2', 'SIDECALL.1'] })).rejects.toEqual(new DialError(400));
  const link = await dial(relay, { protocols: ['sidecall.2', 'sidecall.1'] });
  expect(link.socket.protocol).toBe('sidecall.1');
});

test('a relay answers /healthz under any name, asks for an upgrade at /link, and knows nothing else', async () => {
  const { url } = await startRelay();
  const health = await fetch(`${url}/healthz`);
  expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
  expect((await fetch(`${url}/healthz`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${url}/link`)).status).toBe(426);
  expect((await fetch(`${url}/`)).status).toBe(404);
});

test('a request without Host is nobody’s', () => {
  const rules = { publicHosts: new Set(['relay.example']), extensionIds: new Set([OWN]) };
  const plain = { url: '/link', host: undefined, origin: undefined, protocols: 'sidecall.1' };
  expect(judgeUpgrade(plain, rules)).toEqual({ ok: false, status: 421 });
  expect(judgeUpgrade({ ...plain, host: 'Relay.Example' }, rules)).toEqual({
    ok: true,
    publicName: 'relay.example',
    resume: null,
  });
});

test('the loopback names are as a browser shows them', () => {
  const names = ['127.0.0.1:8787', 'localhost:8787', '[::1]:8787'];
  expect(loopbackHosts('http://127.0.0.1:8787')).toEqual(names);
  expect(loopbackHosts('http://127.0.0.1:80')).toEqual(['127.0.0.1', 'localhost', '[::1]']);
  expect(loopbackHosts('https://[::1]:443')).toEqual(['127.0.0.1', 'localhost', '[::1]']);
});

test('a relay on IPv6 names its URL so that it can be dialled', async () => {
  const relay = await startRelay({ host: '::1' });
  expect(relay.url).toBe(`http://[::1]:${relay.port}`);
  const link = await Link.dial(relay.url);
  link.socket.terminate();
});
