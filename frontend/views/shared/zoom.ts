/** Zoom and pan of a grid that is too large for its place. */

import type { Zoom } from '../../model/geometry.ts';
import { UNZOOMED } from '../../model/geometry.ts';
import type { Rect } from '../../model/types.ts';

/** The whole grid's rectangle at this zoom (its corner may lie outside the place) and the size of a cell. */
export type GridView = Rect & { cell: number };

/** cell: at scale 1. */
export function makeGridView(place: Rect, cell: number, rows: number, cols: number, zoom: Zoom): GridView {
  const size = cell * zoom.scale;
  const shift = (length: number, count: number, centre: number) =>
    Math.min(Math.max(length / 2 - centre * size, length - count * size), 0);
  return {
    x: place.x + shift(place.width, cols, zoom.col),
    y: place.y + shift(place.height, rows, zoom.row),
    width: cols * size,
    height: rows * size,
    cell: size,
  };
}

/** Zoomed by `factor` so that the cell under the point stays there. */
export function zoomAtPoint(
  place: Rect,
  now: GridView,
  zoom: Zoom,
  factor: number,
  x: number,
  y: number,
): Zoom {
  const whole = now.cell / zoom.scale;
  const scale = Math.min(Math.max(zoom.scale * factor, 1), Math.max(LARGEST_CELL / whole, 1));
  const size = whole * scale;
  const keep = (at: number, origin: number, start: number, length: number) =>
    (at - origin) / now.cell + (start + length / 2 - at) / size;
  return scale === 1
    ? UNZOOMED
    : { scale, row: keep(y, now.y, place.y, place.height), col: keep(x, now.x, place.x, place.width) };
}

/** Moved by pixels. */
export function panBy(now: GridView, zoom: Zoom, place: Rect, dx: number, dy: number): Zoom {
  const centre = (start: number, length: number, origin: number) => (start + length / 2 - origin) / now.cell;
  return {
    scale: zoom.scale,
    row: centre(place.y, place.height, now.y) - dy / now.cell,
    col: centre(place.x, place.width, now.x) - dx / now.cell,
  };
}

/**
 * The same zoom, moved as little as possible so that the cells from (top, left) to (bottom, right) are in
 * sight.
 */

export function panToShow(
  place: Rect,
  now: GridView,
  zoom: Zoom,
  top: number,
  bottom: number,
  left: number,
  right: number,
): Zoom {
  if (zoom.scale === 1) return zoom;
  const seen = (first: number, last: number, origin: number, start: number, length: number) => {
    const half = length / now.cell / 2;
    const centre = (start - origin) / now.cell + half;
    if (first < centre - half) return first + half;
    if (last > centre + half) return Math.min(last - half, first + half);
    return centre;
  };
  return {
    scale: zoom.scale,
    row: seen(top, bottom, now.y, place.y, place.height),
    col: seen(left, right, now.x, place.x, place.width),
  };
}

/** The largest cell that zooming leads to, in CSS pixels. */
const LARGEST_CELL = 48;
