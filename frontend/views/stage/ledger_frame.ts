/** The ledger before any number is there: a card of lines, an equation, or boxes. */

import { formatIndex } from '../../model/dimensions.ts';
import type { Rect, SceneSummary } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  cssFont,
  fillRoundedRect,
  paintCenteredText,
  paintText,
  strokeLine,
  strokeRoundedRect,
} from '../shared/drawing.ts';
import { centerOf, clamp } from '../shared/rects.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { hueOf } from './window.ts';

export const SMALL_TYPE = 11;

export function smallFont({ layout }: Pick<ChannelFrame, 'layout'>, weight = 400) {
  return cssFont(clamp(SMALL_TYPE * layout.spacing.scale, 10.5, 14), weight);
}

/** The size of a number's type in its box. */
export function numberSize({ layout }: Pick<ChannelFrame, 'layout'>, rect: Rect, text: string) {
  const wide = (rect.width - 4) / (0.58 * Math.max(text.length, 1));
  return clamp(Math.min(rect.height * 0.62, wide), 10, 26 * layout.spacing.scale);
}

/** Paints what of the ledger stands while time runs: its card or its boxes, their names, the signs. */
export function paintLedgerPlaces(context: Context2D, frame: StageFrame) {
  const { layout, colors, model } = frame;
  if (layout.family === 'phone') return;
  if (layout.card) {
    strokeRoundedRect(context, layout.card, 8, colors.line, 1);
    paintCardHeading(context, frame, layout.card);
  }
  for (const row of frame.rows) if (row.index >= 0) paintLinePlace(context, frame, row);
  if (layout.ledger === 'boxes') return;
  const { total, bias, card } = layout;
  if (bias && model.subject.biased) paintBiasName(context, frame, bias);
  if (layout.ledger === 'card' && card) {
    context.strokeStyle = colors.muted;
    context.lineWidth = 1.2;
    strokeLine(context, card.x + 10, total.y - 3, card.x + card.width - 10, total.y - 3);
  }
  if (layout.ledger === 'equation') paintEquationPlaces(context, frame);
}

/** Paints the name of the cell that the ledger is of, and marks the box of the channel at work. */
export function paintLedgerNames(context: Context2D, frame: StageFrame) {
  const { card, total, ledger, family } = frame.layout;
  if (family === 'phone') return;
  if (ledger !== 'card')
    for (const row of frame.rows)
      if (row.active) strokeRoundedRect(context, row.lane.sum, 6, hueOf(frame, row.channel), 2);
  if (ledger === 'boxes') return;
  context.fillStyle = frame.colors.accent;
  context.font = smallFont(frame, 600);
  const name = cellName(frame);
  if (ledger === 'equation') paintText(context, name, 'left', total.x, total.y - 8, total.width + 4);
  else if (card) paintText(context, name, 'left', card.x + 12, centerOf(total).y, total.x - card.x - 12);
}

/** `Y[0, 1, 1]` */
export function cellName({ model, position, row, col }: StageFrame) {
  const letter = model.names?.output ?? 'Y';
  return formatIndex(letter, model.summary.dimensions, [position.outChannel, row, col]);
}

/** What pooling makes of a window's values; null: they are summed. */
export function pooledName({ operation: { kind } }: SceneSummary) {
  return kind === 'max_pool2d' ? 'stage.max' : kind === 'avg_pool2d' ? 'stage.mean' : null;
}

function paintCardHeading(context: Context2D, frame: StageFrame, card: Rect) {
  const { rows, t, colors, model } = frame;
  const [row] = rows;
  if (!row) return;
  context.fillStyle = colors.muted;
  context.font = smallFont(frame);
  const y = card.y + 13;
  const result = pooledName(model.summary) ?? 'stage.sum.short';
  paintText(context, t(result), 'right', row.lane.sum.x + row.lane.sum.width, y, row.lane.sum.width + 6);
  const { running } = row.lane;
  if (running && model.weight)
    paintText(context, t('stage.running.short'), 'right', running.x + running.width, y, running.width - 2);
}

function paintLinePlace(context: Context2D, frame: StageFrame, row: ChannelRow) {
  const { layout, colors } = frame;
  const { line, sum } = row.lane;
  if (layout.ledger === 'card') {
    const hue = hueOf(frame, row.channel);
    fillRoundedRect(context, { x: line.x, y: line.y + 3, width: 4, height: line.height - 6 }, 2, hue);
    return;
  }
  strokeRoundedRect(context, sum, 6, colors.line, 1);
}

function paintBiasName(context: Context2D, frame: StageFrame, bias: Rect) {
  const { layout, colors, t } = frame;
  context.fillStyle = colors.muted;
  context.font = smallFont(frame);
  if (layout.card) {
    paintText(context, t('stage.bias.short'), 'left', layout.card.x + 12, centerOf(bias).y);
    return;
  }
  strokeRoundedRect(context, bias, 6, colors.line, 1);
  paintText(context, t('stage.bias.short'), 'left', bias.x, bias.y - 8, bias.width);
}

/** Paints the places of the equation and the signs between them. */
function paintEquationPlaces(context: Context2D, frame: StageFrame) {
  const { layout, colors, rows } = frame;
  const { total, bias } = layout;
  const y = centerOf(total).y;
  strokeRoundedRect(context, total, 6, colors.accent, 1.5);
  context.fillStyle = colors.text;
  context.font = cssFont(clamp(18 * layout.spacing.scale, 14, 22));
  const boxes = rows.filter(({ index }) => index >= 0).map(({ lane }) => lane.sum);
  const addends = [...boxes, ...(bias ? [bias] : [])];
  for (const { x } of addends.slice(1)) paintCenteredText(context, '+', x - 16, y);
  const last = addends.at(-1);
  if (last) paintCenteredText(context, '=', total.x - Math.min(14, (total.x - last.x - last.width) / 2), y);
  paintConnectors(context, frame, boxes);
}

function paintConnectors(context: Context2D, { layout, colors }: StageFrame, boxes: Rect[]) {
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  const ends = [...boxes, layout.bias ?? layout.total];
  for (let k = 0; k + 1 < ends.length; k++) {
    const [one, other] = [ends[k], ends[k + 1]];
    if (!one || !other) continue;
    const y = centerOf(one).y;
    strokeLine(context, one.x + one.width + 4, y, other.x - 30, y);
  }
}
