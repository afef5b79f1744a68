/** The host's calls as rune state of this page. What crosses windows is a plain subscription: each page has its own Svelte. */
import type { Call, CallHost, CallPath, CallSnapshot, Hindrance } from '../../call/call-host.ts';
import type { CallKind } from '../../../relay/mail.ts';
import type { Address } from '../../../relay/protocol.ts';
import type { EndReason } from '../../core/call-state.ts';
import { post } from '../../messages.ts';
import { watchHost } from './host-access.ts';
import { CallScreen } from './screens.ts';

/** A call and what it was at the last change. */
export interface ShownCall {
  readonly call: Call;
  readonly snapshot: CallSnapshot;
}

/** Endings of which this person needs no telling: their own doing, or a missed call, which stands in the list. */
const SILENT_ENDINGS: readonly EndReason[] = ['cancelled', 'declined', 'turned-away', 'missed'];

/** Endings of a ring that came in. */
const UNANSWERED: readonly EndReason[] = ['declined', 'turned-away', 'missed'];

const isOver = ({ snapshot }: ShownCall): boolean => snapshot.state.phase === 'ended';
const isHeld = (shown: ShownCall): boolean =>
  !isOver(shown) && (shown.snapshot.hold === 'mine' || shown.snapshot.hold === 'both');
const isRinging = ({ snapshot }: ShownCall): boolean => snapshot.state.phase === 'incoming';

function isSilent({ snapshot: { state } }: ShownCall): boolean {
  if (state.phase !== 'ended') return false;
  if (state.reason === 'hung-up') return state.talkedMs === 0;
  return SILENT_ENDINGS.includes(state.reason);
}

/** Somebody whom the pointer or the keyboard stays with is told of again after this time, in milliseconds. */
const NEAR_MS = 5000;

class Calls {
  #near: { peer: Address; at: number } | null = null;
  host = $state.raw<CallHost | null>(null);
  #all = $state.raw<readonly ShownCall[]>([]);
  hindrance = $state.raw<Hindrance | null>(null);

  /** The call that this person has put on hold. */
  readonly held = $derived.by((): ShownCall | null => this.#all.find(isHeld) ?? null);
  /** The call this page is about: one that goes on before one that rings before one that is over. Never one that is on hold here. */
  readonly front = $derived.by((): ShownCall | null => {
    const shown = this.#all.filter((call) => !isSilent(call));
    return (
      shown.find((call) => !isOver(call) && !isRinging(call) && !isHeld(call)) ??
      shown.find(isRinging) ??
      // While somebody waits, one that is over is no more to look at.
      (this.held ? null : shown.find(isOver)) ??
      null
    );
  });
  /** Another that was talked in, or that they rang, and that has ended while the front one goes on. */
  readonly left = $derived.by((): ShownCall | null => {
    const { front } = this;
    if (!front || isOver(front) || isRinging(front)) return null;
    const over = this.#all.filter(({ call, snapshot: { state } }) => {
      if (state.phase !== 'ended' || call === front.call) return false;
      return state.talkedMs > 0 || !UNANSWERED.includes(state.reason);
    });
    const endOf = ({ snapshot: { state } }: ShownCall) => (state.phase === 'ended' ? state.at : 0);
    return over.toSorted((a, b) => endOf(b) - endOf(a))[0] ?? null;
  });
  /** Another call that rings while the front one goes on. */
  readonly second = $derived.by(
    (): ShownCall | null =>
      this.#all.find((shown) => isRinging(shown) && shown.call !== this.front?.call) ?? null,
  );

  start(signal: AbortSignal): void {
    void watchHost((host) => this.#see(host), signal);
  }

  #see(host: CallHost | null): void {
    this.host = host;
    // A popup that is opened onto a call reads its screen while it still reads who it is with.
    if (host?.snapshot.calls.length) void CallScreen.fetch();
    this.#all = host?.snapshot.calls.map((call) => ({ call, snapshot: call.snapshot })) ?? [];
    this.hindrance = host?.snapshot.hindrance ?? null;
  }

  dial(peer: Address, kind: CallKind, path?: CallPath): void {
    this.host?.dial(peer, kind, path);
  }

  /** The pointer or the keyboard has come to somebody: what can be done before the click is. */
  near(peer: Address): void {
    const at = Date.now();
    if (this.#near?.peer === peer && at - this.#near.at < NEAR_MS) return;
    this.#near = { peer, at };
    post('contact.near', { peer });
  }

  dismiss(): void {
    this.host?.dismiss();
  }
}

export const calls = new Calls();
