/** The sums in the ledger, as far as they have come, and the output's value at its foot. */

import { colorScale, numberedIndex } from '../../model/color.ts';
import { tapInOrder } from '../../model/geometry.ts';
import type { LedgerLine } from '../../model/ledger.ts';
import { joinSigned } from '../../model/ledger_text.ts';
import { easeInOut, isAtRest } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  cssFont,
  fillRoundedRect,
  fillSoft,
  paintCenteredText,
  paintText,
  paintTextIn,
  strokeLine,
  strokeRoundedRect,
} from '../shared/drawing.ts';
import { centerOf, clamp } from '../shared/rects.ts';
import type { ChannelRow } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { numberSize, SMALL_TYPE, smallFont } from './ledger_frame.ts';
import { ARRIVED } from './phone_equation.ts';
import { hueOf } from './window.ts';

/** Paints the sums of a lane that are finished, or that are coming; a phone has them in its equation. */
export function paintSums(
  context: Context2D,
  frame: StageFrame,
  row: ChannelRow,
  line: LedgerLine,
  finished: boolean,
) {
  const { layout, step, model } = frame;
  if (layout.family === 'phone') return;
  if (layout.ledger === 'card' && finished && row.active) paintActiveLine(context, frame, row);
  if (layout.ledger === 'card' && finished) paintLineText(context, frame, row, line);
  const value = step?.channelSums[row.index] ?? 0;
  if (isAtRest(row.sum) === finished && row.sum > 0) paintSum(context, frame, row, line.sum, value);
  else if (!finished && row.sum === 0 && row.products > 0) paintPartialSum(context, frame, row);
  if (model.weight && isAtRest(row.accumulate) === finished && row.accumulate > 0)
    paintRunning(context, frame, row, line);
}

function paintActiveLine(context: Context2D, { layout, colors }: StageFrame, { lane }: ChannelRow) {
  if (!layout.card) return;
  const { x, y, width, height } = lane.line;
  fillSoft(context, { x: x + 8, y, width: width - 10, height }, 4, colors);
}

/** Paints the channel's name and, where there is room, its terms. */
function paintLineText(
  context: Context2D,
  frame: StageFrame,
  row: ChannelRow,
  { terms, sum: lineSum }: LedgerLine,
) {
  const { layout, colors, t, model } = frame;
  const { line, sum } = row.lane;
  const left = line.x + 12;
  const room = sum.x - left - 4;
  const small = clamp(SMALL_TYPE * layout.spacing.scale, 10.5, 14);
  const tall = line.height >= 2.5 * small + 6;
  const taken = Math.floor(row.products);
  const products = terms.slice(0, taken).map(({ product, empty }) => (empty && !model.weight ? '' : product));
  const text = model.weight && taken > 0 ? joinSigned(products.filter(Boolean)) : '';
  context.font = smallFont(frame);
  const sumWidth = numberSize(frame, sum, lineSum) * 0.62 * lineSum.length;
  const termsRoom = tall ? sum.x + sum.width - sumWidth - 10 - left : room - 44;
  const fits = text !== '' && context.measureText(text).width <= termsRoom;
  const middle = centerOf(line).y;
  context.fillStyle = hueOf(frame, row.channel);
  context.font = smallFont(frame, 600);
  const name = t('stage.channel', { channel: row.channel });
  paintText(context, name, 'left', left, fits && tall ? middle - small * 0.75 : middle, Math.max(room, 24));
  if (!fits) return;
  context.fillStyle = colors.muted;
  context.font = smallFont(frame);
  if (tall) paintText(context, text, 'left', left, middle + small * 0.75);
  else paintText(context, text, 'right', sum.x - 2, middle);
}

function paintSum(context: Context2D, frame: StageFrame, row: ChannelRow, text: string, value: number) {
  const { sum } = row.lane;
  const { layout, colors } = frame;
  if (row.sum < ARRIVED) {
    paintSumOnItsWay(context, frame, row, text);
    return;
  }
  if (layout.ledger === 'card') {
    context.fillStyle = colors.text;
    context.font = cssFont(numberSize(frame, sum, text), 700);
    paintText(context, text, 'right', sum.x + sum.width, centerOf(sum).y, sum.width);
  } else {
    paintColoredBox(context, frame, sum, text, value);
    strokeRoundedRect(context, sum, 6, hueOf(frame, row.channel), row.active ? 2.5 : 1.5);
  }
}

/** Paints a box in its value's colour, with the number in it. */
export function paintColoredBox(
  context: Context2D,
  frame: Pick<StageFrame, 'theme' | 'outputMax' | 'layout'>,
  rect: Rect,
  text: string,
  value: number,
) {
  const scale = colorScale(frame.theme);
  const index = numberedIndex(value, frame.outputMax);
  fillRoundedRect(context, rect, 6, scale.css[index] ?? '');
  context.fillStyle = scale.text[index] ?? '';
  context.font = cssFont(numberSize(frame, rect, text), 700);
  paintTextIn(context, text, rect, 6);
}

/** Paints a channel's sum on its way through the funnel, where nothing else is written. */
function paintSumOnItsWay(context: Context2D, frame: StageFrame, row: ChannelRow, text: string) {
  const { layout, colors } = frame;
  const { products, line, sum } = row.lane;
  if (!frame.flying) return;
  const vertical = layout.ledger === 'equation';
  const beside = line.x >= products.x + products.width;
  if (!vertical && !beside) return;
  const from = vertical
    ? { x: centerOf(products).x, y: products.y + products.height + 12 }
    : { x: products.x + products.width + 16, y: centerOf(products).y };
  const to = vertical ? centerOf(sum) : { x: line.x - 18, y: centerOf(line).y };
  const share = easeInOut(row.sum / ARRIVED);
  const size = clamp(15 * layout.spacing.scale, 13, 22);
  context.font = cssFont(size, 700);
  const width = context.measureText(text).width + 14;
  const center = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  const chip = { x: center.x - width / 2, y: center.y - size * 0.8, width, height: size * 1.6 };
  fillRoundedRect(context, chip, 6, colors.paper);
  strokeRoundedRect(context, chip, 6, hueOf(frame, row.channel), 2);
  context.fillStyle = colors.text;
  paintTextIn(context, text, chip, 4);
}

/** Paints in grey what the products so far add up to. */
export function paintPartialSum(context: Context2D, frame: StageFrame, row: ChannelRow) {
  const { step, colors, granularity, layout, model } = frame;
  const count = Math.floor(row.products);
  if (granularity !== 'product' || !row.active || !step || step.selected || count === 0) return;
  const { sum } = row.lane;
  const products = step.productsOf(row.index);
  let partial = 0;
  for (let k = 0; k < count; k++) partial += products[tapInOrder(model.summary, products.length, k)] ?? 0;
  const text = frame.formatSum(partial);
  context.fillStyle = colors.muted;
  context.font = cssFont(numberSize(frame, sum, text));
  if (layout.ledger === 'card')
    paintText(context, text, 'right', sum.x + sum.width, centerOf(sum).y, sum.width);
  else paintTextIn(context, text, sum, 6);
}

function paintRunning(context: Context2D, frame: StageFrame, row: ChannelRow, { running }: LedgerLine) {
  const { layout, colors, rows } = frame;
  const { lane, accumulate } = row;
  if (accumulate < ARRIVED && layout.ledger !== 'equation') return;
  context.fillStyle = colors.muted;
  if (lane.running) {
    context.font = cssFont(Math.min(numberSize(frame, lane.running, running), 24));
    paintText(
      context,
      running,
      'right',
      lane.running.x + lane.running.width - 2,
      centerOf(lane.running).y,
      lane.running.width - 2,
    );
  } else if (layout.ledger === 'equation' && row.slot < rows.length - 1)
    paintSoFar(context, frame, row, running);
}

/** Paints the running sum on the connector to the next term, which fills. */
function paintSoFar(context: Context2D, frame: StageFrame, row: ChannelRow, running: string) {
  const { layout, colors, rows, t } = frame;
  const { sum } = row.lane;
  const following = rows[row.slot + 1];
  const next = following && following.index >= 0 ? following.lane.sum : (layout.bias ?? layout.total);
  if (row.index === 0 || row.index === frame.inChannels.length - 1) return;
  const y = centerOf(sum).y;
  const [from, to] = [sum.x + sum.width + 4, next.x - 30];
  const width = to - from;
  context.strokeStyle = colors.muted;
  context.lineWidth = 2;
  strokeLine(context, from, y, from + width * easeInOut(row.accumulate), y);
  if (width < 40 || row.accumulate < ARRIVED) return;
  const middle = from + width / 2;
  const small = clamp(SMALL_TYPE * layout.spacing.scale, 10.5, 14);
  context.fillStyle = colors.muted;
  context.font = cssFont(small + 1, 600);
  paintCenteredText(context, running, middle, y - small, width);
  context.font = cssFont(small);
  paintCenteredText(context, t('stage.running.short'), middle, y + small, width);
}

/** Paints the bias and the total: what of that is finished, or what moves. */
export function paintTotal(context: Context2D, frame: StageFrame, finished: boolean) {
  const { ledger, position, step, totalRect, layout, colors } = frame;
  if (layout.family === 'phone') return;
  const progress = Math.max(position.bias, position.place);
  if (finished && ledger && layout.bias) {
    const text = layout.card ? joinSigned(['', ledger.bias]).trim() : ledger.bias;
    context.fillStyle = colors.text;
    context.font = cssFont(Math.min(numberSize(frame, layout.bias, text), 20));
    if (layout.card)
      paintText(
        context,
        text,
        'right',
        layout.bias.x + layout.bias.width,
        centerOf(layout.bias).y,
        layout.bias.width,
      );
    else paintTextIn(context, text, layout.bias, 4);
  }
  if (isAtRest(progress) !== finished) return;
  if (progress === 0) {
    if (layout.ledger !== 'boxes') paintUnknown(context, frame);
    return;
  }
  if (!ledger || !step) return;
  if (layout.ledger === 'boxes' && !frame.model.subject.biased) return;
  if (progress < ARRIVED) return;
  const text = ledger.output;
  if (layout.ledger === 'card') {
    context.fillStyle = colors.text;
    context.font = cssFont(numberSize(frame, totalRect, text), 700);
    paintText(context, text, 'right', totalRect.x + totalRect.width, centerOf(totalRect).y, totalRect.width);
  } else {
    paintColoredBox(context, frame, totalRect, text, step.output);
    strokeRoundedRect(context, totalRect, 6, colors.accent, 2);
    if (layout.ledger === 'boxes') paintBiasedSum(context, frame);
  }
}

/** Paints how a box's total comes about, above it: `19 + 1`. */
function paintBiasedSum(context: Context2D, frame: StageFrame) {
  const { ledger, totalRect, colors } = frame;
  if (!ledger) return;
  context.fillStyle = colors.muted;
  context.font = smallFont(frame);
  const text = joinSigned([ledger.lines[0]?.sum ?? '', ledger.bias]);
  paintCenteredText(context, text, centerOf(totalRect).x, totalRect.y - 9, totalRect.width + 16);
}

/** The answer is not given away. */
export function paintUnknown(context: Context2D, { totalRect, colors, layout }: StageFrame) {
  context.fillStyle = colors.accent;
  context.font = cssFont(clamp(totalRect.height * 0.5, 12, 22));
  if (layout.ledger === 'card')
    paintText(context, '?', 'right', totalRect.x + totalRect.width, centerOf(totalRect).y);
  else paintTextIn(context, '?', totalRect, 6);
}
