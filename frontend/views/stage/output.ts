/** The finished cells of the output channel: part of one bitmap, or numbers where it is zoomed. */

import type { BitmapCache } from '../shared/canvas.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo } from '../shared/drawing.ts';
import { makeHeatMap, paintGrid, pixelsOf } from '../shared/grid.ts';
import { charactersIn, decimalsThatFit, READABLE_CELL } from '../shared/text_fit.ts';
import type { StageFrame } from './frame.ts';

export function paintFinishedOutput(context: Context2D, frame: StageFrame, bitmaps: BitmapCache) {
  const { layout, output, placedCount, model, outputView } = frame;
  const { x, y, width, height, cell } = outputView;
  if (!output || placedCount === 0) return;
  if (cell >= READABLE_CELL && cell !== layout.outputCell) {
    paintZoomedOutput(context, frame, output.data);
    return;
  }
  const [rows, cols] = model.subject.output;
  const bitmap = outputBitmap(frame, output.data, bitmaps);
  const pixels = bitmap.width / cols;
  context.imageSmoothingEnabled = bitmap.width > width && rows > height;
  const copy = (row: number, rowCount: number, colCount: number) => {
    const source = [0, row * pixels, colCount * pixels, rowCount * pixels] as const;
    context.drawImage(bitmap, ...source, x, y + row * cell, colCount * cell, rowCount * cell);
  };
  const wholeRows = Math.floor(placedCount / cols);
  const rest = placedCount % cols;
  const paint = () => {
    if (wholeRows > 0) copy(0, wholeRows, cols);
    if (rest > 0) copy(wholeRows, 1, rest);
  };
  clipTo(context, layout.output, paint, 0);
}

function paintZoomedOutput(context: Context2D, frame: StageFrame, data: ArrayLike<number>) {
  const { layout, model, outputView, placedCount, outputMax } = frame;
  const [rows, cols] = model.subject.output;
  const decimals = decimalsThatFit([outputMax, -outputMax / 3], charactersIn(outputView.cell));
  const valueAt = (row: number, col: number) =>
    row * cols + col < placedCount ? (data[row * cols + col] ?? 0) : null;
  const grid = { rows, cols, valueAt, max: outputMax, decimals };
  clipTo(context, layout.output, () =>
    paintGrid(context, outputView, outputView.cell, grid, frame, layout.output),
  );
}

function outputBitmap(frame: StageFrame, data: ArrayLike<number>, bitmaps: BitmapCache) {
  const { model, position, theme, ratio, outputMax } = frame;
  const { outputCell: cell, output } = frame.layout;
  const [rows, cols] = model.subject.output;
  const readable = cell >= READABLE_CELL;
  const size = readable ? `${cell}x${ratio}` : 'heat';
  return bitmaps.get(`${model.summary.id}/Y${position.outChannel}/${theme}/${outputMax}/${size}`, () => {
    const valueAt = (row: number, col: number) => data[row * cols + col] ?? 0;
    if (!readable) return makeHeatMap(rows, cols, pixelsOf({ valueAt, max: outputMax }, theme));
    const canvas = document.createElement('canvas');
    canvas.width = cols * cell * ratio;
    canvas.height = rows * cell * ratio;
    const context = canvas.getContext('2d') as Context2D;
    context.scale(ratio, ratio);
    const grid = { rows, cols, valueAt, max: outputMax, decimals: decimalsThatFit(data, charactersIn(cell)) };
    paintGrid(context, { ...output, x: 0, y: 0 }, cell, grid, frame);
    return canvas;
  });
}
