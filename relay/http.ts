/** What a relay answers to plain HTTP: is it alive, is it ready, the invite page, the metrics. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Registry } from 'prom-client';
import type { Landing } from './landing.ts';
import { LINK_PATH } from './protocol.ts';
import type { Readiness } from './ready.ts';

/** Answers a request; a rejection becomes 500. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

type Page = (response: ServerResponse) => void | Promise<void>;

/**
 * The public side.
 * @param ready is asked for each `/readyz`. @param landing the page at `/i`, asked for when somebody comes to it.
 */
export function publicPages(ready: () => Readiness, landing: () => Promise<Landing>): Answer {
  const pages = new Map<string, Page>([
    ['/healthz', (response) => reply(response, 200, 'ok')],
    [
      '/readyz',
      (response) => {
        const { isReady, text } = ready();
        reply(response, isReady ? 200 : 503, text);
      },
    ],
    [
      '/i',
      async (response) => {
        const { body, headers } = await landing();
        response.writeHead(200, { ...headers, 'Content-Length': body.length }).end(body);
      },
    ],
  ]);
  return (request, response) => {
    if (pathOf(request) === LINK_PATH) reply(response.setHeader('Upgrade', 'websocket'), 426);
    else answer(pages, request, response);
  };
}

/** The operator's side, on a listener of its own: nothing but `/metrics`. */
export function metricsPages(registry: Registry): Answer {
  const pages = new Map<string, Page>([
    [
      '/metrics',
      async (response) => {
        const text = await registry.metrics();
        response.writeHead(200, { 'Content-Type': registry.contentType }).end(text);
      },
    ],
  ]);
  return (request, response) => answer(pages, request, response);
}

function answer(pages: ReadonlyMap<string, Page>, request: IncomingMessage, response: ServerResponse): void {
  const page = pages.get(pathOf(request));
  if (!page) return reply(response, 404);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return reply(response.setHeader('Allow', 'GET, HEAD'), 405);
  void (async () => page(response))().catch(() => {
    if (response.headersSent) response.destroy();
    else reply(response, 500);
  });
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? '';
}

function reply(response: ServerResponse, status: number, text = STATUS_CODES[status] ?? ''): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(`${text}\n`);
}

/** Answers an upgrade with a status instead. */
export function refuse(socket: Duplex, status: number): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Length: 0',
    '',
    '',
  ];
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(lines.join('\r\n'));
}
