/**
 * A transport whose servers are still being asked for: keeps what it is told, and hands it on once the transport can be made. It
 * may turn out that none can: then it is tried again when somebody wants it.
 */
import type { PeerSignal } from '../core/link-book.ts';
import type { IcePlan } from '../core/ice-policy.ts';
import type { TrackKind } from '../core/media-lines.ts';
import type { PeerLink } from './peer-link.ts';

export interface LaterLink extends PeerLink {
  /** Looks for servers once more, if there were none. */
  retry(): void;
}

/** How many signals of the other side are kept. */
const MAX_HELD = 64;

/**
 * @param plan gives what to make it with, or null if it may not be made; at once where that is known
 * @param make makes the transport
 * @param onRefused there is nothing to make it with
 */
export function createLinkLater(
  plan: () => IcePlan | null | Promise<IcePlan | null>,
  make: (plan: IcePlan) => PeerLink,
  onRefused: () => void,
): LaterLink {
  let peer: PeerLink | undefined;
  let state: 'waiting' | 'refused' | 'made' | 'closed' = 'waiting';
  const held: PeerSignal[] = [];
  const tracks = new Map<TrackKind, MediaStreamTrack | null>();
  let placeholder: MediaStreamTrack | undefined;

  const settle = (found: IcePlan | null): void => {
    if (state !== 'waiting') return;
    if (!found) {
      state = 'refused';
      return onRefused();
    }
    state = 'made';
    const made = make(found);
    peer = made;
    for (const signal of held) made.feed(signal);
    if (placeholder) made.warmUp(placeholder);
    for (const [kind, track] of tracks) made.setTrack(kind, track);
  };

  const begin = (): void => {
    state = 'waiting';
    const found = plan();
    // A refusal is never told before whoever asked has the link.
    if (found && !(found instanceof Promise)) settle(found);
    else void Promise.resolve(found).then(settle);
  };
  begin();

  return {
    feed(signal) {
      if (peer) peer.feed(signal);
      else if (held.length < MAX_HELD) held.push(signal);
    },
    send: (text) => peer?.send(text) ?? false,
    hasBulkRoom: () => peer?.hasBulkRoom() ?? false,
    sendBulk: (frame) => peer?.sendBulk(frame),
    warmUp(track) {
      placeholder = track;
      peer?.warmUp(track);
    },
    setTrack(kind, track) {
      if (peer) peer.setTrack(kind, track);
      else tracks.set(kind, track);
    },
    useServers: (servers) => peer?.useServers(servers),
    stats: () => peer?.stats() ?? Promise.resolve(null),
    received: () => peer?.received() ?? Promise.resolve(null),
    fingerprints: () => peer?.fingerprints() ?? Promise.resolve(null),
    close() {
      state = 'closed';
      peer?.close();
    },
    retry() {
      if (state === 'refused') begin();
    },
  };
}
