/** Sums in their boxes, the arrows between them, the bias, and the value on its way into its cell. */

import { cellColor, colorScale, textColor } from '../../model/color.ts';
import { formatNumber } from '../../model/numbers.ts';
import { easeInOut, isAtRest } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  clipTo,
  cssFont,
  fillRoundedRect,
  frameCells,
  paintCenteredText,
  paintText,
  paintTextIn,
  strokeLine,
} from '../shared/drawing.ts';
import { cellBox, paintCell } from '../shared/grid.ts';
import { centerOf, squareAround } from '../shared/rects.ts';
import { fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { ChannelRow } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { rectInSlot } from './layout.ts';

/** Paints a sum in its box, as far as it has come. */
export function paintSum(
  context: Context2D,
  { theme, outputMax, colors }: StageFrame,
  rect: Rect,
  text: string,
  value: number,
  progress: number,
  active: boolean,
) {
  if (progress === 0) return;
  const scale = colorScale(theme);
  context.globalAlpha = easeInOut(progress);
  fillRoundedRect(context, rect, 6, cellColor(scale, value, outputMax));
  context.fillStyle = textColor(scale, value, outputMax);
  context.font = cssFont(Math.min(rect.height * 0.48, 26), 600);
  paintTextIn(context, text, rect, 6);
  if (active) {
    context.strokeStyle = colors.accent;
    context.lineWidth = 2.5;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** Paints arrows from a channel's sum, and from the running sum above it, into its running sum. */
export function paintSumArrows(context: Context2D, { layout, colors }: StageFrame, row: ChannelRow) {
  if (row.accumulate === 0) return;
  const sum = rectInSlot(layout, layout.sum, row.slot);
  const running = rectInSlot(layout, layout.running, row.slot);
  context.strokeStyle = row.active ? colors.accent : colors.muted;
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 1.5;
  const [left, y] = [sum.x + sum.width + 3, centerOf(sum).y];
  const length = (running.x - sum.x - sum.width - 7) * easeInOut(row.accumulate);
  paintArrow(context, left, y, left + length, y);
  if (row.index > 0 && row.slot > 0 && !layout.narrow) {
    const { x } = centerOf(running);
    paintArrow(context, x, running.y - layout.rowHeight + running.height + 3, x, running.y - 3);
    context.font = cssFont(14);
    paintCenteredText(context, '+', x + 12, running.y - 14);
  }
}

function paintArrow(context: Context2D, x0: number, y0: number, x1: number, y1: number) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 6) return;
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  strokeLine(context, x0, y0, x1 - dx * 5, y1 - dy * 5);
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x1 - dx * 7 - dy * 3.5, y1 - dy * 7 + dx * 3.5);
  context.lineTo(x1 - dx * 7 + dy * 3.5, y1 - dy * 7 - dx * 3.5);
  context.fill();
}

/** Paints all channel sums of the step as bars; the visible rows are marked. */
export function paintBars(context: Context2D, frame: StageFrame, rect: Rect) {
  const { step, colors, theme, layout, position, inChannels, model, firstChannel } = frame;
  const barHeight = rect.height / model.subject.channels;
  context.fillStyle = colors.soft;
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
  const sums = [...(step?.channelSums ?? [])];
  const max = Math.max(...sums.map(Math.abs), 1e-30);
  const middle = centerOf(rect).x;
  const allDone = (position.active < 0 && position.sum > 0) || position.place > 0;
  sums.slice(0, allDone ? sums.length : position.channels).forEach((value, index) => {
    const length = (value / max) * (rect.width / 2);
    context.fillStyle = cellColor(colorScale(theme), value, max);
    context.fillRect(
      Math.min(middle, middle + length),
      rect.y + (inChannels[index] ?? 0) * barHeight,
      Math.max(Math.abs(length), 0.5),
      Math.max(barHeight - (barHeight > 4 ? 1 : 0), 0.5),
    );
  });
  context.strokeStyle = colors.accent;
  context.lineWidth = 1.5;
  const top = rect.y + firstChannel * barHeight;
  context.strokeRect(rect.x - 1.5, top - 1, rect.width + 3, layout.visibleRows * barHeight + 2);
}

/** Paints `+ bias = total`, and the total's way into its cell: what of that is finished, or what moves. */
export function paintTotal(context: Context2D, frame: StageFrame, finished: boolean) {
  const { ledger, position, step, totalRect, model } = frame;
  const progress = Math.max(position.bias, position.place);
  if (finished && ledger && model.weight) paintBias(context, frame, ledger.bias);
  if (ledger && step && isAtRest(progress) === finished)
    paintSum(context, frame, totalRect, ledger.output, step.output, progress, true);
  if (position.place > 0 && isAtRest(position.place) === finished) paintPlacing(context, frame);
}

function paintBias(context: Context2D, { layout, colors, t, totalRect }: StageFrame, bias: string) {
  const before = layout.bars ?? layout.running;
  const room = layout.narrow ? 200 : totalRect.x - before.x - before.width - 16;
  context.fillStyle = colors.muted;
  context.font = cssFont(layout.fontSize + 1);
  paintText(context, `${t('stage.bias')} ${bias}  =`, 'right', totalRect.x - 10, centerOf(totalRect).y, room);
}

function paintPlacing(context: Context2D, frame: StageFrame) {
  const { layout, colors, col, row, outputView, position } = frame;
  const { cell } = outputView;
  const box = cellBox(outputView, cell, row, col);
  if (position.place < 1) paintFlight(context, frame, box, easeInOut(position.place));
  const [lineWidth, gap] = cell < 6 ? [1.5, 1.5] : [3, 0.5];
  clipTo(context, layout.output, () => frameCells(context, box, cell, colors.accent, lineWidth, gap));
}

/** Paints the value on a curve from the total to its cell. */
function paintFlight(
  context: Context2D,
  { outputView, totalRect, colors, ledger, step, theme, outputMax }: StageFrame,
  cell: Rect,
  share: number,
) {
  const from = { x: totalRect.x + totalRect.width, y: centerOf(totalRect).y };
  const to = centerOf(cell);
  const bend = { x: (from.x + to.x) / 2, y: from.y };
  context.strokeStyle = colors.accent;
  context.lineWidth = 2;
  context.globalAlpha = 0.6;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
  context.stroke();
  context.globalAlpha = 1;
  const rest = 1 - share;
  const along = (axis: 'x' | 'y') =>
    rest * rest * from[axis] + 2 * rest * share * bend[axis] + share * share * to[axis];
  const size = Math.max(outputView.cell, READABLE_CELL + 4);
  const value = step?.output ?? 0;
  const text = formatNumber(value, ledger ? decimalsOf(ledger.output) : 0);
  context.font = cssFont(fontSizeIn(size), 600);
  paintCell(context, squareAround(along('x'), along('y'), size), value, outputMax, text, theme);
}

function decimalsOf(text: string) {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}
