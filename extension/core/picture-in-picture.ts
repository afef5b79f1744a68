/**
 * Where a call goes when it is popped out. A document picture in picture that is asked for in a side panel or a popup hangs
 * the process of all pages of the extension, the one that holds the call with them (Chromium 156;
 * https://github.com/WICG/document-picture-in-picture/issues/88), so it is asked for nowhere but where it is allowed here.
 */

/** The one page that may open one, as long as it stands in a tab or a window of its own: the name of its file. */
const DOCUMENT_PAGES: readonly string[] = ['call-window'];

/** What a page is, by what the browser says of it. */
export interface PagePlace {
  /** The name of its file, without `.html`. */
  page: string;
  /** Whether it stands in a tab or a window: popups, side panels and documents without a view have no tab. */
  hasTab: boolean;
}

/** @returns whether a document picture in picture may be opened there. */
export const mayOpenDocument = ({ page, hasTab }: PagePlace): boolean =>
  hasTab && DOCUMENT_PAGES.includes(page);

export type PopOut =
  /** Our own controls, above all other windows */
  | 'document'
  /** One picture, with controls of the browser's */
  | 'element'
  /** The call window */
  | 'window';

/**
 * @returns where a call goes from there.
 * @param isPopup the popup closes when anything else is looked at, and a picture with it
 * @param hasPicture whether the other side's picture is there to be shown
 */
export function popOutOf(place: PagePlace, isPopup: boolean, hasPicture: boolean): PopOut {
  if (mayOpenDocument(place)) return 'document';
  return !isPopup && hasPicture ? 'element' : 'window';
}
