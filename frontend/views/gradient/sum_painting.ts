/** Paints a gradient to the weight or the bias: planes, products, the sums of their rows, the one number. */

import { channelHue } from '../../model/color.ts';
import { formatNumber } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { BitmapCache } from '../shared/canvas.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  clearCanvas,
  cssFont,
  fillRoundedRect,
  frameCells,
  paintCenteredText,
  paintOutline,
  paintText,
  paintTextIn,
  strokeLine,
  strokeRoundedRect,
} from '../shared/drawing.ts';
import type { CellGrid, ValueAt } from '../shared/grid.ts';
import {
  cellBox,
  makeHeatMap,
  paintCell,
  paintEmptyGrid,
  paintGrid,
  paintHeatMap,
  pixelsOf,
} from '../shared/grid.ts';
import { cellRect, centerOf, clamp, growRect } from '../shared/rects.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { fitNumbers, fitTensor } from '../shared/text_fit.ts';
import { formatShape } from '../stage/headings.ts';
import { inputValues } from '../stage/input_plane.ts';
import type { SumFrame } from './sum_frame.ts';
import { biasGrid, progressOf } from './sum_frame.ts';
import type { SumHeading } from './sum_layout.ts';

/** The share of the last phase after which the value lies in its cell. */
const ARRIVED = 0.75;

export function paintSumStatic(context: Context2D, frame: SumFrame, bitmaps: BitmapCache) {
  const { layout, model, outChannel, inChannel } = frame;
  clearCanvas(context, frame);
  for (const heading of layout.headings) paintHeading(context, frame, heading);
  if (layout.input) paintInput(context, frame, layout.input, bitmaps);
  paintGrid(context, layout.upstream, layout.cell, upstreamGrid(frame), frame);
  frameHue(context, frame, layout.upstream, outChannel);
  if (layout.input) frameHue(context, frame, layout.input, inChannel);
  if (layout.products) paintPlaces(context, frame, layout.products, layout.cell, model.subject.output);
  paintPlaces(context, frame, layout.gradient, layout.outputCell, gradientSize(frame));
  paintSign(context, frame, '×', layout.times);
  paintSign(context, frame, '=', layout.equals);
}

export function paintSumAnimated(context: Context2D, frame: SumFrame) {
  const { layout } = frame;
  paintGradients(context, frame);
  if (layout.input) paintLattice(context, frame, layout.input);
  if (layout.products) paintProducts(context, frame, layout.products);
  else paintAddedCells(context, frame);
  paintRowSums(context, frame);
  paintTotal(context, frame);
  paintAsked(context, frame);
}

function gradientSize({ moment, model }: SumFrame) {
  return moment.direction === 'bias' ? biasGrid(model.subject.outChannels) : model.subject.kernel;
}

export function headingOf(frame: SumFrame, name: SumHeading['name']): { name: string; detail: string } {
  const { t, model, outChannel, inChannel, moment } = frame;
  const [, height, width] = model.summary.shapes.input;
  const size = formatShape([...model.subject.output]);
  switch (name) {
    case 'input':
      return { name: `X[${inChannel}]`, detail: formatShape([height, width]) };
    case 'upstream':
      return { name: `dY[${outChannel}]`, detail: `∂L/∂Y[${outChannel}] ${size}` };
    case 'products':
      return { name: t('gradient.stage.products'), detail: 'x · dy' };
    case 'sums':
      return { name: t('gradient.rows'), detail: '' };
    case 'gradient':
      if (moment.direction === 'bias') return { name: 'db', detail: `∂L/∂b (${model.subject.outChannels},)` };
      return {
        name: `dK[${outChannel}, ${inChannel}]`,
        detail: `∂L/∂K ${formatShape([...model.subject.kernel])}`,
      };
  }
}

function paintHeading(context: Context2D, frame: SumFrame, place: SumHeading) {
  const { colors, layout } = frame;
  const size = clamp(14 * layout.spacing.scale, 12, 19);
  const { name, detail } = headingOf(frame, place.name);
  context.fillStyle = colors.text;
  context.font = cssFont(size, 600);
  const nameWidth = context.measureText(name).width;
  const end = Math.min(place.x + place.width, layout.width);
  paintText(context, name, 'left', place.x, place.y);
  context.font = cssFont(size);
  const x = place.x + nameWidth + 6;
  if (!detail || x + context.measureText(detail).width > end) return;
  context.fillStyle = colors.muted;
  paintText(context, detail, 'left', x, place.y);
}

function paintSign(
  context: Context2D,
  { colors, layout }: SumFrame,
  sign: string,
  at: { x: number; y: number } | null,
) {
  if (!at) return;
  context.fillStyle = colors.text;
  context.font = cssFont(clamp(layout.spacing.sign * 0.75, 14, 24));
  paintCenteredText(context, sign, at.x, at.y);
}

function frameHue(context: Context2D, { theme, model }: SumFrame, rect: Rect, channel: number) {
  context.fillStyle = channelHue(theme, channel, model.subject.picture);
  context.fillRect(rect.x, rect.y + rect.height + 3, rect.width, 3);
}

/** Paints the places of numbers to come. */
function paintPlaces(
  context: Context2D,
  { colors }: SumFrame,
  rect: Rect,
  cell: number,
  [rows, cols]: readonly [number, number],
) {
  if (cell < 14) paintOutline(context, rect, colors.line);
  else paintEmptyGrid(context, rect, cell, [rows, cols], colors);
}

function inputGrid(frame: SumFrame, quiet: boolean): CellGrid {
  const { model, layout, inChannel } = frame;
  const { plane, input, inputLow, inputMax } = model;
  const fit = fitTensor(input.data, inputLow, inputMax, layout.cell);
  return {
    rows: plane.rows,
    cols: plane.cols,
    valueAt: inputValues(model, inChannel),
    max: inputMax,
    fit,
    quiet,
  };
}

export function upstreamGrid({ model, moment, plane, layout }: SumFrame): CellGrid {
  const [rows, cols] = model.subject.output;
  const fit = fitTensor(moment.upstream.data, -moment.upstreamMax, moment.upstreamMax, layout.cell);
  return { rows, cols, valueAt: (i, j) => plane[i * cols + j] ?? 0, max: moment.upstreamMax, fit };
}

function paintInput(context: Context2D, frame: SumFrame, rect: Rect, bitmaps: BitmapCache) {
  const { model, layout, colors, theme, inChannel } = frame;
  const grid = inputGrid(frame, true);
  if (grid.fit.readable) {
    paintGrid(context, rect, layout.cell, grid, frame);
    paintPadding(context, frame, rect, grid);
    return;
  }
  context.fillStyle = colors.soft;
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
  const bitmap = bitmaps.get(`${model.summary.id}/X${inChannel}/${theme}`, () =>
    makeHeatMap(grid.rows, grid.cols, pixelsOf(grid, theme)),
  );
  paintHeatMap(context, rect, bitmap);
  paintOutline(context, rect, colors.line);
}

/** Paints zeros where padding is, which counts in convolutions. */
function paintPadding(context: Context2D, frame: SumFrame, rect: Rect, grid: CellGrid) {
  const { colors, layout } = frame;
  context.font = cssFont(grid.fit.font);
  for (let i = 0; i < grid.rows; i++)
    for (let j = 0; j < grid.cols; j++)
      if (grid.valueAt(i, j) === null)
        paintZero(context, cellBox(rect, layout.cell, i, j), colors.soft, colors.muted);
}

function paintZero(context: Context2D, box: Rect, ground: string, ink: string) {
  fillRoundedRect(context, box, 3, ground);
  context.fillStyle = ink;
  paintTextIn(context, '0', box, 2);
}

/** Paints the input's cells that lie under the upstream, those of the row at work framed strongly. */
function paintLattice(context: Context2D, frame: SumFrame, rect: Rect) {
  const { lattice, layout, colors, theme, inChannel, model, position } = frame;
  const { cell } = layout;
  const grid = inputGrid(frame, false);
  const hue = channelHue(theme, inChannel, model.subject.picture);
  const [rows, cols] = [lattice.rows.filter(Number.isFinite), lattice.cols.filter(Number.isFinite)];
  if (rows.length === 0 || cols.length === 0) return;
  context.globalAlpha = position.slide;
  if (cell < 8) {
    const [top, left] = [Math.min(...rows), Math.min(...cols)];
    const size = [Math.max(...rows) - top + 1, Math.max(...cols) - left + 1] as const;
    frameCells(context, cellRect(rect, cell, top, left, ...size), cell, hue, 1.5);
    context.globalAlpha = 1;
    return;
  }
  const text = (value: number) => (grid.fit.readable ? formatNumber(value, grid.fit.decimals) : '');
  for (const [i, row] of lattice.rows.entries())
    for (const col of lattice.cols) {
      if (!Number.isFinite(row) || !Number.isFinite(col)) continue;
      const box = cellBox(rect, cell, row, col);
      const value = grid.valueAt(row, col);
      context.font = cssFont(grid.fit.font);
      if (value !== null) paintCell(context, box, value, grid.max, text(value), theme);
      else if (grid.fit.readable) paintZero(context, box, colors.soft, colors.text);
      const works = position.active === i;
      frameCells(
        context,
        cellRect(rect, cell, row, col),
        cell,
        works ? colors.accent : hue,
        works ? 2.5 : 1.5,
      );
    }
  context.globalAlpha = 1;
  if (position.active >= 0) frameRow(context, frame, layout.upstream);
}

/** Frames the row of the upstream or the products that is at work. */
function frameRow(context: Context2D, { layout, model, position, colors }: SumFrame, rect: Rect) {
  const row = cellRect(rect, layout.cell, position.active, 0, 1, model.subject.output[1]);
  frameCells(context, row, layout.cell, colors.accent, layout.cell < 8 ? 1 : 2);
}

function paintProducts(context: Context2D, frame: SumFrame, rect: Rect) {
  const { weightStep, layout, model, position, moment } = frame;
  if (!weightStep) return;
  const [rows, cols] = model.subject.output;
  const progress = Array.from({ length: rows }, (_, row) => progressOf(position, row, cols).products);
  const valueAt: ValueAt = (i, j) =>
    (progress[i] ?? 0) >= j + 1 ? (weightStep.products[i * cols + j] ?? 0) : null;
  const fit = fitNumbers(weightStep.products, layout.cell, frame.ledger?.decimals);
  paintDone(context, frame, rect, { rows, cols, valueAt, max: model.inputMax * moment.upstreamMax, fit });
  if (position.active >= 0) frameRow(context, frame, rect);
}

/** Paints the cells of a plane that are there; the others stay empty. */
function paintDone(context: Context2D, frame: SumFrame, rect: Rect, grid: CellGrid) {
  const { layout, theme, colors } = frame;
  const { cell } = layout;
  if (!grid.fit.readable && grid.rows * grid.cols > 150) {
    paintHeatMap(context, rect, makeHeatMap(grid.rows, grid.cols, pixelsOf(grid, theme)));
    paintOutline(context, rect, colors.line);
    return;
  }
  context.font = cssFont(grid.fit.font);
  for (let i = 0; i < grid.rows; i++)
    for (let j = 0; j < grid.cols; j++) {
      const value = grid.valueAt(i, j);
      if (value === null) continue;
      const text = grid.fit.readable ? formatNumber(value, grid.fit.decimals) : '';
      paintCell(context, cellBox(rect, cell, i, j), value, grid.max, text, theme);
    }
}

/** To the bias: frames the cells of the plane as they are added up. */
function paintAddedCells(context: Context2D, frame: SumFrame) {
  const { layout, model, position, colors } = frame;
  const [, cols] = model.subject.output;
  const count = Math.ceil(progressOf(position, 0, model.subject.output[0] * cols).products);
  if (count === 0) return;
  const [whole, rest] = [Math.floor(count / cols), count % cols];
  const { cell, upstream } = layout;
  if (whole > 0) frameCells(context, cellRect(upstream, cell, 0, 0, whole, cols), cell, colors.accent, 2);
  if (rest > 0) frameCells(context, cellRect(upstream, cell, whole, 0, 1, rest), cell, colors.accent, 2);
}

function numberSize(rect: Rect, text: string, largest: number) {
  return clamp(
    Math.min(rect.height * 0.62, (rect.width - 6) / (0.58 * Math.max(text.length, 1))),
    10,
    largest,
  );
}

/** Paints the sum of each row of products beside it. */
function paintRowSums(context: Context2D, frame: SumFrame) {
  const { layout, ledger, position, colors, model, moment } = frame;
  if (!ledger || moment.direction === 'bias') return;
  const { sums, cell } = layout;
  const cols = model.subject.output[1];
  const readable = cell >= 13;
  for (const { row, sum } of ledger.rows) {
    const progress = progressOf(position, row, cols).sum;
    if (progress === 0) continue;
    const rect = { x: sums.x, y: sums.y + row * cell, width: sums.width, height: cell };
    context.globalAlpha = easeInOut(Math.min(1, progress));
    if (readable) {
      context.fillStyle = row === position.active ? colors.accent : colors.text;
      context.font = cssFont(numberSize(rect, sum, 20), 600);
      paintText(context, sum, 'right', rect.x + rect.width - 6, centerOf(rect).y, rect.width - 8);
    } else {
      context.fillStyle = colors.muted;
      context.fillRect(rect.x + 4, rect.y, 6, Math.max(cell, 0.5));
    }
    context.globalAlpha = 1;
  }
  context.strokeStyle = colors.muted;
  context.lineWidth = 1.2;
  strokeLine(context, sums.x + 2, layout.total.y - 3, sums.x + sums.width, layout.total.y - 3);
}

/** Paints the sum of all, and takes it to its cell. */
function paintTotal(context: Context2D, frame: SumFrame) {
  const { layout, ledger, position, colors } = frame;
  const { total } = layout;
  strokeRoundedRect(context, total, 6, colors.accent, 1.5);
  const added = Math.max(position.bias, position.place, position.together ? position.accumulate : 0);
  if (!ledger || added === 0) return;
  context.globalAlpha = easeInOut(added > 0 ? Math.max(added, position.place > 0 ? 1 : 0) : 0);
  context.fillStyle = colors.accent;
  context.font = cssFont(numberSize(total, ledger.total, 26), 700);
  paintTextIn(context, ledger.total, total, 6);
  context.globalAlpha = 1;
}

export function gradientCellRect(
  { layout, moment, model }: SumFrame,
  channel: number,
  row: number,
  col: number,
) {
  if (moment.direction !== 'bias') return cellRect(layout.gradient, layout.outputCell, row, col);
  const [rows] = biasGrid(model.subject.outChannels);
  return cellRect(layout.gradient, layout.outputCell, channel % rows, Math.floor(channel / rows));
}

/** Paints the gradients that are finished, and the one at work. */
function paintGradients(context: Context2D, frame: SumFrame) {
  const { layout, gradients, placedCount, moment, model, theme, colors, position } = frame;
  const kW = model.subject.kernel[1];
  const toBias = moment.direction === 'bias';
  const rectOf = (k: number) =>
    toBias ? gradientCellRect(frame, k, 0, 0) : gradientCellRect(frame, 0, Math.floor(k / kW), k % kW);
  const fit: NumberFit = fitNumbers(gradients ?? [], layout.outputCell);
  const max = toBias ? Math.max(...(gradients ?? [0]).map(Math.abs)) : moment.planeMax;
  context.font = cssFont(fit.font);
  for (let k = 0; k < placedCount && gradients; k++) {
    const value = gradients[k] ?? 0;
    const text = fit.readable ? formatNumber(value, fit.decimals) : '';
    paintCell(context, growRect(rectOf(k), -1), value, max, text, theme);
  }
  const at = rectOf(toBias ? frame.outChannel : position.window);
  if (position.place < 1 && fit.readable) {
    fillRoundedRect(context, growRect(at, -1), 3, colors.paper);
    context.fillStyle = colors.accent;
    context.font = cssFont(clamp(layout.outputCell * 0.4, 11, 40));
    if (position.place < ARRIVED) paintTextIn(context, '?', at, 2);
  }
  frameCells(context, at, layout.outputCell, colors.accent, layout.outputCell < 6 ? 1.5 : 3, 0.5);
}

/** Marks the cell that is asked about, and what it is multiplied with. */
function paintAsked(context: Context2D, frame: SumFrame) {
  const { activeCell, layout, colors, lattice } = frame;
  if (!activeCell) return;
  const { cell, pinned } = activeCell;
  const mark = (rect: Rect, size: number, width: number) =>
    frameCells(context, rect, size, colors.accent, width);
  if (cell.grid === 'gradient')
    mark(gradientCellRect(frame, cell.channel, cell.row, cell.col), layout.outputCell, pinned ? 4 : 2.5);
  if (cell.grid !== 'upstream' && cell.grid !== 'tap') return;
  mark(cellRect(layout.upstream, layout.cell, cell.row, cell.col), layout.cell, pinned ? 4 : 2.5);
  if (layout.products) mark(cellRect(layout.products, layout.cell, cell.row, cell.col), layout.cell, 2.5);
  const [row = Number.NaN, col = Number.NaN] = [lattice.rows[cell.row], lattice.cols[cell.col]];
  if (layout.input && Number.isFinite(row) && Number.isFinite(col))
    mark(cellRect(layout.input, layout.cell, row, col), layout.cell, 2.5);
}
