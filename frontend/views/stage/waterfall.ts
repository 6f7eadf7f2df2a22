/** The running sums of many channels as a chart in the ledger. */

import { cellColor, colorScale } from '../../model/color.ts';
import type { Context2D } from '../shared/drawing.ts';
import { paintText, strokeLine } from '../shared/drawing.ts';
import { channelProgress } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { smallFont } from './ledger_frame.ts';

/** The colour of a bar as a share of the strongest: against the page it has a contrast of 3 : 1. */
const BAR_COLOR = 0.8;

/** The smallest width of the bias's bar beside those of many channels, in CSS pixels. */
const BIAS_WIDTH = 4;

/** Paints the running sums as steps, as far as they have come, and the bias as the last step. */
export function paintWaterfall(context: Context2D, frame: StageFrame) {
  const { layout, step, position, inChannels, theme, colors } = frame;
  const { waterfall: rect } = layout;
  if (!rect || !step) return;
  const { biased } = frame.model.subject;
  const sums = [0, ...step.runningSums, step.output];
  const [low, high] = [Math.min(...sums), Math.max(...sums)];
  const yOf = (value: number) => rect.y + rect.height - ((value - low) / (high - low || 1)) * rect.height;
  const biasWidth = biased ? Math.max(rect.width / (inChannels.length + 1), BIAS_WIDTH) : 0;
  const width = (rect.width - biasWidth) / inChannels.length;
  // Those that have a running sum in the ledger.
  const count = inChannels.filter((_, c) => channelProgress(position, c, 0).accumulate === 1).length;
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  strokeLine(context, rect.x, yOf(0), rect.x + rect.width, yOf(0));
  const steps = Array.from({ length: count + (biased && position.bias === 1 ? 1 : 0) }, (_, k) => ({
    left: rect.x + k * width,
    width: k < inChannels.length ? width : biasWidth,
    from: sums[k] ?? 0,
    to: sums[k + 1] ?? 0,
  }));
  for (const { left, width, from, to } of steps) {
    context.fillStyle = cellColor(colorScale(theme), from < to ? BAR_COLOR : -BAR_COLOR, 1);
    const height = Math.max(Math.abs(yOf(to) - yOf(from)), 1);
    context.fillRect(left, yOf(Math.max(from, to)), Math.max(width - 0.5, 0.5), height);
  }
  context.strokeStyle = colors.text;
  context.beginPath();
  for (const { left, width, to } of steps) {
    context.lineTo(left, yOf(to));
    context.lineTo(left + width, yOf(to));
  }
  context.stroke();
  context.fillStyle = colors.muted;
  context.font = smallFont(frame);
  const text = frame.t('stage.waterfall', { count, channels: inChannels.length });
  paintText(context, text, 'left', rect.x, rect.y - 8, rect.width);
}
