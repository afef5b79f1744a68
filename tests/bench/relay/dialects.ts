/** How each server wants to be spoken to: the upgrade, the login, a message, and what it asks of an idle client. */
import { createHash, hash, randomBytes } from 'node:crypto';
import { systemClock } from '../../../relay/clock.ts';
import { ResumeTokens } from '../../../relay/login.ts';
import {
  type Address,
  expiryOfToken,
  LINK_PATH,
  RESUMED_SUBPROTOCOL,
  type ResumeOffer,
  resumeOfferText,
  resumeProofText,
  SUBPROTOCOL,
} from '../../../relay/protocol.ts';
import { Person } from '../../relay/independent-client.ts';
import { BINARY, frameOf, TEXT, textFrame } from './wire.ts';

/** Stands before the number of a message, at which the load knows it again. */
const MARK = '#';
const TAG_DIGITS = 10;
/** Where it stands, so far in that it is past whatever a server writes before it. */
const TAG_AT = 100;

export interface Dialect {
  /** The name of the client with this number: 43 characters everywhere. */
  nameOf(index: number): string;
  upgradeOf(name: string): { path: string; headers: string[] };
  /** What to say first; null if the server speaks first. `isOnline` if the upgrade is the login. */
  opening(name: string): Buffer | 'online' | null;
  /** What a frame before the login is complete calls for. */
  greet(payload: Buffer, name: string): Buffer | 'online' | null;
  /** Says whom one knows, where that matters. */
  befriend(names: string[]): Buffer | null;
  /** A message of about `size` bytes on the wire, from one to another, with a number in it. */
  message(from: string, to: string, size: number, tag: number): Buffer;
  isMessage(opcode: number, payload: Buffer): boolean;
  /** What a frame that is no message calls for: pings of the server's own. */
  answer(payload: Buffer): Buffer | null;
}

/** @returns the number in a message. */
export function tagOf(payload: Buffer): number {
  // Not from the start: an address may look like anything.
  const at = payload.indexOf(MARK, TAG_AT / 2);
  return Number(payload.toString('latin1', at + 1, at + 1 + TAG_DIGITS));
}

const filler = (length: number, tag: number): string =>
  `${'x'.repeat(TAG_AT)}${MARK}${String(tag).padStart(TAG_DIGITS, '0')}`.padEnd(length, 'x');
const hashed = (index: number): Buffer<ArrayBuffer> =>
  Buffer.from(createHash('sha256').update(String(index)).digest());
const hashedName = (index: number): string => hashed(index).toString('base64url');
const nothing = (): null => null;

const bare: Dialect = {
  nameOf: hashedName,
  upgradeOf: (name) => ({ path: `/${name}`, headers: [] }),
  opening: () => 'online',
  greet: nothing,
  befriend: nothing,
  message: (_from, to, size, tag) => textFrame(`${to}${filler(size - to.length, tag)}`),
  isMessage: (opcode) => opcode === TEXT,
  answer: nothing,
};

/** The same, but that the name is said first and answered, as in most protocols. */
const bareHello: Dialect = {
  ...bare,
  upgradeOf: () => ({ path: '/', headers: [] }),
  opening: (name) => textFrame(name),
  greet: () => 'online',
};

const peer: Dialect = {
  ...bare,
  upgradeOf: (name) => ({ path: `/peerjs?key=peerjs&id=${name}&token=t`, headers: [] }),
  opening: nothing,
  greet: (payload) => (payload.includes('"OPEN"') ? 'online' : null),
  message: (src, dst, size, tag) => {
    const around = JSON.stringify({ type: 'OFFER', src, dst, payload: '' }).length;
    return textFrame(JSON.stringify({ type: 'OFFER', dst, payload: filler(size - around, tag) }));
  },
  isMessage: (_opcode, payload) => payload.includes('"OFFER"'),
};

const socketIo: Dialect = {
  ...bare,
  upgradeOf: () => ({ path: '/socket.io/?EIO=4&transport=websocket', headers: [] }),
  opening: nothing,
  // Engine.IO's `open` is answered by Socket.IO's CONNECT, and that by CONNECT.
  greet: (payload, name) => {
    if (payload[0] === 0x30) return textFrame(`40${JSON.stringify({ name })}`);
    return payload.toString('latin1', 0, 2) === '40' ? 'online' : null;
  },
  message: (_from, to, size, tag) =>
    textFrame(`42${JSON.stringify(['mail', to, filler(size - to.length - 16, tag)])}`),
  isMessage: (_opcode, payload) => payload[0] === 0x34,
  answer: (payload) => (payload[0] === 0x32 ? textFrame('3') : null),
};

/** @param host the relay's public name. @param secret its `RELAY_SECRET`: the load brings tokens as from an earlier login. */
function sidecall(host: string, secret: string): Dialect {
  const tokens = new ResumeTokens(secret, 3600, systemClock);
  const offerOf = (address: Address): ResumeOffer => {
    const token = tokens.issue(address, host);
    const time = String(Math.floor(Date.now() / 1000));
    const proof = hash('sha256', resumeProofText(token, time), 'base64url');
    return { address, expiry: expiryOfToken(token) ?? '', time, proof };
  };
  return {
    ...bare,
    upgradeOf: (name) => {
      const offer = resumeOfferText(offerOf(name as Address));
      return {
        path: LINK_PATH,
        headers: [`Sec-WebSocket-Protocol: ${SUBPROTOCOL}, ${RESUMED_SUBPROTOCOL}, ${offer}`],
      };
    },
    // The relay speaks first.
    opening: nothing,
    greet: (payload) => (payload.includes('"welcome"') ? 'online' : null),
    befriend: (addresses) => textFrame(JSON.stringify({ type: 'watch', addresses })),
    message: (_from, to, size, tag) => {
      const mail = Buffer.alloc(size, 'x');
      mail.write(to, 0, 'base64url');
      mail.writeUInt32BE(tag, 32);
      mail.write(filler(size - 36, tag), 36, 'latin1');
      return frameOf(BINARY, mail);
    },
    isMessage: (opcode) => opcode === BINARY,
    answer: (payload) => (payload.includes('"ping"') ? textFrame('{"type":"pong"}') : null),
  };
}

/** The same by the longer way, which every client can go: `hello` with the token, once the link is open. */
function sidecallByHello(host: string, secret: string): Dialect {
  const tokens = new ResumeTokens(secret, 3600, systemClock);
  return {
    ...sidecall(host, secret),
    upgradeOf: () => ({ path: LINK_PATH, headers: [`Sec-WebSocket-Protocol: ${SUBPROTOCOL}`] }),
    opening: (name) => {
      const resume = tokens.issue(name as Address, host);
      return textFrame(JSON.stringify({ type: 'hello', address: name, resume }));
    },
  };
}

/** The same without a token: each login proves its address by opening a challenge. */
function sidecallAtFirst(host: string): Dialect {
  const people = new Map<string, Person>();
  return {
    ...sidecallByHello(host, randomBytes(32).toString('base64')),
    nameOf: (index) => {
      const person = new Person(hashed(index));
      people.set(person.address, person);
      return person.address;
    },
    opening: (address) => textFrame(JSON.stringify({ type: 'hello', address })),
    greet: (payload, name) => {
      const frame = JSON.parse(payload.toString()) as { type: string; enc: string; sealed: string };
      if (frame.type === 'welcome') return 'online';
      const nonce = people.get(name)?.open({
        enc: Buffer.from(frame.enc, 'base64url'),
        sealed: Buffer.from(frame.sealed, 'base64url'),
        info: 'sidecall.1 login',
        aad: host,
      });
      return textFrame(JSON.stringify({ type: 'proof', nonce: nonce?.toString('base64url') }));
    },
  };
}

export type DialectName =
  'bare' | 'bare-hello' | 'peer' | 'socket-io' | 'sidecall' | 'sidecall-hello' | 'sidecall-first';

/** @returns how to speak to the server at `host`. */
export function dialectOf(name: DialectName, host: string, secret: string): Dialect {
  switch (name) {
    case 'bare':
      return bare;
    case 'bare-hello':
      return bareHello;
    case 'peer':
      return peer;
    case 'socket-io':
      return socketIo;
    case 'sidecall':
      return sidecall(host, secret);
    case 'sidecall-hello':
      return sidecallByHello(host, secret);
    case 'sidecall-first':
      return sidecallAtFirst(host);
  }
}
