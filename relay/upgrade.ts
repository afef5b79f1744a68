/** Which requests may become a link. Pure: the server carries the answer out. */
import {
  LINK_PATH,
  parseResumeOffer,
  RESUMED_SUBPROTOCOL,
  type ResumeOffer,
  SUBPROTOCOL,
} from './protocol.ts';

/** An upgrade request, header values as they came. */
export interface UpgradeRequest {
  url: string | undefined;
  host: string | undefined;
  origin: string | undefined;
  protocols: string | undefined;
}

export interface UpgradeRules {
  publicHosts: ReadonlySet<string>;
  extensionIds: ReadonlySet<string>;
}

export type UpgradeAnswer =
  /** `resume`: the login that came with it, yet to be judged. */
  { ok: true; publicName: string; resume: ResumeOffer | null } | { ok: false; status: 400 | 403 | 404 | 421 };

/**
 * @returns the public name under which the client reached us, or the HTTP status it gets instead: 404 another path,
 * 421 a `Host` that is not ours (RFC 9110, section 15.5.20), 403 an origin that may not, 400 without our subprotocol.
 */
export function judgeUpgrade(request: UpgradeRequest, rules: UpgradeRules): UpgradeAnswer {
  if (request.url?.split('?', 1)[0] !== LINK_PATH) return { ok: false, status: 404 };
  const publicName = request.host?.toLowerCase() ?? '';
  if (!rules.publicHosts.has(publicName)) return { ok: false, status: 421 };
  if (!isAllowedOrigin(request.origin, rules.extensionIds)) return { ok: false, status: 403 };
  if (request.protocols === SUBPROTOCOL) return { ok: true, publicName, resume: null };
  const offered = request.protocols?.split(',').map((name) => name.trim()) ?? [];
  if (!offered.includes(SUBPROTOCOL)) return { ok: false, status: 400 };
  return { ok: true, publicName, resume: resumeOffered(offered) };
}

function resumeOffered(protocols: readonly string[]): ResumeOffer | null {
  if (!protocols.includes(RESUMED_SUBPROTOCOL)) return null;
  for (const name of protocols) {
    const offer = parseResumeOffer(name);
    if (offer) return offer;
  }
  return null;
}

/** A browser always says whose page it is; a program says nothing, and may say anything. */
function isAllowedOrigin(origin: string | undefined, extensionIds: ReadonlySet<string>): boolean {
  if (origin === undefined) return true;
  // Firefox gives each installation an id of its own, so there is no list to be on.
  if (origin.startsWith('moz-extension://')) return true;
  const chromium = /^chrome-extension:\/\/([a-p]{32})$/.exec(origin)?.[1];
  return chromium !== undefined && extensionIds.has(chromium);
}

/** @returns the loopback names of a relay that listens on `url`, as `new URL(url).host` gives them. */
export function loopbackHosts(url: string): string[] {
  const { protocol, port } = new URL(url);
  return ['127.0.0.1', 'localhost', '[::1]'].map((name) => new URL(`${protocol}//${name}:${port}`).host);
}
