/** What a peer connection tells of its path, and that it is not given up before those who watch it do. */

/** The parts of simple-peer 9.11.1 that destroy it once its connection has failed. They are called anew at each change. */
export interface FailingPeer {
  readonly _pc: RTCPeerConnection;
  readonly connected: boolean;
  _onIceStateChange(): void;
  _onConnectionStateChange(): void;
}

/**
 * A connection that has stood is given up by whoever watches it, not by the library: after `failed` its checks go on for a while,
 * and a path that comes back is found without a word to anybody.
 */
export function surviveFailure(peer: FailingPeer): void {
  const { _pc: pc } = peer;
  const isForgiven = (): boolean =>
    peer.connected && (pc.connectionState === 'failed' || pc.iceConnectionState === 'failed');
  for (const method of ['_onIceStateChange', '_onConnectionStateChange'] as const) {
    const heed = peer[method].bind(peer);
    peer[method] = () => {
      if (!isForgiven()) heed();
    };
  }
}

/** @returns how many bytes have come in, of media, data and checks of the path (webrtc-stats, 8.12); null if it can't be told. */
export async function bytesReceived(pc: RTCPeerConnection): Promise<number | null> {
  // A receiver's own report is a fraction of the whole one, and holds the transport that all share.
  const [receiver] = pc.getReceivers();
  if (!receiver) return null;
  let sum: number | null = null;
  (await receiver.getStats()).forEach(
    (stats: RTCStats & { bytesReceived?: number; responsesReceived?: number }) => {
      if (stats.type === 'transport') sum = (sum ?? 0) + (stats.bytesReceived ?? 0);
      else if (stats.type === 'candidate-pair') sum = (sum ?? 0) + (stats.responsesReceived ?? 0);
    },
  );
  return sum;
}
