/** Rectangles of cells. Pure. */

import type { Rect } from '../../model/types.ts';

interface Point {
  x: number;
  y: number;
}

/** The rectangle of a cell, or of a block of them, in a grid of square cells. */
export function cellRect({ x, y }: Point, size: number, row: number, col: number, rows = 1, cols = 1): Rect {
  return { x: x + col * size, y: y + row * size, width: cols * size, height: rows * size };
}

/** A square round its center. */
export function squareAround(x: number, y: number, size: number): Rect {
  return { x: x - size / 2, y: y - size / 2, width: size, height: size };
}

export function growRect({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

export function centerOf({ x, y, width, height }: Rect): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Whether they share a point, if only at their edges. */
export function overlap(a: Rect, b: Rect) {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

export function clamp(value: number, min: number, max: number) {
  return Math.max(min, Math.min(value, max));
}

/** The rectangle of a grid of square cells. */
export function gridRect(x: number, y: number, cell: number, [rows, cols]: readonly [number, number]): Rect {
  return { x, y, width: cell * cols, height: cell * rows };
}

/** Rounds a cell down to whole pixels where it has any: thin lines stay even. */
export function wholePixels(size: number) {
  return size >= 4 ? Math.floor(size) : Math.max(size, 0.05);
}
