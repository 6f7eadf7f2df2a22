/** What time moves of a gradient to the weight or the bias: products, sums of rows, the one number. */

import { markRounded } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  cssFont,
  fillRoundedRect,
  frameCells,
  paintOutline,
  paintText,
  paintTextIn,
  strokeLine,
  strokeRoundedRect,
} from '../shared/drawing.ts';
import type { CellGrid, ValueAt } from '../shared/grid.ts';
import { cellBox, makeHeatMap, paintCell, paintGhostCell, paintHeatMap, pixelsOf } from '../shared/grid.ts';
import { cellRect, centerOf, clamp, growRect } from '../shared/rects.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { fitNumbers, fitTerms, writeNumber } from '../shared/text_fit.ts';
import { paintFrames } from '../stage/window.ts';
import type { SumFrame } from './sum_frame.ts';
import { pairedCells, progressOf } from './sum_frame.ts';
import { gradientCellRect, hueOf, inputGrid } from './sum_grids.ts';

/** The share of the last phase after which the value lies in its cell. */
const ARRIVED = 0.75;

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

/** Paints the input's cells that lie under the upstream, those of the row at work framed strongly. */
function paintLattice(context: Context2D, frame: SumFrame, rect: Rect) {
  const { lattice, layout, colors, inChannel, position } = frame;
  const { cell } = layout;
  const place = { view: { ...rect, cell } };
  // Nothing slides to the first place.
  context.globalAlpha = position.window === 0 ? 1 : position.slide;
  if (inputGrid(frame, false).fit.readable) paintLatticeCells(context, frame, rect);
  paintFrames(context, place, lattice, hueOf(frame, inChannel), 1.5);
  const paired = pairedCells(lattice);
  // Where the layer is transposed a weight has an input cell for some output cells alone.
  if (paired)
    paintFrames(context, { view: { ...layout.upstream, cell } }, paired, hueOf(frame, inChannel), 1.5);
  const row = lattice.rows[position.active];
  if (row !== undefined) {
    paintFrames(context, place, { rows: [row], cols: lattice.cols }, colors.accent, 2.5);
    outlineRow(context, frame, layout.upstream);
  }
  context.globalAlpha = 1;
}

/** Paints the cells of the lattice in full colour. */
function paintLatticeCells(context: Context2D, frame: SumFrame, rect: Rect) {
  const { lattice, layout, colors, theme } = frame;
  const { fit, valueAt, max } = inputGrid(frame, false);
  context.font = cssFont(fit.font);
  for (const row of new Set(lattice.rows.filter(Number.isFinite)))
    for (const col of new Set(lattice.cols.filter(Number.isFinite))) {
      const box = cellBox(rect, layout.cell, row, col);
      const value = valueAt(row, col);
      if (value === null) paintGhostCell(context, box, '0', { ...colors, muted: colors.text });
      else paintCell(context, box, value, max, writeNumber(value, fit), theme);
    }
}

/** Frames the row of the upstream or the products that is at work. */
function outlineRow(context: Context2D, { layout, model, position, colors }: SumFrame, rect: Rect) {
  const row = cellRect(rect, layout.cell, position.active, 0, 1, model.subject.output[1]);
  frameCells(context, row, layout.cell, colors.accent, layout.cell < 8 ? 1 : 2);
}

function paintProducts(context: Context2D, frame: SumFrame, rect: Rect) {
  const { weightStep, layout, model, position, moment, ledger } = frame;
  if (!weightStep) return;
  const [rows, cols] = model.subject.output;
  const progress = Array.from({ length: rows }, (_, row) => progressOf(position, row, cols).products);
  const isPaired = (i: number, j: number) =>
    Number.isFinite(frame.lattice.rows[i]) && Number.isFinite(frame.lattice.cols[j]);
  const valueAt: ValueAt = (i, j) =>
    isPaired(i, j) && (progress[i] ?? 0) >= j + 1 ? (weightStep.products[i * cols + j] ?? 0) : null;
  const fit = fitTerms(weightStep.products, layout.cell, ledger?.decimals);
  // Cells without room for all decimals are rounded each by itself.
  const printed =
    fit.readable && fit.decimals === ledger?.decimals ? ledger.rows.map(({ terms }) => terms) : [];
  const textAt = (i: number, j: number, value: number) => {
    const text = printed[i]?.[j]?.product;
    return text === undefined ? writeNumber(value, fit) : markRounded(value, text, fit.decimals);
  };
  const max = model.inputMax * moment.upstreamMax;
  paintDone(context, frame, rect, { rows, cols, valueAt, max, fit }, textAt);
  if (position.active >= 0) outlineRow(context, frame, rect);
}

/** Paints the cells of a plane that are there; the others stay empty. */
function paintDone(
  context: Context2D,
  frame: SumFrame,
  rect: Rect,
  grid: CellGrid,
  textAt: (row: number, col: number, value: number) => string,
) {
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
      const text = grid.fit.readable ? textAt(i, j, value) : '';
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
    const text = fit.readable ? writeNumber(value, fit) : '';
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
  if (cell.grid === 'gradient' && frame.moment.direction === 'bias' && cell.channel === frame.outChannel)
    mark(layout.upstream, layout.cell, 2.5);
  if (cell.grid !== 'upstream' && cell.grid !== 'tap') return;
  mark(cellRect(layout.upstream, layout.cell, cell.row, cell.col), layout.cell, pinned ? 4 : 2.5);
  if (layout.products) mark(cellRect(layout.products, layout.cell, cell.row, cell.col), layout.cell, 2.5);
  const [row = Number.NaN, col = Number.NaN] = [lattice.rows[cell.row], lattice.cols[cell.col]];
  if (layout.input && Number.isFinite(row) && Number.isFinite(col))
    mark(cellRect(layout.input, layout.cell, row, col), layout.cell, 2.5);
}
