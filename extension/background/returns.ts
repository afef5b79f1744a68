/**
 * A browser that died in the middle of a call: its person is asked whether to go back, as soon as a word of the other side shows
 * that they still wait. Until then, and until there is an answer, nobody is told that this side knows nothing of the call.
 */
import type { CallMail } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import { isEnding } from '../core/outbox.ts';
import { keepEnding } from '../core/ring-policy.ts';
import { send } from '../messages.ts';
import type { CallSummary, Contact } from '../storage.ts';
import { isHostOpen, openHost } from './host-door.ts';
import { clearReturn, isReturn, showReturn } from './notifications.ts';
import type { PostOffice } from './post-office.ts';
import { get, update } from './store.ts';

export interface Returns {
  /** What the host's calls have become. */
  note(before: readonly CallSummary[], calls: readonly CallSummary[]): Promise<void>;
  /** Mail of a call that no host knows. @returns whether it is of the one that this browser died in: then nobody answers it. */
  heard(from: Contact, body: CallMail): Promise<boolean>;
  /** The person wants to go back, or not. */
  decide(goesBack: boolean): Promise<void>;
  /** A button of a notification was pressed. @returns whether it was this one. */
  pressed(id: string, talks: boolean): Promise<boolean>;
}

const isTalking = ({ phase }: CallSummary): boolean => phase === 'active' || phase === 'reconnecting';

export function createReturns(post: PostOffice): Returns {
  async function forget(): Promise<void> {
    await update('talk', () => null);
    await update('wayBack', () => null);
    await clearReturn();
  }

  async function stayAway(call: CallSummary['id'], peer: Address): Promise<void> {
    const ending = { type: 'hangup', call } as const;
    await update('endings', (all) => keepEnding(all, [call], peer, ending, Date.now()));
    await post.send(peer, ending);
  }

  const decide = async (goesBack: boolean): Promise<void> => {
    const talk = await get('wayBack');
    if (!talk) return;
    await update('wayBack', () => null);
    await clearReturn();
    if (!goesBack) {
      await update('talk', () => null);
      return stayAway(talk.call, talk.peer);
    }
    await openHost();
    await send('host', 'rejoin', { talk });
  };

  return {
    async note(before, calls) {
      const now = calls.find(isTalking);
      const talk = await get('talk');
      if (now && now.id !== talk?.call) {
        const { id: call, peer, direction, kind, since } = now;
        await update('talk', () => ({ call, peer, direction, kind, since }));
      }
      // One that ended in this browser's life; a host that is new knows nothing of those before it.
      if (!now && talk && [...before, ...calls].some(({ id }) => id === talk.call)) await forget();
    },
    async heard(from, body) {
      const talk = await get('talk');
      if (talk?.call !== body.call || talk.peer !== from.address) return false;
      if (isEnding(body.type)) {
        await forget();
        return false;
      }
      if (body.type !== 'signal' || (await get('wayBack'))) return true;
      const { calls } = { calls: (await isHostOpen()) ? await get('calls') : [] };
      // Whoever talks with somebody else by now is not asked away from them.
      if (calls.some(({ phase }) => phase !== 'ended')) return true;
      await update('wayBack', () => talk);
      await showReturn(from);
      return true;
    },
    decide,
    async pressed(id, talks) {
      if (!isReturn(id)) return false;
      await decide(talks);
      return true;
    },
  };
}
