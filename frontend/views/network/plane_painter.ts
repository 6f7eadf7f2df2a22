/** Paints one plane of a tensor: numbers where they can be read, else colours; and the cell. */

import type { Theme } from '../../model/color.ts';
import type { Rect } from '../../model/types.ts';
import { strokeRoundedRect } from '../shared/drawing.ts';
import type { CellGrid } from '../shared/grid.ts';
import { paintGrid } from '../shared/grid.ts';
import { cellRect, growRect, wholePixels } from '../shared/rects.ts';
import { fitTensor } from '../shared/text_fit.ts';
import type { ThemeColors } from '../shared/theme_colors.ts';

export interface PlaneFrame {
  rows: number;
  cols: number;
  valueAt: (row: number, col: number) => number | null;
  /** All numbers that are shown, for their decimals. */
  data: ArrayLike<number>;
  max: number;
  cell: { row: number; col: number } | null;
  hovered: { row: number; col: number } | null;
  /** First and last row and column of what the cell that is followed depends on, or can change. */
  patch: { rows: [number, number]; cols: [number, number] } | null;
  /** Which cells: (rows, cols) of 0 and 1; others are pale. */
  mask: number[][] | null;
}

export interface PlaneStyle {
  theme: Theme;
  colors: ThemeColors;
  pixelRatio: number;
}

const MOST_CELL = 52;

/** The side of a cell in a room, in CSS pixels. */
export function planeCell({ rows, cols }: { rows: number; cols: number }, width: number, height: number) {
  return wholePixels(Math.min(MOST_CELL, (width - 2) / cols, (height - 2) / rows));
}

/** Returns whether numbers are written in its cells. */
export function paintPlane(
  canvas: HTMLCanvasElement,
  frame: PlaneFrame,
  cell: number,
  { theme, colors, pixelRatio }: PlaneStyle,
): boolean {
  const size = { width: frame.cols * cell + 2, height: frame.rows * cell + 2 };
  const context = fitCanvas(canvas, size, pixelRatio, colors.paper);
  const rect = { x: 1, y: 1, width: frame.cols * cell, height: frame.rows * cell };
  const fit = fitTensor(frame.data, -frame.max, frame.max, cell);
  const grid: CellGrid = { ...frame, fit };
  paintGrid(context, rect, cell, grid, { theme, colors });
  if (frame.mask) coverMask(context, frame.mask, rect, cell, colors.paper);
  if (frame.patch)
    strokeRoundedRect(context, growRect(patchRect(frame.patch, rect, cell), 0), 2, colors.accent, 2);
  for (const [at, width] of [
    [frame.hovered, 1.5],
    [frame.cell, 2.5],
  ] as const)
    if (at) {
      const box = cellRect(rect, cell, at.row, at.col);
      strokeRoundedRect(context, growRect(box, cell < 8 ? 2 : 0), 2, colors.text, width);
    }
  return fit.readable;
}

/** Gives a canvas its size and returns its context in CSS pixels. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
  { width, height }: { width: number; height: number },
  pixelRatio: number,
  ground: string,
) {
  canvas.width = Math.max(1, Math.round(width * pixelRatio));
  canvas.height = Math.max(1, Math.round(height * pixelRatio));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  return context;
}

type Patch = NonNullable<PlaneFrame['patch']>;

function patchRect({ rows, cols }: Patch, { x, y }: Rect, cell: number): Rect {
  return cellRect({ x, y }, cell, rows[0], cols[0], rows[1] - rows[0] + 1, cols[1] - cols[0] + 1);
}

export function coverMask(
  context: CanvasRenderingContext2D,
  mask: number[][],
  { x, y }: { x: number; y: number },
  cell: number,
  color: string,
) {
  context.globalAlpha = 0.75;
  context.fillStyle = color;
  // One path: cells that touch have no seams.
  context.beginPath();
  mask.forEach((line, row) => {
    line.forEach((reached, col) => {
      if (!reached) context.rect(x + col * cell, y + row * cell, cell, cell);
    });
  });
  context.fill();
  context.globalAlpha = 1;
}
