/** Takes a call out of the page it is looked at in. Closing what it went to ends no call. */
import { popOutOf } from '../../core/picture-in-picture.ts';
import { isPicture } from '../../core/placeholder-size.ts';
import type { ShownCall } from './calls.svelte.ts';
import { toggleElementPicture } from './element-picture.ts';
import { farPicture } from './far-picture.ts';
import { openPictureWindow, pictureWindow } from './picture-window.ts';
import { openCallWindow, restoreWindow, stepBack, surface } from './surface.ts';

/** Pops the call out, or takes it back in where it is out already. To be called in a click or a key. */
export async function popOut({ call, snapshot }: ShownCall): Promise<void> {
  const video = farPicture(call);
  const hasPicture = snapshot.theirs.camera && isPicture(video.videoWidth, video.videoHeight);
  switch (popOutOf(surface.place, surface.view === 'popup', hasPicture)) {
    case 'document':
      return openDocument();
    case 'element':
      if (!(await toggleElementPicture(call))) await openCallWindow();
      return;
    case 'window':
      return openCallWindow();
  }
}

async function openDocument(): Promise<void> {
  const open = pictureWindow();
  if (open) return open.close();
  const { default: PictureCall } = await import('./PictureCall.svelte');
  // What is above all windows takes the place of the one it came from, until it closes.
  if (await openPictureWindow(PictureCall, restoreWindow)) await stepBack();
}
