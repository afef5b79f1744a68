/**
 * A relay whose operator is hostile: the real one behind a line on which a test reads, changes, holds back and invents
 * whatever it likes. The real one goes by the line's own public name, as an operator's would, so that logins succeed.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import {
  type Address,
  ADDRESS_BYTES,
  fromBase64url,
  LINK_PATH,
  MAIL_HEADER_BYTES,
  parseClientFrame,
  SUBPROTOCOL,
  toBase64url,
} from '../../../relay/protocol.ts';
import { createRelay, type CreateRelayOptions, type Relay } from '../../../relay/server.ts';
import { createWaiting } from './waiting.ts';

/** A frame: text is control, bytes are mail. */
export type Data = string | Buffer;

export interface Passing {
  readonly line: Line;
  /** `up` goes from a person to the relay, `down` from the relay to a person. */
  readonly way: 'up' | 'down';
  readonly data: Data;
  /** Lets it go on, or something else in its place: at once or later, once, twice or never. */
  go(data?: Data): void;
}
/** What is done with each frame. */
export type Rule = (passing: Passing) => void;

/** The link of one person, with the hostile relay in it. */
export interface Line {
  /** As their `hello` named it. */
  readonly address: Address | null;
  /** Whether they were welcomed. */
  readonly isUp: boolean;
  /** Says something to them that the relay never said. */
  say(...frames: readonly (Data | object)[]): void;
  /** Ends their link with this code (RFC 6455, section 7.4). */
  cut(code: number): void;
}

export interface HostileRelay extends Relay {
  /** Everything that came to pass, before any rule was applied. */
  readonly seen: Passing[];
  /** From now on every frame is treated so. */
  meddle(rule: Rule): void;
  /** From now on every frame just goes on, as with an honest relay. */
  behave(): void;
  /** The line of somebody who is logged in, other than `not`; waits for it. */
  line(address: Address, not?: Line): Promise<Line>;
}

const TIMEOUT_MS = 15_000;
const honest: Rule = (passing) => passing.go();

/**
 * @param behind the relay of somebody else, whose logins are passed on under its own name: the relay in the middle. By
 * default the operator's own. @param options of the operator's own relay
 */
export async function createHostileRelay(
  options: CreateRelayOptions & { behind?: Relay } = {},
): Promise<HostileRelay> {
  const http = createServer((_request, response) => response.writeHead(404).end());
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const host = `127.0.0.1:${String(port)}`;
  const { behind, ...own } = options;
  const relay = behind ?? (await createRelay({ port: 0, ...own, publicHosts: [host] }));
  const name = behind ? behind.host : host;

  const lines = new Set<OpenLine>();
  const seen: Passing[] = [];
  const { changed, wait } = createWaiting();
  let rule = honest;

  const sockets = new WebSocketServer({ server: http, path: LINK_PATH, handleProtocols: () => SUBPROTOCOL });
  sockets.on('connection', (person, request) => {
    const line = openLine(person, dial(relay, name, request), (passing) => {
      seen.push(passing);
      rule(passing);
      changed();
    });
    lines.add(line);
    person.once('close', () => lines.delete(line));
  });

  return {
    url: `http://${host}`,
    host,
    port,
    metricsUrl: undefined,
    seen,
    meddle(given) {
      rule = given;
    },
    behave() {
      rule = honest;
    },
    line: (address, not) =>
      wait(
        () => [...lines].find((line) => line.isUp && line.address === address && line !== not),
        TIMEOUT_MS,
        () => 'Nobody with this address logs in at the hostile relay.',
      ),
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
      if (!behind) await relay.close();
    },
  };
}

/** Links to the real relay as this person would, from the same origin, under the name it is known by. */
function dial(relay: Relay, name: string, { headers }: IncomingMessage): WebSocket {
  return new WebSocket(new URL(LINK_PATH, relay.url.replace(/^http/, 'ws')), SUBPROTOCOL, {
    headers: { Host: name },
    ...(headers.origin !== undefined && { origin: headers.origin }),
    perMessageDeflate: false,
  });
}

interface OpenLine extends Line {
  address: Address | null;
  isUp: boolean;
}

function openLine(person: WebSocket, relay: WebSocket, pass: Rule): OpenLine {
  const opened = once(relay, 'open').catch(() => person.terminate());
  const line: OpenLine = {
    address: null,
    isUp: false,
    say(...frames) {
      for (const frame of frames) send(person, frame);
    },
    cut(code) {
      line.isUp = false;
      person.close(code);
      relay.close();
    },
  };

  person.on('message', (raw, isBinary) => {
    const data = dataOf(raw, isBinary);
    const hello = typeof data === 'string' ? parseClientFrame(data) : null;
    if (hello?.type === 'hello') line.address = hello.address;
    void opened.then(() => pass({ line, way: 'up', data, go: (other = data) => send(relay, other) }));
  });
  relay.on('message', (raw, isBinary) => {
    const data = dataOf(raw, isBinary);
    line.isUp ||= frameType(data) === 'welcome';
    pass({ line, way: 'down', data, go: (other = data) => send(person, other) });
  });
  person.on('close', () => relay.close());
  relay.on('close', (code) => end(person, code));
  for (const socket of [person, relay]) socket.on('error', () => undefined);
  return line;
}

/** Messages come as one buffer each: the `binaryType` of Node's sockets is left as it is. */
const dataOf = (raw: RawData, isBinary: boolean): Data => {
  if (!Buffer.isBuffer(raw)) throw new Error('a message that is no buffer');
  return isBinary ? raw : raw.toString();
};

function send(socket: WebSocket, frame: Data | object): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
}

/** A link that ended without a code, or with one that may not be sent, just breaks off (RFC 6455, section 7.4.1). */
function end(socket: WebSocket, code: number): void {
  if (code === 1000 || (code >= 3000 && code < 5000)) socket.close(code);
  else socket.terminate();
}

/** @returns the `type` of a control frame. */
export function frameType(data: Data): unknown {
  return typeof data === 'string' ? (JSON.parse(data) as { type?: unknown }).type : undefined;
}

/** @returns a rule for mail alone; control frames just go on. */
export const mail =
  (rule: (mail: Buffer, passing: Passing) => void): Rule =>
  (passing) =>
    typeof passing.data === 'string' ? passing.go() : rule(passing.data, passing);

/** @returns a rule that changes the relay's `welcome` alone. */
export const welcome =
  (change: object): Rule =>
  ({ data, go }) =>
    go(
      frameType(data) === 'welcome'
        ? JSON.stringify({ ...(JSON.parse(String(data)) as object), ...change })
        : data,
    );

/** @returns the sender of mail on its way down, the recipient of mail on its way up. */
export const partyOf = (mail: Buffer): string => toBase64url(mail.subarray(0, ADDRESS_BYTES));

/** @returns the mail as from, or to, somebody else. */
export const withParty = (mail: Buffer, party: Address): Buffer =>
  Buffer.concat([fromBase64url(party), mail.subarray(ADDRESS_BYTES)]);

/** @returns the mail with one bit changed, in its sealed part. @param at the byte, counted from the end if it is negative */
export function flipped(mail: Buffer, at = -1): Buffer {
  const copy = Buffer.from(mail);
  const index = at < 0 ? copy.length + at : MAIL_HEADER_BYTES + at;
  copy.writeUInt8(copy.readUInt8(index) ^ 1, index);
  return copy;
}
