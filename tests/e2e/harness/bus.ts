/** A private D-Bus session bus: what the desktop is to one browser, so that two people never share notifications. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as dbusNative from '@homebridge/dbus-native';
import { startProcess } from './process.ts';

/** What we use of @homebridge/dbus-native, whose own types cover the system bus alone. */
export interface BusClient {
  connection: {
    /** What the bus is spoken to over. */
    stream: { prependListener(event: 'readable', listener: () => void): void };
    end(): void;
    once(event: 'connect' | 'end' | 'error', listener: (error?: Error) => void): void;
  };
  signals: { on(event: string, listener: (body: unknown[]) => void): void };
  mangle(path: string, face: string, member: string): string;
  requestName(name: string, flags: number, done: (error: unknown, result: number) => void): void;
  nameHasOwner(name: string, done: (error: unknown, owned: boolean) => void): void;
  addMatch(rule: string, done: (error: unknown) => void): void;
  setMethodCallHandler(
    path: string,
    face: string,
    member: string,
    handler: [answer: (...args: unknown[]) => unknown, signature: string],
  ): void;
  sendSignal(path: string, face: string, member: string, signature: string, body: unknown[]): void;
}

const { createClient } = dbusNative as unknown as {
  createClient(options: { busAddress: string }): BusClient;
};

export interface Bus {
  /** For `DBUS_SESSION_BUS_ADDRESS`. */
  readonly address: string;
  /** A new connection to the bus, ready for use. The caller ends it. */
  connect(): Promise<BusClient>;
  /** Resolves when some program owns this name on the bus. */
  owned(name: string): Promise<void>;
  close(): Promise<void>;
}

// No <servicedir>: on this bus nothing starts by itself, so whoever shows notifications was started by the test.
const configuration = (socket: string): string => `<!DOCTYPE busconfig PUBLIC
  "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** Starts a bus of its own under the folder for temporary files. */
export async function startBus(): Promise<Bus> {
  const folder = await mkdtemp(join(tmpdir(), 'sidecall-bus-'));
  const socket = join(folder, 'bus');
  const config = join(folder, 'bus.conf');
  await writeFile(config, configuration(socket));
  const daemon = await startProcess(
    'dbus-daemon',
    [`--config-file=${config}`, '--nofork', '--print-address'],
    {
      ready: (line) => line.startsWith('unix:'),
    },
  );
  const address = `unix:path=${socket}`;
  return {
    address,
    connect: () => connect(address),
    owned: (name) => owned(address, name),
    async close() {
      await daemon.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function connect(busAddress: string): Promise<BusClient> {
  const client = createClient({ busAddress });
  await new Promise<void>((resolve, reject) => {
    client.connection.once('connect', () => {
      resolve();
    });
    client.connection.once('error', reject);
  });
  // Once connected, only the end of the bus can break this socket, and that is the end of the test.
  client.connection.once('error', () => undefined);
  return client;
}

async function owned(address: string, name: string): Promise<void> {
  const client = await connect(address);
  try {
    await new Promise<void>((resolve, reject) => {
      const bus = 'org.freedesktop.DBus';
      client.signals.on(
        client.mangle('/org/freedesktop/DBus', bus, 'NameOwnerChanged'),
        ([which, , owner]) => {
          if (which === name && owner !== '') resolve();
        },
      );
      // Listen first and ask second: the other order can miss the moment between them.
      client.addMatch(
        `type='signal',interface='${bus}',member='NameOwnerChanged',arg0='${name}'`,
        (error) => {
          if (error) reject(new Error(`The bus refused a match: ${JSON.stringify(error)}`));
          client.nameHasOwner(name, (_error, already) => {
            if (already) resolve();
          });
        },
      );
    });
  } finally {
    client.connection.end();
  }
}
