/**
 * The document picture in picture: the only file that asks for one, and not without the guard of
 * `core/picture-in-picture.ts`. It belongs to the call window, lives as long as that does, and is drawn by its script.
 */
import { type Component, mount, unmount } from 'svelte';
import { mayOpenDocument } from '../../core/picture-in-picture.ts';
import { surface } from './surface.ts';

/** What it begins with, in pixels. */
const SIZE = { width: 320, height: 200 };

declare global {
  /** Document Picture-in-Picture (WICG), section 3. */
  interface DocumentPictureInPicture {
    readonly window: Window | null;
    requestWindow(options: { width: number; height: number }): Promise<Window>;
  }
  interface Window {
    readonly documentPictureInPicture?: DocumentPictureInPicture;
  }
}

/** @returns the window that is open, or null. */
export const pictureWindow = (): Window | null => window.documentPictureInPicture?.window ?? null;

/**
 * Opens the window and draws `Root` into it. To be called within a few seconds of a click or a key.
 * @param ongone called when it has closed, whoever closed it
 * @returns whether it opened
 */
export async function openPictureWindow(Root: Component, ongone: () => void): Promise<boolean> {
  const api = window.documentPictureInPicture;
  if (!api || !mayOpenDocument(surface.place)) return false;
  const opened = await api.requestWindow(SIZE).catch(() => null);
  if (!opened) return false;
  dress(opened.document);
  const drawn = mount(Root, { target: opened.document.body });
  opened.addEventListener(
    'pagehide',
    () => {
      void unmount(drawn);
      ongone();
    },
    { once: true },
  );
  return true;
}

/** It begins as a blank page, without style, language and direction. */
function dress(page: Document): void {
  for (const style of document.querySelectorAll('link[rel=stylesheet], style'))
    page.head.append(page.importNode(style, true));
  const { lang, dir, dataset } = document.documentElement;
  Object.assign(page.documentElement, { lang, dir });
  Object.assign(page.documentElement.dataset, dataset);
  page.title = document.title;
  page.body.className = 'ui';
}
