/** A host's stream in a `<video>` of this page: the very same object, neither copied nor encoded again. */
import type { Attachment } from 'svelte/attachments';

/** Shows the stream as long as the element is there. */
export const showStream =
  (stream: MediaStream): Attachment<HTMLVideoElement> =>
  (video) => {
    // The sound comes from the host, once for all views.
    video.muted = true;
    video.srcObject = stream;
    void video.play().catch(() => undefined);
    return () => {
      video.srcObject = null;
    };
  };
