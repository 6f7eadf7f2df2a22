/** The running sums of many channels as a chart in the ledger. */

import { cellColor, colorScale } from '../../model/color.ts';
import type { Context2D } from '../shared/drawing.ts';
import { paintText, strokeLine } from '../shared/drawing.ts';
import type { StageFrame } from './frame.ts';
import { smallFont } from './ledger_frame.ts';

/** Paints the running sums of all channels as steps from one to the next: those that are added so far. */
export function paintWaterfall(context: Context2D, frame: StageFrame) {
  const { layout, step, position, inChannels, theme, colors } = frame;
  const { waterfall: rect } = layout;
  if (!rect || !step) return;
  const sums = [0, ...step.runningSums];
  const [low, high] = [Math.min(...sums), Math.max(...sums)];
  const span = high - low || 1;
  const yOf = (value: number) => rect.y + rect.height - ((value - low) / span) * rect.height;
  const width = rect.width / inChannels.length;
  const allDone = (position.active < 0 && position.sum > 0) || position.place > 0 || position.bias > 0;
  const count = allDone ? inChannels.length : position.channels;
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  strokeLine(context, rect.x, yOf(0), rect.x + rect.width, yOf(0));
  for (let c = 0; c < count; c++) {
    const [from, to] = [yOf(sums[c] ?? 0), yOf(sums[c + 1] ?? 0)];
    const value = (sums[c + 1] ?? 0) - (sums[c] ?? 0);
    context.fillStyle = cellColor(colorScale(theme), value, span / 2);
    const height = Math.max(Math.abs(to - from), 1);
    context.fillRect(rect.x + c * width, Math.min(from, to), Math.max(width - 0.5, 0.5), height);
  }
  context.fillStyle = colors.muted;
  context.font = smallFont(frame);
  const text = frame.t('stage.waterfall', { count, channels: inChannels.length });
  paintText(context, text, 'left', rect.x, rect.y - 8, rect.width);
}
