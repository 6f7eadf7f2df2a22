/** Sums in their boxes, the arrows between them, the bias, and the value on its way into its cell. */

import { cellColor, colorScale, textColor } from '../../model/color.ts';
import { formatNumber } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import { cellBox, clipTo, cssFont, paintCell, paintCenteredText, traceRoundedRect } from '../shared/grid.ts';
import { fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { ChannelRow, StageFrame } from './frame.ts';
import { isAtRest } from './frame.ts';
import { rectInSlot } from './layout.ts';

/** A sum in its box, as far as it has come. */
export function paintSum(
  context: CanvasRenderingContext2D,
  frame: StageFrame,
  rect: Rect,
  text: string,
  value: number,
  share: number,
  active: boolean,
) {
  if (share === 0) return;
  const palette = colorScale(frame.theme);
  context.globalAlpha = share;
  context.fillStyle = cellColor(palette, value, frame.outputMax);
  traceRoundedRect(context, rect, 6);
  context.fill();
  context.fillStyle = textColor(palette, value, frame.outputMax);
  context.font = cssFont(Math.min(rect.height * 0.48, 26), 600);
  paintCenteredText(context, text, rect.x + rect.width / 2, rect.y + rect.height / 2, rect.width - 6);
  if (active) {
    context.strokeStyle = frame.colors.accent;
    context.lineWidth = 2.5;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** From a channel's sum, and from the running sum above it, into its running sum. */
export function paintArrow(
  context: CanvasRenderingContext2D,
  { layout: at, colors }: StageFrame,
  row: ChannelRow,
) {
  if (row.accumulate === 0) return;
  const sum = rectInSlot(at, at.sum, row.slot);
  const running = rectInSlot(at, at.running, row.slot);
  context.strokeStyle = row.active ? colors.accent : colors.muted;
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 1.5;
  const y = sum.y + sum.height / 2;
  arrow(
    context,
    sum.x + sum.width + 3,
    y,
    sum.x + sum.width + 3 + (running.x - sum.x - sum.width - 7) * easeInOut(row.accumulate),
    y,
  );
  if (row.index > 0 && row.slot > 0 && !at.narrow) {
    const x = running.x + running.width / 2;
    arrow(context, x, running.y - at.rowHeight + running.height + 3, x, running.y - 3);
    context.font = cssFont(14);
    paintCenteredText(context, '+', x + 12, running.y - 14);
  }
}

function arrow(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 6) return;
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1 - dx * 5, y1 - dy * 5);
  context.stroke();
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x1 - dx * 7 - dy * 3.5, y1 - dy * 7 + dx * 3.5);
  context.lineTo(x1 - dx * 7 + dy * 3.5, y1 - dy * 7 - dx * 3.5);
  context.fill();
}

/** All channel sums of the step as bars; the visible ones marked. */
export function paintBars(context: CanvasRenderingContext2D, frame: StageFrame, rect: Rect) {
  const { step, colors, theme, layout: at, position, inChannels, model, first } = frame;
  const all = model.subject.channels;
  const each = rect.height / all;
  const palette = colorScale(theme);
  context.fillStyle = colors.soft;
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
  const sums = [...(step?.channelSums ?? [])];
  const max = Math.max(...sums.map(Math.abs), 1e-30);
  const middle = rect.x + rect.width / 2;
  sums.forEach((value, index) => {
    const done = index < position.channels || (position.active < 0 && position.sum > 0) || position.place > 0;
    if (!done) return;
    const length = (value / max) * (rect.width / 2);
    context.fillStyle = cellColor(palette, value, max);
    context.fillRect(
      Math.min(middle, middle + length),
      rect.y + (inChannels[index] ?? 0) * each,
      Math.max(Math.abs(length), 0.5),
      Math.max(each - (each > 4 ? 1 : 0), 0.5),
    );
  });
  context.strokeStyle = colors.accent;
  context.lineWidth = 1.5;
  context.strokeRect(rect.x - 1.5, rect.y + first * each - 1, rect.width + 3, at.visible * each + 2);
}

/** + bias = total, and the total's way into its cell. */
export function paintTotal(context: CanvasRenderingContext2D, frame: StageFrame, standing: boolean) {
  const { printed, position, step, total } = frame;
  const share = Math.max(position.bias, position.place);
  if (standing && printed && frame.model.weight) paintBias(context, frame, printed.bias);
  if (printed && step && share > 0 && isAtRest(share) === standing)
    paintSum(context, frame, total, printed.output, step.output, easeInOut(share), true);
  if (position.place > 0 && isAtRest(position.place) === standing)
    paintPlacing(context, frame, position.place);
}

function paintBias(
  context: CanvasRenderingContext2D,
  { layout: at, colors, labels, total }: StageFrame,
  bias: string,
) {
  const before = at.bars ?? at.running;
  const room = at.narrow ? 200 : total.x - before.x - before.width - 16;
  context.fillStyle = colors.muted;
  context.font = cssFont(at.type + 1);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText(`${labels.bias ?? ''} ${bias}  =`, total.x - 10, total.y + total.height / 2, room);
}

function paintPlacing(context: CanvasRenderingContext2D, frame: StageFrame, place: number) {
  const { layout: at, colors, col, row, outputView } = frame;
  const { cell: size } = outputView;
  const cell = cellBox(outputView, size, row, col);
  if (place < 1) paintFlight(context, frame, cell, easeInOut(place));
  context.strokeStyle = colors.accent;
  context.lineWidth = size < 6 ? 1.5 : 3;
  const grow = size < 6 ? 1.5 : 0.5;
  clipTo(context, at.output, () => {
    traceRoundedRect(
      context,
      { x: cell.x - grow, y: cell.y - grow, width: cell.width + 2 * grow, height: cell.height + 2 * grow },
      Math.min(4, size / 4),
    );
    context.stroke();
  });
}

function paintFlight(
  context: CanvasRenderingContext2D,
  { outputView, total, colors, printed, step, theme, outputMax }: StageFrame,
  cell: Rect,
  share: number,
) {
  const from = { x: total.x + total.width, y: total.y + total.height / 2 };
  const to = { x: cell.x + cell.width / 2, y: cell.y + cell.height / 2 };
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
  const x = rest * rest * from.x + 2 * rest * share * bend.x + share * share * to.x;
  const y = rest * rest * from.y + 2 * rest * share * bend.y + share * share * to.y;
  const size = Math.max(outputView.cell, READABLE_CELL + 4);
  const palette = colorScale(theme);
  context.font = cssFont(fontSizeIn(size), 600);
  const value = step?.output ?? 0;
  paintCell(
    context,
    { x: x - size / 2, y: y - size / 2, width: size, height: size },
    value,
    outputMax,
    formatNumber(value, printed ? decimalsOf(printed.output) : 0),
    palette,
  );
}

function decimalsOf(text: string) {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}
