/** Zoom and pan of a grid that is too large for its place. */

import type { Zoom } from '../../model/geometry.ts';
import { UNZOOMED } from '../../model/geometry.ts';
import type { Rect } from '../../model/types.ts';
import { clamp } from './rects.ts';
import { LARGEST_CELL } from './text_fit.ts';

/** The whole grid's rectangle at a zoom (its corner may lie outside the place) and the size of a cell. */
export type GridView = Rect & { cell: number };

/** cell: at scale 1. */
export function makeGridView(place: Rect, cell: number, rows: number, cols: number, zoom: Zoom): GridView {
  const size = cell * zoom.scale;
  const offset = (length: number, count: number, center: number) =>
    Math.min(Math.max(length / 2 - center * size, length - count * size), 0);
  return {
    x: place.x + offset(place.width, cols, zoom.col),
    y: place.y + offset(place.height, rows, zoom.row),
    width: cols * size,
    height: rows * size,
    cell: size,
  };
}

/** Zooms by `factor` so that the cell under the point stays there. */
export function zoomAtPoint(
  place: Rect,
  view: GridView,
  zoom: Zoom,
  factor: number,
  x: number,
  y: number,
): Zoom {
  const unscaled = view.cell / zoom.scale;
  const scale = clamp(zoom.scale * factor, 1, Math.max(LARGEST_CELL / unscaled, 1));
  if (scale === 1) return UNZOOMED;
  const center = (point: number, origin: number, start: number, length: number) =>
    (point - origin) / view.cell + (start + length / 2 - point) / (unscaled * scale);
  return {
    scale,
    row: center(y, view.y, place.y, place.height),
    col: center(x, view.x, place.x, place.width),
  };
}

/** Moves by pixels. */
export function panBy(view: GridView, zoom: Zoom, place: Rect, dx: number, dy: number): Zoom {
  const center = (start: number, length: number, origin: number) => (start + length / 2 - origin) / view.cell;
  return {
    scale: zoom.scale,
    row: center(place.y, place.height, view.y) - dy / view.cell,
    col: center(place.x, place.width, view.x) - dx / view.cell,
  };
}

/** Moves as little as possible so that the cells from (top, left) to (bottom, right) are in sight. */
export function panToShow(
  place: Rect,
  view: GridView,
  zoom: Zoom,
  [top, bottom, left, right]: [number, number, number, number],
): Zoom {
  if (zoom.scale === 1) return zoom;
  const center = (first: number, last: number, origin: number, start: number, length: number) => {
    const half = length / view.cell / 2;
    const current = (start - origin) / view.cell + half;
    if (first < current - half) return first + half;
    if (last > current + half) return Math.min(last - half, first + half);
    return current;
  };
  return {
    scale: zoom.scale,
    row: center(top, bottom, view.y, place.y, place.height),
    col: center(left, right, view.x, place.x, place.width),
  };
}
