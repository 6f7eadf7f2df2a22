/** Outputs: their places, what is finished of them, the value on its way, the other filters. */

import type { Rect, Tensor } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  clipTo,
  cssFont,
  fillRoundedRect,
  frameCells,
  paintOutline,
  paintText,
  paintTextIn,
} from '../shared/drawing.ts';
import { cellBox, makeHeatMap, paintEmptyGrid, paintGrid, paintHeatMap, pixelsOf } from '../shared/grid.ts';
import type { BitmapCache } from '../shared/layered_painter.ts';
import { centerOf, clamp, growRect } from '../shared/rects.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { fitNumbers, fitTensor } from '../shared/text_fit.ts';
import type { ChannelFrame } from './channel_frame.ts';
import { currentOutput } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import type { GridPlace } from './grid_places.ts';
import { smallType } from './lane.ts';

/** How strong the part of a picture is that has still to be computed. */
const GHOST = 0.16;

export function outputFit(
  { outputMax, output }: Pick<ChannelFrame, 'outputMax' | 'output'>,
  cell: number,
): NumberFit {
  const low = -outputMax / 3;
  return fitTensor(output?.data ?? [outputMax, low], low, outputMax, cell);
}

/** Paints the empty outputs, a picture's ghost, and the outputs of other channels that are finished. */
export function paintOutputPlaces(context: Context2D, frame: ChannelFrame, bitmaps: BitmapCache) {
  for (const place of frame.outputPlaces) {
    if (place.thumbnail) paintThumbnail(context, frame, place, bitmaps);
    else paintOutputPlace(context, frame, place, bitmaps);
  }
}

function paintOutputPlace(context: Context2D, frame: ChannelFrame, output: GridPlace, bitmaps: BitmapCache) {
  const { model, colors, position } = frame;
  const { place, view, channel } = output;
  const fit = outputFit(frame, view.cell);
  if (frame.layout.ledger === 'boxes') paintOutputName(context, frame, output);
  if (channel !== position.outChannel && channel < position.outChannel && frame.outputs.get(channel)) {
    paintWholeOutput(context, frame, output, bitmaps, 1);
    return;
  }
  if (!fit.readable) {
    if (channel === position.outChannel) paintWholeOutput(context, frame, output, bitmaps, GHOST);
    paintOutline(context, place, colors.line);
  } else clipTo(context, place, () => paintEmptyGrid(context, view, view.cell, model.subject.output, colors));
  paintOutputPadding(context, frame, output);
}

/** Paints `Y[1]` beside the output of a lane. */
function paintOutputName(context: Context2D, frame: ChannelFrame, { place, channel }: GridPlace) {
  const { colors, position, layout, model } = frame;
  context.fillStyle = channel === position.outChannel ? colors.text : colors.muted;
  context.font = cssFont(smallType(frame), channel === position.outChannel ? 600 : 400);
  const left = place.x + place.width + 6;
  paintText(
    context,
    `${model.names?.output ?? 'Y'}[${channel}]`,
    'left',
    left,
    centerOf(place).y,
    layout.width - left,
  );
}

/** Paints an output as it is in the end. */
function paintWholeOutput(
  context: Context2D,
  frame: ChannelFrame,
  output: GridPlace,
  bitmaps: BitmapCache,
  alpha: number,
) {
  const data = frame.outputs.get(output.channel);
  if (!data) return;
  const { place, view, channel } = output;
  const fit = outputFit(frame, view.cell);
  const [rows, cols] = frame.model.subject.output;
  clipTo(context, place, () => {
    context.globalAlpha = alpha;
    if (fit.readable) {
      const valueAt = (row: number, col: number) => data.data[row * cols + col] ?? 0;
      paintGrid(
        context,
        view,
        view.cell,
        { rows, cols, valueAt, max: frame.outputMax, fit, quiet: alpha === 1 },
        frame,
        place,
      );
    } else paintHeatMap(context, view, heatMapOf(frame, channel, data, bitmaps));
    context.globalAlpha = 1;
  });
}

function heatMapOf(
  { model, theme, outputMax }: ChannelFrame,
  channel: number,
  data: Tensor,
  bitmaps: BitmapCache,
) {
  const [rows, cols] = model.subject.output;
  const valueAt = (row: number, col: number) => data.data[row * cols + col] ?? 0;
  return bitmaps.get(`${model.summary.id}/Y${channel}/${theme}/${outputMax}`, () =>
    makeHeatMap(rows, cols, pixelsOf({ valueAt, max: outputMax }, theme)),
  );
}

/** Paints another channel's output in small: its numbers once it is computed, a picture faint until then. */
function paintThumbnail(context: Context2D, frame: ChannelFrame, output: GridPlace, bitmaps: BitmapCache) {
  const { colors, position, model, outputMax } = frame;
  const { place, view, channel } = output;
  const [rows, cols] = model.subject.output;
  const data = frame.outputs.get(channel);
  const fit = fitNumbers(data?.data ?? [outputMax], view.cell);
  const finished = channel < position.outChannel;
  if (fit.readable && finished && data) {
    const valueAt = (row: number, col: number) => data.data[row * cols + col] ?? 0;
    paintGrid(context, place, view.cell, { rows, cols, valueAt, max: outputMax, fit, quiet: true }, frame);
  } else if (fit.readable) paintEmptyGrid(context, place, view.cell, [rows, cols], colors);
  else {
    context.globalAlpha = finished ? 1 : 0.4;
    if (data) paintHeatMap(context, place, heatMapOf(frame, channel, data, bitmaps));
    context.globalAlpha = 1;
    paintOutline(context, place, colors.line);
  }
  context.fillStyle = colors.muted;
  context.font = cssFont(smallType(frame));
  const name = `${model.names?.output ?? 'Y'}[${channel}]`;
  paintText(context, name, 'left', place.x, place.y + place.height + 9, place.width);
}

/** Paints bars beside the rows and columns that output_padding adds. */
function paintOutputPadding(context: Context2D, frame: ChannelFrame, { place, view }: GridPlace) {
  const { model, colors, layout } = frame;
  const [rows, cols] = model.summary.operation.output_padding ?? [0, 0];
  if (rows + cols === 0 || view.cell !== layout.outputCell) return;
  const { cell } = view;
  const [right, bottom] = [place.x + place.width, place.y + place.height];
  context.fillStyle = colors.accent;
  if (rows > 0) context.fillRect(place.x - 8, bottom - rows * cell + 1, 4, rows * cell - 2);
  if (cols > 0) context.fillRect(right - cols * cell + 1, bottom + 4, cols * cell - 2, 4);
  if (bottom + 26 > layout.height) return;
  context.fillStyle = colors.muted;
  context.font = cssFont(smallType(frame));
  paintText(context, 'output_padding', 'right', right, bottom + 16);
}

/** Paints the finished cells of the output at work. */
export function paintFinishedOutput(context: Context2D, frame: StageFrame, bitmaps: BitmapCache) {
  const { output, placedCount, model } = frame;
  if (!output || placedCount === 0) return;
  const current = currentOutput(frame);
  const { view, place, channel } = current;
  const [rows, cols] = model.subject.output;
  const fit = outputFit(frame, view.cell);
  if (fit.readable) {
    const valueAt = (row: number, col: number) => output.data[row * cols + col] ?? 0;
    const grid = { rows, cols, valueAt, max: frame.outputMax, fit };
    clipTo(context, place, () => {
      for (const rect of finishedRects(current, placedCount, cols))
        paintGrid(context, view, view.cell, grid, frame, rect);
    });
    return;
  }
  const bitmap = heatMapOf(frame, channel, output, bitmaps);
  const paint = () => paintHeatMap(context, view, bitmap);
  // A rectangle at a time: to clip to several at once costs more than to paint twice.
  const paintCells = () => {
    for (const rect of finishedRects(current, placedCount, cols)) clipTo(context, rect, paint, 0);
  };
  clipTo(context, place, paintCells, 0);
}

/** The rectangles of the first `count` cells in raster order: whole rows, and a part of one. */
function finishedRects({ view: { x, y, width, cell } }: GridPlace, count: number, cols: number): Rect[] {
  const [whole, rest] = [Math.floor(count / cols), count % cols];
  // A little less than the cells, so that rounding brings no neighbour in.
  const inside = (rect: Rect) => growRect(rect, -0.01);
  const rects: Rect[] = [];
  if (whole > 0) rects.push(inside({ x, y, width, height: whole * cell }));
  if (rest > 0) rects.push(inside({ x, y: y + whole * cell, width: rest * cell, height: cell }));
  return rects;
}

/** Paints the cell at work: a frame and, until its value is there, a question mark. */
export function paintCurrentCell(context: Context2D, frame: StageFrame) {
  const { row, col, colors, position } = frame;
  const { view, place } = currentOutput(frame);
  const box = cellBox(view, view.cell, row, col);
  const [lineWidth, gap] = view.cell < 6 ? [1.5, 1.5] : [3, 0.5];
  clipTo(context, place, () => {
    if (position.place < 1 && outputFit(frame, view.cell).readable) {
      fillRoundedRect(context, box, 3, colors.paper);
      context.fillStyle = colors.accent;
      context.font = cssFont(clamp(view.cell * 0.4, 11, 40));
      paintTextIn(context, '?', box, 2);
    }
    frameCells(context, box, view.cell, colors.accent, lineWidth, gap);
  });
}
