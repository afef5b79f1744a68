/** The WebSocket under a link: how `ws` is set up, and one set of listeners for all of them. */
import { type RawData, type ServerOptions, WebSocket } from 'ws';
import type { Limits } from './config.ts';
import type { Link } from './link.ts';
import { MAX_FRAME_BYTES } from './protocol.ts';

/** The most pieces one frame may come in: 64 KiB in the smallest usual TCP segments, with room to spare. */
const MAX_PIECES = 1024;

/** Who counts the sockets. */
export interface LinkOwner {
  /** A socket has closed. */
  forget(socket: LinkSocket): void;
}

/** A WebSocket that carries its link along, so that the listeners need no closure for each. */
export class LinkSocket extends WebSocket {
  link: Link | undefined;
  owner: LinkOwner | undefined;
  /** Where it comes from, for the limits of each source. */
  source = '';
}

/** Hands everything that happens on the socket to its link and its owner. */
export function listen(socket: LinkSocket): void {
  socket
    .on('message', onMessage)
    .on('ping', onPing)
    .on('pong', onPong)
    .on('error', onError)
    .on('close', onClose);
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (this instanceof LinkSocket && Buffer.isBuffer(data)) this.link?.receive(data, isBinary);
}

function onPing(this: WebSocket, data: Buffer): void {
  if (this instanceof LinkSocket) this.link?.receivePing(data);
}

function onPong(this: WebSocket, data: Buffer): void {
  if (this instanceof LinkSocket) this.link?.receivePong(data);
}

function onError(this: WebSocket): void {
  // The peer broke RFC 6455 or its connection: `ws` closes the socket by itself (1002, 1007, 1009), we forget the link.
  if (this instanceof LinkSocket) this.link?.end();
}

function onClose(this: WebSocket): void {
  if (!(this instanceof LinkSocket)) return;
  this.link?.end();
  this.owner?.forget(this);
}

/** @returns how `ws` serves links: no compression, no tracking of its own, bounded frames. */
export function webSocketOptions(limits: Limits): ServerOptions<typeof LinkSocket> {
  // `closeTimeout` exists since ws 8.19 and is not yet in its types.
  const options: ServerOptions<typeof LinkSocket> & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // The link answers pings itself, within its limits.
    autoPong: false,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: MAX_PIECES,
    maxBufferedChunks: MAX_PIECES,
    closeTimeout: 1000 * limits.closeTimeoutSeconds,
    WebSocket: LinkSocket,
  };
  return options;
}
