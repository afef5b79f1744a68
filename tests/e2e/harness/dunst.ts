/**
 * The real notification daemon `dunst` on a display and a bus: the proof that a desktop which is not ours shows
 * Sidecall's notification and brings the press of its buttons back.
 */
import { execFile } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Bus } from './bus.ts';
import type { Display } from './display.ts';
import { startProcess } from './process.ts';
import { createWaiting } from './waiting.ts';

const run = promisify(execFile);
const NAME = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';
const WIDTH = 340;
const MARGIN = 28;
const PICTURE = { width: 400, height: 150 };
const DEFAULT_TIMEOUT_MS = 15_000;

export interface DunstNotification {
  readonly id: number;
  readonly summary: string;
}

export interface Dunst {
  /** The first notification whose summary contains `words`, on the screen or still to come. */
  next(words?: string, timeout?: number): Promise<DunstNotification>;
  /** Resolves when this notification left the screen. */
  closed(one: DunstNotification, timeout?: number): Promise<void>;
  /** Presses the body of the topmost notification (`'default'`), or one of this notification's buttons. */
  press(one: DunstNotification, label: string): Promise<void>;
  /** Writes a PNG of the corner where dunst shows its newest notification. */
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts dunst and waits until it has the name on the bus. Call it before the browser starts. */
export async function startDunst({ bus, display }: { bus: Bus; display: Display }): Promise<Dunst> {
  const folder = await mkdtemp(join(tmpdir(), 'sidecall-dunst-'));
  const [events, wish, config, onShow, menu] = ['events', 'wish', 'dunstrc', 'on-show', 'menu'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string, string];
  await run('mkfifo', [events]);
  await writeFile(onShow, `#!/bin/sh\nprintf '%s\\t%s\\n' "$DUNST_ID" "$DUNST_SUMMARY" > '${events}'\n`);
  // dunst offers its menu as lines "#Label (Summary) [id,key]" and reads the chosen one back.
  await writeFile(menu, `#!/bin/sh\ngrep -F -f '${wish}' | grep -m 1 -F "$(cut -f 2 '${wish}.id')"\n`);
  await Promise.all([chmod(onShow, 0o755), chmod(menu, 0o755), writeFile(config, dunstrc(onShow, menu))]);

  // Opened for writing as well: a pipe without a writer would end after the first notification. Read as a socket,
  // because a file stream would block a thread of Node's pool in read(2) and with it the end of the process.
  const pipe = new Socket({ fd: openSync(events, constants.O_RDWR | constants.O_NONBLOCK), writable: false });
  const shown: DunstNotification[] = [];
  const gone = new Set<number>();
  const { changed, wait } = createWaiting();
  const lines = createInterface(pipe);
  lines.on('line', (line) => {
    const [id = '', summary = ''] = line.split('\t');
    gone.delete(Number(id));
    shown.push({ id: Number(id), summary });
    changed();
  });

  const client = await bus.connect();
  client.signals.on(client.mangle(PATH, NAME, 'NotificationClosed'), ([id]) => {
    gone.add(Number(id));
    changed();
  });
  // dunst sends this signal to the application alone, hence the eavesdropping, which our private bus allows.
  await new Promise<void>((resolve) => {
    client.addMatch(`eavesdrop='true',type='signal',interface='${NAME}',member='NotificationClosed'`, () => {
      resolve();
    });
  });

  const env = { DISPLAY: display.name, DBUS_SESSION_BUS_ADDRESS: bus.address };
  const daemon = await startProcess('dunst', ['-conf', config], { env });
  await bus.owned(NAME);
  const control = (...args: string[]): Promise<unknown> =>
    run('dunstctl', args, { env: { ...process.env, ...env } });

  return {
    next(words = '', timeout = DEFAULT_TIMEOUT_MS) {
      return wait(
        () => shown.find((one) => !gone.has(one.id) && one.summary.includes(words)),
        timeout,
        () => `dunst showed no "${words}", only: ${shown.map((one) => one.summary).join(', ') || 'nothing'}.`,
      );
    },
    async closed(one, timeout = DEFAULT_TIMEOUT_MS) {
      const look = (): true | undefined => (gone.has(one.id) ? true : undefined);
      await wait(look, timeout, () => `dunst still shows "${one.summary}".`);
    },
    async press(one, label) {
      if (label === 'default') {
        await control('action');
        return;
      }
      await writeFile(wish, `#${label} (\n`);
      await writeFile(`${wish}.id`, `id\t[${String(one.id)},\n`);
      await control('context');
    },
    screenshot(file) {
      return display.screenshot(file, { x: display.width - PICTURE.width, y: 0, ...PICTURE });
    },
    async close() {
      client.connection.end();
      await daemon.close();
      lines.close();
      pipe.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const dunstrc = (onShow: string, menu: string): string => `[global]
    monitor = 0
    origin = top-right
    offset = ${String(MARGIN)}x${String(MARGIN)}
    width = ${String(WIDTH)}
    height = 220
    corner_radius = 14
    frame_width = 1
    frame_color = "#dfe5e2"
    padding = 16
    horizontal_padding = 16
    text_icon_padding = 14
    gap_size = 10
    font = Inter 10.5
    line_height = 4
    markup = full
    format = "<b>%s</b>\\n<span foreground='#465650'>%b</span>"
    vertical_alignment = center
    icon_position = left
    min_icon_size = 44
    max_icon_size = 44
    show_indicators = no
    sticky_history = no
    dmenu = ${menu}
    always_run_script = true

[urgency_low]
    background = "#ffffff"
    foreground = "#12201a"

[urgency_normal]
    background = "#ffffff"
    foreground = "#12201a"
    timeout = 0

[urgency_critical]
    background = "#ffffff"
    foreground = "#12201a"
    timeout = 0

[tell-the-test]
    summary = "*"
    script = ${onShow}
`;
