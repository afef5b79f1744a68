/** What is stored, as rune state of this page: watched, never written. */
import { SvelteMap } from 'svelte/reactivity';
import { huesOf, type Hues } from '../../core/avatar.ts';
import { quietAt } from '../../core/quiet.ts';
import { type Contact, type Stored, watch } from '../../storage.ts';
import type { Address } from '../../../relay/protocol.ts';
import { now } from './clock.svelte.ts';
import { words } from './words.ts';

const KEYS = [
  'profile',
  'settings',
  'contacts',
  'invites',
  'history',
  'link',
  'presence',
  'wayBack',
] as const;
type Key = (typeof KEYS)[number];

const NO_HUES: Hues = { h1: 150, h2: 180 };

class People {
  #values = new SvelteMap<Key, Stored<Key>>();
  #hues = new SvelteMap<Address, Hues>();

  readonly profile = $derived.by(() => this.#value('profile'));
  readonly settings = $derived.by(() => this.#value('settings'));
  readonly contacts = $derived.by(() => this.#value('contacts'));
  readonly invites = $derived.by(() => this.#value('invites'));
  readonly history = $derived.by(() => this.#value('history'));
  readonly link = $derived.by(() => this.#value('link'));
  readonly presence = $derived.by(() => this.#value('presence'));
  readonly wayBack = $derived.by(() => this.#value('wayBack'));

  /** Whether nothing rings now, and until when. */
  get quiet() {
    return quietAt(this.settings, now());
  }
  /** Everybody but those whom this person has blocked. */
  readonly listed = $derived.by(() =>
    Object.values(this.contacts).filter(({ blockedAt }) => blockedAt === null),
  );
  readonly blocked = $derived.by(() =>
    Object.values(this.contacts).filter(({ blockedAt }) => blockedAt !== null),
  );

  /** @returns when everything has been read once, so that the first drawing is the true one. */
  async start(signal: AbortSignal): Promise<void> {
    await Promise.all(KEYS.map((key) => watch(key, (value) => this.#values.set(key, value), signal)));
    const known = [this.profile.address, ...Object.values(this.contacts).map(({ address }) => address)];
    await Promise.all(known.map((address) => address && this.learnHues(address)));
  }

  #value<K extends Key>(key: K): Stored<K> {
    const value = this.#values.get(key);
    if (value === undefined) throw new Error(`${key} was asked for before it was read`);
    return value as Stored<K>;
  }

  contact(address: Address): Contact | null {
    return this.contacts[address] ?? null;
  }

  /** @returns this person's own name for somebody. */
  nameOf(address: Address): string {
    return this.contact(address)?.name ?? words.recent.unknownPerson;
  }

  hues(address: Address | null): Hues {
    return (address && this.#hues.get(address)) || NO_HUES;
  }

  async learnHues(address: Address): Promise<void> {
    if (!this.#hues.has(address)) this.#hues.set(address, await huesOf(address));
  }
}

export const people = new People();
