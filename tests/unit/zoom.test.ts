import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  filled,
  FITTED,
  fittedSize,
  panBy,
  type Point,
  refit,
  type Size,
  type Zoom,
  zoomAt,
} from '../../extension/core/zoom.ts';

const SCREEN = { width: 1600, height: 900 };
const PANEL = { width: 320, height: 300 };
const side = fc.integer({ min: 1, max: 4000 });
const size = fc.record({ width: side, height: side });
const point = fc.record({
  x: fc.integer({ min: -4000, max: 4000 }),
  y: fc.integer({ min: -4000, max: 4000 }),
});
const act = fc.oneof(
  fc.record({ factor: fc.double({ min: 0.05, max: 20, noNaN: true }), at: point }),
  fc.record({ by: point }),
);
type Act = { factor: number; at: Point } | { by: Point };

const play = (acts: readonly Act[], picture: Size, place: Size): Zoom =>
  acts.reduce<Zoom>(
    (zoom, each) =>
      'by' in each
        ? panBy(zoom, each.by, picture, place)
        : zoomAt(zoom, each.factor, each.at, picture, place),
    FITTED,
  );

describe('a picture that is looked at closely', () => {
  it('is whole at first, as large as fits', () => {
    expect(fittedSize(SCREEN, PANEL)).toEqual({ width: 320, height: 180 });
    expect(fittedSize({ width: 0, height: 0 }, PANEL)).toEqual(PANEL);
  });

  it('keeps in place what lies under the pointer', () => {
    const at = { x: 60, y: 20 };
    const zoom = zoomAt(FITTED, 4, at, SCREEN, PANEL);
    expect((at.x - zoom.x) / zoom.scale).toBeCloseTo(at.x);
    expect((at.y - zoom.y) / zoom.scale).toBeCloseTo(at.y);
  });

  it('fits again when it is made as small as that', () => {
    const close = zoomAt(FITTED, 3, { x: 100, y: 50 }, SCREEN, PANEL);
    expect(zoomAt(close, 0.3, { x: -20, y: 0 }, SCREEN, PANEL)).toEqual(FITTED);
  });

  it('fills the place without an edge, and no further', () => {
    const zoom = filled(SCREEN, PANEL);
    expect(zoom.scale).toBeCloseTo(300 / 180);
    expect(filled({ width: 640, height: 600 }, PANEL)).toEqual(FITTED);
  });

  it('follows when the place becomes another', () => {
    const close = zoomAt(FITTED, 2, { x: 160, y: 90 }, SCREEN, PANEL);
    const wide = refit(close, SCREEN, { width: 800, height: 450 });
    expect(wide.scale).toBe(2);
    expect(refit(FITTED, SCREEN, PANEL)).toBe(FITTED);
  });

  it('is never lost: whatever is done, it covers as much of the place as it can', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), size, size, (acts, picture, place) => {
        const zoom = play(acts, picture, place);
        expect(zoom.scale).toBeGreaterThanOrEqual(1);
        expect(zoom.scale).toBeLessThanOrEqual(8);
        const fitted = fittedSize(picture, place);
        const room = (length: number, within: number) =>
          Math.max(0, (length * zoom.scale - within) / 2) + 1e-6;
        expect(Math.abs(zoom.x)).toBeLessThanOrEqual(room(fitted.width, place.width));
        expect(Math.abs(zoom.y)).toBeLessThanOrEqual(room(fitted.height, place.height));
      }),
    );
  });
});
