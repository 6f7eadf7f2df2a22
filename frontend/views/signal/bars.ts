/** Signals as bars over their index, with their numbers. */

import { cellColor, colorScale } from '../../model/color.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { cssFont, paintCenteredText, strokeLine } from '../shared/drawing.ts';
import { clamp } from '../shared/rects.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { writeNumber } from '../shared/text_fit.ts';
import type { SignalFrame, ValueRange } from './frame.ts';
import type { SignalLayout } from './layout.ts';

/** How numbers become heights in a plot. */
export interface BarScale {
  zero: number;
  /** Pixels of one unit. */
  unit: number;
  max: number;
  fit: NumberFit;
  /** The type of a number beside a bar, which may be wider than the bar. */
  size: number;
}

/** The share of a column that a bar takes. */
const BAR_SHARE = 0.6;
/** Bars in columns narrower than this have no outline. */
const OUTLINED = 7;
/** The share of a plot's height that a number may take, and the room round it. */
const TEXT_SHARE = 0.16;
const TEXT_GAP = 7;

export function barScale(plot: Rect, { low, high }: ValueRange, fit: NumberFit): BarScale {
  const size = Math.min(fit.font, clamp(plot.height * TEXT_SHARE, 11, 22));
  const room = fit.readable ? size + TEXT_GAP : 2;
  // Zeros have their number above the line.
  const above = room;
  const below = low < 0 ? room : 2;
  const inner = Math.max(4, plot.height - above - below);
  const unit = inner / (high - low);
  return { zero: plot.y + above + high * unit, unit, max: Math.max(high, -low), fit, size };
}

/** x: the middle of its column. */
export function barRect({ layout }: SignalFrame, { zero, unit }: BarScale, x: number, value: number): Rect {
  const width = Math.max(1, layout.cell * BAR_SHARE);
  const height = Math.abs(value) * unit;
  return { x: x - width / 2, y: value < 0 ? zero : zero - height, width, height };
}

export function paintBar(
  context: Context2D,
  frame: SignalFrame,
  scale: BarScale,
  x: number,
  value: number,
  strong = false,
) {
  const { colors, theme, layout } = frame;
  const bar = barRect(frame, scale, x, value);
  context.strokeStyle = strong ? colors.text : colors.line;
  context.lineWidth = 1;
  context.fillStyle = cellColor(colorScale(theme), value, scale.max);
  context.fillRect(bar.x, bar.y, bar.width, bar.height);
  if (layout.cell >= OUTLINED) context.strokeRect(bar.x, bar.y, bar.width, bar.height);
  paintBarNumber(context, frame, scale, x, value, strong);
}

/** Writes the number above its bar, or below a negative one. */
export function paintBarNumber(
  context: Context2D,
  { colors, layout }: SignalFrame,
  { zero, unit, fit, size }: BarScale,
  x: number,
  value: number,
  strong: boolean,
  decimals = fit.decimals,
) {
  if (!fit.readable) return;
  context.font = cssFont(size, strong ? 600 : 400);
  context.fillStyle = strong ? colors.text : colors.muted;
  const y = value < 0 ? zero - value * unit + size / 2 + 3 : zero - value * unit - size / 2 - 2;
  paintCenteredText(context, writeNumber(value, { ...fit, decimals }), x, y, layout.cell - 2);
}

/** A cell of padding: a dashed box round its number, a dashed bar where the number is borrowed. */
export function paintGhost(
  context: Context2D,
  frame: SignalFrame,
  scale: BarScale,
  x: number,
  value: number,
  strong = false,
) {
  const { colors, layout } = frame;
  const bar = barRect(frame, scale, x, value);
  const box =
    value === 0 ? { ...bar, y: scale.zero - scale.size - TEXT_GAP, height: scale.size + TEXT_GAP } : bar;
  context.strokeStyle = strong ? colors.text : colors.muted;
  context.lineWidth = 1;
  if (layout.cell >= OUTLINED) {
    context.setLineDash([3, 3]);
    context.strokeRect(box.x, box.y, box.width, box.height);
    context.setLineDash([]);
  }
  // A zero with decimals is wider than its box.
  paintBarNumber(context, frame, scale, x, value, strong, value === 0 ? 0 : scale.fit.decimals);
}

/** Whether the column round x is wholly in sight. */
export function isInSight({ left, columns, cell }: SignalLayout, x: number) {
  return x - cell / 2 >= left - 1 && x + cell / 2 <= left + columns * cell + 1;
}

/** The line that the bars stand on, over the columns in sight. */
export function paintZeroLine(context: Context2D, { colors, layout }: SignalFrame, { zero }: BarScale) {
  context.strokeStyle = colors.muted;
  context.lineWidth = 1;
  const y = Math.round(zero) + 0.5;
  strokeLine(context, layout.left, y, layout.left + layout.columns * layout.cell, y);
}
