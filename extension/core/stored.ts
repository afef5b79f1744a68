/**
 * The shapes of what is kept, declared once. Pure, so that a backup can be read where no browser is.
 */
import * as v from 'valibot';
import {
  callIdSchema,
  callKindSchema,
  callMailSchema,
  endingSchema,
  relayHostSchema,
  secretSchema,
} from '../../relay/mail.ts';
import { addressSchema } from '../../relay/protocol.ts';
import { DEFAULT_DEVICES, deviceSettingsSchema } from './device-choice.ts';
import { MAX_LINK_LENGTH } from './invite.ts';
import { RINGTONES } from './ringtones.ts';

/** The version of everything below. A change of shape raises it and adds a step to `core/migrate.ts`. */
export const SCHEMA_VERSION = 1;

/** What a `Date` can hold (ECMA-262, 21.4.1.1). */
export const timeMs = v.pipe(v.number(), v.minValue(-8.64e15), v.maxValue(8.64e15));
const name = v.pipe(v.string(), v.maxLength(256));
const availability = v.variant('status', [
  v.object({ status: v.literal('available') }),
  v.object({ status: v.literal('dnd'), until: v.nullable(timeMs) }),
  v.object({ status: v.literal('offline') }),
]);
export type Availability = v.InferOutput<typeof availability>;

export const profileSchema = v.object({
  /** This person's address: the public half of the identity. Null until the first start has made it. */
  address: v.nullable(addressSchema),
  name,
  /** `host[:port]` of this person's relay. */
  relay: relayHostSchema,
  /** Whether the welcome page has been gone through. */
  welcomed: v.boolean(),
});
export type Profile = v.InferOutput<typeof profileSchema>;

/** Minutes after midnight, on the clock of the wall. Past midnight where it ends before it begins. */
const minute = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24 * 60 - 1));
const whoMayRing = v.picklist(['everyone', 'checked', 'nobody']);
const quietHours = v.object({ on: v.boolean(), from: minute, to: minute });

/** Each setting has its default beside it, so that a new one needs no migration. */
export const settingsSchema = v.object({
  availability: v.optional(availability, { status: 'available' }),
  /** For whom a transport may be made before this person answers. It shows them an IP address. */
  connectBeforeAnswer: v.optional(v.picklist(['checked', 'everyone', 'nobody']), 'everyone'),
  /** Whether every path goes through a TURN server, so that nobody this person talks to sees an IP address of theirs. */
  hideAddress: v.optional(v.boolean(), false),
  /** Whether single keys, such as M for mute, do something while a call is looked at. */
  singleKeys: v.optional(v.boolean(), true),
  /** Whose calls ring: who has compared pictures with this person, everybody on the list, or nobody for now. */
  whoMayRing: v.optional(whoMayRing, 'everyone'),
  /** The hours of every day in which nothing rings. */
  quietHours: v.optional(quietHours, { on: false, from: 22 * 60, to: 7 * 60 }),
  /** Whether notifications leave names out. */
  hideNames: v.optional(v.boolean(), false),
  /** Loudness of the ringtone, 0 to 1. */
  ringVolume: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0.8),
  /** What a call that comes in sounds like; `own` is a file of this person's (`sound-store.ts`). */
  ringtone: v.optional(v.picklist(RINGTONES), 'birds'),
  /** Camera, microphone and speaker of calls, and what is done to their sound and picture. */
  devices: v.optional(deviceSettingsSchema, DEFAULT_DEVICES),
});
export type Settings = v.InferOutput<typeof settingsSchema>;

const claim = v.object({
  /** The contact of the same name, known before. */
  of: addressSchema,
  /** Who brought them here: they came with an invite of this person's, or this person took theirs. */
  by: v.picklist(['them', 'me']),
  /** What this person makes of it. Until they choose to compare pictures, neither can ring the other. */
  choice: v.picklist(['open', 'not-now', 'compare']),
});
export type Claim = v.InferOutput<typeof claim>;

export const contactSchema = v.object({
  address: addressSchema,
  /** This person's own name for the contact. */
  name,
  /** `host[:port]` of the contact's relay. */
  relay: relayHostSchema,
  addedAt: timeMs,
  /** `waiting` holds the secret of the invite it came from, until the inviter has answered or the invite runs out. */
  bond: v.variant('state', [
    v.object({ state: v.literal('mutual') }),
    v.object({ state: v.literal('waiting'), secret: secretSchema, until: timeMs }),
    v.object({ state: v.literal('refused'), reason: v.picklist(['used', 'revoked', 'expired']) }),
  ]),
  /** When the safety pictures were compared. */
  checkedAt: v.nullable(timeMs),
  lastSeenAt: v.nullable(timeMs),
  /** Somebody under a new key who goes by the name of another contact, until the pictures have matched. */
  claim: v.optional(v.nullable(claim), null),
  /** For somebody blocked this person is offline, for good. */
  blockedAt: v.optional(v.nullable(timeMs), null),
  unblockedAt: v.optional(v.nullable(timeMs), null),
});
export type Contact = v.InferOutput<typeof contactSchema>;

export const inviteSchema = v.object({
  secret: secretSchema,
  madeAt: timeMs,
  until: timeMs,
  state: v.picklist(['live', 'used', 'revoked']),
  usedBy: v.nullable(addressSchema),
});
export type Invite = v.InferOutput<typeof inviteSchema>;

export const historyEntrySchema = v.object({
  call: callIdSchema,
  peer: addressSchema,
  direction: v.picklist(['out', 'in']),
  kind: callKindSchema,
  at: timeMs,
  outcome: v.picklist([
    'talked',
    'missed',
    'no-answer',
    'declined',
    'they-declined',
    'busy',
    'cancelled',
    'offline',
    'failed',
  ]),
  talkedMs: timeMs,
  /** Whether this person has looked at it; missed ones that are unseen stand on the badge. */
  seen: v.boolean(),
});
export type HistoryEntry = v.InferOutput<typeof historyEntrySchema>;

export const unheardSchema = v.object({
  call: callIdSchema,
  peer: addressSchema,
  kind: callKindSchema,
  at: timeMs,
});

export const wishSchema = v.object({
  peer: addressSchema,
  /** Told when they are back, or free again; or reminded to call. */
  ask: v.picklist(['back', 'free', 'remind']),
  kind: callKindSchema,
  /** When it was wished, or when to remind, in ms since the epoch. */
  at: timeMs,
});
export type Wish = v.InferOutput<typeof wishSchema>;

export const outboxEntrySchema = v.object({
  to: addressSchema,
  body: callMailSchema,
  /** How often it has been sent. */
  tries: v.pipe(v.number(), v.safeInteger()),
  /** When to send it again, in ms since the epoch; null waits for the next login. */
  nextAt: v.nullable(timeMs),
});
export type OutboxEntry = v.InferOutput<typeof outboxEntrySchema>;

export const keptEndingSchema = v.object({
  call: callIdSchema,
  peer: addressSchema,
  ending: endingSchema,
  at: timeMs,
});
export type KeptEnding = v.InferOutput<typeof keptEndingSchema>;

/** A place in a sequence: what a counter can go on from. */
const placeSchema = v.pipe(v.number(), v.safeInteger());
/** Sequence numbers of mail to and from one contact. */
export const ledgerSchema = v.object({ reserved: placeSchema, seen: v.array(placeSchema) });
export type Ledger = v.InferOutput<typeof ledgerSchema>;

export const presenceSchema = v.object({
  online: v.boolean(),
  status: v.picklist(['available', 'call', 'dnd']),
  until: v.nullable(timeMs),
  /** Since when this has been so, in ms since the epoch. */
  since: v.optional(timeMs, 0),
});
export type Presence = v.InferOutput<typeof presenceSchema>;

export const linkStateSchema = v.variant('state', [
  v.object({ state: v.literal('connecting') }),
  v.object({ state: v.literal('connected'), sinceMs: timeMs }),
  v.object({ state: v.literal('waiting'), retryAt: timeMs, failures: v.number(), offline: v.boolean() }),
  v.object({ state: v.literal('replaced') }),
  v.object({ state: v.literal('off') }),
]);
/** This browser's link to its own relay. `failures` counts attempts since it last stood; `offline` says the browser has no network. */
export type LinkState = v.InferOutput<typeof linkStateSchema>;

/** What a menu of the browser was clicked for, and only a page can do. */
export const errandSchema = v.variant('do', [
  v.object({ do: v.literal('nothing') }),
  /** Shows who is behind an invite. */
  v.object({ do: v.literal('add'), link: v.pipe(v.string(), v.maxLength(MAX_LINK_LENGTH)) }),
  v.object({ do: v.literal('copy-invite') }),
]);
export type Errand = v.InferOutput<typeof errandSchema>;

export const callSummarySchema = v.object({
  id: callIdSchema,
  peer: addressSchema,
  direction: v.picklist(['out', 'in']),
  kind: callKindSchema,
  phase: v.picklist(['calling', 'ringing', 'incoming', 'connecting', 'active', 'reconnecting', 'ended']),
  since: timeMs,
});
/** What the background knows of a call of the host: enough for the icon, the notification and the routing of mail. */
export type CallSummary = v.InferOutput<typeof callSummarySchema>;
/** What is needed to go back into a call. */
export const talkSchema = v.object({
  call: callIdSchema,
  peer: addressSchema,
  direction: v.picklist(['out', 'in']),
  /** What this person chose. */
  kind: callKindSchema,
  since: timeMs,
});
export type Talk = v.InferOutput<typeof talkSchema>;
/** Some of the settings, without the defaults of the others. */
export const settingsChangeSchema = v.object({
  availability: v.optional(availability),
  connectBeforeAnswer: v.optional(v.picklist(['checked', 'everyone', 'nobody'])),
  hideAddress: v.optional(v.boolean()),
  hideNames: v.optional(v.boolean()),
  singleKeys: v.optional(v.boolean()),
  whoMayRing: v.optional(whoMayRing),
  quietHours: v.optional(quietHours),
  ringVolume: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  ringtone: v.optional(v.picklist(RINGTONES)),
  devices: v.optional(deviceSettingsSchema),
});
