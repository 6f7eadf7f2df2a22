/** Columns from left to right, and the grids that stand in them. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
import type { CellSizes } from './layout.ts';

/** Name, width, and the share of what is left over. */
export type Column = [name: string, width: number, share: number];

export const MAX_ROWS = 6;

/** How far each output channel behind the current one stands out. */
export const STACK_STEP = 7;
const MAX_STACK = 3;

/** The widest gap that what is left over makes. */
const MAX_GAP = 54;

/** The columns of a row up to its products. */
export function makeGridColumns(
  { plane, kernel, weighted }: LayoutInput,
  { cell, kernelCell, loupeCell }: CellSizes,
  { label, sign, toLoupe }: { label: number; sign: number; toLoupe: number },
): Column[] {
  const grid = kernelCell * kernel[1];
  return [
    ['label', label, 0],
    ['input', cell * plane.cols, 0],
    ['toLoupe', loupeCell > 0 ? toLoupe : 0, 0],
    ['loupe', loupeCell * kernel[1], 0],
    ['times', weighted ? sign : 0, weighted ? 1 : 0],
    ['kernel', weighted ? grid : 0, 0],
    ['equals', sign, 1],
    ['products', grid, 0],
  ];
}

export function widthOf(columns: Column[]) {
  return columns.reduce((sum, [, width]) => sum + width, 0);
}

/** Places the columns; what is left over goes between them, evenly. */
export function placeColumns(columns: Column[], width: number) {
  const shares = columns.reduce((sum, [, , share]) => sum + share, 0);
  const gap = clamp((width - widthOf(columns)) / shares, 0, MAX_GAP);
  const places: Map<string, { left: number; middle: number }> = new Map();
  let left = Math.max(0, (width - widthOf(columns) - gap * shares) / 2);
  for (const [name, own, share] of columns) {
    places.set(name, { left, middle: left + (own + gap * share) / 2 });
    left += own + gap * share;
  }
  return {
    left: (name: string) => places.get(name)?.left ?? 0,
    middle: (name: string) => places.get(name)?.middle ?? 0,
  };
}

/** The grids of a row, centered on a line. */
export function placeGrids(
  { plane, kernel }: LayoutInput,
  { cell, kernelCell, loupeCell }: CellSizes,
  left: (name: string) => number,
  middle: number,
) {
  const grid = (name: string, size: number, rows: number, cols: number): Rect => {
    return { x: left(name), y: middle - (size * rows) / 2, width: size * cols, height: size * rows };
  };
  return {
    input: grid('input', cell, plane.rows, plane.cols),
    loupeRect: grid('loupe', loupeCell, ...kernel),
    kernel: grid('kernel', kernelCell, ...kernel),
    products: grid('products', kernelCell, ...kernel),
  };
}

export function stackCountOf({ outChannels }: LayoutInput) {
  return Math.min(outChannels - 1, MAX_STACK);
}

/** Rounds a cell down to whole pixels where it has any: thin lines stay even. */
export function wholePixels(size: number) {
  return size >= 4 ? Math.floor(size) : Math.max(size, 0.05);
}
