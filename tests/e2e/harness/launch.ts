/** The command line of one person's Chromium. */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer, { type Browser as Chromium } from 'puppeteer-core';
import type { Bus } from './bus.ts';
import { chromePath } from './chrome-path.ts';
import type { Display } from './display.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FONTS = join(ROOT, 'tests/machine/fonts.conf');
const SIDECALL_ID = 'fkdcdbcjphjjkidkjdiefjebcpgihehd';

export type Permission = 'granted' | 'denied' | 'prompt';

export interface Permissions {
  camera: Permission;
  microphone: Permission;
}

export interface BrowserOptions {
  /** Whose browser it is: names its screenshots and its profile. */
  name: string;
  /** Folder and id of the extension; Sidecall's own build by default. */
  extension?: { folder: string; id: string };
  /** A Y4M file; `'none'`: the machine has a microphone but no camera. Chromium's own test picture by default. */
  camera?: string;
  /** A WAV file; `'none'`: the machine has neither microphone nor camera. Chromium's own beeps by default. */
  microphone?: string;
  /** What the extension may use without asking; both granted by default. */
  permissions?: Partial<Permissions>;
  /** The screen to appear on; headless without one. */
  display?: Display;
  /** A desktop somebody else has furnished, with dunst for instance. By default one with our `notifications`. */
  bus?: Bus;
  /** Whether pages sound. Muted, as a headless browser is by default, there is nothing to capture of a tab's sound. */
  sounds?: boolean;
  /** Further switches of Chromium. */
  args?: readonly string[];
  env?: Record<string, string>;
  /** The program to run, such as a wrapper that enters a network namespace. */
  executable?: string;
  windowSize?: { width: number; height: number };
}

/**
 * Starts Chromium with the extension installed, on a desktop and with a profile folder of its own.
 * @throws when the extension is not built or Chromium does not start.
 */
export async function launch(options: BrowserOptions, profile: string, bus: Bus): Promise<Chromium> {
  const { folder } = extensionOf(options);
  await access(join(folder, 'manifest.json')).catch(() => {
    throw new Error(`No extension in ${folder}: build it with "npm run build:extension".`);
  });
  await allowUnpacked(profile);
  return puppeteer.launch({
    executablePath: options.executable ?? chromePath(),
    pipe: true,
    enableExtensions: [resolve(folder)],
    userDataDir: profile,
    headless: options.display === undefined,
    // There may be none.
    waitForInitialPage: !options.args?.includes('--no-startup-window'),
    defaultViewport: null,
    args: switches(options),
    // A headed browser is photographed: without the bars that speak of automation and of the missing sandbox.
    ignoreDefaultArgs: [
      ...(options.display ? ['--enable-automation'] : []),
      ...(options.sounds ? ['--mute-audio'] : []),
    ],
    env: {
      ...process.env,
      ...options.env,
      DBUS_SESSION_BUS_ADDRESS: bus.address,
      FONTCONFIG_FILE: FONTS,
      ...(options.display ? { DISPLAY: options.display.name } : {}),
    },
  });
}

/**
 * Chromium runs an unpacked extension that starts itself anew (`runtime.reload`) in developer mode only, which whoever
 * loads one by hand has switched on.
 */
async function allowUnpacked(profile: string): Promise<void> {
  const file = join(profile, 'Default/Preferences');
  await mkdir(dirname(file), { recursive: true });
  const preferences = { extensions: { ui: { developer_mode: true } } };
  // A profile that has been used has its own.
  await writeFile(file, JSON.stringify(preferences), { flag: 'wx' }).catch(() => undefined);
}

/** The extension to install. */
export const extensionOf = ({ extension }: BrowserOptions): { folder: string; id: string } =>
  extension ?? { folder: join(ROOT, 'dist/extension'), id: SIDECALL_ID };

function switches({ camera, microphone, windowSize, display, args = [] }: BrowserOptions): string[] {
  const { width, height } = windowSize ?? { width: 1200, height: 780 };
  return [
    '--no-sandbox',
    '--no-first-run',
    '--disable-quic',
    '--disable-sync',
    '--disable-background-networking',
    '--disable-component-update',
    `--window-size=${String(width)},${String(height)}`,
    '--window-position=0,0',
    ...(display ? ['--test-type'] : []),
    ...fakeDevices(camera, microphone),
    ...args,
  ];
}

function fakeDevices(camera: string | undefined, microphone: string | undefined): string[] {
  if (microphone === 'none') return [];
  return [
    '--use-fake-device-for-media-stream',
    // Chromium lists no camera for a file that is not there.
    ...(camera ? [`--use-file-for-fake-video-capture=${camera === 'none' ? '/dev/null/none' : camera}`] : []),
    ...(microphone ? [`--use-file-for-fake-audio-capture=${microphone}`] : []),
  ];
}
