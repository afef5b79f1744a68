/** What a link offers as subprotocols: with a resume token, a login that needs no round trip of its own. */
import {
  type Address,
  expiryOfToken,
  RESUMED_SUBPROTOCOL,
  resumeOfferText,
  resumeProofText,
  SUBPROTOCOL,
  toBase64url,
} from '../../relay/protocol.ts';

/**
 * @param token as the relay gave it at the last login. It never travels in a header, only a proof of it that is good for a minute.
 * @param relayNowMs the relay's clock, in milliseconds since the epoch. If it is wrong the relay takes no notice of the offer.
 */
export async function offeredProtocols(
  address: Address,
  token: string | undefined,
  relayNowMs: number,
): Promise<string[]> {
  const expiry = token === undefined ? null : expiryOfToken(token);
  if (token === undefined || expiry === null) return [SUBPROTOCOL];
  const time = String(Math.floor(relayNowMs / 1000));
  const text = new TextEncoder().encode(resumeProofText(token, time));
  const proof = toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)));
  return [SUBPROTOCOL, RESUMED_SUBPROTOCOL, resumeOfferText({ address, expiry, time, proof })];
}
