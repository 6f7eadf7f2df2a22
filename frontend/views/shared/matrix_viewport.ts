/** Matrices that are never built: places that show the part in sight, and scroll. Pure. */

import type { AppliedStamp, Granularity, Rect, Tensor, ViewportChoice } from '../../model/types.ts';
import type { StageRequest } from '../stage/frame.ts';

/** rows, cols: of the whole matrix; top, left: the first in sight. */
export interface MatrixPane {
  rows: number;
  cols: number;
  top: number;
  left: number;
  place: Rect;
  /** Height and width of a cell in CSS pixels. */
  size: [number, number];
  /** What scrolls down and to the right; panes that share an axis scroll together. */
  axes: [string | null, string | null];
}

export interface CellBlock {
  pane: string;
  row: number;
  col: number;
  rows: number;
  cols: number;
}

export interface Highlights {
  /** Where the cell itself stands, perhaps many times. */
  self: CellBlock[];
  /** What it has to do with the others. */
  related: CellBlock[];
}

/**
 * inChannel: position in the step of the input channel that the sparse view shows when it does not follow the
 * timeline.
 */
export type FrameRequest = StageRequest & {
  view: 'stage' | 'scatter' | 'matrix' | 'sparse';
  outputs: Pick<Map<number, Tensor>, 'get' | 'has'>;
  granularity: Granularity;
  sight: ViewportChoice;
  inChannel: number;
  transposed: boolean;
  stamp: AppliedStamp | null;
};

/** The largest cell that zooming leads to, in CSS pixels. */
export const LARGEST_CELL = 48;

export const DEFAULT_VIEWPORT: ViewportChoice = { key: '', cell: null, at: {} };

/**
 * The first of `count` in sight when `visible` fit: the reader's, or the page with the one that is needed.
 */
export function firstVisible(count: number, visible: number, need: number, wish: number | undefined) {
  const first = wish ?? Math.floor(need / visible) * visible;
  return Math.max(0, Math.min(first, count - visible));
}

/** First and one past the last row and column in sight. */
export function visibleCells({ rows, cols, top, left, place, size }: MatrixPane) {
  const bottom = Math.min(rows, top + Math.round(place.height / size[0]));
  const right = Math.min(cols, left + Math.round(place.width / size[1]));
  return { top, left, bottom, right };
}

/** The whole matrix' rectangle, most of it perhaps outside the place. */
export function matrixRect({ rows, cols, top, left, place, size }: MatrixPane): Rect {
  return {
    x: place.x - left * size[1],
    y: place.y - top * size[0],
    width: cols * size[1],
    height: rows * size[0],
  };
}

/** The pane, row and column under a point. */
export function hitTestPane(
  panes: Record<string, MatrixPane>,
  x: number,
  y: number,
): { name: string; row: number; col: number } | null {
  for (const [name, pane] of Object.entries(panes)) {
    const seen = visibleCells(pane);
    const row = pane.top + Math.floor((y - pane.place.y) / pane.size[0]);
    const col = pane.left + Math.floor((x - pane.place.x) / pane.size[1]);
    if (row >= seen.top && row < seen.bottom && col >= seen.left && col < seen.right)
      return { name, row, col };
  }
  return null;
}

/** Where the part of a block that is in sight is, or null. */
export function visibleBlockRect(
  panes: Record<string, MatrixPane>,
  { pane: name, row, col, rows, cols }: CellBlock,
): Rect | null {
  const pane = panes[name];
  if (!pane) return null;
  const seen = visibleCells(pane);
  const [top, bottom] = [Math.max(row, seen.top), Math.min(row + rows, seen.bottom)];
  const [left, right] = [Math.max(col, seen.left), Math.min(col + cols, seen.right)];
  if (top >= bottom || left >= right) return null;
  const [height, width] = pane.size;
  return {
    x: pane.place.x + (left - pane.left) * width,
    y: pane.place.y + (top - pane.top) * height,
    width: (right - left) * width,
    height: (bottom - top) * height,
  };
}

/** Where a cell's own places in sight are. */
export function visibleRects({ panes }: { panes: Record<string, MatrixPane> }, { self }: Highlights): Rect[] {
  return self.map((block) => visibleBlockRect(panes, block)).filter((rect) => rect !== null);
}

/** The panes with their axes moved so that a block can be seen. */
export function scrollToBlock(
  panes: Record<string, MatrixPane>,
  block: CellBlock | undefined,
): Record<string, MatrixPane> {
  const pane = block && panes[block.pane];
  if (!block || !pane) return panes;
  const seen = visibleCells(pane);
  const needs: Record<string, number> = {};
  const [down, right] = pane.axes;
  if (down && (block.row < seen.top || block.row >= seen.bottom)) needs[down] = block.row;
  if (right && (block.col < seen.left || block.col >= seen.right)) needs[right] = block.col;
  return Object.fromEntries(Object.entries(panes).map(([name, each]) => [name, scrolled(each, needs)]));
}

function scrolled(pane: MatrixPane, needs: Record<string, number>): MatrixPane {
  const seen = visibleCells(pane);
  const along = (axis: string | null, first: number, visible: number, count: number) => {
    const need = axis === null ? undefined : needs[axis];
    return need === undefined ? first : firstVisible(count, visible, need, undefined);
  };
  return {
    ...pane,
    top: along(pane.axes[0], pane.top, seen.bottom - seen.top, pane.rows),
    left: along(pane.axes[1], pane.left, seen.right - seen.left, pane.cols),
  };
}

/** The size of a cell in whole pixels: the reader's, or what suits, within what makes sense. */
export function clampCellSize(wish: number | null, usual: number, least: number) {
  return Math.round(Math.min(Math.max(wish ?? usual, least), LARGEST_CELL));
}

export function makeBlock(pane: string, row: number, col: number, rows = 1, cols = 1): CellBlock {
  return { pane, row, col, rows, cols };
}

/** Whether it scrolls down, and to the right. */
export function canScroll(pane: MatrixPane): [boolean, boolean] {
  const seen = visibleCells(pane);
  return [seen.bottom - seen.top < pane.rows, seen.right - seen.left < pane.cols];
}
