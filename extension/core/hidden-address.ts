/**
 * What leaves a connection that hides where this person is. Its policy gathers nothing else to begin with; this is the second lock,
 * in our own hands: whatever a browser puts into a description or a candidate, only addresses of TURN servers get out.
 */
import type { Candidate } from '../../relay/mail.ts';

/** RFC 8839, section 5.1: foundation, component, transport, priority, address, port, `typ`, type, then pairs of words. */
const CANDIDATE = /^((?:a=)?candidate:[^\s]+ \d+ [^\s]+ \d+ [^\s]+ \d+ typ relay)((?: [^\s]+ [^\s]*)*)\s*$/i;
/** Pairs of words after the type that tell nothing of where somebody is. */
const HARMLESS = new Set(['generation', 'ufrag', 'network-cost', 'tcptype']);

/** @returns the line of a candidate without the address behind it (`raddr`, `rport`), or null unless it is a TURN server's. */
function hideInLine(line: string): string | null {
  const [, head, tail = ''] = CANDIDATE.exec(line) ?? [];
  // A name that is looked up in the own network (RFC 8828's mDNS) is no TURN server's.
  if (head === undefined || /\.local$/i.test(head.split(' ')[4] ?? '')) return null;
  const words = tail.trim() === '' ? [] : tail.trim().split(' ');
  const kept: string[] = [];
  for (let i = 0; i + 1 < words.length; i += 2)
    // No address fits into a value without dots and colons.
    if (HARMLESS.has((words[i] ?? '').toLowerCase()) && /^[\w+/-]+$/.test(words[i + 1] ?? ''))
      kept.push(`${words[i]} ${words[i + 1]}`);
  // Required of a relayed candidate, and meant to be hidden like this (RFC 8839, section 5.1).
  return [head, 'raddr 0.0.0.0 rport 0', ...kept].join(' ');
}

/** @returns the candidate as it may leave, or null if it may not. An empty one says that there are no more (RFC 8838, section 8.2). */
export function hideInCandidate(given: Candidate): Candidate | null {
  if (given.candidate === '') return given;
  const candidate = hideInLine(given.candidate);
  return candidate === null ? null : { ...given, candidate };
}

/**
 * @returns the description with no address in it but those of TURN servers: connection lines and ports say what one says that has no
 * candidate yet (RFC 8840, section 4.1.1), and so does the origin.
 */
export function hideInDescription(sdp: string): string {
  return sdp
    .split(/\r\n|\n/)
    .flatMap((line) => {
      if (/^a=candidate:/i.test(line)) return hideInLine(line) ?? [];
      if (/^a=remote-candidates:/i.test(line)) return [];
      if (/^c=/i.test(line)) return 'c=IN IP4 0.0.0.0';
      if (/^a=rtcp:/i.test(line)) return 'a=rtcp:9 IN IP4 0.0.0.0';
      if (/^o=/i.test(line)) return line.replace(/ IN IP[46] .*$/i, ' IN IP4 0.0.0.0');
      // Port 0 would refuse the medium.
      return line.replace(/^(m=[^\s]+) (?!0 )\d+ /i, '$1 9 ');
    })
    .join('\r\n');
}
