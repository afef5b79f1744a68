/**
 * The element that shows the other side's picture, one for each call and page. It is made while it rings: a player that has
 * to be built first shows its first frame 50 to 150 ms later.
 */
import type { Attachment } from 'svelte/attachments';
import type { Call } from '../../call/call-host.ts';
import { isPicture } from '../../core/placeholder-size.ts';

const elements = new WeakMap<Call, HTMLVideoElement>();

/** @returns the element of this call, which plays already. The sound comes from the host, once for all views. */
export function farPicture(call: Call): HTMLVideoElement {
  const made = elements.get(call);
  if (made) return made;
  const video = anotherPicture(call);
  elements.set(call, video);
  return video;
}

/** @returns one more element with the same picture, for a second window of this page. */
export function anotherPicture(call: Call): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = call.theirPicture;
  void video.play().catch(() => undefined);
  return video;
}

/**
 * Puts the element in front of what a node holds, for as long as the node is there.
 * @param onpicture told whether there is a picture of theirs: the placeholder is none
 */
export const showFarPicture =
  (video: HTMLVideoElement, onpicture: (has: boolean) => void): Attachment<HTMLElement> =>
  (node) => {
    const life = new AbortController();
    const look = () => onpicture(isPicture(video.videoWidth, video.videoHeight));
    video.addEventListener('resize', look, { signal: life.signal });
    video.addEventListener('loadeddata', look, { signal: life.signal });
    node.prepend(video);
    // An element that left one document tree for another is paused.
    void video.play().catch(() => undefined);
    look();
    return () => {
      life.abort();
      video.remove();
    };
  };
