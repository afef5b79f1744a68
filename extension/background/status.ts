/** Tells contacts who are online whether this person can be rung: on change, and when one of them comes online. */
import type { MailBody } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import { quietFor } from '../core/reach.ts';
import type { PostOffice } from './post-office.ts';
import { get, update } from './store.ts';

/** How often a change is told at most, in milliseconds. */
const TELL_EVERY_MS = 10_000;

/** What somebody who comes online takes for granted. */
const AVAILABLE = JSON.stringify({ type: 'status', status: 'available' } satisfies StatusMail);

type StatusMail = Extract<MailBody, { type: 'status' }>;

export interface StatusTeller {
  /** Calls or availability may have changed. */
  changed(): Promise<void>;
  /** Somebody has come online and knows nothing yet. */
  greet(contact: Address): Promise<void>;
  /** A contact tells theirs. */
  heard(from: Address, mail: StatusMail): Promise<void>;
}

export function createStatusTeller(post: PostOffice, isOnline: (address: Address) => boolean): StatusTeller {
  /** What each contact was told last. */
  const told = new Map<Address, string>();
  let toldAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** For whom one talks with, one is not "on another call". */
  async function statusFor(contact: Address): Promise<StatusMail> {
    const quiet = quietFor((await get('contacts'))[contact], await get('settings'), Date.now());
    if (quiet) return { type: 'status', status: 'dnd', ...(quiet.until !== null && { until: quiet.until }) };
    const isTaken = (await get('calls')).some(
      ({ peer, phase }) =>
        peer !== contact && (phase === 'connecting' || phase === 'active' || phase === 'reconnecting'),
    );
    return { type: 'status', status: isTaken ? 'call' : 'available' };
  }

  async function tell(): Promise<void> {
    const contacts = Object.values(await get('contacts')).filter(
      ({ address, bond }) => bond.state === 'mutual' && isOnline(address),
    );
    for (const { address } of contacts) await tellOne(address);
  }

  async function tellOne(contact: Address): Promise<void> {
    const status = await statusFor(contact);
    const text = JSON.stringify(status);
    if (text === (told.get(contact) ?? AVAILABLE)) return;
    told.set(contact, text);
    toldAt = Date.now();
    await post.send(contact, status);
  }

  return {
    async changed() {
      clearTimeout(timer);
      const wait = toldAt + TELL_EVERY_MS - Date.now();
      if (wait <= 0) return tell();
      timer = setTimeout(() => void tell(), wait);
    },
    async greet(contact) {
      told.delete(contact);
      await tellOne(contact);
    },
    async heard(from, { status, until }) {
      await update('presence', (all) => {
        const before = all[from];
        if (!before?.online) return all;
        const since = before.status === status ? before.since : Date.now();
        return { ...all, [from]: { ...before, status, until: until ?? null, since } };
      });
    },
  };
}
