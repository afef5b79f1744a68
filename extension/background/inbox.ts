/** Takes mail from the links: opens it and hands it to whom it concerns, one after another for each sender. */
import type { Mail, MailBody } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import type { Doorbell } from './doorbell.ts';
import type { Mailbox } from './mailbox.ts';
import type { People } from './people.ts';
import type { PostOffice } from './post-office.ts';
import type { StatusTeller } from './status.ts';
import { mayWrite } from '../core/reach.ts';
import { get } from './store.ts';
import { grantWishes } from './wishes.ts';

/** How much mail waits in one queue at most. */
const MAX_QUEUED = 256;
/** The queue that everybody shares who is no contact, so that any number of new keys delays nobody's mail but their own. */
const OTHERS = Symbol('others');

interface Queue {
  last: Promise<void>;
  waiting: number;
}

export interface InboxOptions {
  mailbox: Mailbox;
  post: PostOffice;
  people: People;
  doorbell: Doorbell;
  status: StatusTeller;
  clockOffset(relay: string): number;
}

export interface Inbox {
  /** Mail has come in over the link to `relay`. */
  take(from: Address, sealed: Uint8Array, relay: string): void;
}

export function createInbox({ mailbox, post, people, doorbell, status, clockOffset }: InboxOptions): Inbox {
  const queues = new Map<Address | typeof OTHERS, Queue>();
  let sorting: Promise<void> = Promise.resolve();

  const isContact = async (address: Address): Promise<boolean> => address in (await get('contacts'));
  const judge = (from: Address) => async (mail: Mail) => {
    const contact = (await get('contacts'))[from];
    if (contact) return mayWrite(contact, mail.type) ? 'counts' : 'stranger';
    return (await people.isIntroduction(mail)) ? 'passes' : 'stranger';
  };

  async function open(from: Address, sealed: Uint8Array, relay: string): Promise<void> {
    const contact = (await get('contacts'))[from];
    const opened = await mailbox.open(from, sealed, judge(from));
    if (!opened.ok) {
      if (opened.reason === 'behind' && opened.tell && (await isContact(from)))
        await post.send(from, { type: 'stale', highest: opened.highest });
      return;
    }
    const { mail, enter } = opened;
    // A ring is on the screen before the disk has its number.
    if (mail.type !== 'ring') await enter();
    await handOn(from, mail, mail.at - clockOffset(relay), enter);
    await enter();
    if (!contact && (await isContact(from))) await mailbox.note(from, mail.seq);
  }

  /** One after another in each queue; what comes to a full one is dropped, as if it had been lost on the way. */
  function enqueue(name: Address | typeof OTHERS, task: () => Promise<void>): void {
    const before = queues.get(name) ?? { last: Promise.resolve(), waiting: 0 };
    if (before.waiting >= MAX_QUEUED) return;
    const last = before.last.then(task).catch(reportOnce);
    queues.set(name, { last, waiting: before.waiting + 1 });
    void last.then(() => {
      const now = queues.get(name);
      if (now?.last === last) queues.delete(name);
      else if (now) queues.set(name, { ...now, waiting: now.waiting - 1 });
    });
  }

  async function handOn(
    from: Address,
    mail: MailBody,
    at: number,
    enter: () => Promise<void>,
  ): Promise<void> {
    const sender = (await get('contacts'))[from];
    // Blocked between the opening and now.
    if (sender && !mayWrite(sender, mail.type)) return;
    switch (mail.type) {
      case 'contact':
      case 'refused':
        return people.onIntroduction(from, mail);
      case 'status':
        await status.heard(from, mail);
        return grantWishes();
      case 'stale':
        await mailbox.raise(from, mail.highest);
        return post.wake(from);
      default: {
        if (sender) await doorbell.onMail(sender, mail, at, enter);
      }
    }
  }

  return {
    take(from, sealed, relay) {
      // In the order in which it came, however long the list of contacts has to be waited for.
      sorting = sorting
        .then(() => isContact(from))
        .then((isKnown) => enqueue(isKnown ? from : OTHERS, () => open(from, sealed, relay)))
        .catch(reportOnce);
    },
  };
}

/** What went wrong is logged by its name alone: a message could carry what nobody should read. */
function reportOnce(error: unknown): void {
  // eslint-disable-next-line no-console -- an unexpected failure must be findable in the worker's console
  console.error('mail was not handled:', error instanceof Error ? error.name : typeof error);
}
