/**
 * The browser's own picture in picture, for the side panel, where a document of ours may not go. It has a picture element to
 * itself, so that the panel keeps its picture; both show the very same frames.
 */
import type { Call } from '../../call/call-host.ts';
import { anotherPicture } from './far-picture.ts';

/** Runs when the window is gone or has not come. */
let putAway: (() => void) | null = null;

/** Closes it. */
export function closeElementPicture(): void {
  if (document.pictureInPictureElement) void document.exitPictureInPicture().catch(() => undefined);
  putAway?.();
}

/** Opens it, in a click or a key, or closes it if it is open. @returns false if the browser opens none. */
export async function toggleElementPicture(call: Call): Promise<boolean> {
  if (putAway) {
    closeElementPicture();
    return true;
  }
  const video = anotherPicture(call);
  video.className = 'floated';
  putAway = () => {
    putAway = null;
    video.srcObject = null;
    video.remove();
  };
  video.addEventListener('leavepictureinpicture', () => putAway?.(), { once: true });
  document.body.append(video);
  try {
    // Without it there is nothing to show, and the request is refused.
    if (video.readyState < HTMLMediaElement.HAVE_METADATA)
      await new Promise((resolve) => video.addEventListener('loadedmetadata', resolve, { once: true }));
    await video.requestPictureInPicture();
    return true;
  } catch {
    putAway?.();
    return false;
  }
}
