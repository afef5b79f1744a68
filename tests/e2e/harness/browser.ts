/** One person's browser: a real Chromium with the built extension, a profile, a desktop bus and media of its own. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser as Chromium, type Page, type Target, TargetType, type WebWorker } from 'puppeteer-core';
import { startBus } from './bus.ts';
import { collectFaults } from './faults.ts';
import { type BrowserOptions, extensionOf, launch, type Permissions, ROOT } from './launch.ts';
import { serveNotifications, type Notifications } from './notifications.ts';

export type { BrowserOptions, Permission, Permissions } from './launch.ts';

/** Lets messages of the browser in before the next look at it. */
const turn = (): Promise<void> => wait(20);

const GRANTED: Permissions = { camera: 'granted', microphone: 'granted' };
const TIMEOUT_MS = 15_000;
/** A worker that has not answered after this time is taken for dead, in milliseconds. */
const ANSWER_MS = 2000;
// tsx keeps names of functions with a helper that functions sent to a page would miss there.
const NAME_SHIM = 'globalThis.__name ??= (target) => target';
const CLOSE_TIMEOUT_MS = 5_000;

export interface PersonBrowser {
  readonly name: string;
  readonly chromium: Chromium;
  /** `chrome-extension://<id>/` */
  readonly origin: string;
  /** The person's desktop, unless the browser was given a `bus`: then this throws. */
  readonly notifications: Notifications;
  /** Uncaught exceptions and logged errors of all the extension's contexts, oldest first. */
  readonly faults: readonly string[];
  /** Opens a page of the extension in a tab. */
  open(path: string): Promise<Page>;
  /**
   * Opens the real popup through `action.openPopup` and returns it.
   * @param opener a page of the extension that asks for it, where the worker must not be woken by this; else the worker does
   */
  openPopup(opener?: Page): Promise<Page>;
  /** The context with this path that is open or still to open: the side panel after its gesture, a call window. */
  view(path: string): Promise<Page>;
  /** True when a context with this path is open now. */
  shows(path: string): boolean;
  /** Resolves when no context with this path is open any more. */
  gone(path: string): Promise<void>;
  /** The offscreen document, open or still to open. */
  host(): Promise<Page>;
  /** The service worker, running or still to start. */
  worker(): Promise<WebWorker>;
  /** Kills the service worker, as Chromium does when it is idle, and waits until it is gone. */
  stopWorker(): Promise<void>;
  setPermissions(permissions: Partial<Permissions>): Promise<void>;
  /** Writes `<folder>/<name>-<what>.png` and returns its path; artifacts/screenshots by default. */
  screenshot(page: Page, what: string, folder?: string): Promise<string>;
  /**
   * Ends Chromium and starts it again with the same profile and desktop; `killed`: it dies in the middle of what it does.
   * @param args switches for this start alone
   */
  restart(how?: 'closed' | 'killed', args?: readonly string[]): Promise<void>;
  /** Ends everything this browser started, by its id, and removes its profile. */
  close(): Promise<void>;
}

/**
 * Starts a browser and waits until the extension's worker runs.
 * @throws when Chromium or the extension does not start.
 */
export async function startBrowser(options: BrowserOptions): Promise<PersonBrowser> {
  const { name } = options;
  const origin = `chrome-extension://${extensionOf(options).id}/`;
  const profile = await mkdtemp(join(tmpdir(), `sidecall-${name.toLowerCase()}-`));
  const bus = options.bus ?? (await startBus());
  const notifications = options.bus ? undefined : await serveNotifications(bus);
  const faults: string[] = [];
  let permissions = { ...GRANTED, ...options.permissions };
  let chromium = await launch(options, profile, bus).catch(async (error: unknown) => {
    await clear();
    throw error;
  });

  /** What must be true of every newly started Chromium. */
  async function settle(): Promise<void> {
    collectFaults(chromium, origin, faults);
    await grant();
    await (await worker()).evaluate(activated);
  }

  async function grant(): Promise<void> {
    const context = chromium.defaultBrowserContext();
    // An override of 'prompt' answers the question with "dismissed"; only no override at all really asks.
    await context.clearPermissionOverrides();
    for (const [device, state] of Object.entries(permissions)) {
      if (state === 'prompt') continue;
      await context.setPermission(origin.slice(0, -1), { permission: { name: device }, state });
    }
  }

  const isAt = (path: string) => (target: Target) => pathOf(target, origin) === path;

  function target(fits: (target: Target) => boolean, what: string): Promise<Target> {
    return chromium.waitForTarget(fits, { timeout: TIMEOUT_MS }).catch(() => {
      const open = chromium.targets().map((one) => `${one.type()} ${one.url()}`);
      throw new Error(`${name} has no ${what}. Open: ${open.join(', ')}`);
    });
  }

  const isWorker = (one: Target): boolean =>
    one.type() === TargetType.SERVICE_WORKER && one.url().startsWith(origin);
  const workerTarget = (): Promise<Target> => target(isWorker, 'service worker');

  async function running(): Promise<{ one: Target; found: WebWorker }> {
    // A worker that has just been stopped may still be listed; it answers nothing any more.
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      await workerTarget();
      // An extension that started itself anew leaves the target of its former worker, which never answers.
      for (const one of chromium.targets().filter(isWorker).reverse()) {
        const found = await one.worker();
        const answers = found?.evaluate(NAME_SHIM).then(
          () => true,
          () => false,
        );
        if (found && (await Promise.race([answers, wait(ANSWER_MS, false)]))) return { one, found };
      }
      if (Date.now() > deadline) throw new Error(`${name}'s service worker cannot be reached.`);
      await turn();
    }
  }

  const worker = async (): Promise<WebWorker> => (await running()).found;

  async function pageOf(found: Target): Promise<Page> {
    const page = await found.asPage();
    // The target may be listed under its address while it still holds the blank page it began with; what is asked of
    // that one is lost with it.
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      const isThere = await page
        .evaluate((start) => location.href.startsWith(start) && document.readyState !== 'loading', origin)
        .catch((error: unknown) => {
          if (page.isClosed() || Date.now() > deadline) throw error;
          return false;
        });
      if (isThere) break;
      if (Date.now() > deadline) throw new Error(`${name}'s ${found.url()} does not load.`);
      await turn();
    }
    await page.evaluate(NAME_SHIM);
    return page;
  }

  function targetGone(fits: (target: Target) => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (chromium.targets().some(fits)) return;
        clearTimeout(late);
        chromium.off('targetdestroyed', check).off('targetchanged', check);
        resolve();
      };
      const late = setTimeout(() => {
        chromium.off('targetdestroyed', check).off('targetchanged', check);
        reject(new Error(`${name}'s ${what} is still there after ${String(TIMEOUT_MS)} ms.`));
      }, TIMEOUT_MS);
      chromium.on('targetdestroyed', check).on('targetchanged', check);
      check();
    });
  }

  async function end(): Promise<void> {
    const child = chromium.process();
    const late = setTimeout(() => child?.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
    await chromium.close().catch(() => undefined);
    clearTimeout(late);
  }

  async function close(): Promise<void> {
    await end();
    await clear();
  }

  /** Removes what stands around Chromium: the desktop, unless it was given, and the profile. */
  async function clear(): Promise<void> {
    notifications?.close();
    if (!options.bus) await bus.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }

  await settle().catch(async (error: unknown) => {
    await close();
    throw error;
  });

  return {
    name,
    origin,
    faults,
    get chromium() {
      return chromium;
    },
    get notifications() {
      if (!notifications) throw new Error(`${name}'s desktop was given from outside.`);
      return notifications;
    },
    async open(path) {
      const page = await chromium.newPage();
      // Not 'load': a video whose stream has no frame yet holds that event back.
      await page.goto(origin + path, { waitUntil: 'domcontentloaded' });
      await page.evaluate(NAME_SHIM);
      return page;
    },
    async openPopup(opener) {
      const before = new Set(chromium.targets());
      const ask = async (): Promise<string> => {
        await chrome.action.openPopup();
        return new URL(await chrome.action.getPopup({})).pathname.slice(1);
      };
      const path = await (opener ? opener.evaluate(ask) : (await worker()).evaluate(ask));
      return pageOf(await target((one) => !before.has(one) && isAt(path)(one), 'popup'));
    },
    view: async (path) => pageOf(await target(isAt(path), path)),
    shows: (path) => chromium.targets().some(isAt(path)),
    gone: (path) => targetGone(isAt(path), path),
    host: async () =>
      pageOf(
        await target(
          (one) => one.type() === TargetType.BACKGROUND_PAGE && one.url().startsWith(origin),
          'offscreen document',
        ),
      ),
    worker,
    async stopWorker() {
      const { one, found } = await running();
      const { targetId } = (await found.client.send('Target.getTargetInfo')).targetInfo;
      // It detaches from a session that is gone with the worker, and says so.
      await found.close().catch(() => undefined);
      // What woke it before that session was gone runs under the same target, where puppeteer reaches no worker any more.
      const session = await chromium.target().createCDPSession();
      const deadline = Date.now() + TIMEOUT_MS;
      while (chromium.targets().includes(one)) {
        if (Date.now() > deadline) throw new Error(`${name}'s service worker does not stop.`);
        await session.send('Target.closeTarget', { targetId }).catch(() => undefined);
        await turn();
      }
      await session.detach();
    },
    async setPermissions(changed) {
      permissions = { ...permissions, ...changed };
      await grant();
    },
    async screenshot(page, what, into = join(ROOT, 'artifacts/screenshots')) {
      const file = join(into, `${name.toLowerCase()}-${what}.png`);
      await mkdir(dirname(file), { recursive: true });
      await page.screenshot({ path: file as `${string}.png` });
      return file;
    },
    async restart(how = 'closed', args = []) {
      // As when the machine loses power: nothing is written any more, and nobody is told.
      if (how === 'killed') chromium.process()?.kill('SIGKILL');
      await end();
      chromium = await launch({ ...options, args: [...(options.args ?? []), ...args] }, profile, bus);
      await settle();
    },
    close,
  };
}

/** Runs in the worker, which can be reached before its script has run: its listeners are there once it is active. */
async function activated(): Promise<void> {
  const { serviceWorker } = self as unknown as { serviceWorker: ServiceWorker };
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (serviceWorker.state === 'activated') resolve();
    };
    serviceWorker.addEventListener('statechange', check);
    check();
  });
}

function pathOf(target: Target, origin: string): string | undefined {
  const url = target.url();
  return url.startsWith(origin) ? new URL(url).pathname.slice(1) : undefined;
}
