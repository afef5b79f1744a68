/** What a menu of the browser left for a page to do: the background has no clipboard and shows no screens. */
import { send } from '../../messages.ts';
import { watch } from '../../storage.ts';
import { surface } from './surface.ts';

interface Errands {
  /** Shows who is behind an invite. */
  add(link: string): void;
  copyInvite(): void;
}

/** Does what was left for this page, now and later. @returns what ends it. */
export function watchErrands({ add, copyInvite }: Errands): () => void {
  const life = new AbortController();
  void watch(
    'errand',
    (errand) => {
      // The menu of the icon opens the popup; what is done beside a tab stays while one looks elsewhere.
      const isPopup = surface.view === 'popup';
      if (errand.do === 'nothing' || isPopup !== (errand.do === 'copy-invite')) return;
      void send('background', 'errand.done', {}).catch(() => undefined);
      if (errand.do === 'add') add(errand.link);
      else copyInvite();
    },
    life.signal,
  );
  return () => life.abort();
}
