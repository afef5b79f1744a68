/**
 * How a screen is sent: every letter before every frame. The opposite of a camera, which begins small and keeps moving
 * (`first-picture.ts`).
 */

/** What lets a page of text be sharp within its first second; a screen that stands still sends next to nothing. */
const MAX_BITS = 6_000_000;

/** Tunes a sender for a screen; to be called when one is put in. */
export async function tuneForScreen(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (!encoding) return;
  encoding.maxBitrate = MAX_BITS;
  // On a narrow path the text one talks about comes before the face beside it. The voice comes before both anyway.
  encoding.priority = 'high';
  parameters.degradationPreference = 'maintain-resolution';
  await sender.setParameters(parameters);
}
