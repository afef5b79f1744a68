/**
 * One person's browser in Node: the extension's own background and call host, with stores in memory, their own contexts and their
 * own module graphs. Played are what only a browser has: the stores, notifications, devices, peer connections and sockets.
 */
import { vi } from 'vitest';
import type { Handlers } from '../../extension/messages.ts';
import type { Contact, Invite, Stored } from '../../extension/storage.ts';
import type { Mail } from '../../relay/mail.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';
import { load, RELAY, settle, turns } from './played-clock.ts';
import { playBackgroundParts, playHostParts } from './played-parts.ts';
import type { Ether } from './played-transport.ts';

type Listener = (message: unknown, sender: { id: string }) => Promise<unknown> | undefined;
type Context = 'background' | 'host';

export interface Sent {
  from: Address;
  to: Address;
  mail: Mail;
}

/** What everybody in a test shares. */
export interface Stage {
  ether: Ether;
  /** Everything that was ever sealed. */
  sealed: Sent[];
}

/** Background modules that a worker's graph hands out. */
interface Worker {
  wakeUp(): Promise<void>;
  handlers: Handlers<'background'>;
  close(): void;
}

export class PlayedBrowser {
  readonly local = new Map<string, unknown>();
  readonly session = new Map<string, unknown>();
  /** Mail that was handed to the call host, in order. */
  readonly handed: { from: Address; body: Mail }[] = [];
  /** Calls whose notification appeared since the browser was started, in order. */
  readonly rung: string[] = [];
  /** What happens while a message is on its way to the host. */
  beforeHost: () => Promise<void> = () => Promise.resolve();
  readonly screen = new Map<string, 'ringing' | 'missed'>();
  /** The keys of all that was written to a store, in order. */
  readonly written: string[] = [];
  /** How many turns of the event loop the disk takes for the next write; called when it begins. */
  diskTurns: () => number = () => 0;
  /** Whether the disk takes what is written under a key. */
  diskTakes: (key: string) => boolean = () => true;
  /** What reading a value from a store has to wait for. */
  beforeRead: (key: string | null) => Promise<void> = () => Promise.resolve();
  #listeners: Partial<Record<Context, Listener>> = {};
  #worker: Promise<Worker> | undefined;
  #generation = 0;
  #hostGeneration = 0;
  #keys: CryptoKeyPair;

  private constructor(
    readonly name: string,
    readonly address: Address,
    keys: CryptoKeyPair,
    private readonly stage: Stage,
  ) {
    this.#keys = keys;
  }

  /** A browser of somebody who has chosen a name and a relay. Nothing runs yet. */
  static async of(name: string, stage: Stage, relay = RELAY): Promise<PlayedBrowser> {
    const keys = (await crypto.subtle.generateKey({ name: 'X25519' }, true, [
      'deriveBits',
      'deriveKey',
    ])) as CryptoKeyPair;
    const address = toBase64url(
      new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey)),
    ) as Address;
    const browser = new PlayedBrowser(name, address, keys, stage);
    browser.local.set('profile', { address: null, name, relay, welcomed: true });
    return browser;
  }

  /** What is in a store now. */
  stored<K extends 'contacts' | 'history' | 'invites' | 'endings' | 'outbox' | 'presence'>(
    key: K,
  ): Stored<K> {
    const value = this.local.get(key) ?? this.session.get(key);
    return (value ?? (key === 'contacts' || key === 'presence' ? {} : [])) as Stored<K>;
  }

  /** Before the start: they are on this person's list. */
  knows(...people: { name: string; address: Address }[]): void {
    this.holds(...people.map(({ name, address }) => contactOf(name, address)));
  }

  holds(...contacts: Contact[]): void {
    const added = Object.fromEntries(contacts.map((contact) => [contact.address, contact]));
    this.local.set('contacts', { ...this.stored('contacts'), ...added });
  }

  invites(...invites: Invite[]): void {
    this.local.set('invites', invites);
  }

  /** Starts what the browser starts: the worker, and the call host once it is asked for. */
  async start(): Promise<void> {
    const worker = await this.#wake();
    await worker.wakeUp();
    await settle();
  }

  /** The browser stops the worker, as it does at any moment, and starts it again; the call host goes on. */
  async restartWorker(): Promise<void> {
    await this.#stopWorker();
    await this.start();
  }

  /**
   * The whole browser goes and comes back: only what is on disk survives.
   * @param first happens before the worker has looked after anything
   */
  async restart(first?: () => Promise<unknown>): Promise<void> {
    await this.#stopWorker();
    this.#hostGeneration++;
    delete this.#listeners.host;
    this.session.clear();
    this.rung.length = 0;
    await first?.();
    await this.start();
  }

  async close(): Promise<void> {
    await this.#stopWorker();
    this.#hostGeneration++;
    delete this.#listeners.host;
  }

  /** Asks the background as a view would. */
  async ask(type: string, ask: object): Promise<unknown> {
    await this.#wake();
    return this.#send('background', { target: 'background', type, ask });
  }

  /** Asks the call host as a notification would. */
  async host(type: string, ask: object): Promise<void> {
    await this.#openHost();
    await this.#send('host', { target: 'host', type, ask });
    await settle();
  }

  get isHostOpen(): boolean {
    return this.#listeners.host !== undefined;
  }

  /** The calls of the host as the background knows them. */
  get calls(): Stored<'calls'> {
    return (this.session.get('calls') ?? []) as Stored<'calls'>;
  }

  async #stopWorker(): Promise<void> {
    const worker = await this.#worker;
    this.#generation++;
    this.#worker = undefined;
    delete this.#listeners.background;
    worker?.close();
  }

  #wake(): Promise<Worker> {
    this.#worker ??= this.#startWorker();
    return this.#worker;
  }

  async #startWorker(): Promise<Worker> {
    const links: { close(): void }[] = [];
    const generation = this.#generation;
    const isAlive = () => generation === this.#generation;
    const { createService, answerMessages } = await load(async () => {
      vi.resetModules();
      this.#playBrowser('background', isAlive);
      playBackgroundParts({
        keys: this.#keys,
        links,
        rung: this.rung,
        screen: this.screen,
        noteSealed: (to, plaintext) => this.#noteSealed(to, plaintext),
        isHostOpen: () => this.isHostOpen,
        openHost: () => this.#openHost(),
      });
      const { createService } = await import('../../extension/background/service.ts');
      const { answerMessages } = await import('../../extension/messages.ts');
      return { createService, answerMessages };
    });
    const service = await createService();
    const life = new AbortController();
    service.keepWatch(life.signal);
    answerMessages('background', () => Promise.resolve(service.handlers));
    return {
      handlers: service.handlers,
      wakeUp: () => service.wakeUp(),
      close: () => {
        life.abort();
        links.forEach((link) => link.close());
      },
    };
  }

  #opening: Promise<void> | undefined;
  #openHost(): Promise<void> {
    if (this.isHostOpen) return Promise.resolve();
    this.#opening ??= this.#startHost().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  #startHost(): Promise<void> {
    return load(() => this.#loadHost());
  }

  async #loadHost(): Promise<void> {
    vi.resetModules();
    const generation = this.#hostGeneration;
    this.#playBrowser('host', () => generation === this.#hostGeneration);
    playHostParts(this.name, this.stage.ether);
    await import('../../extension/call/host.ts');
  }

  #noteSealed(to: Address, plaintext: Uint8Array<ArrayBuffer>): void {
    const mail = JSON.parse(new TextDecoder().decode(plaintext)) as Mail;
    this.stage.sealed.push({ from: this.address, to, mail });
  }

  /** What a context sees of the browser. What a stopped worker still says or writes reaches nobody. */
  #playBrowser(context: Context, isAlive: () => boolean): void {
    const area = (values: Map<string, unknown>) => ({
      get: async (key: string | null) => {
        await this.beforeRead(key);
        if (key === null) return structuredClone(Object.fromEntries(values));
        return values.has(key) ? { [key]: structuredClone(values.get(key)) } : {};
      },
      set: (entries: Record<string, unknown>) => {
        if (!isAlive()) return new Promise(() => undefined);
        if (!Object.keys(entries).every(this.diskTakes))
          return turns(1).then(() => Promise.reject(new Error('full')));
        this.written.push(...Object.keys(entries));
        for (const [key, value] of Object.entries(entries)) values.set(key, structuredClone(value));
        return turns(this.diskTurns());
      },
    });
    const browser = {
      storage: { local: area(this.local), session: area(this.session) },
      runtime: {
        id: 'sidecall',
        getPlatformInfo: () => Promise.resolve({}),
        onMessage: { addListener: (listener: Listener) => void (this.#listeners[context] = listener) },
        sendMessage: (message: { target: Context }) =>
          isAlive() ? this.#send(message.target, message) : new Promise(() => undefined),
      },
    };
    vi.doMock('webextension-polyfill', () => ({ default: browser }));
  }

  /** A message from one context to another. One that arrives while the worker is stopped wakes it. */
  async #send(target: Context, message: object): Promise<unknown> {
    if (target === 'background') await this.#wake();
    if (target === 'host' && (message as { type?: string }).type === 'mail')
      this.handed.push(structuredClone((message as { ask: { from: Address; body: Mail } }).ask));
    if (target === 'host') await this.beforeHost();
    return this.#listeners[target]?.(structuredClone(message), { id: 'sidecall' });
  }
}

export const contactOf = (name: string, address: Address): Contact => ({
  address,
  name,
  relay: RELAY,
  addedAt: 0,
  bond: { state: 'mutual' },
  checkedAt: null,
  lastSeenAt: null,
  claim: null,
  blockedAt: null,
  unblockedAt: null,
});
