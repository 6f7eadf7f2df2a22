/** Outputs: their places, what is finished of them, the value on its way, the other filters. */

import { weightOffset } from '../../model/geometry.ts';
import { easeInOut, isAtRest } from '../../model/timeline.ts';
import type { Rect, Tensor } from '../../model/types.ts';
import type { BitmapCache } from '../shared/canvas.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  clipTo,
  cssFont,
  fillRoundedRect,
  frameCells,
  paintOutline,
  paintText,
  paintTextIn,
  strokeRoundedRect,
} from '../shared/drawing.ts';
import { cellBox, makeHeatMap, paintEmptyGrid, paintGrid, paintHeatMap, pixelsOf } from '../shared/grid.ts';
import { centerOf, clamp, growRect, squareAround } from '../shared/rects.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { fitNumbers, fitTensor } from '../shared/text_fit.ts';
import type { ChannelFrame, GridPlace } from './channel_frame.ts';
import { currentOutput, displayedTap } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { smallType } from './lane.ts';
import type { ShelfPlace } from './layout.ts';
import { hueOf } from './window.ts';

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
  const { colors, position, layout } = frame;
  context.fillStyle = channel === position.outChannel ? colors.text : colors.muted;
  context.font = cssFont(smallType(frame), channel === position.outChannel ? 600 : 400);
  const left = place.x + place.width + 6;
  paintText(context, `Y[${channel}]`, 'left', left, centerOf(place).y, layout.width - left);
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

/** Paints another channel's output in small, faint until it is computed. */
function paintThumbnail(context: Context2D, frame: ChannelFrame, output: GridPlace, bitmaps: BitmapCache) {
  const { colors, position } = frame;
  const { place, channel } = output;
  const data = frame.outputs.get(channel);
  if (data) {
    context.globalAlpha = channel < position.outChannel ? 1 : 0.4;
    paintHeatMap(context, place, heatMapOf(frame, channel, data, bitmaps));
    context.globalAlpha = 1;
  }
  paintOutline(context, place, colors.line);
  context.fillStyle = colors.muted;
  context.font = cssFont(smallType(frame));
  paintText(context, `Y[${channel}]`, 'left', place.x, place.y + place.height + 9, place.width);
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
  clipTo(
    context,
    place,
    () => clipToCells(context, current, placedCount, cols, () => paintHeatMap(context, view, bitmap)),
    0,
  );
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

/** Paints inside the first `count` cells. */
function clipToCells(context: Context2D, output: GridPlace, count: number, cols: number, paint: () => void) {
  context.save();
  context.beginPath();
  for (const { x, y, width, height } of finishedRects(output, count, cols)) context.rect(x, y, width, height);
  context.clip();
  paint();
  context.restore();
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

/** Paints the other filters: their slices, and the outputs that they make. */
export function paintShelf(context: Context2D, frame: ChannelFrame) {
  frame.layout.shelf.forEach((place, k) => {
    const channel = frame.shelfChannels[k];
    if (channel !== undefined) paintFilter(context, frame, place, channel);
  });
}

function paintFilter(context: Context2D, frame: ChannelFrame, place: ShelfPlace, channel: number) {
  const { model, colors, t, layout } = frame;
  const data = model.weight?.data ?? [];
  const [rows, cols] = model.subject.kernel;
  const cell = layout.shelfCell;
  const fit = fitNumbers(data, cell);
  const size = smallType(frame);
  context.fillStyle = colors.text;
  context.font = cssFont(size, 600);
  const name = t('stage.kernelOf', { output: channel });
  paintText(context, name, 'left', place.heading.x, place.heading.y);
  const nameWidth = context.measureText(name).width;
  context.fillStyle = colors.muted;
  context.font = cssFont(size);
  paintText(
    context,
    t('stage.makes', { output: channel }),
    'left',
    place.heading.x + nameWidth + 5,
    place.heading.y,
  );
  const channels = inputsOf(frame, channel);
  place.kernels.forEach((rect, c) => {
    const input = channels[c];
    if (input === undefined) return;
    const offset = weightOffset(model.summary, channel, input);
    const valueAt = (i: number, j: number) => {
      const [u, v] = displayedTap(model, i, j);
      return data[offset + u * cols + v] ?? 0;
    };
    paintGrid(context, rect, cell, { rows, cols, valueAt, max: model.weightMax, fit, quiet: true }, frame);
    context.fillStyle = hueOf(frame, input);
    context.fillRect(rect.x, rect.y + rect.height + 1, rect.width, 2);
  });
  paintShelfOutput(context, frame, place, channel);
}

function inputsOf({ model }: ChannelFrame, channel: number) {
  const { channels, outChannels } = model.subject;
  const groups = model.summary.operation.groups ?? 1;
  const size = channels / groups;
  const first = Math.floor(channel / (outChannels / groups)) * size;
  return Array.from({ length: size }, (_, k) => first + k);
}

/** Paints the other filter's output: complete once it is, else only that it comes later. */
function paintShelfOutput(
  context: Context2D,
  frame: ChannelFrame,
  { output: rect, outputCell }: ShelfPlace,
  channel: number,
) {
  const { model, colors, t, position, outputMax } = frame;
  const [rows, cols] = model.subject.output;
  const output = frame.outputs.get(channel);
  if (channel < position.outChannel && output) {
    const valueAt = (row: number, col: number) => output.data[row * cols + col] ?? 0;
    const fit = fitNumbers(output.data, outputCell);
    paintGrid(context, rect, outputCell, { rows, cols, valueAt, max: outputMax, fit, quiet: true }, frame);
    return;
  }
  const lines = rows <= 8 && cols <= 8;
  context.globalAlpha = 0.6;
  if (lines)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++)
        paintOutline(
          context,
          squareAround(rect.x + (j + 0.5) * outputCell, rect.y + (i + 0.5) * outputCell, outputCell - 3),
          colors.line,
        );
  else paintOutline(context, rect, colors.line);
  context.globalAlpha = 1;
  context.fillStyle = colors.muted;
  context.font = cssFont(smallType(frame));
  const text = t('stage.comesAfter', { output: channel - 1 });
  paintText(
    context,
    text,
    'left',
    rect.x + rect.width + 8,
    centerOf(rect).y,
    frame.layout.width - rect.x - rect.width - 8,
  );
}

/** Paints the total's value where it is on its way, and the way itself. */
export function paintWay(context: Context2D, frame: StageFrame) {
  const { position, colors, ledger, wayPoints: points } = frame;
  if (points.length < 2) return;
  const share = easeInOut(position.place);
  context.strokeStyle = colors.accent;
  context.lineWidth = 1.8;
  context.globalAlpha = 0.75;
  context.setLineDash([2, 4]);
  tracePath(context, points);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
  if (position.place === 0 || !ledger) return;
  const at = pointAlong(points, share);
  tracePath(context, [...at.passed, at.point]);
  context.stroke();
  if (isAtRest(position.place) || !frame.flying) return;
  const size = frame.layout.spacing.scale * 13;
  context.font = cssFont(size, 700);
  const width = context.measureText(ledger.output).width + 12;
  const chip = { x: at.point.x - width / 2, y: at.point.y - size * 0.8, width, height: size * 1.6 };
  fillRoundedRect(context, chip, 5, colors.paper);
  strokeRoundedRect(context, chip, 5, colors.accent, 1.8);
  context.fillStyle = colors.text;
  paintTextIn(context, ledger.output, chip, 4);
}

function tracePath(context: Context2D, points: { x: number; y: number }[]) {
  context.beginPath();
  for (const [k, { x, y }] of points.entries()) k === 0 ? context.moveTo(x, y) : context.lineTo(x, y);
}

/** The point at a share of a path's length, and the corners before it. */
function pointAlong(points: { x: number; y: number }[], share: number) {
  const lengths = points
    .slice(1)
    .map((point, k) => Math.hypot(point.x - (points[k]?.x ?? 0), point.y - (points[k]?.y ?? 0)));
  let left = lengths.reduce((a, b) => a + b, 0) * share;
  for (const [k, length] of lengths.entries()) {
    const [from, to] = [points[k], points[k + 1]];
    if (!from || !to) break;
    if (left <= length) {
      const part = length === 0 ? 0 : left / length;
      return {
        passed: points.slice(0, k + 1),
        point: { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part },
      };
    }
    left -= length;
  }
  return { passed: points, point: points.at(-1) ?? { x: 0, y: 0 } };
}

/** The corners of the total's way to its cell: round the grid, through cells that are still to come. */
export function findWay(
  frame: Pick<StageFrame, 'layout' | 'totalRect' | 'row' | 'col'> & { current: GridPlace },
): { x: number; y: number }[] {
  const { layout, totalRect, row, col, current } = frame;
  const { view, place } = current;
  const inside = (value: number, from: number, size: number) => clamp(value, from + 2, from + size - 2);
  const x = inside(view.x + (col + 0.5) * view.cell, place.x, place.width);
  const y = inside(view.y + (row + 0.5) * view.cell, place.y, place.height);
  const half = Math.min(view.cell / 2, 12) + (view.cell < 6 ? 3 : 1);
  const middle = centerOf(totalRect).y;
  if (layout.ledger === 'boxes') {
    const turn = (totalRect.x + totalRect.width + place.x) / 2;
    const below = place.y + place.height + 7;
    return [
      { x: totalRect.x + totalRect.width, y: middle },
      { x: turn, y: middle },
      { x: turn, y: below },
      { x, y: below },
      { x, y: y + cellHalf(view.cell, half) },
    ];
  }
  if (layout.wayFrom === 'right') {
    const { card, wayTurn } = layout;
    const end = { x: x + cellHalf(view.cell, half), y };
    if (!card) {
      const start = { x: totalRect.x + totalRect.width / 2, y: totalRect.y + totalRect.height };
      return [start, { x: start.x, y: start.y + 6 }, { x: wayTurn, y: start.y + 6 }, { x: wayTurn, y }, end];
    }
    const lanes = layout.lanes.map(({ products }) => products);
    if (lanes.every((products) => card.y >= products.y + products.height))
      return [{ x: card.x, y: middle }, { x: wayTurn, y: middle }, { x: wayTurn, y }, end];
    // The card stands beside the lanes: the way goes below them.
    const under = Math.max(card.y + card.height, ...lanes.map((rect) => rect.y + rect.height)) + 10;
    const down = card.x + card.width / 2;
    return [
      { x: down, y: card.y + card.height },
      { x: down, y: under },
      { x: wayTurn, y: under },
      { x: wayTurn, y },
      end,
    ];
  }
  const right = layout.card ? layout.card.x + layout.card.width : totalRect.x + totalRect.width;
  const below = place.y + place.height + 9;
  return [
    { x: right, y: middle },
    { x: layout.wayTurn, y: middle },
    { x: layout.wayTurn, y: below },
    { x, y: below },
    { x, y: y + cellHalf(view.cell, half) },
  ];
}

/** Half a cell, or what keeps a small one in sight. */
function cellHalf(cell: number, least: number) {
  return Math.max(cell / 2, Math.min(least, 4)) + 2;
}
