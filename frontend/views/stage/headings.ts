/** The headings of the stage's columns, with the scales of their numbers. */

import { cellColor, colorScale } from '../../model/color.ts';
import { formatNumber } from '../../model/numbers.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { cssFont, paintCenteredText, paintOutline, paintText } from '../shared/drawing.ts';
import { centerOf } from '../shared/rects.ts';
import { decimalsThatFit } from '../shared/text_fit.ts';
import type { ChannelFrame } from './channel_frame.ts';
import { STACK_STEP } from './columns.ts';

/** Lowest number (0 if none is negative) and largest magnitude. */
type ValueRange = [low: number, max: number];

const SCALE_HEIGHT = 5;

export function paintInputHeading(context: Context2D, frame: ChannelFrame) {
  const { layout, model, t } = frame;
  paintHeading(context, frame, t('stage.input'), layout.input, [model.inputLow, model.inputMax]);
}

export function paintKernelHeading(context: Context2D, frame: ChannelFrame) {
  const { layout, model, t } = frame;
  paintHeading(context, frame, t('stage.kernel'), layout.kernel, [model.weightLow, model.weightMax]);
}

export function paintOutputHeading(context: Context2D, frame: ChannelFrame) {
  const { layout, output, outputMax, position, t } = frame;
  const low = output?.data.some((value) => value < 0) ? -1 : 0;
  const y = layout.narrow ? layout.output.y - 30 - layout.stackCount * STACK_STEP : layout.headerY;
  const text = `${t('stage.output')}[${position.outChannel}]`;
  paintHeading(context, frame, text, layout.output, [low, outputMax], y);
}

/** Paints a column's name, and under it the scale of its numbers with its ends. */
export function paintHeading(
  context: Context2D,
  { colors, layout, theme }: ChannelFrame,
  text: string,
  over: Rect,
  range?: ValueRange,
  y = layout.headerY,
) {
  const [low, max] = range ?? [0, 0];
  const decimals = Number.isInteger(max) ? 0 : decimalsThatFit([max], 4);
  const lowText = low < 0 ? formatNumber(-max, decimals) : '0';
  const width = layout.narrow ? 36 : 56;
  const smallFont = cssFont(Math.max(layout.fontSize - 3, 10.5));
  context.font = smallFont;
  const room = max === 0 ? 0 : width / 2 + 6 + context.measureText(lowText).width;
  const x = Math.min(Math.max(centerOf(over).x, 34, room), layout.width - (range ? 54 : 40));
  context.fillStyle = colors.muted;
  context.font = cssFont(layout.fontSize);
  paintCenteredText(context, text, x, y);
  if (max === 0) return;
  const left = x - width / 2;
  const top = y + Math.round(layout.fontSize * 0.92);
  for (let k = 0; k < width; k++) {
    const share = k / (width - 1);
    context.fillStyle = cellColor(colorScale(theme), low < 0 ? share * 2 - 1 : share, 1);
    context.fillRect(left + k, top, 1, SCALE_HEIGHT);
  }
  paintOutline(context, { x: left, y: top, width, height: SCALE_HEIGHT }, colors.line);
  context.font = smallFont;
  context.fillStyle = colors.muted;
  paintText(context, lowText, 'right', left - 4, top + 3);
  paintText(context, formatNumber(max, decimals), 'left', left + width + 4, top + 3);
}
