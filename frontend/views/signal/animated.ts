/** What time moves: the kernel over the signals, products, sums, the output that grows. */

import { tapInOrder } from '../../model/geometry.ts';
import { formatNumber, markRounded } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, cssFont, paintCenteredText, strokeLine, strokeRoundedRect } from '../shared/drawing.ts';
import { paintCell, paintEmptyCell } from '../shared/grid.ts';
import { growRect } from '../shared/rects.ts';
import { writeNumber } from '../shared/text_fit.ts';
import { isInSight, paintBar, paintGhost } from './bars.ts';
import { tapRect, tapsInSight } from './cell_rects.ts';
import {
  ghostValue,
  hueOf,
  inputScale,
  inputValue,
  isBetween,
  outputScale,
  weightAt,
} from './cell_values.ts';
import type { SignalFrame, SignalRow } from './frame.ts';
import { columnX } from './frame.ts';
import { paintRelations } from './relations.ts';
import { columnsOf } from './static.ts';
import { paintFlight, paintStampRow, paintSums, paintTotal } from './sums.ts';

/** How strong a band is that ties a column together. */
const BAND = 0.13;
const STRONG_BAND = 0.3;

export function paintAnimated(context: Context2D, frame: SignalFrame) {
  for (const row of frame.rows) {
    const { plot, products } = row.lane;
    const lane = { ...plot, height: products.y + products.height - plot.y };
    clipTo(context, columnsOf(frame, lane), () => {
      paintBands(context, frame, row);
      paintWindowBars(context, frame, row);
      paintKernel(context, frame, row);
      paintProducts(context, frame, row);
    });
    paintSums(context, frame, row);
  }
  paintStampRow(context, frame);
  clipTo(context, columnsOf(frame, frame.layout.output), () => paintOutput(context, frame));
  paintTotal(context, frame);
  paintRelations(context, frame);
  paintFlight(context, frame);
}

/** A tinted column through signal, kernel and products for each tap; the one at work is darker. */
function paintBands(context: Context2D, frame: SignalFrame, row: SignalRow) {
  const { kernel, layout, granularity, position, model } = frame;
  const { plot, products } = row.lane;
  const height = products.y + products.height - plot.y;
  const order = granularity === 'product' && row.active ? Math.ceil(position.products) - 1 : -1;
  const atWork = order < 0 ? -1 : tapInOrder(model.summary, kernel.length, order);
  context.fillStyle = hueOf(frame, row.channel);
  for (const [v, at] of tapsInSight(frame, kernel)) {
    context.globalAlpha = v === atWork ? STRONG_BAND : BAND;
    context.fillRect(columnX(frame, at) - layout.cell / 2, plot.y, layout.cell, height);
  }
  context.globalAlpha = 1;
}

/** The bars under the kernel once more, in full ink; of padding what a window reads there. */
function paintWindowBars(context: Context2D, frame: SignalFrame, row: SignalRow) {
  const { axis, model, restingKernel, position, scatters } = frame;
  if (position.slide < 1) return;
  const scale = inputScale(frame, row.lane.plot);
  if (scatters) {
    const value = inputValue(frame, row.channel, position.window);
    paintBar(context, frame, scale, columnX(frame, axis.inputAt(position.window)), value, true);
    return;
  }
  for (const [v, at] of tapsInSight(frame, restingKernel)) {
    const x = columnX(frame, at);
    const sources = axis.sourcesAt(position.window, v);
    const below = sources.find((source) => axis.inputAt(source) === at);
    if (below !== undefined && isBetween(frame, below)) paintGhost(context, frame, scale, x, 0, true);
    else if (below !== undefined)
      paintBar(context, frame, scale, x, inputValue(frame, row.channel, below), true);
    else if (sources.length > 0) {
      const value = model.subject.gathered
        ? frame.step?.patchOf(row.index)[v]
        : ghostValue(frame, row.channel, at);
      paintGhost(context, frame, scale, x, value ?? 0, true);
    } else if (!model.subject.gathered && ghostValue(frame, row.channel, at) === 0)
      paintGhost(context, frame, scale, x, 0, true);
    for (const source of sources) if (source !== below) paintLoan(context, frame, row, at, source);
  }
}

/** An arc to a borrowed number from the cell that it comes from. */
function paintLoan(context: Context2D, frame: SignalFrame, row: SignalRow, at: number, source: number) {
  const scale = inputScale(frame, row.lane.plot);
  const [from, to] = [columnX(frame, frame.axis.inputAt(source)), columnX(frame, at)];
  context.strokeStyle = hueOf(frame, row.channel);
  context.lineWidth = 1.2;
  context.beginPath();
  context.moveTo(from, scale.zero + 2);
  context.quadraticCurveTo((from + to) / 2, scale.zero + 12, to, scale.zero + 2);
  context.stroke();
}

function paintKernel(context: Context2D, frame: SignalFrame, row: SignalRow) {
  const { kernel, theme, model, fits } = frame;
  const hue = hueOf(frame, row.channel);
  const place = row.lane.kernel ?? row.lane.products;
  const taps = tapsInSight(frame, kernel);
  const xs = taps.map(([, at]) => columnX(frame, at));
  context.strokeStyle = hue;
  context.lineWidth = 2;
  const middle = place.y + place.height / 2;
  strokeLine(context, Math.min(...xs), middle, Math.max(...xs), middle);
  for (const [v, at] of taps) {
    const box = tapRect(frame, place, at);
    const weight = weightAt(frame, row.index, v);
    if (weight !== null) {
      const text = fits.kernel.readable ? writeNumber(weight, fits.kernel) : '';
      context.font = cssFont(Math.min(fits.kernel.font, box.height * 0.6));
      paintCell(context, box, weight, model.weightMax, text, theme);
    } else {
      context.fillStyle = frame.colors.paper;
      context.fillRect(box.x, box.y, box.width, box.height);
    }
    strokeRoundedRect(context, box, 4, hue, 1.6);
  }
}

function paintProducts(context: Context2D, frame: SignalFrame, row: SignalRow) {
  const { step, printedStamp, ledger, restingKernel, fits, model, theme, colors } = frame;
  const values = step?.productsOf(row.index) ?? printedStamp?.products[row.index]?.[0];
  const place = row.lane.products;
  if (!values || frame.position.slide < 1) return;
  const line = ledger?.lines[row.index];
  const maxProduct = model.inputMax * (model.weight ? model.weightMax : 1);
  for (const [v, at] of tapsInSight(frame, restingKernel)) {
    const box = tapRect(frame, place, at);
    const order = tapInOrder(model.summary, restingKernel.length, v);
    const arrived = Math.min(1, Math.max(0, row.products - order));
    if (arrived === 0 || isEmptyTap(frame, v)) {
      paintEmptyCell(context, box, colors);
      continue;
    }
    const value = values[v] ?? 0;
    const { decimals } = ledger ?? fits.products;
    const printed = line?.terms[order]?.product ?? formatNumber(value, decimals);
    const text = fits.products.readable ? markRounded(value, printed, decimals) : '';
    context.globalAlpha = arrived;
    context.font = cssFont(Math.min(fits.products.font, box.height * 0.6), row.active ? 600 : 400);
    paintCell(context, box, value, maxProduct, text, theme);
    context.globalAlpha = 1;
    if (step?.selected?.[1] === v && row.sum > 0) strokeRoundedRect(context, box, 4, colors.accent, 3);
  }
}

/** Whether a tap has no input that counts: nothing is multiplied there. */
function isEmptyTap({ step, model }: SignalFrame, v: number) {
  const { kind } = model.summary.operation;
  return !!step && (kind === 'max_pool2d' || kind === 'conv_transpose2d') && !step.hasInput(0, v);
}

/** The output as far as it has come; the cell at work has a frame, and a question mark until it is there. */
function paintOutput(context: Context2D, frame: SignalFrame) {
  const { model, axis, layout, colors, position, scatters } = frame;
  const scale = outputScale(frame);
  const [, , count] = model.summary.shapes.output;
  for (let index = 0; index < count; index++) {
    const x = columnX(frame, axis.outputAt(index));
    if (!isInSight(layout, x)) continue;
    const value = frame.outputAt(index);
    const atWork = !scatters && index === position.window;
    if (value !== null) paintBar(context, frame, scale, x, value, atWork);
    if (!atWork) continue;
    const column = growRect({ ...layout.output, x: x - layout.cell / 2, width: layout.cell }, -1);
    strokeRoundedRect(context, column, 4, colors.accent, 2.5);
    if (value !== null || !scale.fit.readable) continue;
    context.fillStyle = colors.accent;
    context.font = cssFont(Math.min(26, layout.cell * 0.5), 600);
    paintCenteredText(context, '?', x, layout.output.y + layout.output.height / 2);
  }
  if (scatters) paintLanding(context, frame);
}

/** Frames round the output cells that the stamp lands on, and what it adds while it does. */
function paintLanding(context: Context2D, frame: SignalFrame) {
  const { stampAtWork, position, layout, axis, colors } = frame;
  if (!stampAtWork || position.slide < 1) return;
  const share = easeInOut(position.place);
  for (const [v, index] of stampAtWork.output_cols.entries()) {
    if (index === null) continue;
    const x = columnX(frame, axis.outputAt(index));
    const column = growRect({ ...layout.output, x: x - layout.cell / 2, width: layout.cell }, -1);
    strokeRoundedRect(context, column, 4, colors.accent, position.place > 0 ? 2.5 : 1.2);
    if (share === 0 || share === 1) continue;
    const before = frame.outputAt(index) ?? 0;
    const added = stampAtWork.sums[0]?.[v] ?? 0;
    context.fillStyle = colors.paper;
    context.fillRect(column.x + 1, column.y + 1, column.width - 2, column.height - 2);
    paintBar(context, frame, outputScale(frame), x, before + added * share, true);
  }
}
