/** Ports for programs that are told theirs. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** @returns ports of loopback that were free for TCP and for UDP a moment ago: coturn listens on both, and does without one that it does not get. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  const sockets = ports.map((port) => createSocket('udp4').bind(port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  await Promise.all([...servers, ...sockets].map((each) => once(each.close(), 'close')));
  return ports;
}

/** @returns one of them. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
