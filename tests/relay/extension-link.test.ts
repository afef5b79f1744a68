/** The extension's own link against a real relay: what it offers, and what it does when nobody takes that. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Identity } from '../../extension/background/identity.ts';
import { RelayLink } from '../../extension/background/relay-link.ts';
import { offeredProtocols } from '../../extension/background/resume-offer.ts';
import { isAddress } from '../../relay/protocol.ts';
import { Person } from './independent-client.ts';
import { dial, goOnline, startRelay } from './relay-fixture.ts';

/** The link of somebody who has this token, as a worker of the extension starts it; what it said is in `said`. */
function startLink(host: string, address: string, token: string | undefined) {
  if (!isAddress(address)) throw new Error('not an address');
  const said: string[] = [];
  const shelf: { token: string | undefined } = { token };
  class Listened extends WebSocket {
    override send(data: unknown): void {
      said.push(String(data));
      super.send(data as string);
    }
  }
  vi.stubGlobal('WebSocket', Listened);
  vi.stubGlobal('navigator', { onLine: true });
  onTestFinished(() => void vi.unstubAllGlobals());
  const me = { address } as Identity;
  const tokens = {
    get: () => Promise.resolve(shelf.token),
    set: (next: string | undefined) => Promise.resolve(void (shelf.token = next)),
  };
  let connected = (): void => undefined;
  const online = new Promise<void>((resolve) => (connected = resolve));
  const link = new RelayLink(host, me, tokens, {
    onState: () => undefined,
    onWelcome: () => connected(),
    onMail: () => undefined,
    onPresence: () => undefined,
    onUndelivered: () => undefined,
  });
  onTestFinished(() => link.close());
  link.ensure();
  return { link, online, said, shelf };
}

test('with a token the link of the extension is welcome without a word of its own', async () => {
  const relay = await startRelay();
  const { address, welcome } = await goOnline(relay);
  const before = String(welcome['resume']);
  const { online, said, shelf } = startLink(relay.host, address, before);
  await online;
  expect(said).toEqual([]);
  expect(shelf.token).toMatch(/^\d+\./);
});

test('at a relay that knows nothing of it the link says hello, with the token', async () => {
  const { address } = new Person();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'sidecall.1' });
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket) =>
    socket.on('message', () =>
      socket.send(
        JSON.stringify({ type: 'welcome', now: 1, resume: 'opaque', iceServers: [], pingSeconds: 20 }),
      ),
    ),
  );
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  const token = `1999999999.${'A'.repeat(43)}`;
  const { online, said } = startLink(`127.0.0.1:${bound.port}`, address, token);
  await online;
  expect(said.map((text) => JSON.parse(text) as unknown)).toEqual([
    { type: 'hello', address, resume: token },
  ]);
});

test('a token of another form is offered to nobody, and a clock that is wrong costs the shortcut alone', async () => {
  const relay = await startRelay();
  const { address, welcome } = await goOnline(relay);
  if (!isAddress(address)) throw new Error('not an address');
  expect(await offeredProtocols(address, 'opaque', Date.now())).toEqual(['sidecall.1']);
  expect(await offeredProtocols(address, undefined, Date.now())).toEqual(['sidecall.1']);
  const token = String(welcome['resume']);
  const late = await dial(relay, {
    protocols: await offeredProtocols(address, token, Date.now() - 3_600_000),
  });
  expect(late.socket.protocol).toBe('sidecall.1');
  const now = await dial(relay, { protocols: await offeredProtocols(address, token, Date.now()) });
  expect(now.socket.protocol).toBe('sidecall.1.resumed');
  // No header ever holds the token.
  expect((await offeredProtocols(address, token, Date.now())).join()).not.toContain(token.split('.')[1]);
});
