/** Whether a camera's background can be blurred by the platform (Media Capture and Streams Extensions, `backgroundBlur`). */

/** @param camera a track, of which alone what it can do is asked */
export function canBlur(camera: { getCapabilities(): object }): boolean {
  const { backgroundBlur } = camera.getCapabilities() as { backgroundBlur?: readonly boolean[] };
  return backgroundBlur?.includes(true) === true && backgroundBlur.includes(false);
}
