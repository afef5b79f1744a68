/**
 * Seals what goes out and opens what comes in. Gives every mail its place in the sequence to its recipient, and lets
 * none through twice: both on disk before anything is sent or acted on, but for a ring's notification.
 */
import { decodeMail, encodeMail, type Mail, type MailBody } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import { admit, type Counter, take } from '../core/replay-window.ts';
import type { Identity } from './identity.ts';
import { get, update } from './store.ts';

/** How often a contact whose counter is behind is told so, in milliseconds. */
const STALE_EVERY_MS = 10_000;
/** For how long ahead numbers are reserved when somebody is about to be written to, in milliseconds: a number is a millisecond. */
const PRIMED_MS = 10_000;

export type Opened =
  /** `enter` puts it in the ledger on disk, once. @throws if the disk does not take it: then the mail counts as never come. */
  | { ok: true; mail: Mail; enter: () => Promise<void> }
  /** `behind`: authentic, but numbered too low; the sender is told `stale` with this `highest`. */
  | { ok: false; reason: 'not-authentic' | 'malformed' | 'seen' | 'stranger' }
  | { ok: false; reason: 'behind'; highest: number; tell: boolean };

/**
 * What mail of this content from this sender is to this person. `counts`: from a contact. `passes`: from nobody they know, but it shows
 * the secret of an invite; read without an entry in any ledger, so that no flood of new keys fills the disk. `stranger`: nothing.
 */
export type Standing = 'counts' | 'passes' | 'stranger';

export interface Mailbox {
  /** @param at ms since the epoch by the recipient's relay @returns the sealed mail. @throws if the disk takes no sequence number. */
  seal(to: Address, body: MailBody, at: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Somebody is about to be written to: takes from the next mail to them what can be done before. */
  prime(to: Address): Promise<void>;
  /** Opens mail. What counts has to be entered before it is acted on, and before other mail of this sender is opened. */
  open(from: Address, sealed: Uint8Array, judge: (mail: Mail) => Promise<Standing>): Promise<Opened>;
  /** Enters a number in the ledger of somebody whose mail was only looked at, now that they are a contact. */
  note(from: Address, seq: number): Promise<void>;
  /** The recipient has seen higher numbers than this side remembers sending: goes on above them. */
  raise(to: Address, highest: number): Promise<void>;
}

export function createMailbox(me: Identity): Mailbox {
  const counters = new Map<Address, Counter>();
  const staleToldAt = new Map<Address, number>();
  let lastToOthers = 0;
  let sealing: Promise<unknown> = Promise.resolve();

  const reserve = (to: Address, reserved: number) =>
    update(`ledger:${to}`, (ledger) => (reserved > ledger.reserved ? { ...ledger, reserved } : ledger));

  const isContact = async (address: Address): Promise<boolean> => address in (await get('contacts'));

  const note = async (from: Address, seq: number): Promise<void> => {
    await update(`ledger:${from}`, (ledger) => {
      const admission = admit(ledger.seen, seq);
      return admission.ok ? { ...ledger, seen: admission.seen } : ledger;
    });
  };

  async function counterOf(to: Address): Promise<Counter> {
    const onDisk = (await get(`ledger:${to}`)).reserved;
    return counters.get(to) ?? { last: onDisk, reserved: onDisk };
  }

  async function reserveAhead(to: Address): Promise<void> {
    const counter = await counterOf(to);
    const now = Date.now();
    if (counter.reserved > now + PRIMED_MS / 2) return;
    await reserve(to, now + PRIMED_MS);
    counters.set(to, { ...counter, reserved: now + PRIMED_MS });
  }

  async function sealNext(to: Address, body: MailBody, at: number): Promise<Uint8Array<ArrayBuffer>> {
    if (!(await isContact(to))) {
      // Only a refusal goes to somebody this person does not know: one sequence for all of them, and none on disk.
      lastToOthers = Math.max(lastToOthers + 1, Date.now());
      return me.seal(to, encodeMail({ ...body, seq: lastToOthers, at }));
    }
    const before = await counterOf(to);
    // By this computer's clock: no relay's may drive the numbers away.
    const counter = take(before, Date.now());
    // The disk takes the number while the mail is sealed with it.
    const [sealed] = await Promise.all([
      me.seal(to, encodeMail({ ...body, seq: counter.last, at })),
      counter.reserved === before.reserved ? undefined : reserve(to, counter.reserved),
    ]);
    counters.set(to, counter);
    return sealed;
  }

  /** Somebody who shows the secret of an invite may have a clock that is behind, and can't be told how far. */
  const floorFor = async (from: Address): Promise<number> =>
    from in (await get('contacts')) ? get('replayFloor') : 0;

  function mayTellStale(from: Address): boolean {
    const now = Date.now();
    if (now - (staleToldAt.get(from) ?? 0) < STALE_EVERY_MS) return false;
    staleToldAt.set(from, now);
    return true;
  }

  return {
    seal(to, body, at) {
      // One after another, so that a higher number never leaves before a lower one.
      const next = sealing.then(() => sealNext(to, body, at));
      sealing = next.catch(() => undefined);
      return next;
    },
    prime(to) {
      const primed = sealing.then(async () => {
        if (await isContact(to)) await Promise.all([me.prime(to), reserveAhead(to)]);
      });
      sealing = primed.catch(() => undefined);
      return primed;
    },
    async open(from, sealed, judge) {
      const plaintext = await me.open(from, sealed);
      if (!plaintext) return { ok: false, reason: 'not-authentic' };
      const mail = decodeMail(plaintext);
      if (!mail) return { ok: false, reason: 'malformed' };
      const standing = await judge(mail);
      if (standing === 'stranger') return { ok: false, reason: 'stranger' };
      const { seen } = await get(`ledger:${from}`);
      const admission = admit(seen, mail.seq, await floorFor(from));
      if (!admission.ok) {
        if (admission.reason === 'seen') return { ok: false, reason: 'seen' };
        return { ok: false, reason: 'behind', highest: admission.highest, tell: mayTellStale(from) };
      }
      let entered: Promise<void> | undefined;
      const enter = () => (entered ??= standing === 'counts' ? note(from, mail.seq) : Promise.resolve());
      return { ok: true, mail, enter };
    },
    note,
    raise(to, highest) {
      const raised = sealing.then(async () => {
        const before = await counterOf(to);
        if (highest <= before.last) return;
        await reserve(to, highest);
        counters.set(to, { last: highest, reserved: Math.max(highest, before.reserved) });
      });
      sealing = raised.catch(() => undefined);
      return raised;
    },
  };
}
