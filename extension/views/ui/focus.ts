/** Where the keyboard is, and where it goes. */
import type { Attachment } from 'svelte/attachments';

/** @returns whether something is being typed, which nothing may take the keyboard from. */
export function isTyping(): boolean {
  const active = document.activeElement;
  const isField = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement;
  return isField && !active.readOnly && active.value !== '';
}

/** @returns whether single keys belong to the element they were pressed in. */
export const takesKeys = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Focuses the first match of `selector` in the element once it is there, unless something is being typed. */
export const focusOnMount =
  (selector: string, wanted = true): Attachment<HTMLElement> =>
  (element) => {
    if (wanted && !isTyping()) element.querySelector<HTMLElement>(selector)?.focus();
  };

/** @returns the element to move to from `from` by an arrow key along `elements`, or null if the key is none of its keys. */
export function moveAlong(
  elements: readonly HTMLElement[],
  from: Element | null,
  key: string,
  keys: { next: string; previous: string },
): HTMLElement | null {
  const index = elements.findIndex((element) => element === from);
  switch (key) {
    case keys.next:
      return elements[Math.min(index + 1, elements.length - 1)] ?? null;
    case keys.previous:
      return elements[Math.max(index - 1, 0)] ?? null;
    case 'Home':
      return elements[0] ?? null;
    case 'End':
      return elements.at(-1) ?? null;
    default:
      return null;
  }
}
