/** What links have to do with each other: the router's decisions carried out, mail handed from one to another. */
import type { Cluster, Hall } from './cluster.ts';
import type { Sender } from './far-mail.ts';
import type { Verdict } from './node-protocol.ts';
import { type Address, ADDRESS_BYTES, type UndeliveredReason } from './protocol.ts';
import { type Member, type Notice, Router } from './router.ts';

/** What came of handing a mail to a link. `gone`: it is closing and reads no more. */
export type Delivery = 'sent' | 'full' | 'gone';

/** A link as the others see it. */
export interface Party extends Sender {
  /** Hands it a mail, whose bytes may not change until this turn of the event loop ends. */
  deliver(mail: Buffer): Delivery;
  showPresence(about: Address, online: boolean): void;
  /** A newer link has the address now. */
  replace(): void;
}

export class Switchboard implements Hall {
  /** The other nodes of this relay, if it has any. */
  readonly cluster: Cluster | undefined;
  private readonly router = new Router<Party>();
  private readonly notices: Notice<Party>[] = [];
  private isAnnouncing = false;

  /** @param join makes this node one of a cluster. Without it, it is alone. */
  constructor(join?: (hall: Hall) => Cluster) {
    this.cluster = join?.(this);
  }

  /** How many addresses are linked. */
  get size(): number {
    return this.router.size;
  }

  /** Links an address; an older link of it is told that it was replaced. */
  enter(address: Address, party: Party): void {
    const { replaced, notices } = this.router.join(address, party);
    replaced?.replace();
    this.announce(notices);
    this.cluster?.enter(address);
  }

  /** Unlinks an address, unless a newer link has it. */
  leave(address: Address, party: Party): void {
    if (this.router.find(address)?.link !== party) return;
    this.announce(this.router.leave(address, party));
    this.cluster?.leave(address);
  }

  /** Replaces whom a link watches. */
  watch(address: Address, party: Party, addresses: readonly Address[]): void {
    this.announce(this.router.watch(address, party, addresses));
    this.cluster?.watch(address);
  }

  /**
   * Hands a mail to its recipient, with the sender's address written over the recipient's in place.
   * @returns what the sender is to be told at once; in a cluster it may hear something later. Whom the recipient does not
   * watch hears `offline` whatever happened, so that neither a stranger nor somebody blocked can tell one from the other.
   */
  post(from: Address, mail: Buffer, sender: Sender): UndeliveredReason | null {
    const to = mail.toString('base64url', 0, ADDRESS_BYTES) as Address;
    const member = this.router.find(to);
    mail.write(from, 0, ADDRESS_BYTES, 'base64url');
    const verdict = member && hand(member, from, mail);
    if (verdict === 'taken') return null;
    if (verdict === 'full') return 'full';
    if (!this.cluster) return 'offline';
    if (member) this.cluster.hush(mail.readUInt32BE(ADDRESS_BYTES), sender);
    else this.cluster.post(from, to, mail, sender);
    return null;
  }

  take(to: Address, mail: Buffer): Verdict {
    const member = this.router.find(to);
    return member ? hand(member, mail.toString('base64url', 0, ADDRESS_BYTES) as Address, mail) : 'offline';
  }

  watchedBy(address: Address): ReadonlySet<Address> | undefined {
    return this.router.find(address)?.watched;
  }

  show(address: Address, about: Address, online: boolean): void {
    const to = this.router.find(address)?.link;
    const isHere = this.router.find(about)?.watched.has(address) ?? false;
    if (to && (online || !isHere)) this.announce([{ to, about, online }]);
  }

  replace(address: Address): void {
    this.router.find(address)?.link.replace();
  }

  private announce(notices: readonly Notice<Party>[]): void {
    this.notices.push(...notices);
    // Telling a slow reader can end its link, which brings more to tell, to slow readers perhaps: a queue, because a
    // stack would be as deep as there are of them.
    if (this.isAnnouncing) return;
    this.isAnnouncing = true;
    for (let notice = this.notices.shift(); notice; notice = this.notices.shift()) {
      notice.to.showPresence(notice.about, notice.online);
    }
    this.isAnnouncing = false;
  }
}

function hand(member: Member<Party>, from: Address, mail: Buffer): Verdict {
  const delivery = member.link.deliver(mail);
  if (delivery === 'gone' || !member.watched.has(from)) return 'offline';
  return delivery === 'full' ? 'full' : 'taken';
}
