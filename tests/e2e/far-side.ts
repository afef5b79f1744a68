/** Everything one side ever learns of where the other is: what its host is told by mail, and what its connections see. */
import { networkInterfaces } from 'node:os';
import type { Page } from 'puppeteer-core';
import type { CallMail } from '../../relay/mail.ts';
import { PAGES } from './cast.ts';
import type { PersonBrowser } from './harness/browser.ts';

/** An end of a candidate pair, as the statistics of WebRTC tell it. */
export interface SeenCandidate {
  type: 'host' | 'srflx' | 'prflx' | 'relay';
  /** Null where the browser keeps it to itself. */
  address: string | null;
  /** How the own TURN server is reached. */
  relayProtocol?: string;
}

export interface SeenConnection {
  local: SeenCandidate[];
  remote: SeenCandidate[];
  /** The pair in use, if there is one. */
  selected: { local: SeenCandidate; remote: SeenCandidate } | null;
  config: { iceTransportPolicy: string; usernames: string[] };
  /** How many servers it had given up on when it first stood; null if it never has. */
  gaveUpBefore: number | null;
}

interface Recorder {
  mail: CallMail[];
  connections: (RTCPeerConnection & { gaveUpBefore?: number })[];
}
declare global {
  interface Window {
    farSide?: Recorder;
  }
}

export interface FarSide {
  /** Mail of calls that has reached the host, oldest first. */
  mail(): Promise<CallMail[]>;
  /** Every connection that was ever made there. */
  connections(): Promise<SeenConnection[]>;
}

/** Opens somebody's host by their popup, which is closed again, and records what it is told and what it makes from here on. */
export async function watchFarSide(someone: PersonBrowser): Promise<FarSide> {
  const popup = await someone.openPopup();
  const host = await someone.host();
  await host.waitForFunction(() => window.sidecallHost !== undefined, { polling: 50 });
  await host.evaluate(record);
  await popup.close();
  await someone.gone(PAGES.popup);
  return {
    mail: () => host.evaluate(() => window.farSide?.mail ?? []),
    connections: () => seenBy(host),
  };
}

function record(): void {
  if (window.farSide) {
    Object.assign(window.farSide, { mail: [], connections: [] });
    return;
  }
  const recorder: Recorder = { mail: [], connections: [] };
  window.farSide = recorder;
  // A second listener, which answers nothing: the host's own does.
  chrome.runtime.onMessage.addListener(
    (message: { target: string; type: string; ask: { body: CallMail } }) => {
      if (message.target === 'host' && message.type === 'mail') recorder.mail.push(message.ask.body);
    },
  );
  // simple-peer hands no connection out.
  window.RTCPeerConnection = class extends RTCPeerConnection {
    gaveUpBefore?: number;
    constructor(config?: RTCConfiguration) {
      super(config);
      recorder.connections.push(this);
      let gaveUp = 0;
      this.addEventListener('icecandidateerror', () => gaveUp++);
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') this.gaveUpBefore ??= gaveUp;
      });
    }
  };
}

function seenBy(host: Page): Promise<SeenConnection[]> {
  return host.evaluate(async () => {
    const seen: SeenConnection[] = [];
    for (const connection of window.farSide?.connections ?? []) {
      const stats = new Map<string, Record<string, unknown>>();
      (await connection.getStats()).forEach((each: Record<string, unknown>, id) => stats.set(id, each));
      const candidate = (id: unknown): SeenCandidate => {
        const { candidateType, address, relayProtocol } = stats.get(String(id)) ?? {};
        return {
          type: candidateType as SeenCandidate['type'],
          address: typeof address === 'string' && address !== '' ? address : null,
          ...(typeof relayProtocol === 'string' && { relayProtocol }),
        };
      };
      const all = [...stats.values()];
      const of = (type: string) => all.filter((each) => each['type'] === type).map(({ id }) => candidate(id));
      const transport = all.find(({ type }) => type === 'transport');
      const pair = stats.get(String(transport?.['selectedCandidatePairId']));
      const { iceTransportPolicy = '', iceServers = [] } = connection.getConfiguration();
      seen.push({
        local: of('local-candidate'),
        remote: of('remote-candidate'),
        selected: pair
          ? { local: candidate(pair['localCandidateId']), remote: candidate(pair['remoteCandidateId']) }
          : null,
        config: { iceTransportPolicy, usernames: iceServers.map(({ username }) => username ?? '') },
        gaveUpBefore: connection.gaveUpBefore ?? null,
      });
    }
    return seen;
  });
}

/** Addresses of this machine by which somebody could be found: all but loopback. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address);

/** Candidates in mail, one line each. */
export const candidatesIn = (mail: readonly CallMail[]): string[] =>
  mail.flatMap((body) => {
    if (body.type !== 'signal' && body.type !== 'ring') return [];
    const described = [body.offer, 'answer' in body ? body.answer : undefined].flatMap(
      (sdp) => sdp?.split('\r\n').filter((line) => line.startsWith('a=candidate')) ?? [],
    );
    const trickled = 'candidates' in body ? (body.candidates ?? []).map(({ candidate }) => candidate) : [];
    return [...described, ...trickled].filter((line) => line !== '');
  });

/** Words in mail that tell where somebody is: the machine's addresses, names of the own network, candidates that are no TURN server's. */
export function leaksIn(mail: readonly CallMail[]): string[] {
  const text = JSON.stringify(mail);
  return [
    ...ownAddresses().filter((address) => text.includes(address)),
    ...(text.match(/[\w-]+\.local\b/g) ?? []),
    ...candidatesIn(mail).filter((line) => !line.includes(' typ relay ')),
  ];
}
