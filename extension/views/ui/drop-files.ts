/** Files that are dragged over an element from outside. */
import type { Attachment } from 'svelte/attachments';

interface DropEvents {
  /** Whether files are over it. */
  ondragging: (on: boolean) => void;
  ondropped: (files: File[]) => void;
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

export const dropFiles =
  ({ ondragging, ondropped }: DropEvents): Attachment<HTMLElement> =>
  (element) => {
    const life = new AbortController();
    const { signal } = life;
    /** Each child that is entered is left again. */
    let depth = 0;
    const enter = (by: number) => (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = Math.max(0, depth + by);
      ondragging(depth > 0);
    };
    element.addEventListener('dragenter', enter(1), { signal });
    element.addEventListener('dragleave', enter(-1), { signal });
    element.addEventListener('dragover', (event) => hasFiles(event) && event.preventDefault(), { signal });
    element.addEventListener(
      'drop',
      (event) => {
        if (!hasFiles(event)) return;
        // The browser would show the file instead of this page.
        event.preventDefault();
        depth = 0;
        ondragging(false);
        ondropped([...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    return () => life.abort();
  };
