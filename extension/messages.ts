/**
 * The one contract between background, call host and views: every message with the shape of what is asked and of
 * the reply. Both are parsed where they enter. A context has exactly one `onMessage` listener, made by `answerMessages`.
 */
import * as v from 'valibot';
import browser from 'webextension-polyfill';
import {
  callIdSchema,
  callKindSchema,
  callMailSchema,
  endingSchema,
  QUICK_REPLIES,
  relayHostSchema,
} from '../relay/mail.ts';
import { addressSchema, iceServerSchema } from '../relay/protocol.ts';
import { deviceSettingsSchema } from './core/device-choice.ts';
import { RINGTONES } from './core/ringtones.ts';
import { callSummarySchema, historyEntrySchema, settingsChangeSchema, talkSchema } from './core/stored.ts';

const done = v.object({ ok: v.literal(true) });
/** The reply of a message that only has to be done. */
export const DONE = { ok: true } as const;

const message = <A extends v.ObjectEntries, R extends v.GenericSchema>(ask: A, reply: R) => ({
  ask: v.object(ask),
  reply,
});

/** What the host must know and cannot look up, as an offscreen document has no storage. */
export const hostConfigSchema = v.object({
  address: addressSchema,
  /** STUN servers of this person's relay. */
  iceServers: v.array(iceServerSchema),
  hideAddress: v.boolean(),
  ringVolume: v.number(),
  ringtone: v.picklist(RINGTONES),
  devices: deviceSettingsSchema,
});
export type HostConfig = v.InferOutput<typeof hostConfigSchema>;

export const inviteProblemSchema = v.picklist(['malformed', 'own', 'known', 'expired', 'used', 'revoked']);
/** Why a pasted invite cannot be used. */
export type InviteProblem = v.InferOutput<typeof inviteProblemSchema>;

/** Asked of the background, by the host and by views. */
const background = {
  /** Opens the call host if it is not there. Answered when it is ready. */
  'host.open': message({}, done),
  /** The host is there, and has no call yet. */
  'host.ready': message({}, hostConfigSchema),
  /** The host's calls and how many views look at them, after every change. */
  'host.state': message({ calls: v.array(callSummarySchema), views: v.number() }, done),
  /** A call looks for a path and needs the relay; `isChanged`: this computer is in another network, or may be. */
  'path.sought': message({ isChanged: v.boolean() }, done),
  /** TURN servers of this person's relay with credentials, and until when they are good; none if it has none to give. */
  'turn.get': message({}, v.object({ iceServers: v.array(iceServerSchema), until: v.number() })),
  /** STUN servers of this person's relay. */
  'ice.get': message({}, v.object({ iceServers: v.array(iceServerSchema) })),
  /** Mail of a call, to be sealed and sent, and repeated where its type asks for it. */
  'mail.send': message({ to: addressSchema, body: callMailSchema }, done),
  /** A call is over: its ending is kept for a day, also under the `others` ids it went by, and it enters the history. */
  'call.ended': message(
    {
      entry: historyEntrySchema,
      ending: endingSchema,
      others: v.array(callIdSchema),
      /** Whether the other side is known to have noticed it. */
      noticed: v.boolean(),
    },
    done,
  ),

  /** A view has opened and shows the call. */
  'view.hello': message(
    { view: v.picklist(['popup', 'panel', 'window', 'large', 'welcome', 'settings']) },
    done,
  ),
  /** Opens the call window, where no side panel can be. */
  'window.open': message({}, done),
  /** A page has done what was left for one. */
  'errand.done': message({}, done),
  'profile.save': message({ name: v.string(), relay: relayHostSchema, welcomed: v.boolean() }, done),
  'settings.save': message({ change: settingsChangeSchema }, done),
  /** Makes a live invite, or gives back the newest live one that nobody has used. */
  'invite.get': message({ fresh: v.boolean() }, v.object({ link: v.string(), until: v.number() })),
  'invite.revoke': message({ secret: v.string() }, done),
  /** Reads a pasted invite without using it. */
  'invite.read': message(
    { link: v.string() },
    v.variant('ok', [
      v.object({
        ok: v.literal(true),
        address: addressSchema,
        name: v.string(),
        relay: v.string(),
        until: v.number(),
      }),
      v.object({
        ok: v.literal(false),
        problem: inviteProblemSchema,
        name: v.optional(v.string()),
        until: v.optional(v.number()),
      }),
    ]),
  ),
  /** Takes a pasted invite: the inviter becomes a contact, waiting for their browser to answer. */
  'invite.take': message(
    { link: v.string(), name: v.string() },
    v.variant('ok', [
      v.object({ ok: v.literal(true) }),
      v.object({ ok: v.literal(false), problem: inviteProblemSchema }),
    ]),
  ),
  /** The pointer or the keyboard has come to somebody who can be rung there. */
  'contact.near': message({ peer: addressSchema }, done),
  'contact.rename': message({ address: addressSchema, name: v.string() }, done),
  'contact.remove': message({ address: addressSchema }, done),
  /** What this person makes of somebody who goes by the name of another contact. */
  'contact.claim': message({ address: addressSchema, choice: v.picklist(['not-now', 'compare']) }, done),
  /** For somebody blocked this person is offline. */
  'contact.block': message({ address: addressSchema, isBlocked: v.boolean() }, done),
  /** The safety pictures were compared in a call: same is remembered with its date, different forgets an older one. */
  'contact.compared': message({ address: addressSchema, isSame: v.boolean() }, done),
  /** Asks to be told when somebody is back or free, or to be reminded to call them. */
  'wish.make': message(
    { peer: addressSchema, ask: v.picklist(['back', 'free', 'remind']), kind: callKindSchema },
    done,
  ),
  /** What this person answers to whether to go back into the call that the browser died in. */
  'call.return': message({ goesBack: v.boolean() }, done),
  'history.seen': message({}, done),
  'history.clear': message({}, done),
  /** A backup has gone to the disk. */
  'backup.saved': message({}, done),
  /** A successor is in line (`key-store.ts`): the extension starts anew with it, and its pages close. */
  'state.succeed': message({}, done),
  /** Connects now instead of waiting for the next attempt. */
  'link.retry': message({}, done),
  /** Takes the link back from another browser with the same identity. */
  'link.takeOver': message({}, done),
};

/** Asked of the call host, by the background. */
const host = {
  ping: message({}, done),
  /** Whether the host may be closed. */
  idle: message({}, v.object({ idle: v.boolean() })),
  config: message({ config: hostConfigSchema }, done),
  /** Authentic mail of a call. Replies what the host made of it. */
  mail: message(
    { from: addressSchema, body: callMailSchema },
    v.object({ verdict: v.picklist(['ring', 'second', 'busy', 'known', 'unknown']) }),
  ),
  /** The ring could not be delivered. */
  undelivered: message({ call: callIdSchema }, done),
  /** The notification of a call is on the screen; `preconnect` says whether a transport may be made before the answer. */
  announced: message({ call: callIdSchema, preconnect: v.boolean() }, done),
  /** `answered`: whether the host had such a call ringing. */
  answer: message(
    { call: callIdSchema, kind: v.optional(callKindSchema) },
    v.object({ answered: v.boolean() }),
  ),
  'hang-up': message({ call: callIdSchema }, done),
  'toggle-microphone': message({ call: callIdSchema }, done),
  decline: message({ call: callIdSchema, reply: v.optional(v.picklist(QUICK_REPLIES)) }, done),
  /** Mail flows again: to everybody, or to `peer`, who is online again. */
  reachable: message({ peer: v.nullable(addressSchema) }, done),
  /** Goes back into a call of an earlier host, in which the other side waits. */
  rejoin: message({ talk: talkSchema }, done),
  dial: message({ peer: addressSchema, kind: callKindSchema }, done),
  /** Ends every call with somebody, as hanging up does. */
  leave: message({ peer: addressSchema }, done),
};

const contract = { background, host };
type Contract = typeof contract;
export type Target = keyof Contract;
export type MessageType<T extends Target> = keyof Contract[T] & string;
type Entry<T extends Target, K extends MessageType<T>> = Contract[T][K] extends {
  ask: infer A extends v.GenericSchema;
  reply: infer R extends v.GenericSchema;
}
  ? { ask: v.InferOutput<A>; reply: v.InferOutput<R> }
  : never;
export type Ask<T extends Target, K extends MessageType<T>> = Entry<T, K>['ask'];
export type Reply<T extends Target, K extends MessageType<T>> = Entry<T, K>['reply'];
/** One function per message of a target. */
export type Handlers<T extends Target> = {
  [K in MessageType<T>]: (ask: Ask<T, K>) => Reply<T, K> | Promise<Reply<T, K>>;
};

/** A message that nobody answered, or whose answer did not fit the contract. */
export class MessageError extends Error {
  override name = 'MessageError';
}

/**
 * Sends a message and waits for its reply.
 * @throws {MessageError} if nobody answers, if the handler failed, or if the reply has another shape.
 */
export async function send<T extends Target, K extends MessageType<T>>(
  target: T,
  type: K,
  ask: Ask<T, K>,
): Promise<Reply<T, K>> {
  const reply: unknown = await browser.runtime.sendMessage({ target, type, ask });
  const parsed = v.safeParse(v.object({ reply: v.unknown() }), reply);
  if (!parsed.success) throw new MessageError(`no answer to ${target} ${type}`);
  const entry = contract[target][type] as { reply: v.GenericSchema };
  const checked = v.safeParse(entry.reply, parsed.output.reply);
  if (!checked.success) throw new MessageError(`unfit answer to ${target} ${type}`);
  return checked.output as Reply<T, K>;
}

/**
 * Says something to the background whose reply nobody waits for. As a message to the service worker, which starts for it, it takes
 * less than half of the way that `send` takes through the browser; where a page has no such worker it goes that way.
 */
export function post<K extends MessageType<'background'>>(type: K, ask: Ask<'background', K>): void {
  const { navigator } = globalThis as { navigator?: Navigator };
  const worker = navigator?.serviceWorker?.controller;
  if (worker) worker.postMessage({ target: 'background', type, ask });
  else send('background', type, ask).catch(() => undefined);
}

/** Hears in the service worker what pages `post`. Like `answerMessages`, set in its first turn. */
export function hearPosts(handlers: () => Promise<Handlers<'background'>>): void {
  self.addEventListener('message', (event) => {
    const { data, origin, waitUntil } = event as MessageEvent & {
      waitUntil?: (work: Promise<unknown>) => void;
    };
    const asked = origin === self.location.origin ? readAsk('background', data) : undefined;
    if (!asked) return;
    const heard = answer('background', handlers, asked.type, asked.ask).catch(() => undefined);
    waitUntil?.call(event, heard);
  });
}

/** @returns what is asked of `target`, if that is what the message is; what it asks with has still to be parsed. */
function readAsk<T extends Target>(
  target: T,
  raw: unknown,
): { type: MessageType<T>; ask: unknown } | undefined {
  const parsed = v.safeParse(
    v.object({ target: v.literal(target), type: v.string(), ask: v.unknown() }),
    raw,
  );
  if (!parsed.success || !Object.hasOwn(contract[target], parsed.output.type)) return undefined;
  return { type: parsed.output.type as MessageType<T>, ask: parsed.output.ask };
}

/**
 * Answers the messages to `target` in this context. The listener is set at once and is not async: an async one would
 * answer other targets' messages too, and the first answer wins (https://github.com/mozilla/webextension-polyfill/issues/721).
 * @param handlers gives the handlers, when they are there
 */
export function answerMessages<T extends Target>(target: T, handlers: () => Promise<Handlers<T>>): void {
  browser.runtime.onMessage.addListener((raw: unknown, sender: { id?: string }) => {
    if (sender.id !== browser.runtime.id) return undefined;
    const asked = readAsk(target, raw);
    return asked && answer(target, handlers, asked.type, asked.ask);
  });
}

async function answer<T extends Target>(
  target: T,
  handlers: () => Promise<Handlers<T>>,
  type: MessageType<T>,
  raw: unknown,
): Promise<{ reply: unknown }> {
  const entry = contract[target][type] as { ask: v.GenericSchema };
  const ask = v.parse(entry.ask, raw) as Ask<T, typeof type>;
  return { reply: await (await handlers())[type](ask) };
}
