/** What is pasted while somebody is being added, and what the background reads in it. */
import { type InviteProblem, type Reply, send } from '../../messages.ts';
import { firstName, words } from './words.ts';

type Reading = Reply<'background', 'invite.read'>;
type Found = Extract<Reading, { ok: true }>;

const sentenceOf = (problem: InviteProblem, name?: string, until?: number): string =>
  words.add.problem(problem, name === undefined ? undefined : firstName(name), until);

export class AddPerson {
  link = $state('');
  name = $state('');
  found = $state.raw<Found | null>(null);
  problem = $state('');
  busy = $state(false);

  /** Reads what is in the field now. An answer that comes after the field has changed again is not looked at. */
  async read(): Promise<void> {
    const link = this.link;
    this.found = null;
    this.problem = '';
    if (link.trim() === '') return;
    const reading = await send('background', 'invite.read', { link }).catch(() => null);
    if (link !== this.link) return;
    if (!reading) this.problem = words.add.failed;
    else if (!reading.ok) this.problem = sentenceOf(reading.problem, reading.name, reading.until);
    else {
      this.found = reading;
      this.name = reading.name;
    }
  }

  /** @returns whether the inviter is on the list now. */
  async take(): Promise<boolean> {
    if (!this.found || this.busy) return false;
    this.busy = true;
    const taken = await send('background', 'invite.take', { link: this.link, name: this.name }).catch(
      () => null,
    );
    this.busy = false;
    if (taken?.ok) return true;
    this.found = null;
    this.problem = taken ? sentenceOf(taken.problem) : words.add.failed;
    return false;
  }
}
