/**
 * How a picture lies in the place it is looked at: fitted into it, filling it, or closer. All lengths are in pixels of the place; `x` and `y`
 * say how far the picture's middle lies from the place's.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `scale` is 1 where the whole picture just fits. */
export interface Zoom extends Point {
  readonly scale: number;
}

export const FITTED: Zoom = { scale: 1, x: 0, y: 0 };
const MAX_SCALE = 8;
/** By how much one press of a key or button comes closer. */
export const ZOOM_STEP = 1.25;
/** Closer than this to fitting is fitting: nobody stops a wheel at exactly 1. */
const SNAP = 1.02;

const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value));

/** @returns the size of the whole picture where it just fits. */
export function fittedSize(picture: Size, place: Size): Size {
  if (picture.width <= 0 || picture.height <= 0) return place;
  const scale = Math.min(place.width / picture.width, place.height / picture.height);
  return { width: picture.width * scale, height: picture.height * scale };
}

/** Never further than where the picture's edge meets the place's: what would be empty is not shown. */
function within({ scale, x, y }: Zoom, picture: Size, place: Size): Zoom {
  const { width, height } = fittedSize(picture, place);
  return {
    scale,
    x: clamp(x, Math.max(0, (width * scale - place.width) / 2)),
    y: clamp(y, Math.max(0, (height * scale - place.height) / 2)),
  };
}

/**
 * Comes closer by `factor`, or goes away; what lies at `at` stays there.
 * @param at from the middle of the place
 */
export function zoomAt(zoom: Zoom, factor: number, at: Point, picture: Size, place: Size): Zoom {
  const wished = Math.min(MAX_SCALE, Math.max(1, zoom.scale * factor));
  if (wished < SNAP) return FITTED;
  const by = wished / zoom.scale;
  const moved = { scale: wished, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by };
  return within(moved, picture, place);
}

/** Moves the picture as a hand would. */
export const panBy = (zoom: Zoom, by: Point, picture: Size, place: Size): Zoom =>
  within({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y }, picture, place);

/** @returns the whole place filled, and no more than that. */
export function filled(picture: Size, place: Size): Zoom {
  const { width, height } = fittedSize(picture, place);
  if (width <= 0 || height <= 0) return FITTED;
  const scale = Math.max(place.width / width, place.height / height);
  return scale < SNAP ? FITTED : { scale: Math.min(MAX_SCALE, scale), x: 0, y: 0 };
}

/** The same zoom after the picture or the place has another size. */
export const refit = (zoom: Zoom, picture: Size, place: Size): Zoom =>
  zoom.scale === 1 ? FITTED : within(zoom, picture, place);
