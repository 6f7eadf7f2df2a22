/** The sums beside the lanes, added up from above, and the output's value on its way. */

import { formatNumber } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  cssFont,
  fillRoundedRect,
  paintText,
  paintTextIn,
  strokeLine,
  strokeRoundedRect,
} from '../shared/drawing.ts';
import { paintCell } from '../shared/grid.ts';
import { centerOf } from '../shared/rects.ts';
import { fitTerms } from '../shared/text_fit.ts';
import { barScale } from './bars.ts';
import { tapRect } from './cell_rects.ts';
import { hueOf } from './cell_values.ts';
import type { SignalFrame, SignalRow } from './frame.ts';
import { columnX } from './frame.ts';
import { NAME_ABOVE } from './layout.ts';

/** A line of the addition: its sign, what it is, its number on the right; a narrow box has its name above. */
function paintLine(
  context: Context2D,
  frame: SignalFrame,
  rect: Rect,
  name: string,
  number: string,
  color: string,
) {
  const { colors, layout } = frame;
  const { y } = centerOf(rect);
  const wide = rect.width >= 110;
  context.font = cssFont(Math.min(layout.type + 8, rect.height * 0.6), 600);
  context.fillStyle = color;
  paintText(context, number, 'right', rect.x + rect.width - 6, y, rect.width - (wide ? 72 : 8));
  const left = rect.width - Math.min(context.measureText(number).width, rect.width - 72) - 16;
  context.font = cssFont(wide ? layout.type - 1 : Math.max(10, layout.type - 2));
  context.fillStyle = colors.muted;
  if (wide) paintText(context, name, 'left', rect.x + 6, y, left);
  else paintText(context, name, 'right', rect.x + rect.width - 4, rect.y - NAME_ABOVE / 2, rect.width);
}

export function paintSums(context: Context2D, frame: SignalFrame, row: SignalRow) {
  const { ledger, colors, t } = frame;
  const { sum, running, products } = row.lane;
  const line = ledger?.lines[row.index];
  if (!sum || !line || row.sum === 0) return;
  const hue = hueOf(frame, row.channel);
  context.globalAlpha = easeInOut(row.sum);
  context.strokeStyle = hue;
  context.lineWidth = 1.5;
  const { y } = centerOf(sum);
  const { restingKernel: kernel } = frame;
  const last = Math.max(kernel[0] ?? 0, kernel.at(-1) ?? 0);
  const from = Math.min(columnX(frame, last) + frame.layout.cell / 2 + 2, products.x + products.width);
  if (from < sum.x - 4) strokeLine(context, from, y, sum.x - 2, y);
  strokeRoundedRect(context, sum, 5, hue, row.active ? 2.4 : 1.4);
  paintLine(context, frame, sum, sumName(frame, row), line.sum, colors.text);
  context.globalAlpha = 1;
  if (!running || row.index === 0 || row.accumulate === 0) return;
  context.globalAlpha = easeInOut(row.accumulate);
  context.font = cssFont(Math.max(11, frame.layout.type - 1.5));
  context.fillStyle = colors.muted;
  const text = `${t('stage.running.short')} ${line.running}`;
  paintText(context, text, 'right', running.x + running.width - 6, centerOf(running).y, running.width - 6);
  context.globalAlpha = 1;
}

function sumName({ model, t }: SignalFrame, { index }: SignalRow) {
  const { kind } = model.summary.operation;
  // A gradient of a pooling is a sum too.
  if (kind === 'max_pool2d' && !model.names) return t('stage.max');
  if (kind === 'avg_pool2d' && !model.names) return t('stage.mean');
  return `${index > 0 ? '+ ' : ''}${t('stage.sum.short')}`;
}

/** The bias and, below a rule, the value of the output cell. */
export function paintTotal(context: Context2D, frame: SignalFrame) {
  const { layout, ledger, position, colors, t, model } = frame;
  const { bias, total } = layout;
  if (total.width === 0) return;
  if (bias) {
    context.globalAlpha = ledger && position.bias > 0 ? 1 : 0.55;
    strokeRoundedRect(context, bias, 5, colors.line, 1.2);
    const number = formatNumber(model.bias[position.outChannel] ?? 0, ledger?.decimals ?? 0);
    context.globalAlpha = 1;
    paintLine(context, frame, bias, t('stage.bias'), ledger?.bias ?? number, colors.text);
  }
  const done = position.bias > 0 || position.place > 0 || (!model.weight && position.sum === 1);
  strokeRoundedRect(context, total, 5, colors.accent, done ? 2.4 : 1.2);
  if (!ledger) return;
  const name = `= ${ledger.cell}`;
  if (!done) return paintLine(context, frame, total, name, '?', colors.accent);
  context.globalAlpha = position.place > 0 ? 1 : easeInOut(Math.max(position.bias, model.weight ? 0 : 1));
  paintLine(context, frame, total, name, ledger.output, colors.text);
  context.globalAlpha = 1;
}

/** The value on its way from the sum to its place in the output. */
export function paintFlight(context: Context2D, frame: SignalFrame) {
  const { position, ledger, layout, axis, colors, flying, step, ranges, fits } = frame;
  const { place, window } = position;
  if (!ledger || !step || place === 0 || place === 1 || layout.total.width === 0 || !flying) return;
  const share = easeInOut(place);
  const scale = barScale(layout.output, ranges.output, fits.output);
  const to = { x: columnX(frame, axis.outputAt(window)), y: scale.zero - step.output * scale.unit - 8 };
  const from = { x: layout.total.x, y: centerOf(layout.total).y };
  const at = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  context.strokeStyle = colors.accent;
  context.lineWidth = 1.6;
  context.setLineDash([2, 4]);
  strokeLine(context, from.x, from.y, to.x, to.y);
  context.setLineDash([]);
  const size = layout.type;
  context.font = cssFont(size, 700);
  const width = context.measureText(ledger.output).width + 12;
  const chip = { x: at.x - width / 2, y: at.y - size * 0.8, width, height: size * 1.6 };
  fillRoundedRect(context, chip, 5, colors.paper);
  strokeRoundedRect(context, chip, 5, colors.accent, 1.8);
  context.fillStyle = colors.text;
  paintTextIn(context, ledger.output, chip, 4);
}

/** The stamps of all channels added up, cell by cell. */
export function paintStampRow(context: Context2D, frame: SignalFrame) {
  const { layout, printedStamp, position, restingKernel, theme, outputMax } = frame;
  const progress = Math.max(position.sum, position.bias, position.place);
  if (!layout.stamps || !printedStamp || progress === 0) return;
  const sums = printedStamp.sums[0] ?? [];
  const fit = fitTerms(sums, layout.cell, printedStamp.decimals);
  context.globalAlpha = easeInOut(progress);
  for (const [v, at] of restingKernel.entries()) {
    const box = tapRect(frame, layout.stamps, at);
    const value = sums[v] ?? 0;
    context.font = cssFont(Math.min(fit.font, box.height * 0.6), 600);
    paintCell(context, box, value, outputMax, fit.readable ? formatNumber(value, fit.decimals) : '', theme);
  }
  context.globalAlpha = 1;
}
