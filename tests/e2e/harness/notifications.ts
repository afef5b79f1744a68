/**
 * The desktop's notification service, played by the test: `org.freedesktop.Notifications` on one private bus.
 * Everything waits for messages, nothing for time. Desktop Notifications Specification 1.2.
 */
import type { Bus, BusClient } from './bus.ts';
import { createWaiting } from './waiting.ts';

const NAME = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';
const DEFAULT_TIMEOUT_MS = 15_000;
const ALREADY_OWNER_OR_FIRST = [1, 4];

/** Reasons of `NotificationClosed`: section "Signals" of the specification. */
const CLOSED = { expired: 1, dismissed: 2, byApplication: 3 } as const;

export interface DesktopNotification {
  readonly id: number;
  /** When the desktop was told to show it, in milliseconds of the machine's clock. */
  readonly shownAt: number;
  readonly summary: string;
  readonly body: string;
  /** The buttons in the order shown. The pressed body and Chromium's own "Settings" are not among them. */
  readonly buttons: readonly string[];
  /** Every action as key and label, as sent. */
  readonly actions: readonly { key: string; label: string }[];
  readonly hints: Readonly<Record<string, unknown>>;
  /** Milliseconds until it hides itself; 0 never, -1 as the desktop likes. */
  readonly timeout: number;
  /** True when the application replaced one that was on screen, under the same id. */
  readonly replaces: boolean;
  open: boolean;
}

export interface Notifications {
  /** Everything ever shown, in order; a replaced notification is an entry of its own. */
  readonly shown: readonly DesktopNotification[];
  /** What is on the screen now. */
  readonly open: readonly DesktopNotification[];
  /**
   * The first notification that fits and was not yet handed out by `next`, already shown or still to come.
   * @throws after `timeout` milliseconds, naming what was shown instead.
   */
  next(fits?: (one: DesktopNotification) => boolean, timeout?: number): Promise<DesktopNotification>;
  /** Resolves when the notification left the screen, whoever closed it. */
  closed(one: DesktopNotification, timeout?: number): Promise<void>;
  /** Presses a button by its label, or the body with `'default'`. It then leaves the screen, as on a desktop. */
  press(one: DesktopNotification, label: string): void;
  /** The person swipes it away. */
  dismiss(one: DesktopNotification): void;
  close(): void;
}

/** Takes the name on the bus. Call it before the browser starts: Chromium looks for a service once, at its start. */
export async function serveNotifications(bus: Bus): Promise<Notifications> {
  const client = await bus.connect();
  const shown: DesktopNotification[] = [];
  const handedOut = new Set<DesktopNotification>();
  const { changed, wait } = createWaiting();
  let lastId = 0;
  // Before the message is taken apart, which is this test's work and not the desktop's.
  let arrivedAt = 0;
  client.connection.stream.prependListener('readable', () => {
    arrivedAt = Date.now();
  });

  const emit = (member: string, signature: string, body: unknown[]): void => {
    client.sendSignal(PATH, NAME, member, signature, body);
  };
  const openWith = (id: number): DesktopNotification | undefined =>
    shown.find((one) => one.open && one.id === id);

  const leave = (one: DesktopNotification, reason: number): void => {
    one.open = false;
    emit('NotificationClosed', 'uu', [one.id, reason]);
    changed();
  };

  const notify = (call: unknown[]): number => {
    const replacesId = Number(call[1]);
    const replaced = openWith(replacesId);
    if (replaced) replaced.open = false;
    const one = parseNotify(call, replacesId || ++lastId, replaced !== undefined, arrivedAt);
    shown.push(one);
    // After the reply has left: only then does Chromium know the id it must recognise in a signal.
    setImmediate(changed);
    return one.id;
  };

  answer(client, 'GetCapabilities', 'as', () => [
    'actions',
    'body',
    'body-markup',
    'icon-static',
    'persistence',
  ]);
  answer(client, 'GetServerInformation', 'ssss', () => ['Test desktop', 'Sidecall', '1', '1.2']);
  answer(client, 'Notify', 'u', (...call) => notify(call));
  answer(client, 'CloseNotification', '', (id) => {
    const one = openWith(Number(id));
    if (one) leave(one, CLOSED.byApplication);
  });
  await own(client);

  return {
    shown,
    get open() {
      return shown.filter((one) => one.open);
    },
    next(fits = () => true, timeout = DEFAULT_TIMEOUT_MS) {
      const look = (): DesktopNotification | undefined => {
        const found = shown.find((one) => !handedOut.has(one) && fits(one));
        if (found) handedOut.add(found);
        return found;
      };
      return wait(look, timeout, () => `No such notification in ${String(timeout)} ms. ${describe(shown)}`);
    },
    async closed(one, timeout = DEFAULT_TIMEOUT_MS) {
      const look = (): true | undefined => (one.open ? undefined : true);
      await wait(look, timeout, () => `"${one.summary}" is still on the screen after ${String(timeout)} ms.`);
    },
    press(one, label) {
      const key = label === 'default' ? 'default' : one.actions.find((action) => action.label === label)?.key;
      if (key === undefined)
        throw new Error(`"${one.summary}" has no "${label}", only ${one.buttons.join(', ')}.`);
      if (!one.open) throw new Error(`"${one.summary}" is no longer on the screen.`);
      emit('ActionInvoked', 'us', [one.id, key]);
      leave(one, CLOSED.dismissed);
    },
    dismiss(one) {
      leave(one, CLOSED.dismissed);
    },
    close() {
      client.connection.end();
    },
  };
}

function answer(
  client: BusClient,
  member: string,
  signature: string,
  reply: (...args: unknown[]) => unknown,
): void {
  client.setMethodCallHandler(PATH, NAME, member, [reply, signature]);
}

async function own(client: BusClient): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.requestName(NAME, 0, (error, result) => {
      if (!error && ALREADY_OWNER_OR_FIRST.includes(result)) resolve();
      else reject(new Error(`${NAME} is taken on this bus: ${JSON.stringify(error ?? result)}`));
    });
  });
}

/** `Notify(app_name s, replaces_id u, app_icon s, summary s, body s, actions as, hints a{sv}, expire_timeout i)` */
function parseNotify(call: unknown[], id: number, replaces: boolean, shownAt: number): DesktopNotification {
  const [, , , summary, body, flat, hints, timeout] = call;
  const words = Array.isArray(flat) ? flat.map(String) : [];
  const actions = words.flatMap((key, at) => (at % 2 === 0 ? [{ key, label: words[at + 1] ?? '' }] : []));
  return {
    id,
    shownAt,
    summary: String(summary),
    body: String(body),
    actions,
    // Chromium numbers the extension's own buttons; 'default' and 'settings' are the desktop's.
    buttons: actions.filter(({ key }) => /^\d+$/.test(key)).map(({ label }) => label),
    hints: parseHints(hints),
    timeout: Number(timeout),
    replaces,
    open: true,
  };
}

/** dbus-native gives a{sv} as [[key, [type, [value]]], …]. */
function parseHints(raw: unknown): Record<string, unknown> {
  if (!Array.isArray(raw)) return {};
  return Object.fromEntries(
    raw.flatMap((entry: unknown) => {
      if (!Array.isArray(entry) || !Array.isArray(entry[1])) return [];
      const values: unknown = entry[1][1];
      return [[String(entry[0]), Array.isArray(values) ? (values[0] as unknown) : values]];
    }),
  );
}

function describe(shown: readonly DesktopNotification[]): string {
  if (shown.length === 0) return 'None was shown at all.';
  return `Shown so far: ${shown.map((one) => `"${one.summary}"${one.open ? '' : ' (closed)'}`).join(', ')}.`;
}
