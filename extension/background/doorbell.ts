/**
 * Everything about a call that reaches the background: decides what may ring, wakes the host, shows the notification,
 * and answers for calls the host no longer has.
 */
import type { CallId, CallMail, Ending } from '../../relay/mail.ts';
import type { Address } from '../../relay/protocol.ts';
import type { CallPhase } from '../core/call-state.ts';
import { log, unseenMissed } from '../core/call-log.ts';
import { isEnding, reliableType } from '../core/outbox.ts';
import { quietFor, rangWhileBlocked } from '../core/reach.ts';
import { mayPreconnect } from '../core/ice-policy.ts';
import { admit, claimsCall, keepEnding } from '../core/ring-policy.ts';
import { type Ask, type MessageType, type Reply, send } from '../messages.ts';
import type { Contact, HistoryEntry } from '../storage.ts';
import { refreshBadge } from './badge.ts';
import { isHostOpen, openHost } from './host-door.ts';
import { clearCall, showIncoming, showMissed, showSecond } from './notifications.ts';
import type { PostOffice } from './post-office.ts';
import type { Returns } from './returns.ts';
import { get, update } from './store.ts';
import { ringHeard } from './unheard.ts';
import type { TurnServers } from './turn-servers.ts';

/** A desktop that takes longer to take a notification keeps the host waiting no longer than this, in milliseconds. */
const HEAD_START_MS = 150;

const TALKING: readonly CallPhase[] = ['connecting', 'active', 'reconnecting'];

type Ring = Extract<CallMail, { type: 'ring' }>;

export interface Doorbell {
  /**
   * Authentic mail of a call from a contact, written at `at` ms by this side's clock.
   * @param enter puts it in the ledger. Before that a ring is shown at most.
   */
  onMail(from: Contact, body: CallMail, at: number, enter: () => Promise<void>): Promise<void>;
  /** A relay could not deliver mail of a call. */
  onUndelivered(body: CallMail): Promise<void>;
  /** The host's call is over. */
  onEnded(ended: Ask<'background', 'call.ended'>): Promise<void>;
}

/**
 * Says something to the call host if it is open. One that is still opening hears nothing yet: it is told again once it does.
 * @returns its reply; undefined if none is open. @throws as `send`
 */
async function tellOpenHost<K extends MessageType<'host'>>(
  type: K,
  ask: Ask<'host', K>,
): Promise<Reply<'host', K> | undefined> {
  if (!(await isHostOpen())) return undefined;
  return send('host', type, ask).catch(async () => {
    await openHost();
    return send('host', type, ask);
  });
}

export function createDoorbell(post: PostOffice, turn: TurnServers, returns: Returns): Doorbell {
  const isLive = async (call?: CallId): Promise<boolean> =>
    (await get('calls')).some(({ id, phase }) => phase !== 'ended' && (call === undefined || id === call));

  async function noteMissed(
    peer: Address,
    body: Extract<CallMail, { type: 'ring' | 'missed' }>,
    at: number,
  ): Promise<void> {
    await writeHistory({
      call: body.call,
      peer,
      direction: 'in',
      kind: body.kind,
      at,
      outcome: 'missed',
      talkedMs: 0,
      seen: false,
    });
  }

  async function writeHistory(entry: HistoryEntry): Promise<void> {
    const history = await update('history', (all) =>
      all.some(({ call }) => call === entry.call) ? all : log(all, entry),
    );
    await refreshBadge();
    if (entry.outcome !== 'missed' || !history.includes(entry)) return;
    const contacts = await get('contacts');
    if (quietFor(contacts[entry.peer], await get('settings'), Date.now())) return clearCall(entry.call);
    await showMissed(unseenMissed(history), contacts);
  }

  const talkingSince = async (peer: Address): Promise<number | null> => {
    return (
      (await get('calls')).find((call) => call.peer === peer && TALKING.includes(call.phase))?.since ?? null
    );
  };

  const keep = (calls: CallId[], peer: Address, ending: Ending) =>
    update('endings', (all) => keepEnding(all, calls, peer, ending, Date.now()));

  /** The notification first where it can only be a first call: the host's work would take the processor from it. */
  async function ring(caller: Contact, body: Ring, enter: () => Promise<void>): Promise<void> {
    const early = (await isLive()) ? undefined : isShown(showIncoming(body.call, caller, body.kind));
    if (early) await Promise.race([early, new Promise((resolve) => setTimeout(resolve, HEAD_START_MS))]);
    // On its way while the host opens: whoever answers waits for neither.
    void turn.get();
    const verdict = await enter()
      .then(() => offer(caller, body))
      .catch(async (error: unknown) => {
        if (early) await clearCall(body.call);
        throw error;
      });
    if (verdict !== 'ring' && verdict !== 'second')
      return early && !(await isIncoming(body.call)) ? clearCall(body.call) : undefined;
    const shown =
      early ??
      isShown(
        verdict === 'second'
          ? showSecond(body.call, caller, await currentPeer())
          : showIncoming(body.call, caller, body.kind),
      );
    // Not waited for: what else this caller says, a cancel above all, must not wait for a ringtone.
    void shown
      .then(async (isUp) => {
        // As it is now: what was allowed when the ring came in may be no more.
        const now = (await get('contacts'))[caller.address] ?? caller;
        const preconnect = mayPreconnect(now, await get('settings'), verdict === 'second');
        if (isUp) await send('host', 'announced', { call: body.call, preconnect });
      })
      .catch(() => undefined);
  }

  async function offer(caller: Contact, body: Ring): Promise<Reply<'host', 'mail'>['verdict']> {
    await openHost();
    return (await send('host', 'mail', { from: caller.address, body })).verdict;
  }

  const isIncoming = async (call: CallId): Promise<boolean> =>
    (await get('calls')).some(({ id, phase }) => id === call && phase === 'incoming');

  const currentPeer = async (): Promise<Contact | undefined> => {
    const current = (await get('calls')).find(({ phase }) => TALKING.includes(phase));
    return current && (await get('contacts'))[current.peer];
  };

  /** The host has its ringtone and its card: a notification the system refuses does not lose the call. */
  const isShown = (showing: Promise<void>): Promise<boolean> =>
    showing.then(
      () => true,
      () => false,
    );

  async function pass(
    from: Contact,
    body: CallMail,
    isKnown: boolean,
    enter: () => Promise<void>,
  ): Promise<void> {
    if (body.type === 'ring' && !isKnown) return ring(from, body, enter);
    await enter();
    const heard = await tellOpenHost('mail', { from: from.address, body });
    if (heard && heard.verdict !== 'unknown') return;
    if (await returns.heard(from, body)) return;
    // Should the ring come after its own cancel, it finds the ending.
    if (isEnding(body.type)) {
      // Both sides give up in the same moment: what is on the screen by then is the missed call.
      if ((await get('endings')).some(({ call }) => call === body.call)) return;
      await keep([body.call], from.address, { type: 'hangup', call: body.call });
      // The host may have gone while it rang: nothing else takes its notification away.
      return clearCall(body.call);
    }
    if (claimsCall(body))
      await post.tell(from.address, { type: 'hangup', call: body.call, reason: 'unknown' });
  }

  return {
    async onMail(from, body, at, enter) {
      if (body.type === 'got') {
        await post.acknowledge(from.address, body.call, body.of);
        return pass(from, body, true, enter);
      }
      if (body.type !== 'ring' && body.type !== 'signal') void ringHeard(body.call);
      const of = reliableType(body);
      const got = () =>
        of === null ? undefined : post.send(from.address, { type: 'got', call: body.call, of });
      const settings = await get('settings');
      const isKnown = await isLive(body.call);
      // Whoever appears offline answers nothing, not even `got`: the mail is repeated until they are there again.
      if (settings.availability.status === 'offline' && !isKnown) {
        await enter();
        if (body.type === 'ring') await noteMissed(from.address, body, Math.min(at, Date.now()));
        return;
      }
      if (body.type === 'missed') {
        const rang = Math.min(body.rang, Date.now());
        if (!rangWhileBlocked(from, rang)) await noteMissed(from.address, body, rang);
        return got();
      }
      const now = Date.now();
      const here = {
        quiet: quietFor(from, settings, now),
        endings: await get('endings'),
        isKnown,
        talkingSince: await talkingSince(from.address),
        now,
      };
      const admission = admit(body, from.address, at, here);
      if (admission.do !== 'pass') await enter();
      if (admission.do !== 'pass' && admission.tell) {
        await keep([body.call], from.address, admission.tell);
        await post.send(from.address, admission.tell);
      }
      if (admission.do === 'miss' && body.type === 'ring') {
        await keep(
          [body.call],
          from.address,
          admission.tell ?? { type: 'hangup', call: body.call, reason: 'no-answer' },
        );
        await noteMissed(from.address, body, Math.min(at, Date.now()));
      }
      if (admission.do === 'pass') await pass(from, body, isKnown, enter);
      await got();
    },
    async onUndelivered(body) {
      if (body.type === 'ring') await tellOpenHost('undelivered', { call: body.call });
    },
    async onEnded({ entry, ending, others, noticed }) {
      await keep([entry.call, ...others], entry.peer, ending);
      await post.closeCall(entry.call);
      if (!noticed)
        await post.send(entry.peer, { type: 'missed', call: entry.call, kind: entry.kind, rang: entry.at });
      // A missed one takes the place of its ring under the same notification.
      if (entry.outcome !== 'missed') await clearCall(entry.call);
      await Promise.all(others.map(clearCall));
      await writeHistory(entry);
    },
  };
}
