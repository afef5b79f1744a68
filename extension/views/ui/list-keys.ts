/** The keyboard in a list of people: one tab stop, arrows between rows, Right to a row's buttons, Enter to call. */
import type { Attachment } from 'svelte/attachments';
import { isAddress } from '../../../relay/protocol.ts';
import { calls } from './calls.svelte.ts';
import { moveAlong } from './focus.ts';

const rowsIn = (list: HTMLElement): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('[role=row]')];
const buttonsIn = (row: HTMLElement): HTMLElement[] => [...row.querySelectorAll<HTMLElement>('button')];

function focusAlone(rows: readonly HTMLElement[], row: HTMLElement): void {
  for (const other of rows) other.tabIndex = other === row ? 0 : -1;
}

const rowOf = ({ target }: Event): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[role=row]') : null;

/** Calls whose row it is, if it is somebody's: with video, or with sound only while Shift is held. */
function dial(row: HTMLElement, soundOnly: boolean): void {
  const peer = row.dataset['peer'];
  if (isAddress(peer)) calls.dial(peer, soundOnly ? 'audio' : 'video');
}

function near(event: Event): void {
  const peer = rowOf(event)?.dataset['peer'];
  if (isAddress(peer)) calls.near(peer);
}

function onKey(list: HTMLElement, event: KeyboardEvent): void {
  const rows = rowsIn(list);
  const target = event.target instanceof HTMLElement ? event.target : null;
  const row = target?.closest<HTMLElement>('[role=row]');
  if (!row || !target || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Enter' && target === row) {
    event.preventDefault();
    return dial(row, event.shiftKey);
  }
  const mirrored = getComputedStyle(list).direction === 'rtl';
  const [next, previous] = mirrored ? ['ArrowLeft', 'ArrowRight'] : ['ArrowRight', 'ArrowLeft'];
  const moved =
    moveAlong(rows, row, event.key, { next: 'ArrowDown', previous: 'ArrowUp' }) ??
    moveAlong([row, ...buttonsIn(row)], target, event.key, { next, previous });
  if (!moved) return;
  event.preventDefault();
  moved.focus();
}

export const listKeys: Attachment<HTMLElement> = (list) => {
  const life = new AbortController();
  const { signal } = life;
  list.addEventListener('keydown', (event) => onKey(list, event), { signal });
  list.addEventListener(
    'focusin',
    (event) => {
      const row = rowOf(event);
      if (row) focusAlone(rowsIn(list), row);
      near(event);
    },
    { signal },
  );
  list.addEventListener('pointerover', near, { signal });
  // Rows come and go; one of them must always be reachable by Tab.
  const keepOne = () => {
    const rows = rowsIn(list);
    const first = rows[0];
    if (first && !rows.some(({ tabIndex }) => tabIndex === 0)) first.tabIndex = 0;
  };
  const observer = new MutationObserver(keepOne);
  observer.observe(list, { childList: true, subtree: true });
  keepOne();
  return () => {
    life.abort();
    observer.disconnect();
  };
};
