/**
 * Watches how well the calls of this browser are heard, and has `core/recovery.ts` decide what to do about it. Here are the clock,
 * what the transports have received, and what the browser says of its network.
 */
import type { CallId } from '../../relay/mail.ts';
import { isTalking } from '../core/call-state.ts';
import type { DeskCall } from '../core/desk.ts';
import type { LinkBook } from '../core/link-book.ts';
import {
  beginPath,
  changed,
  follow,
  heard,
  isHeard,
  look,
  mailFlows,
  type Path,
  type PathAct,
  QUIET_MS,
} from '../core/recovery.ts';

/** How often the transports are asked what they have received, in milliseconds. */
const POLL_MS = 200;

/** What the keeper needs of whoever has the calls. */
export interface PathBoard {
  readonly calls: readonly DeskCall[];
  /** @returns how many bytes the link of the moment has received, or null if there is none that can tell. */
  received(id: CallId): Promise<number | null>;
  /** Asks the other end of the link of the moment for a sign of life. */
  probe(id: CallId): void;
  act(id: CallId, act: PathAct): void;
  /** This computer is in another network, or may be. */
  networkChanged(): void;
}

interface Kept {
  path: Path;
  bytes: number | null;
  book: LinkBook;
  isProbed: boolean;
}

export class PathKeeper {
  readonly #board: PathBoard;
  readonly #kept = new Map<CallId, Kept>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  #stopListening: (() => void) | undefined;

  constructor(board: PathBoard) {
    this.#board = board;
  }

  /** To be called after every change of the calls. */
  keep(): void {
    const now = Date.now();
    const talking = this.#board.calls.filter(({ state }) => isTalking(state));
    for (const id of this.#kept.keys()) if (!talking.some((call) => call.id === id)) this.#kept.delete(id);
    for (const { id, book } of talking) {
      const kept = this.#kept.get(id);
      if (!kept) {
        this.#kept.set(id, { path: beginPath(now), bytes: null, book, isProbed: false });
        continue;
      }
      if (kept.book.standing !== book.standing) kept.isProbed = false;
      kept.path = follow(kept.path, kept.book, book, now);
      kept.book = book;
    }
    this.#run(talking.length > 0);
  }

  /** Whether a word on the data channel of a call arrives, as far as can be told. */
  isHeard(id: CallId): boolean {
    const kept = this.#kept.get(id);
    return kept !== undefined && kept.book.standing !== null && isHeard(kept.path, Date.now());
  }

  /** Mail flows again, to everybody or to those this is told of: what could not be said can be. */
  mailFlows(fits: (call: DeskCall) => boolean): void {
    for (const call of this.#board.calls) {
      const kept = this.#kept.get(call.id);
      if (kept && fits(call)) kept.path = mailFlows(kept.path, call.book, Date.now());
    }
    this.#look();
  }

  #changed(): void {
    for (const kept of this.#kept.values()) kept.path = changed(kept.path);
    if (this.#kept.size > 0) this.#board.networkChanged();
    this.#look();
  }

  #hear(kept: Kept, now: number): void {
    kept.path = heard(kept.path, now);
    kept.isProbed = false;
  }

  #run(isNeeded: boolean): void {
    if (isNeeded === this.#isRunning) return;
    this.#isRunning = isNeeded;
    this.#stopListening?.();
    this.#stopListening = isNeeded ? onNetworkChange(() => this.#changed()) : undefined;
    this.#arm();
  }

  /** One look after another, each once it is known what has come in: a page that stood still has heard nothing, and is not deaf. */
  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#isRunning)
      this.#timer = setTimeout(() => void this.#listen().finally(() => this.#arm()), POLL_MS);
  }

  async #listen(): Promise<void> {
    for (const [id, kept] of this.#kept) {
      if (kept.book.standing === null) continue;
      const bytes = await this.#board.received(id).catch(() => null);
      const now = Date.now();
      if (bytes !== null && bytes !== kept.bytes) this.#hear(kept, now);
      else if (!kept.isProbed && now - kept.path.heardAt >= QUIET_MS) {
        kept.isProbed = true;
        this.#board.probe(id);
      }
      kept.bytes = bytes;
    }
    this.#look();
  }

  #look(): void {
    const now = Date.now();
    for (const [id, kept] of this.#kept) {
      const call = this.#board.calls.find((each) => each.id === id);
      if (!call) continue;
      const { path, acts } = look(kept.path, { phase: call.state.phase, book: call.book }, now);
      kept.path = path;
      for (const act of acts) this.#board.act(id, act);
    }
  }
}

/** What a browser tells of its network. @returns what ends it. */
function onNetworkChange(listener: () => void): () => void {
  const connection = (navigator as { connection?: EventTarget & { type?: string } }).connection;
  let type = connection?.type;
  // It also changes with every estimate of speed.
  const onType = (): void => {
    if (connection?.type === type) return;
    type = connection?.type;
    listener();
  };
  window.addEventListener('online', listener);
  connection?.addEventListener('change', onType);
  return () => {
    window.removeEventListener('online', listener);
    connection?.removeEventListener('change', onType);
  };
}
