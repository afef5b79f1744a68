/** Collects what went wrong inside the extension's own contexts: uncaught exceptions and what they log as errors. */
import { TargetType, type Browser, type CDPSession, type Target } from 'puppeteer-core';

/** Watches every context of the extension, from its first line on, and adds each fault as one line to `faults`. */
export function collectFaults(browser: Browser, origin: string, faults: string[]): void {
  const watched = new WeakSet<Target>();
  const watch = (target: Target): void => {
    if (watched.has(target) || !target.url().startsWith(origin)) return;
    watched.add(target);
    // A target may be gone before its session is there, as a popup that closes at once: it then has nothing to say.
    sessionOf(target).then(
      (session) => listen(session, target, origin, faults),
      () => undefined,
    );
  };
  browser.on('targetcreated', watch);
  browser.on('targetchanged', watch);
  browser.targets().forEach(watch);
}

/** Puppeteer drops the second of two sessions with one service worker, so its own is shared. */
async function sessionOf(target: Target): Promise<CDPSession> {
  if (target.type() !== TargetType.SERVICE_WORKER) return target.createCDPSession();
  const worker = await target.worker();
  if (!worker) throw new Error('This worker has no session.');
  return worker.client;
}

async function listen(session: CDPSession, target: Target, origin: string, faults: string[]): Promise<void> {
  const where = target.url().slice(origin.length);
  const note = (what: string): void => {
    faults.push(`${where}: ${what}`);
  };
  session.on('Runtime.exceptionThrown', ({ exceptionDetails: { exception, text } }) => {
    note(exception?.description ?? text);
  });
  session.on('Runtime.consoleAPICalled', ({ type, args }) => {
    if (type !== 'error' && type !== 'assert') return;
    note(args.map((arg) => arg.description ?? String(arg.value)).join(' '));
  });
  session.on('Log.entryAdded', ({ entry }) => {
    if (entry.level === 'error') note(`${entry.text}${entry.url ? ` (${entry.url})` : ''}`);
  });
  // Both repeat what happened before they were switched on.
  const domains =
    target.type() === TargetType.SERVICE_WORKER
      ? (['Runtime.enable'] as const)
      : (['Runtime.enable', 'Log.enable'] as const);
  await Promise.all(domains.map((domain) => session.send(domain))).catch(() => undefined);
  // A worker of the offscreen document is held at its first line until each session lets it go.
  await session.send('Runtime.runIfWaitingForDebugger').catch(() => undefined);
}
