/** The shape of the dark picture that is sent while it rings: one that no camera has, so that no view ever shows it. */

/** In pixels. A quarter of each side is sent, as of a camera's first picture. */
export const PLACEHOLDER = { width: 128, height: 256 } as const;

/** @returns whether a received picture of this size, in pixels, was made by a camera or a screen. */
export const isPicture = (width: number, height: number): boolean => width > 0 && height !== 2 * width;
