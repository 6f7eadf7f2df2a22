/** Matrices that are never built: panes show the part in sight, and scroll. Pure. */

import type { Rect, ViewportChoice } from '../../model/types.ts';
import { LARGEST_CELL } from './text_fit.ts';
import type { FrameRequest } from './view.ts';

export interface MatrixPane {
  /** Of the whole matrix. */
  rows: number;
  cols: number;
  /** The first row and column in sight. */
  top: number;
  left: number;
  place: Rect;
  /** Height and width of a cell in CSS pixels. */
  size: [number, number];
  /** What scrolls down and to the right; panes that share an axis scroll together. */
  axes: [string | null, string | null];
}

export type Panes<Name extends string = string> = Record<Name, MatrixPane>;

/** A cell of a pane. */
export interface PaneCell<Name extends string = string> {
  name: Name;
  pane: MatrixPane;
  row: number;
  col: number;
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
  /** The cells that it is computed from or takes part in. */
  related: CellBlock[];
}

/** The height of a heading of two lines above a pane, in CSS pixels. */
const HEADING = 40;

/** Whether a point is on the heading of a pane. labels: the height of what is between the two. */
export function isOnHeading({ x, y, width }: Rect, scale: number, labels: number, at: Pick<Rect, 'x' | 'y'>) {
  return at.x >= x && at.x < x + width && at.y < y && at.y >= y - labels - HEADING * scale;
}

/** What the frames of the matrix views share. */
export interface PaneFrame<Name extends string> extends Omit<FrameRequest, 'view'> {
  panes: Panes<Name>;
  /** scale: of words, against their usual size. */
  layout: { width: number; height: number; narrow: boolean; scale: number };
  cell: number;
  /** The smallest cell that zooming leads to. */
  leastCell: number;
  /** Names the view and sizes that a choice of viewport is made for. */
  viewportKey: string;
  /** Completed cells of the output channel, in raster order. */
  placedCount: number;
  staticKey: string;
  highlights: Highlights | null;
}

export const DEFAULT_VIEWPORT: ViewportChoice = { key: '', cell: null, at: {} };

/** The reader's choice of viewport, if it was made for this key. */
export function viewportFor({ viewport, following }: FrameRequest, key: string) {
  const { cell, at } = viewport.key === key ? viewport : DEFAULT_VIEWPORT;
  return { cell, first: following ? {} : at };
}

/** Finds the first of `count` in sight when `visible` fit: the choice, or the page that has `needed`. */
export function firstVisible(count: number, visible: number, needed: number, choice: number | undefined) {
  return Math.max(0, Math.min(choice ?? Math.floor(needed / visible) * visible, count - visible));
}

/** The first and one past the last row and column in sight. */
export function visibleCells({ rows, cols, top, left, place, size }: MatrixPane) {
  const bottom = Math.min(rows, top + Math.round(place.height / size[0]));
  const right = Math.min(cols, left + Math.round(place.width / size[1]));
  return { top, left, bottom, right };
}

/** The whole matrix' rectangle, most of it perhaps outside the pane. */
export function matrixRect({ rows, cols, top, left, place, size: [height, width] }: MatrixPane): Rect {
  return {
    x: place.x - left * width,
    y: place.y - top * height,
    width: cols * width,
    height: rows * height,
  };
}

/** Finds the pane, row and column under a point. */
export function hitTestPane<Name extends string>(
  panes: Panes<Name>,
  x: number,
  y: number,
): PaneCell<Name> | null {
  for (const name of Object.keys(panes) as Name[]) {
    const pane = panes[name];
    const seen = visibleCells(pane);
    const row = pane.top + Math.floor((y - pane.place.y) / pane.size[0]);
    const col = pane.left + Math.floor((x - pane.place.x) / pane.size[1]);
    if (row >= seen.top && row < seen.bottom && col >= seen.left && col < seen.right)
      return { name, pane, row, col };
  }
  return null;
}

/** The rectangle of the part of a block that is in sight, or null. */
export function visibleBlockRect(panes: Panes, { pane: name, row, col, rows, cols }: CellBlock): Rect | null {
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

/** The visible places of a cell itself. */
export function visibleRects(panes: Panes, { self }: Highlights): Rect[] {
  return self.map((block) => visibleBlockRect(panes, block)).filter((rect) => rect !== null);
}

/** Scrolls to the highlighted cell if it is not in sight. */
export function revealHighlights<Name extends string>(panes: Panes<Name>, highlights: Highlights | null) {
  const [block] = highlights?.self ?? [];
  if (!highlights || !block || visibleRects(panes, highlights).length > 0) return panes;
  const { top, left, bottom, right } = visibleCells(panes[block.pane as Name]);
  const [down, across] = panes[block.pane as Name].axes;
  const needed: Record<string, number> = {};
  if (down && (block.row < top || block.row >= bottom)) needed[down] = block.row;
  if (across && (block.col < left || block.col >= right)) needed[across] = block.col;
  const entries = Object.entries<MatrixPane>(panes).map(([name, pane]) => [name, scrollPane(pane, needed)]);
  return Object.fromEntries(entries) as Panes<Name>;
}

function scrollPane(pane: MatrixPane, needed: Record<string, number>): MatrixPane {
  const { top, left, bottom, right } = visibleCells(pane);
  const first = (axis: string | null, current: number, visible: number, count: number) => {
    const need = axis === null ? undefined : needed[axis];
    return need === undefined ? current : firstVisible(count, visible, need, undefined);
  };
  return {
    ...pane,
    top: first(pane.axes[0], top, bottom - top, pane.rows),
    left: first(pane.axes[1], left, right - left, pane.cols),
  };
}

/** The size of a cell in whole pixels: the reader's choice, or the usual one, within bounds. */
export function clampCellSize(choice: number | null, usual: number, least: number) {
  return Math.round(Math.min(Math.max(choice ?? usual, least), LARGEST_CELL));
}

export function makeBlock(pane: string, row: number, col: number, rows = 1, cols = 1): CellBlock {
  return { pane, row, col, rows, cols };
}

/** The rows and columns in sight, as code slices them: `[0:12, :]`; '' where all are. */
export function writeSlice(pane: MatrixPane): string {
  const { top, left, bottom, right } = visibleCells(pane);
  const [down, across] = canScroll(pane);
  if (!down && !across) return '';
  return `[${down ? `${top}:${bottom}` : ':'}, ${across ? `${left}:${right}` : ':'}]`;
}

/** Whether it scrolls down, and to the right. */
export function canScroll(pane: MatrixPane): [boolean, boolean] {
  const { top, left, bottom, right } = visibleCells(pane);
  return [bottom - top < pane.rows, right - left < pane.cols];
}
