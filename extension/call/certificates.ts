/** Which certificates stand at both ends of a peer connection. */
import { fingerprintOf } from '../core/fingerprint.ts';

export interface Fingerprints {
  /** SHA-256 of this side's DTLS certificate, 32 bytes. */
  own: Uint8Array<ArrayBuffer>;
  theirs: Uint8Array<ArrayBuffer>;
}

/**
 * Reads both from the descriptions, and holds theirs against the certificates they really showed, where the browser tells
 * (Firefox does not). @returns null if a description names none or several, or if they showed another.
 */
export async function fingerprintsOf(pc: RTCPeerConnection): Promise<Fingerprints | null> {
  const own = fingerprintOf(pc.localDescription?.sdp ?? '');
  const theirs = fingerprintOf(pc.remoteDescription?.sdp ?? '');
  if (!own || !theirs) return null;
  for (const transport of transportsOf(pc)) {
    if (!('getRemoteCertificates' in transport)) continue;
    const [shown] = transport.getRemoteCertificates();
    if (!shown || !isSame(new Uint8Array(await crypto.subtle.digest('SHA-256', shown)), theirs)) return null;
  }
  return { own, theirs };
}

/** Usually one for everything; without BUNDLE each medium may have its own. */
function transportsOf(pc: RTCPeerConnection): Set<RTCDtlsTransport> {
  const media = pc
    .getTransceivers()
    .flatMap(({ sender, receiver }) => [sender.transport, receiver.transport]);
  return new Set([pc.sctp?.transport ?? null, ...media].filter((transport) => transport !== null));
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
