/** Who reaches this person at all, and for whom it rings: not for those they blocked, nor those who go by another's name. Pure. */
import type { MailBody } from '../../relay/mail.ts';
import type { Contact } from '../storage.ts';
import { type Quiet, quietAt, type Wishes } from './quiet.ts';

/** @returns whether somebody goes by another's name and this person has not wanted to compare pictures with them. */
export const isUnsettled = ({ claim }: Contact): boolean => claim !== null && claim.choice !== 'compare';

/** @returns whether this person is there for somebody: they see when they are online, and reach them. */
export const isReachableFor = (contact: Contact): boolean =>
  contact.blockedAt === null && !isUnsettled(contact);

/** @returns whether mail of this type from a contact counts. What does not is dropped without a trace, as a stranger's. */
export function mayWrite(contact: Contact, type: MailBody['type']): boolean {
  if (contact.blockedAt !== null) return false;
  // Introductions go on, so that both know of each other once it is settled.
  return !isUnsettled(contact) || type === 'contact' || type === 'refused';
}

/** @returns whether a call rang in vain because this person had blocked them: then nobody hears of it later either. */
export const rangWhileBlocked = ({ unblockedAt }: Contact, rang: number): boolean =>
  unblockedAt !== null && rang < unblockedAt;

/** @returns whether and how long a contact's rings disturb nobody, at `now` ms: as everybody's, or as they are not wanted. */
export const quietFor = (
  contact: Pick<Contact, 'checkedAt'> | undefined,
  wishes: Wishes,
  now: number,
): Quiet | null =>
  wishes.whoMayRing === 'checked' && (contact?.checkedAt ?? null) === null
    ? { until: null }
    : quietAt(wishes, now);
