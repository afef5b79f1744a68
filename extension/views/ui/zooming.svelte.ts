/** How close somebody looks at what they are shown: the state behind a picture and the buttons for it. */
import {
  filled,
  FITTED,
  fittedSize,
  panBy,
  type Point,
  refit,
  type Size,
  type Zoom,
  ZOOM_STEP,
  zoomAt,
} from '../../core/zoom.ts';

const MIDDLE: Point = { x: 0, y: 0 };
const NOWHERE: Size = { width: 0, height: 0 };

export class Zooming {
  /** Fitted and filled follow when the picture or the place changes; closer is kept as near as can be. */
  #mode = $state<'fit' | 'fill' | 'closer'>('fit');
  #zoom = $state.raw<Zoom>(FITTED);
  #picture = $state.raw<Size>(NOWHERE);
  #place = $state.raw<Size>(NOWHERE);

  get zoom(): Zoom {
    return this.#zoom;
  }

  get mode(): 'fit' | 'fill' | 'closer' {
    return this.#mode;
  }

  /** The size of the picture on the page, before it is zoomed. */
  get fitted(): Size {
    return fittedSize(this.#picture, this.#place);
  }

  /** What the picture needs of each pixel of width, for a place that may choose its height. */
  get ratio(): number {
    return this.#picture.width > 0 ? this.#picture.height / this.#picture.width : 9 / 16;
  }

  /** Whether there is an edge left to fill: a place of the picture's own shape has none. */
  get canFill(): boolean {
    return filled(this.#picture, this.#place).scale !== 1;
  }

  measure(picture: Size, place: Size): void {
    this.#picture = picture;
    this.#place = place;
    if (this.#mode === 'fit') this.#zoom = FITTED;
    else if (this.#mode === 'fill') this.#zoom = filled(picture, place);
    else this.#zoom = refit(this.#zoom, picture, place);
  }

  by(factor: number, at: Point = MIDDLE): void {
    this.#set(zoomAt(this.#zoom, factor, at, this.#picture, this.#place));
  }

  closer(): void {
    this.by(ZOOM_STEP);
  }

  away(): void {
    this.by(1 / ZOOM_STEP);
  }

  pan(by: Point): void {
    this.#zoom = panBy(this.#zoom, by, this.#picture, this.#place);
  }

  fit(): void {
    this.#mode = 'fit';
    this.#zoom = FITTED;
  }

  fill(): void {
    if (!this.canFill) return this.fit();
    this.#mode = 'fill';
    this.#zoom = filled(this.#picture, this.#place);
  }

  #set(zoom: Zoom): void {
    this.#zoom = zoom;
    this.#mode = zoom.scale === 1 ? 'fit' : 'closer';
  }
}
