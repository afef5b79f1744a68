/**
 * Who is linked under which address, whom each watches, and who therefore sees whom. Pure: it returns what is to be
 * said and says nothing itself. `L` is whatever the caller means by a link.
 */
import type { Address } from './protocol.ts';

export interface Member<L> {
  link: L;
  watched: ReadonlySet<Address>;
}

/** To be told to one link: that the person at `about` came or went. */
export interface Notice<L> {
  to: L;
  about: Address;
  online: boolean;
}

const NOBODY: ReadonlySet<Address> = new Set();

export class Router<L> {
  private readonly members = new Map<Address, Member<L>>();

  /** How many addresses are linked. */
  get size(): number {
    return this.members.size;
  }

  /** @returns the link under an address and whom it watches. */
  find(address: Address): Member<L> | undefined {
    return this.members.get(address);
  }

  /**
   * Links an address. The new link watches nobody yet, whatever an older one watched: it may be about to appear offline.
   * @returns the older link, which this one replaces, and what others are to be told of its going.
   */
  join(address: Address, link: L): { replaced: L | undefined; notices: Notice<L>[] } {
    const replaced = this.members.get(address)?.link;
    const notices = replaced === undefined ? [] : this.leave(address, replaced);
    this.members.set(address, { link, watched: NOBODY });
    return { replaced, notices };
  }

  /** Unlinks an address, if `link` is still its link. @returns what others are to be told. */
  leave(address: Address, link: L): Notice<L>[] {
    const member = this.members.get(address);
    if (member?.link !== link) return [];
    const notices: Notice<L>[] = [];
    for (const other of member.watched) this.noticeIfMutual(notices, other, address, false);
    this.members.delete(address);
    return notices;
  }

  /**
   * Replaces the list of a link. One's own address in it means nothing.
   * @returns what others are to be told of newly and no longer mutual pairs, and to the watcher everybody who is there.
   */
  watch(address: Address, link: L, addresses: readonly Address[]): Notice<L>[] {
    const member = this.members.get(address);
    if (member?.link !== link) return [];
    const before = member.watched;
    const after = new Set(addresses);
    after.delete(address);
    const notices: Notice<L>[] = [];
    for (const other of before) {
      if (!after.has(other)) this.noticeIfMutual(notices, other, address, false);
    }
    member.watched = after;
    for (const other of after) {
      if (!this.members.get(other)?.watched.has(address)) continue;
      if (!before.has(other)) this.noticeIfMutual(notices, other, address, true);
      notices.push({ to: link, about: other, online: true });
    }
    return notices;
  }

  private noticeIfMutual(notices: Notice<L>[], to: Address, about: Address, online: boolean): void {
    const member = this.members.get(to);
    if (member?.watched.has(about)) notices.push({ to: member.link, about, online });
  }
}
