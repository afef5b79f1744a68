/**
 * Finds the call host. All pages of the extension run in one process, so its window is among the extension's views and
 * the very same `Call` objects and streams can be used from here (https://github.com/w3c/webextensions/issues/165).
 */
import { send } from '../../messages.ts';
import type { CallHost } from '../../call/call-host.ts';

/** How long to wait before looking again for a host that is not there, in milliseconds. */
const RETRY_MS = 300;

type HostWindow = Window & { sidecallHost: CallHost };
const isHost = (view: Window): view is HostWindow => view.sidecallHost !== undefined;
const findWindow = (): HostWindow | undefined => chrome.extension.getViews().find(isHost);

async function openWindow(signal: AbortSignal): Promise<HostWindow | null> {
  while (!signal.aborted) {
    const found = findWindow();
    if (found) return found;
    await send('background', 'host.open', {}).catch(() => undefined);
    if (findWindow()) continue;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  return null;
}

/**
 * Looks at the host's calls, now and after every change, until `signal` aborts. A host that goes away is opened again.
 * @param seen called with the host, or with null while there is none
 */
export async function watchHost(seen: (host: CallHost | null) => void, signal: AbortSignal): Promise<void> {
  const hostWindow = await openWindow(signal);
  if (!hostWindow || signal.aborted) return;
  const host = hostWindow.sidecallHost;
  const gone = new AbortController();
  const life = AbortSignal.any([signal, gone.signal]);
  const unsubscribe = host.subscribe(() => seen(host));
  life.addEventListener('abort', unsubscribe, { once: true });
  host.look(signal);
  hostWindow.addEventListener('pagehide', () => gone.abort(), { signal: life });
  gone.signal.addEventListener('abort', () => {
    if (signal.aborted) return;
    seen(null);
    void watchHost(seen, signal);
  });
  seen(host);
}
