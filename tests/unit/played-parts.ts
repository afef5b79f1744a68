/** The parts of background and call host that only a browser can do, played: keys, notifications, the host's door, devices, peer connections. */
import { vi } from 'vitest';
import type * as identities from '../../extension/background/identity.ts';
import type * as relayLinks from '../../extension/background/relay-link.ts';
import type { Address } from '../../relay/protocol.ts';
import type { Ether } from './played-transport.ts';

const BACKGROUND = '../../extension/background';
const CALL = '../../extension/call';

export interface BackgroundParts {
  keys: CryptoKeyPair;
  /** Every link to a relay is added here. */
  links: { close(): void }[];
  /** Every call whose notification appears is added here. */
  rung: string[];
  /** Notifications of calls that are up. */
  screen: Map<string, 'ringing' | 'missed'>;
  noteSealed(to: Address, plaintext: Uint8Array<ArrayBuffer>): void;
  isHostOpen(): boolean;
  openHost(): Promise<void>;
}

/** From here on a background that is loaded has these parts. */
export function playBackgroundParts(of: BackgroundParts): void {
  vi.doMock('idb', () => ({ openDB: () => Promise.resolve(keyShelf(of.keys)) }));
  vi.doMock(`${BACKGROUND}/identity.ts`, async (original) => {
    const { identity } = await original<typeof identities>();
    return {
      identity: async () => {
        const me = await identity();
        return {
          ...me,
          seal: (to: Address, plaintext: Uint8Array<ArrayBuffer>) => {
            of.noteSealed(to, plaintext);
            return me.seal(to, plaintext);
          },
        };
      },
    };
  });
  vi.doMock(`${BACKGROUND}/relay-link.ts`, async (original) => {
    const { RelayLink } = await original<typeof relayLinks>();
    return {
      RelayLink: class extends RelayLink {
        constructor(...args: ConstructorParameters<typeof RelayLink>) {
          super(...args);
          of.links.push(this);
        }
      },
    };
  });
  vi.doMock(`${BACKGROUND}/host-door.ts`, () => ({
    LINGER_MS: 30_000,
    isHostOpen: () => Promise.resolve(of.isHostOpen()),
    openHost: () => of.openHost(),
    isClosing: () => false,
    closeHostSoon: () => undefined,
    keepHost: () => undefined,
  }));
  vi.doMock(`${BACKGROUND}/notifications.ts`, () => ({
    showIncoming: (call: string, { address }: { address: string }) => {
      of.screen.set(call, 'ringing');
      return Promise.resolve(void of.rung.push(`${address} ${call}`));
    },
    showSecond: (call: string, { address }: { address: string }) =>
      Promise.resolve(void of.rung.push(`${address} ${call}`)),
    showMissed: (missed: readonly { call: string }[]) =>
      Promise.resolve(void missed.forEach(({ call }) => of.screen.set(call, 'missed'))),
    showWish: () => Promise.resolve(),
    clearCall: (call: string) => Promise.resolve(void of.screen.delete(call)),
    clearMissed: () => Promise.resolve(),
    avatarIcon: () => Promise.resolve(''),
  }));
  vi.doMock(`${BACKGROUND}/badge.ts`, () => ({ refreshBadge: () => Promise.resolve() }));
  vi.doMock(`${BACKGROUND}/call-window.ts`, () => ({
    heardHello: () => undefined,
    openCallWindow: () => undefined,
  }));
}

/** From here on a call host that is loaded has these parts. */
export function playHostParts(name: string, ether: Ether): void {
  vi.doMock(`${CALL}/peer-link.ts`, () => ({
    createPeerLink: (role: 'caller' | 'callee', _servers: unknown, events: Parameters<Ether['open']>[2]) => {
      const transport = ether.open(name, role, events);
      return {
        feed: transport.feed.bind(transport),
        send: transport.send.bind(transport),
        close: transport.close.bind(transport),
        warmUp: () => undefined,
        setTrack: () => undefined,
        useServers: () => undefined,
        stats: () => Promise.resolve(null),
        received: transport.received.bind(transport),
        fingerprints: () => null,
      };
    },
  }));
  vi.doMock(`${CALL}/devices.ts`, () => ({
    DeviceError: class extends Error {},
    keepDevicesAwake: () => () => undefined,
    openDevice: () => new Promise(() => undefined),
    watchDevices: () => new Promise(() => undefined),
  }));
  vi.doMock(`${CALL}/ringtone.ts`, () => ({
    ring: () => ({ started: Promise.resolve(true), stop: () => undefined }),
  }));
  vi.doMock(`${CALL}/call-safety.ts`, () => ({ CallSafety: PlayedSafety }));
}

/** A safety check that never comes to pictures. */
class PlayedSafety {
  readonly isDifferent = false;
  readonly state = { state: 'unavailable' };
  readonly snapshot = this.state;
  begin = () => Promise.resolve();
  open = () => undefined;
  close = () => undefined;
  hear = () => undefined;
  confirm = () => false;
  reject = () => false;
  lookAgain = () => undefined;
}

/** IndexedDB with one key pair in it. */
const keyShelf = (keys: CryptoKeyPair) => ({ get: () => Promise.resolve(keys) });
