/**
 * Grids of cells: numbers on colour where a cell is large enough, a heat map of one pixel a cell where it is
 * not.
 */

import type { Theme } from '../../model/color.ts';
import { cellColor, colorScale, numberedIndex, pixelColor } from '../../model/color.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from './drawing.ts';
import { cssFont, fillRoundedRect, fillSoft, paintOutline, paintTextIn } from './drawing.ts';
import { cellRect, growRect } from './rects.ts';
import type { NumberFit } from './text_fit.ts';
import { READABLE_CELL, writeNumber } from './text_fit.ts';
import type { ThemeColors } from './theme_colors.ts';

/** null: no number there. */
export type ValueAt = (row: number, col: number) => number | null;

export interface CellValues {
  valueAt: ValueAt;
  /** The magnitude that has the strongest colour. */
  max: number;
  fit: NumberFit;
  /** Written in grey where there is no number: the 0 of padding. Without it such a cell is empty. */
  ghost?: string | null;
}

export interface CellGrid extends CellValues {
  rows: number;
  cols: number;
  /** Paler than what is at work. */
  quiet?: boolean;
  /** Paler still: not read at all. */
  faint?: boolean;
}

export interface Palette {
  theme: Theme;
  colors: ThemeColors;
}

/** How strong the colour of a quiet cell is that is not read. */
export const FAINT = 0.45;

/** Cells up to which a grid without numbers is painted as rectangles. */
const MAX_RECTS = 150;

/** Paints the cells of a grid that are visible inside `clip`. */
export function paintGrid(
  context: Context2D,
  rect: Rect,
  cell: number,
  grid: CellGrid,
  { theme, colors }: Palette,
  clip: Rect = rect,
) {
  if (!grid.fit.readable) {
    if (grid.rows * grid.cols <= MAX_RECTS) paintColors(context, rect, cell, grid, theme);
    else paintHeatMap(context, rect, makeHeatMap(grid.rows, grid.cols, pixelsOf(grid, theme)));
    paintOutline(context, rect, colors.line);
    return;
  }
  context.font = cssFont(grid.fit.font);
  const [top, bottom] = visibleRange(clip.y - rect.y, clip.height, cell, grid.rows);
  const [left, right] = visibleRange(clip.x - rect.x, clip.width, cell, grid.cols);
  const empty: Rect[] = [];
  for (let row = top; row < bottom; row++) {
    for (let col = left; col < right; col++) {
      const value = grid.valueAt(row, col);
      const box = cellBox(rect, cell, row, col);
      if (value === null) empty.push(box);
      else paintCell(context, box, value, grid.max, writeNumber(value, grid.fit), theme, grid);
    }
  }
  const { ghost } = grid;
  if (ghost) for (const box of empty) paintGhostCell(context, box, ghost, colors);
  else paintEmptyCells(context, empty, colors);
}

/** Paints a cell whose number no tensor has. */
export function paintGhostCell(context: Context2D, box: Rect, text: string, colors: ThemeColors) {
  fillSoft(context, box, 3, colors);
  context.fillStyle = colors.muted;
  paintTextIn(context, text, box, 2);
}

/** Paints the cells of a small grid as rectangles: a bitmap would cost more. */
function paintColors(context: Context2D, { x, y }: Rect, cell: number, grid: CellGrid, theme: Theme) {
  const scale = colorScale(theme);
  for (let row = 0; row < grid.rows; row++)
    for (let col = 0; col < grid.cols; col++) {
      const value = grid.valueAt(row, col);
      if (value === null) continue;
      context.fillStyle = cellColor(scale, value, grid.max);
      context.fillRect(x + col * cell, y + row * cell, cell, cell);
    }
}

/** The first and one past the last cell between `start` and `start + length`. */
function visibleRange(start: number, length: number, cell: number, count: number): [number, number] {
  return [Math.max(0, Math.floor(start / cell)), Math.min(count, Math.ceil((start + length) / cell))];
}

/** The coloured part of a cell. */
export function cellBox(origin: { x: number; y: number }, cell: number, row: number, col: number): Rect {
  return growRect(cellRect(origin, cell, row, col), cell >= READABLE_CELL ? -1 : 0);
}

export function paintCell(
  context: Context2D,
  box: Rect,
  value: number,
  max: number,
  text: string,
  theme: Theme,
  { quiet = false, faint = false }: Pick<CellGrid, 'quiet' | 'faint'> = {},
) {
  const scale = colorScale(theme);
  if (text === '') {
    fillRoundedRect(context, box, 3, cellColor(scale, value, max));
    return;
  }
  const index = numberedIndex(value, max);
  // Text that can be read on a quiet cell can be read better on one that is nearer the page.
  const alpha = context.globalAlpha;
  if (faint) context.globalAlpha = FAINT;
  fillRoundedRect(context, box, 3, (quiet ? scale.quietCss : scale.css)[index] ?? '');
  context.globalAlpha = alpha;
  context.fillStyle = (quiet ? scale.quietText : scale.text)[index] ?? '';
  paintTextIn(context, text, box, 2);
}

/** Paints a cell that has no number, or none yet. */
export function paintEmptyCell(context: Context2D, box: Rect, colors: ThemeColors) {
  paintEmptyCells(context, [box], colors);
}

/** One stroke for all: dashes are set once. */
function paintEmptyCells(context: Context2D, boxes: Rect[], colors: ThemeColors) {
  if (boxes.length === 0) return;
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  for (const { x, y, width, height } of boxes) context.roundRect(x + 1.5, y + 1.5, width - 3, height - 3, 2);
  context.stroke();
  context.setLineDash([]);
}

export function paintEmptyGrid(
  context: Context2D,
  origin: { x: number; y: number },
  cell: number,
  [rows, cols]: [number, number],
  colors: ThemeColors,
) {
  const boxes = Array.from({ length: rows * cols }, (_, k) =>
    cellBox(origin, cell, Math.floor(k / cols), k % cols),
  );
  paintEmptyCells(context, boxes, colors);
}

/** Looks up the pixel of each cell; transparent where there is no number. */
export function pixelsOf({ valueAt, max }: Omit<CellValues, 'fit'>, theme: Theme) {
  const scale = colorScale(theme);
  return (row: number, col: number) => {
    const value = valueAt(row, col);
    return value === null ? 0 : pixelColor(scale, value, max);
  };
}

/** Makes a bitmap of one pixel a cell. */
export function makeHeatMap(
  rows: number,
  cols: number,
  pixelAt: (row: number, col: number) => number,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = cols;
  canvas.height = rows;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = context.createImageData(cols, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0, k = 0; row < rows; row++)
    for (let col = 0; col < cols; col++, k++) pixels[k] = pixelAt(row, col);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Paints sharp cells when enlarged, smooth ones when several share a pixel. */
export function paintHeatMap(context: Context2D, rect: Rect, bitmap: HTMLCanvasElement) {
  context.imageSmoothingEnabled = rect.width < bitmap.width;
  context.imageSmoothingQuality = 'medium';
  context.drawImage(bitmap, rect.x, rect.y, rect.width, rect.height);
}
