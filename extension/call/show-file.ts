/** How views are shown a file of a call: from what the rules know of it, and how fast it goes. */
import type { Incoming } from '../core/incoming.ts';
import type { Outgoing } from '../core/outgoing.ts';
import { leftMs, measure, type Speed } from '../core/speed.ts';
import type { FileState, ShownFile } from './talk.ts';

export const outKey = (id: number): string => `out:${String(id)}`;
export const inKey = (id: number): string => `in:${String(id)}`;

/** @returns which file a view speaks of. */
export function parseKey(key: string): { from: 'me' | 'them'; id: number } {
  const [side, id] = key.split(':');
  return { from: side === 'out' ? 'me' : 'them', id: Number(id) };
}

export class Speeds {
  readonly #speeds = new Map<string, Speed>();

  /** On a fresh transport everything begins anew. */
  clear(): void {
    this.#speeds.clear();
  }

  moving(key: string, bytes: number, size: number, now: number): FileState {
    const speed = measure(this.#speeds.get(key), bytes, now);
    this.#speeds.set(key, speed);
    return { step: 'moving', bytes, leftMs: leftMs(speed, size - bytes) };
  }
}

export function showOutgoing(item: Outgoing, speeds: Speeds, now: number): ShownFile {
  const { id, name, size, place, life } = item;
  const key = outKey(id);
  const of = (state: FileState): ShownFile => ({ key, from: 'me', name, size, place, state });
  switch (life.step) {
    case 'queued':
    case 'over':
      return of(life);
    case 'offered':
      return of({ step: 'offered', isFull: false });
    case 'sending':
      return of(speeds.moving(key, life.acked, size, now));
    case 'done':
      return of({ step: 'done', isSaved: false });
  }
}

/** @param notes what only the shell knows: that there was no room for it, that it was saved */
export function showIncoming(
  item: Incoming,
  speeds: Speeds,
  now: number,
  notes: { isFull: boolean; isSaved: boolean },
): ShownFile {
  const { id, name, size, place, life } = item;
  const key = inKey(id);
  const of = (state: FileState): ShownFile => ({ key, from: 'them', name, size, place, state });
  switch (life.step) {
    case 'offered':
      return of({ step: 'offered', isFull: notes.isFull });
    case 'receiving':
      return of(speeds.moving(key, life.written, size, now));
    case 'checking':
      return of(speeds.moving(key, size, size, now));
    case 'done':
      return of({ step: 'done', isSaved: notes.isSaved });
    case 'over':
      return of(life);
  }
}
