/** Whether a relay answers, found out by really opening its link. */
import { LINK_PATH, parseRelayFrame, SUBPROTOCOL, toBase64url } from '../../../relay/protocol.ts';
import { linkUrl } from '../../core/relay-address.ts';

/** How long a relay may take to answer, in milliseconds. */
const PATIENCE_MS = 5_000;

/**
 * Says hello to the relay at `host` and waits for its challenge. The address shown is made up for this: a relay that is
 * only being tried, or mistyped, learns nothing of who asks.
 * @returns how long the answer took, in milliseconds, or null if no relay answers there.
 */
export function checkRelay(host: string, signal: AbortSignal): Promise<number | null> {
  const address = toBase64url(crypto.getRandomValues(new Uint8Array(32)));
  return new Promise((resolve) => {
    const socket = new WebSocket(linkUrl(host, LINK_PATH), SUBPROTOCOL);
    let helloAt = 0;
    const finish = (ms: number | null) => {
      clearTimeout(timer);
      socket.close();
      resolve(ms);
    };
    const timer = setTimeout(() => finish(null), PATIENCE_MS);
    signal.addEventListener('abort', () => finish(null), { once: true });
    socket.addEventListener('error', () => finish(null));
    socket.addEventListener('close', () => finish(null));
    socket.addEventListener('open', () => {
      helloAt = performance.now();
      socket.send(JSON.stringify({ type: 'hello', address }));
    });
    socket.addEventListener('message', ({ data }) => {
      const frame = typeof data === 'string' ? parseRelayFrame(data) : null;
      finish(frame?.type === 'challenge' ? performance.now() - helloAt : null);
    });
  });
}
