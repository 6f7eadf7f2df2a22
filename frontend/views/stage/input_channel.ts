/** An input channel with its padding, as numbers or as a heat map, and the preview of one that is loading. */

import { hasAllNumbers } from '../../data/input_preview.ts';
import { tintPixel } from '../../model/color.ts';
import { findRuns } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import type { BitmapCache } from '../shared/canvas.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, paintOutline } from '../shared/drawing.ts';
import type { ValueAt } from '../shared/grid.ts';
import { makeHeatMap, paintGrid, paintHeatMap, pixelsOf } from '../shared/grid.ts';
import { cellRect } from '../shared/rects.ts';
import { decimalsInCells, READABLE_CELL } from '../shared/text_fit.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import { rectInSlot } from './layout.ts';

/** Idle rows and columns that are struck through at most. */
const MAX_BANDS = 64;

export function paintInputChannel(
  context: Context2D,
  frame: ChannelFrame,
  row: ChannelRow,
  bitmaps: BitmapCache,
) {
  const { model, colors, inputView, layout } = frame;
  const { plane, input, inputLow, inputMax } = model;
  const place = rectInSlot(layout, layout.input, row.slot);
  const rect = rectInSlot(layout, inputView, row.slot);
  if (inputView.cell >= READABLE_CELL) {
    const decimals = decimalsInCells(input.data, inputLow, inputMax, inputView.cell);
    const valueAt = inputValues(model, row.channel);
    const grid = { rows: plane.rows, cols: plane.cols, valueAt, max: inputMax, decimals };
    clipTo(context, place, () => {
      paintGrid(context, rect, inputView.cell, grid, frame, place);
      paintBorrowedRing(context, frame, rect);
      paintIdleCells(context, frame, rect);
    });
    return;
  }
  const paint = () => {
    paintHeatMap(context, rect, inputBitmap(frame, row.channel, bitmaps));
    paintBorrowedRing(context, frame, rect);
    paintIdleCells(context, frame, rect);
    if (plane.top || plane.left) paintOutline(context, insidePadding(frame, rect), colors.line);
  };
  clipTo(context, place, paint, 0);
  paintOutline(context, place, colors.line);
}

function inputBitmap({ model, theme, tinted }: ChannelFrame, channel: number, bitmaps: BitmapCache) {
  const tints = tinted && channel < 3;
  return bitmaps.get(`${model.summary.id}/${channel}/${tints ? 'tint' : theme}`, () => {
    const { rows, cols, valueAt } = hasAllNumbers(model.input)
      ? { ...model.plane, valueAt: inputValues(model, channel) }
      : previewValues(model, channel);
    if (!tints) return makeHeatMap(rows, cols, pixelsOf({ valueAt, max: model.inputMax }, theme));
    return makeHeatMap(rows, cols, (row, col) => {
      const value = valueAt(row, col);
      return value === null ? 0 : tintPixel(value, channel as 0 | 1 | 2);
    });
  });
}

/** The number at a cell of the padded plane; on the ring the borrowed one. */
function inputValues(
  { plane, input, rowSources, colSources, summary }: SceneModel,
  channel: number,
): ValueAt {
  const [, height, width] = summary.shapes.input;
  const offset = channel * height * width;
  return (i, j) => {
    const [row, col] = [i - plane.top, j - plane.left];
    const inside = row >= 0 && col >= 0 && row < height && col < width;
    const sourceRow = inside ? row : (rowSources[i] ?? -1);
    const sourceCol = inside ? col : (colSources[j] ?? -1);
    if (sourceRow < 0 || sourceCol < 0) return null;
    return input.data[offset + sourceRow * width + sourceCol] ?? null;
  };
}

/** Every n-th number of the padded plane, while the others are loading. */
function previewValues({ plane, input, summary }: SceneModel, channel: number) {
  const { every = 1, shape = [], data = [] } = input.preview ?? {};
  const [, height = 1, width = 1] = shape;
  const [, inputHeight, inputWidth] = summary.shapes.input;
  const sources = (count: number, padding: number, size: number) =>
    Array.from({ length: Math.ceil(count / every) }, (_, k) => {
      const position = k * every + (every >> 1) - padding;
      return position < 0 || position >= size ? -1 : Math.floor(position / every);
    });
  const rows = sources(plane.rows, plane.top, inputHeight);
  const cols = sources(plane.cols, plane.left, inputWidth);
  const valueAt: ValueAt = (i, j) => {
    const [row = -1, col = -1] = [rows[i], cols[j]];
    return row < 0 || col < 0 ? null : (data[(channel * height + row) * width + col] ?? 0);
  };
  return { rows: rows.length, cols: cols.length, valueAt };
}

/** Makes values that padding borrows paler than those they come from. */
function paintBorrowedRing(context: Context2D, frame: ChannelFrame, rect: Rect) {
  if (['zeros', undefined].includes(frame.model.summary.operation.padding_mode)) return;
  const inside = insidePadding(frame, rect);
  context.globalAlpha = 0.4;
  context.fillStyle = frame.colors.paper;
  context.beginPath();
  context.rect(rect.x, rect.y, rect.width, rect.height);
  context.rect(inside.x, inside.y, inside.width, inside.height);
  context.fill('evenodd');
  context.globalAlpha = 1;
}

function insidePadding({ model: { plane, summary }, inputView: { cell } }: ChannelFrame, rect: Rect): Rect {
  const [, height, width] = summary.shapes.input;
  return cellRect(rect, cell, plane.top, plane.left, height, width);
}

/** Strikes through the cells that no window ever visits. */
function paintIdleCells(
  context: Context2D,
  { model: { idleRows, idleCols, plane }, colors, inputView: { cell } }: ChannelFrame,
  rect: Rect,
) {
  const bands = [
    ...findRuns(idleRows).map(([row, count]) => cellRect(rect, cell, row, 0, count, plane.cols)),
    ...findRuns(idleCols).map(([col, count]) => cellRect(rect, cell, 0, col, plane.rows, count)),
  ];
  context.strokeStyle = colors.muted;
  context.lineWidth = 1;
  for (const band of bands.slice(0, MAX_BANDS)) clipTo(context, band, () => hatch(context, band), 0);
}

function hatch(context: Context2D, { x, y, width, height }: Rect) {
  context.beginPath();
  for (let k = -height; k < width; k += 7) {
    context.moveTo(x + k, y + height);
    context.lineTo(x + k + height, y);
  }
  context.stroke();
}
