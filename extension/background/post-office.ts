/** Sends mail and does not take silence for delivery: repeats it until `got`, and says what could not be delivered. */
import type { CallId, MailBody, ReliableType } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import * as boxes from '../core/outbox.ts';
import type { Links } from './links.ts';
import type { Mailbox } from './mailbox.ts';
import { get, update } from './store.ts';

/** How many sent mails are remembered to understand `undelivered`. */
const MAX_REFS = 500;

export interface PostOffice {
  /** Sends mail; that of a call which must arrive is repeated until it has. Never throws: what cannot leave now leaves later or is repeated. */
  send(to: Address, body: MailBody): Promise<void>;
  /** Sends mail once, whatever its type: an answer to whoever asks again by themselves. */
  tell(to: Address, body: MailBody): Promise<void>;
  /** The other side has said `got`. */
  acknowledge(from: Address, call: CallId, of: ReliableType): Promise<void>;
  /** Sends again what waits: to everybody after a login, to one person who has come online. */
  wake(to?: Address): Promise<void>;
  /** A call is over: nothing of it is sent again but its ending. */
  closeCall(call: CallId): Promise<void>;
  /** Nothing that waits for somebody is sent any more. */
  forget(to: Address): Promise<void>;
  /** @returns what the mail was that a relay could not deliver. */
  whatWas(relay: string, ref: number): { to: Address; body: MailBody } | undefined;
}

export interface PostOfficeOptions {
  links: Links;
  mailbox: Mailbox;
}

/** The same list where nothing changed, so that nothing is written. */
const unlessSame = <T>(before: T[], after: T[]): T[] =>
  before.length === after.length && after.every((each, i) => each === before[i]) ? before : after;

export function createPostOffice({ links, mailbox }: PostOfficeOptions): PostOffice {
  const refs = new Map<string, { to: Address; body: MailBody }>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function dispatch(to: Address, body: MailBody): Promise<void> {
    const contact = (await get('contacts'))[to];
    // Not even an ending: for somebody blocked this person is not there.
    if (contact && contact.blockedAt !== null) return;
    const at = Date.now() + links.clockOffset(contact?.relay ?? (await get('profile')).relay);
    const sent = await links.sendMail(to, await mailbox.seal(to, body, Math.max(0, Math.round(at))));
    if (!sent) return;
    refs.set(`${sent.relay} ${sent.ref}`, { to, body });
    const oldest = refs.size > MAX_REFS ? refs.keys().next().value : undefined;
    if (oldest !== undefined) refs.delete(oldest);
  }

  /** `missed` outlives the browser, everything else the worker. */
  const change = async (each: (outbox: boxes.Posted[]) => boxes.Posted[]): Promise<void> => {
    await update('outbox', (before) => unlessSame(before, each(before)));
    await update('missedOutbox', (before) => unlessSame(before, each(before)));
    await arm();
  };

  const waiting = async (): Promise<boxes.Posted[]> => [
    ...(await get('outbox')),
    ...(await get('missedOutbox')),
  ];

  async function arm(): Promise<void> {
    clearTimeout(timer);
    const dueAt = boxes.nextDue(await waiting());
    if (dueAt !== null) timer = setTimeout(() => void repeat(), Math.max(0, dueAt - Date.now()));
  }

  async function repeat(): Promise<void> {
    const now = Date.now();
    const { due } = boxes.takeDue(await waiting(), now);
    await change((outbox) => boxes.takeDue(outbox, now).outbox);
    for (const { to, body } of due) await dispatch(to, body).catch(() => undefined);
  }

  return {
    async send(to, body) {
      const isOfCall = 'call' in body;
      const dispatched = dispatch(to, body).catch(() => undefined);
      if (isOfCall && boxes.reliableType(body) !== null) {
        const key = body.type === 'missed' ? 'missedOutbox' : 'outbox';
        await update(key, (outbox) => boxes.post(outbox, to, body, Date.now()));
        await arm();
      }
      await dispatched;
    },
    tell: (to, body) => dispatch(to, body).catch(() => undefined),
    acknowledge: (from, call, of) => change((outbox) => boxes.acknowledge(outbox, from, call, of)),
    wake: async (to) => {
      await change((outbox) => boxes.wake(outbox, Date.now(), to));
    },
    closeCall: (call) => change((outbox) => boxes.withdraw(outbox, call)),
    forget: (to) => change((outbox) => boxes.forget(outbox, to)),
    whatWas: (relay, ref) => refs.get(`${relay} ${ref}`),
  };
}
