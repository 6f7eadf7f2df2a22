/**
 * Text, and grids of cells: numbers on colour where a cell is large enough, a heat map of one pixel a cell
 * where it is not.
 */

import type { ColorScale } from '../../model/color.ts';
import { cellColor, pixelColor, textColor } from '../../model/color.ts';
import { formatNumber } from '../../model/numbers.ts';
import type { Rect } from '../../model/types.ts';
import { fontSizeIn, READABLE_CELL } from './text_fit.ts';
import type { ThemeColors } from './theme_colors.ts';

/** null: no number there. */
export type ValueAt = (row: number, col: number) => number | null;

export interface CellGrid {
  rows: number;
  cols: number;
  at: ValueAt;
  max: number;
  decimals: number;
}

const FAMILY =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans SC", "Noto Sans CJK SC", ' +
  '"PingFang SC", "Microsoft YaHei", sans-serif';

/** place: only the cells in sight here are painted. */
export function paintGrid(
  context: CanvasRenderingContext2D,
  rect: Rect,
  cell: number,
  grid: CellGrid,
  scale: ColorScale,
  inks: ThemeColors,
  place: Rect = rect,
) {
  if (cell < READABLE_CELL) {
    paintHeatMap(
      context,
      rect,
      makeHeatMap(grid.rows, grid.cols, (row, col) => pixelOf(grid, scale, row, col)),
    );
    paintOutline(context, rect, inks.line);
    return;
  }
  context.font = cssFont(fontSizeIn(cell, grid.decimals === 0));
  const [top, bottom] = visibleRange(place.y - rect.y, place.height, cell, grid.rows);
  const [left, right] = visibleRange(place.x - rect.x, place.width, cell, grid.cols);
  for (let row = top; row < bottom; row++) {
    for (let col = left; col < right; col++) {
      const value = grid.at(row, col);
      const box = cellBox(rect, cell, row, col);
      if (value === null) paintEmptyCell(context, box, inks);
      else paintCell(context, box, value, grid.max, formatNumber(value, grid.decimals), scale);
    }
  }
}

/** First and one past the last cell in sight. */
export function visibleRange(shift: number, length: number, cell: number, count: number): [number, number] {
  return [Math.max(0, Math.floor(shift / cell)), Math.min(count, Math.ceil((shift + length) / cell))];
}

export function cellBox(rect: Rect, cell: number, row: number, col: number): Rect {
  const gap = cell >= READABLE_CELL ? 1 : 0;
  return {
    x: rect.x + col * cell + gap,
    y: rect.y + row * cell + gap,
    width: cell - 2 * gap,
    height: cell - 2 * gap,
  };
}

export function paintCell(
  context: CanvasRenderingContext2D,
  box: Rect,
  value: number,
  max: number,
  text: string,
  scale: ColorScale,
) {
  context.fillStyle = cellColor(scale, value, max);
  traceRoundedRect(context, box, 3);
  context.fill();
  if (text === '') return;
  context.fillStyle = textColor(scale, value, max);
  paintCenteredText(context, text, box.x + box.width / 2, box.y + box.height / 2, box.width - 2);
}

/** A cell of the padding ring, or one that waits. */
export function paintEmptyCell(context: CanvasRenderingContext2D, box: Rect, inks: ThemeColors) {
  context.strokeStyle = inks.line;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  traceRoundedRect(
    context,
    { x: box.x + 1.5, y: box.y + 1.5, width: box.width - 3, height: box.height - 3 },
    2,
  );
  context.stroke();
  context.setLineDash([]);
}

export function paintOutline(context: CanvasRenderingContext2D, rect: Rect, color: string) {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.strokeRect(
    Math.round(rect.x) - 0.5,
    Math.round(rect.y) - 0.5,
    Math.round(rect.width) + 1,
    Math.round(rect.height) + 1,
  );
}

function pixelOf(grid: CellGrid, scale: ColorScale, row: number, col: number) {
  const value = grid.at(row, col);
  return value === null ? 0 : pixelColor(scale, value, grid.max);
}

/** One pixel a cell. */
export function makeHeatMap(
  rows: number,
  cols: number,
  wordAt: (row: number, col: number) => number,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = cols;
  canvas.height = rows;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = context.createImageData(cols, rows);
  const words = new Uint32Array(image.data.buffer);
  for (let row = 0, k = 0; row < rows; row++)
    for (let col = 0; col < cols; col++, k++) words[k] = wordAt(row, col);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Sharp cells when enlarged, smooth ones when several share a pixel. */
export function paintHeatMap(context: CanvasRenderingContext2D, rect: Rect, bitmap: HTMLCanvasElement) {
  context.imageSmoothingEnabled = rect.width < bitmap.width;
  context.imageSmoothingQuality = 'medium';
  context.drawImage(bitmap, rect.x, rect.y, rect.width, rect.height);
}

/** size: CSS pixels. */
export function cssFont(size: number, weight = 400) {
  return `${weight} ${size}px ${FAMILY}`;
}

/** Centred text, narrowed when it would leave `room`. */
export function paintCenteredText(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  room?: number,
) {
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, x, y + 0.5, room);
}

export function traceRoundedRect(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Rect,
  radius: number,
) {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}

/** Paints inside a place only; `margin`: how far lines may stand out. */
export function clipTo(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Rect,
  paint: () => void,
  margin = 2,
) {
  context.save();
  context.beginPath();
  context.rect(x - margin, y - margin, width + 2 * margin, height + 2 * margin);
  context.clip();
  paint();
  context.restore();
}
