/** Puts the background together once this person's identity is there. */
import { type Handlers, DONE, type HostConfig, send } from '../messages.ts';
import type { Availability } from '../storage.ts';
import { cleanName } from '../core/name.ts';
import type { Address } from '../../relay/protocol.ts';
import { refreshBadge } from './badge.ts';
import { heardHello, openCallWindow } from './call-window.ts';
import { createDoorbell } from './doorbell.ts';
import { closeHostSoon, isClosing, isHostOpen, keepHost, openHost } from './host-door.ts';
import { identity } from './identity.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { createLinks } from './links.ts';
import { createMailbox } from './mailbox.ts';
import { migrateStore } from './migrations.ts';
import { avatarIcon, clearCall, clearMissed } from './notifications.ts';
import { createPeople } from './people.ts';
import { createPostOffice } from './post-office.ts';
import { createReturns, type Returns } from './returns.ts';
import { createStatusTeller } from './status.ts';
import { makeWay, openArrival, takeOver } from './successor.ts';
import { get, update } from './store.ts';
import { createTurnServers } from './turn-servers.ts';
import { takeUpdate } from './updates.ts';
import { endLostRings, ringHeard, ringLeft } from './unheard.ts';
import { keepWatch } from './watchman.ts';
import { dropWishes, grantWishes, makeWish } from './wishes.ts';

export interface Service {
  handlers: Handlers<'background'>;
  returns: Returns;
  /** Connects what should be connected: at every start of the worker, every alarm, every view that opens. */
  wakeUp(): Promise<void>;
  /** Looks after the links until `signal` aborts. */
  keepWatch(signal: AbortSignal): void;
}

export async function createService(): Promise<Service> {
  const came = await takeOver();
  await migrateStore();
  const me = await identity();
  await update('profile', (profile) =>
    profile.address === me.address ? profile : { ...profile, address: me.address },
  );
  // What an earlier worker saw may have changed since.
  await update('presence', () => ({}));
  const inbox: { current?: Inbox } = {};
  const links = createLinks(me, {
    onLogin: () => {
      void post.wake();
      void tellReachable(null);
      void people.introduce();
    },
    onMail: (from, sealed, relay) => inbox.current?.take(from, sealed, relay),
    onOnline: (address) => {
      void post.wake(address);
      void tellReachable(address);
      void status.greet(address);
      void drawInAdvance(address);
      void grantWishes();
    },
    onUndelivered: (relay, ref, reason) => {
      const mail = post.whatWas(relay, ref);
      if (mail && 'call' in mail.body && reason === 'offline') void doorbell.onUndelivered(mail.body);
    },
    onIceServers: () => void configureHost(),
  });
  const mailbox = createMailbox(me);
  const post = createPostOffice({ links, mailbox });
  const people = createPeople({ me, post, onChange: () => links.reconcile() });
  const turn = createTurnServers(links);
  const returns = createReturns(post);
  const doorbell = createDoorbell(post, turn, returns);
  const status = createStatusTeller(post, (address) => links.isOnline(address));
  inbox.current = createInbox({
    mailbox,
    post,
    people,
    doorbell,
    status,
    clockOffset: (relay) => links.clockOffset(relay),
  });

  /** Whoever has come online may ring. */
  const drawInAdvance = async (address: Address): Promise<void> => {
    const contact = (await get('contacts'))[address];
    if (contact) await avatarIcon(address, contact.name);
  };
  const hostConfig = async (): Promise<HostConfig> => {
    const { hideAddress, ringVolume, ringtone, devices } = await get('settings');
    return { address: me.address, iceServers: links.iceServers, hideAddress, ringVolume, ringtone, devices };
  };
  const configureHost = async (): Promise<void> => {
    if (await isHostOpen())
      await send('host', 'config', { config: await hostConfig() }).catch(() => undefined);
  };
  /** A call that has lost its path can say again what was said in vain. */
  const tellReachable = async (peer: Address | null): Promise<void> => {
    const isTalking = (await get('calls')).some(
      ({ phase }) => phase === 'reconnecting' || phase === 'active',
    );
    if (isTalking) await send('host', 'reachable', { peer }).catch(() => undefined);
  };
  const setAvailability = async (
    before: Availability['status'],
    after: Availability['status'],
  ): Promise<void> => {
    if (before === 'offline' || after === 'offline') await links.reconcile();
    await status.changed();
  };

  /** Before they are out of reach, so that they still hear that it is over. */
  const leave = async (peer: Address): Promise<void> => {
    if (await isHostOpen()) await send('host', 'leave', { peer }).catch(() => undefined);
  };

  /** Nobody is asked to call back somebody they don't want to hear of. */
  const forgetMissed = async (peer: Address): Promise<void> => {
    const history = await get('history');
    await update('history', (all) =>
      all.map((entry) => (entry.peer === peer ? { ...entry, seen: true } : entry)),
    );
    await clearMissed(history.filter((entry) => entry.peer === peer && entry.outcome === 'missed'));
    await refreshBadge();
  };

  /** What the disk does not take now stays noted for the next time. */
  const endLost = (): Promise<void> => endLostRings(doorbell.onEnded).catch(() => undefined);

  const handlers: Handlers<'background'> = {
    'host.open': async () => {
      await openHost();
      return DONE;
    },
    'host.ready': () => {
      // Before it has rung anybody itself; nor does it wait for what a dead one left.
      void endLost();
      return hostConfig();
    },
    'host.state': async ({ calls, views }) => {
      const before = await get('calls');
      await update('calls', () => calls);
      const stopped = before.filter(
        ({ id, phase }) =>
          phase === 'incoming' && !calls.some((now) => now.id === id && now.phase === 'incoming'),
      );
      // One that ended became a missed call or was cleared with its ending.
      await Promise.all(
        stopped
          .filter(({ id }) => calls.some((now) => now.id === id && now.phase !== 'ended'))
          .map(({ id }) => clearCall(id)),
      );
      if (calls.some(({ phase }) => phase !== 'ended') || views > 0) keepHost();
      else closeHostSoon();
      await refreshBadge();
      await status.changed();
      await returns.note(before, calls);
      void takeUpdate();
      return DONE;
    },
    'path.sought': async ({ isChanged }) => {
      if (links.ownRelay === '') await links.reconcile();
      links.hurry(isChanged);
      return DONE;
    },
    'turn.get': async () => {
      // A worker that was started by this very question has no links yet.
      if (links.ownRelay === '') await links.reconcile();
      return turn.get();
    },
    'ice.get': () => ({ iceServers: links.iceServers }),
    'mail.send': async ({ to, body }) => {
      const sent = post.send(to, body);
      if (body.type === 'ring') void ringLeft(to, body);
      await sent;
      return DONE;
    },
    'contact.near': async ({ peer }) => {
      turn.prepare();
      await mailbox.prime(peer);
      return DONE;
    },
    'call.ended': async (ended) => {
      await doorbell.onEnded(ended);
      // Not before what it came to is on the disk: a browser that dies in between does it once more.
      await ringHeard(ended.entry.call, ...ended.others);
      return DONE;
    },
    'view.hello': async () => {
      heardHello();
      void openHost();
      return DONE;
    },
    'window.open': async () => {
      await openCallWindow();
      return DONE;
    },
    'errand.done': async () => {
      await update('errand', () => ({ do: 'nothing' }));
      return DONE;
    },
    'profile.save': async ({ name, relay, welcomed }) => {
      await update('profile', (profile) => ({
        ...profile,
        name: cleanName(name) || profile.name,
        relay,
        welcomed: profile.welcomed || welcomed,
      }));
      await links.reconcile();
      await people.introduce();
      return DONE;
    },
    'settings.save': async ({ change }) => {
      const before = await get('settings');
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const after = await update('settings', (settings) => ({ ...settings, ...given }));
      await configureHost();
      await setAvailability(before.availability.status, after.availability.status);
      await refreshBadge();
      return DONE;
    },
    'invite.get': ({ fresh }) => people.getInvite(fresh),
    'invite.revoke': async ({ secret }) => {
      await people.revokeInvite(secret);
      return DONE;
    },
    'invite.read': ({ link }) => people.readInvite(link),
    'invite.take': ({ link, name }) => people.takeInvite(link, name),
    'contact.rename': async ({ address, name }) => {
      await people.rename(address, name);
      return DONE;
    },
    'contact.remove': async ({ address }) => {
      await leave(address);
      await people.remove(address);
      await dropWishes(address);
      await forgetMissed(address);
      return DONE;
    },
    'contact.block': async ({ address, isBlocked }) => {
      if (isBlocked) await leave(address);
      await people.block(address, isBlocked);
      if (isBlocked) await forgetMissed(address);
      return DONE;
    },
    'contact.claim': async (ask) => {
      await people.decide(ask);
      return DONE;
    },
    'contact.compared': async (ask) => {
      await people.compared(ask);
      return DONE;
    },
    'wish.make': async ({ peer, ask, kind }) => {
      await makeWish(peer, ask, kind);
      return DONE;
    },
    'call.return': async ({ goesBack }) => {
      await returns.decide(goesBack);
      return DONE;
    },
    'history.seen': async () => {
      const history = await get('history');
      await update('history', (all) =>
        all.every(({ seen }) => seen) ? all : all.map((entry) => ({ ...entry, seen: true })),
      );
      await clearMissed(history.filter(({ outcome, seen }) => outcome === 'missed' && !seen));
      await refreshBadge();
      return DONE;
    },
    'history.clear': async () => {
      const history = await get('history');
      await update('history', () => []);
      await clearMissed(history.filter(({ outcome }) => outcome === 'missed'));
      await refreshBadge();
      return DONE;
    },
    'backup.saved': async () => {
      await update('lastBackupAt', () => Date.now());
      return DONE;
    },
    'state.succeed': async () => {
      await makeWay();
      return DONE;
    },
    'link.retry': async () => {
      await links.reconcile();
      links.retryNow();
      return DONE;
    },
    'link.takeOver': async () => {
      // A worker that starts for this press has no links yet.
      await links.reconcile();
      links.takeOver();
      return DONE;
    },
  };

  if (came) void openArrival(came);
  return {
    handlers,
    returns,
    async wakeUp() {
      await links.reconcile();
      if (!(await isHostOpen())) {
        await endLost();
        await update('calls', (calls) => (calls.length === 0 ? calls : []));
      }
      await refreshBadge();
      // Quiet hours begin and end by the clock.
      await status.changed();
      await grantWishes();
      // A worker that was stopped meanwhile has forgotten that it was going to.
      const isCalm = (await get('calls')).every(({ phase }) => phase === 'ended');
      if (!isClosing() && isCalm && (await isHostOpen())) closeHostSoon();
      await takeUpdate();
    },
    keepWatch: (signal) => keepWatch(links, signal),
  };
}
