/** Wheel, fingers, mouse and keys over a picture that can be looked at more closely. */
import type { Attachment } from 'svelte/attachments';
import type { Point } from '../../core/zoom.ts';
import type { Zooming } from './zooming.svelte.ts';

/** How far one press of an arrow key moves the picture, in pixels. */
const ARROW_PX = 48;
/** How much of a wheel's way doubles the size, in pixels; a pinch on a touchpad comes as a wheel with Ctrl and goes less far. */
const WHEEL_DOUBLES_PX = 480;
const PINCH_DOUBLES_PX = 120;
const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: ARROW_PX, y: 0 },
  ArrowRight: { x: -ARROW_PX, y: 0 },
  ArrowUp: { x: 0, y: ARROW_PX },
  ArrowDown: { x: 0, y: -ARROW_PX },
};

/** Zooms and moves what `zooming` shows in this element, for as long as the element is there. */
export const zoomGestures =
  (zooming: Zooming): Attachment<HTMLElement> =>
  (place) => {
    const life = new AbortController();
    const { signal } = life;
    const fingers = new Map<number, Point>();

    const fromMiddle = ({ x, y }: Point): Point => {
      const box = place.getBoundingClientRect();
      return { x: x - box.x - box.width / 2, y: y - box.y - box.height / 2 };
    };
    const pointOf = ({ clientX: x, clientY: y }: MouseEvent): Point => ({ x, y });

    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const way = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      const doubles = event.ctrlKey ? PINCH_DOUBLES_PX : WHEEL_DOUBLES_PX;
      zooming.by(2 ** (-way / doubles), fromMiddle(pointOf(event)));
    };
    const onDown = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      place.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, pointOf(event));
    };
    const onMove = (event: PointerEvent): void => {
      const was = fingers.get(event.pointerId);
      if (!was) return;
      const is = pointOf(event);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      fingers.set(event.pointerId, is);
      if (!other) return zooming.pan({ x: is.x - was.x, y: is.y - was.y });
      const before = Math.hypot(was.x - other.x, was.y - other.y);
      const after = Math.hypot(is.x - other.x, is.y - other.y);
      if (before > 0)
        zooming.by(after / before, fromMiddle({ x: (is.x + other.x) / 2, y: (is.y + other.y) / 2 }));
      zooming.pan({ x: (is.x - was.x) / 2, y: (is.y - was.y) / 2 });
    };
    const onUp = (event: PointerEvent): void => void fingers.delete(event.pointerId);
    const onDouble = (): void => (zooming.mode === 'fit' ? zooming.fill() : zooming.fit());
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const by = ARROWS[event.key];
      if (by) zooming.pan(by);
      else if (event.key === '+' || event.key === '=') zooming.closer();
      else if (event.key === '-') zooming.away();
      else if (event.key === '0') zooming.fit();
      else if (event.key === '1') zooming.fill();
      else return;
      event.preventDefault();
    };
    place.addEventListener('wheel', onWheel, { signal, passive: false });
    place.addEventListener('pointerdown', onDown, { signal });
    place.addEventListener('pointermove', onMove, { signal });
    for (const type of ['pointerup', 'pointercancel'] as const)
      place.addEventListener(type, onUp, { signal });
    place.addEventListener('dblclick', onDouble, { signal });
    place.addEventListener('keydown', onKey, { signal });
    return () => life.abort();
  };
