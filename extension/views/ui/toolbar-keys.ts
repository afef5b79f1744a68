/** A toolbar is one tab stop; arrows move along it (WAI-ARIA Authoring Practices, toolbar). */
import type { Attachment } from 'svelte/attachments';
import { moveAlong } from './focus.ts';

const buttonsIn = (bar: HTMLElement): HTMLElement[] => [...bar.querySelectorAll<HTMLElement>('button')];

function focusAlone(bar: HTMLElement, chosen: HTMLElement | undefined): void {
  for (const button of buttonsIn(bar)) button.tabIndex = button === chosen ? 0 : -1;
}

export const toolbarKeys: Attachment<HTMLElement> = (bar) => {
  const life = new AbortController();
  const { signal } = life;
  const onKey = (event: KeyboardEvent) => {
    const mirrored = getComputedStyle(bar).direction === 'rtl';
    const [next, previous] = mirrored ? ['ArrowLeft', 'ArrowRight'] : ['ArrowRight', 'ArrowLeft'];
    const moved = moveAlong(buttonsIn(bar), document.activeElement, event.key, { next, previous });
    if (!moved) return;
    event.preventDefault();
    moved.focus();
  };
  bar.addEventListener('keydown', onKey, { signal });
  bar.addEventListener(
    'focusin',
    () =>
      focusAlone(
        bar,
        buttonsIn(bar).find((button) => button === document.activeElement),
      ),
    {
      signal,
    },
  );
  focusAlone(bar, buttonsIn(bar)[0]);
  return () => life.abort();
};
