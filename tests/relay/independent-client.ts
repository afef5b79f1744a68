/**
 * A second implementation of the link, written from its description in ARCHITECTURE.md alone, with Node's own
 * cryptography. It imports nothing of the relay, so that a mistake shared by both ends of ours cannot hide.
 */
import {
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { WebSocket } from 'ws';

/** HPKE's id of the suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM (RFC 9180, section 7). */
const KEM_SUITE = Buffer.from([...Buffer.from('KEM'), 0x00, 0x20]);
const HPKE_SUITE = Buffer.from([...Buffer.from('HPKE'), 0x00, 0x20, 0x00, 0x01, 0x00, 0x01]);
const EMPTY = Buffer.alloc(0);

function labeledExtract(suite: Buffer, salt: Buffer, label: string, ikm: Buffer): Buffer {
  const labeled = Buffer.concat([Buffer.from('HPKE-v1'), suite, Buffer.from(label), ikm]);
  return createHmac('sha256', salt).update(labeled).digest();
}

function labeledExpand(
  suite: Buffer,
  prk: Buffer,
  label: string,
  about: Buffer,
  length: 12 | 16 | 32,
): Buffer {
  // One block of SHA-256 is enough for everything asked here, so T(1) of HKDF is all there is.
  const labeled = Buffer.concat([
    Buffer.from([0, length]),
    Buffer.from('HPKE-v1'),
    suite,
    Buffer.from(label),
    about,
  ]);
  return createHmac('sha256', prk)
    .update(labeled)
    .update(Buffer.from([1]))
    .digest()
    .subarray(0, length);
}

export interface Sealed {
  /** 32 bytes. */
  enc: Buffer;
  /** Ciphertext and its tag of 16 bytes. */
  sealed: Buffer;
  info: string;
  aad: string;
}

/** A person: an X25519 key pair. */
export class Person {
  readonly address: string;
  private readonly privateKey: KeyObject;
  private readonly publicBytes: Buffer;

  /** @param scalar 32 bytes of private key, for a person that must be known beforehand. */
  constructor(scalar = randomBytes(32)) {
    this.privateKey = privateKeyOf(scalar);
    // The last 32 bytes of a SubjectPublicKeyInfo (RFC 8410, section 4).
    this.publicBytes = createPublicKey(this.privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
    this.address = this.publicBytes.toString('base64url');
  }

  /** Opens what was sealed to this person in base mode (RFC 9180, section 5.1.1). @throws if it was not. */
  open({ enc, sealed, info, aad }: Sealed): Buffer {
    const ephemeral = createPublicKey({
      key: { kty: 'OKP', crv: 'X25519', x: enc.toString('base64url') },
      format: 'jwk',
    });
    const shared = diffieHellman({ privateKey: this.privateKey, publicKey: ephemeral });
    const kemContext = Buffer.concat([enc, this.publicBytes]);
    const eaePrk = labeledExtract(KEM_SUITE, EMPTY, 'eae_prk', shared);
    const secretOfKem = labeledExpand(KEM_SUITE, eaePrk, 'shared_secret', kemContext, 32);
    const context = Buffer.concat([
      Buffer.from([0]),
      labeledExtract(HPKE_SUITE, EMPTY, 'psk_id_hash', EMPTY),
      labeledExtract(HPKE_SUITE, EMPTY, 'info_hash', Buffer.from(info)),
    ]);
    const secret = labeledExtract(HPKE_SUITE, secretOfKem, 'secret', EMPTY);
    const key = labeledExpand(HPKE_SUITE, secret, 'key', context, 16);
    const nonce = labeledExpand(HPKE_SUITE, secret, 'base_nonce', context, 12);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAAD(Buffer.from(aad)).setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  }
}

function privateKeyOf(scalar: Buffer): KeyObject {
  // Not generateKeyPairSync: in Node 20, exporting a generated key as JWK while the collector runs blocks for ever (the
  // destructor of the generating job wants the lock of the key that is being exported).
  // PKCS #8 of an X25519 key (RFC 8410, section 7): a fixed head, then the 32 bytes.
  const head = Buffer.from('302e020100300506032b656e04220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([head, scalar]), format: 'der', type: 'pkcs8' });
}

export interface Frame {
  type: string;
  [field: string]: unknown;
}

export type Received =
  | { kind: 'frame'; frame: Frame }
  | { kind: 'mail'; from: string; ref: number; sealed: Buffer }
  | { kind: 'closed'; code: number };

export interface DialOptions {
  /** Where the socket goes, if not to the dialled name: a relay in the middle. */
  through?: string;
  headers?: Record<string, string>;
  origin?: string;
  protocols?: string[];
  /** A certificate to trust, PEM. */
  ca?: string;
}

/** A link to a relay, frame by frame. */
export class Link {
  private readonly received: Received[] = [];
  private readonly waiting: ((event: Received) => void)[] = [];

  private constructor(
    readonly socket: WebSocket,
    /** The public name by which this client knows the relay. */
    readonly dialled: string,
  ) {
    socket.on('message', (data: Buffer, isBinary: boolean) =>
      this.take(isBinary ? mailOf(data) : frameOf(data)),
    );
    socket.on('close', (code) => this.take({ kind: 'closed', code }));
  }

  /** @param url of the relay, `http://host:port`. @throws {DialError} with the HTTP status if there is no link. */
  static dial(url: string, options: DialOptions = {}): Promise<Link> {
    const target = new URL('/link', options.through ?? url).href.replace(/^http/, 'ws');
    const socket = new WebSocket(target, options.protocols ?? ['sidecall.1'], {
      ...(options.headers && { headers: options.headers }),
      ...(options.origin !== undefined && { origin: options.origin }),
      ...(options.ca !== undefined && { ca: options.ca }),
      perMessageDeflate: false,
    });
    const link = new Link(socket, new URL(url).host);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(link));
      socket.once('unexpected-response', (_request, response) => {
        response.resume();
        reject(new DialError(response.statusCode ?? 0));
      });
      socket.on('error', reject);
    });
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  mail(to: string, ref: number, sealed: Buffer = Buffer.from('sealed')): void {
    const head = Buffer.alloc(36);
    head.write(to, 0, 'base64url');
    head.writeUInt32BE(ref, 32);
    this.socket.send(Buffer.concat([head, sealed]));
  }

  /** The next thing that arrives, in order. */
  next(): Promise<Received> {
    const event = this.received.shift();
    if (event) return Promise.resolve(event);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** The next thing that arrives must be a frame of this type. */
  async frame(type: string): Promise<Frame> {
    const event = await this.next();
    if (event.kind !== 'frame' || event.frame.type !== type)
      throw new Error(`not ${type}: ${JSON.stringify(event)}`);
    return event.frame;
  }

  /** The close code; what arrives before the close is skipped. */
  async closed(): Promise<number> {
    for (;;) {
      const event = await this.next();
      if (event.kind === 'closed') return event.code;
    }
  }

  /**
   * Everything that arrived until now: a mail to an address nobody can have is answered in order, after all that the
   * relay had to say before.
   */
  async everythingSoFar(): Promise<Received[]> {
    const ref = 0xffff_ffff;
    this.mail(new Person().address, ref);
    const events: Received[] = [];
    for (;;) {
      const event = await this.next();
      if (event.kind === 'frame' && event.frame.type === 'undelivered' && event.frame['ref'] === ref)
        return events;
      events.push(event);
      if (event.kind === 'closed') return events;
    }
  }

  /** Says hello and answers the challenge. @returns the welcome. */
  async logIn(person: Person, resume?: string): Promise<Frame> {
    this.send({ type: 'hello', address: person.address, ...(resume !== undefined && { resume }) });
    const event = await this.next();
    if (event.kind !== 'frame') throw new Error(`no challenge: ${JSON.stringify(event)}`);
    if (event.frame.type === 'welcome') return event.frame;
    this.prove(person, event.frame);
    return this.frame('welcome');
  }

  /** Answers a challenge. @throws if it was sealed with another name than the one dialled. */
  prove(person: Person, challenge: Frame): void {
    const nonce = person.open({
      enc: Buffer.from(String(challenge['enc']), 'base64url'),
      sealed: Buffer.from(String(challenge['sealed']), 'base64url'),
      info: 'sidecall.1 login',
      aad: this.dialled,
    });
    this.send({ type: 'proof', nonce: nonce.toString('base64url') });
  }

  private take(event: Received): void {
    const waiting = this.waiting.shift();
    if (waiting) waiting(event);
    else this.received.push(event);
  }
}

/** An upgrade that was answered with an HTTP status. */
export class DialError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

function frameOf(data: Buffer): Received {
  return { kind: 'frame', frame: JSON.parse(data.toString()) as Frame };
}

function mailOf(data: Buffer): Received {
  return {
    kind: 'mail',
    from: data.toString('base64url', 0, 32),
    ref: data.readUInt32BE(32),
    sealed: data.subarray(36),
  };
}
