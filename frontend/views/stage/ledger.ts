/** The ledger on the stage: sums that fill as time passes, as a card, as an equation, or as boxes. */

import { cellColor, colorScale, numberedIndex } from '../../model/color.ts';
import type { LedgerLine } from '../../model/ledger.ts';
import { joinSigned } from '../../model/ledger_text.ts';
import { easeInOut, isAtRest } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  cssFont,
  fillRoundedRect,
  paintCenteredText,
  paintText,
  paintTextIn,
  strokeLine,
  strokeRoundedRect,
} from '../shared/drawing.ts';
import { centerOf, clamp } from '../shared/rects.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { hueOf } from './window.ts';

const SMALL_TYPE = 11;

/** The share of a phase after which its number stands in its place. */
const ARRIVED = 0.7;

function smallFont({ layout }: Pick<ChannelFrame, 'layout'>, weight = 400) {
  return cssFont(clamp(SMALL_TYPE * layout.spacing.scale, 10.5, 14), weight);
}

function numberSize(rect: Rect, text: string) {
  return clamp(Math.min(rect.height * 0.62, (rect.width - 4) / (0.58 * Math.max(text.length, 1))), 10, 28);
}

/** The sums that a card lists, or that stand in boxes: what is there before any number. */
export function paintLedgerFrame(context: Context2D, frame: StageFrame) {
  const { layout, colors, model } = frame;
  if (layout.card) {
    strokeRoundedRect(context, layout.card, 8, colors.line, 1);
    paintCardHeading(context, frame, layout.card);
  }
  for (const row of frame.rows) if (row.index >= 0) paintLineFrame(context, frame, row);
  if (layout.ledger === 'boxes') return;
  const { total, bias } = layout;
  if (bias && model.subject.biased) paintBiasName(context, frame, bias);
  if (layout.ledger === 'card' && layout.card) {
    const y = total.y - 3;
    context.strokeStyle = colors.muted;
    context.lineWidth = 1.2;
    strokeLine(context, layout.card.x + 10, y, layout.card.x + layout.card.width - 10, y);
    context.fillStyle = colors.accent;
    context.font = smallFont(frame, 600);
    paintText(
      context,
      cellName(frame),
      'left',
      layout.card.x + 12,
      centerOf(total).y,
      total.x - layout.card.x - 12,
    );
  }
  if (layout.ledger === 'equation') paintEquationFrame(context, frame);
}

/** `Y[0, 1, 1]` */
function cellName({ position, row, col }: StageFrame) {
  return `Y[${position.outChannel}, ${row}, ${col}]`;
}

function paintCardHeading(context: Context2D, frame: StageFrame, card: Rect) {
  const { rows, t, colors, model } = frame;
  const [row] = rows;
  if (!row) return;
  context.fillStyle = colors.muted;
  context.font = smallFont(frame);
  const y = card.y + 13;
  const { kind } = model.summary.operation;
  const sum = kind === 'max_pool2d' ? 'stage.max' : kind === 'avg_pool2d' ? 'stage.mean' : 'stage.sum.short';
  paintText(context, t(sum), 'right', row.lane.sum.x + row.lane.sum.width, y, row.lane.sum.width + 6);
  const { running } = row.lane;
  if (running && model.weight)
    paintText(context, t('stage.running.short'), 'right', running.x + running.width, y, running.width - 2);
}

function paintLineFrame(context: Context2D, frame: StageFrame, row: ChannelRow) {
  const { layout, colors, model, t } = frame;
  const { line, sum } = row.lane;
  const hue = hueOf(frame, row.channel);
  if (layout.ledger === 'card') {
    fillRoundedRect(context, { x: line.x, y: line.y + 3, width: 4, height: line.height - 6 }, 2, hue);
    return;
  }
  strokeRoundedRect(context, sum, 6, row.active ? hue : colors.line, row.active ? 2 : 1);
  if (layout.family !== 'phone') return;
  context.fillStyle = colors.muted;
  context.font = smallFont(frame);
  const { running } = row.lane;
  paintText(
    context,
    t('stage.sum.channel', { channel: row.channel }),
    'left',
    sum.x,
    sum.y - 8,
    sum.width + 10,
  );
  if (running && model.weight) {
    strokeRoundedRect(context, running, 6, colors.line, 1);
    paintText(context, t('stage.running.short'), 'left', running.x, running.y - 8, running.width);
  }
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
function paintEquationFrame(context: Context2D, frame: StageFrame) {
  const { layout, colors, rows } = frame;
  const { total, bias, family } = layout;
  const y = centerOf(total).y;
  strokeRoundedRect(context, total, 6, colors.accent, 1.5);
  context.fillStyle = colors.accent;
  context.font = smallFont(frame, 600);
  paintText(context, cellName(frame), 'left', total.x, total.y - 8, total.width + 4);
  context.fillStyle = colors.text;
  context.font = cssFont(clamp(18 * layout.spacing.scale, 14, 22));
  const boxes: Rect[] =
    family === 'phone'
      ? phoneBoxes(frame)
      : rows.filter(({ index }) => index >= 0).map(({ lane }) => lane.sum);
  const [first, ...others] = [...boxes, ...(bias ? [bias] : [])];
  let before = first;
  for (const box of others) {
    if (before) {
      const sign = family === 'phone' ? (before.x + before.width + box.x) / 2 : box.x - 16;
      paintCenteredText(context, family === 'phone' && box !== bias ? '→' : '+', sign, y);
    }
    before = box;
  }
  if (before)
    paintCenteredText(context, '=', total.x - Math.min(14, (total.x - before.x - before.width) / 2), y);
  paintConnectors(context, frame, boxes);
}

function phoneBoxes({ rows: [row], model }: StageFrame): Rect[] {
  const { sum, running } = row?.lane ?? {};
  return [sum, model.weight ? running : null].filter((rect) => rect !== null && rect !== undefined);
}

function paintConnectors(context: Context2D, { layout, colors }: StageFrame, boxes: Rect[]) {
  if (layout.family === 'phone') return;
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

/** Paints the sums of a lane that are finished, or that are coming. */
export function paintSums(
  context: Context2D,
  frame: StageFrame,
  row: ChannelRow,
  line: LedgerLine,
  finished: boolean,
) {
  const { layout, step, model } = frame;
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
  fillRoundedRect(context, { x: x + 8, y, width: width - 10, height }, 4, colors.soft);
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
  const sumWidth = numberSize(sum, lineSum) * 0.62 * lineSum.length;
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
  const { layout, theme, outputMax, colors } = frame;
  if (row.sum < ARRIVED) {
    paintSumOnItsWay(context, frame, row, text);
    return;
  }
  if (layout.ledger === 'card') {
    context.fillStyle = colors.text;
    context.font = cssFont(numberSize(sum, text), 700);
    paintText(context, text, 'right', sum.x + sum.width, centerOf(sum).y, sum.width);
  } else {
    const scale = colorScale(theme);
    const index = numberedIndex(value, outputMax);
    fillRoundedRect(context, sum, 6, scale.css[index] ?? '');
    context.fillStyle = scale.text[index] ?? '';
    context.font = cssFont(numberSize(sum, text), 700);
    paintTextIn(context, text, sum, 6);
    strokeRoundedRect(context, sum, 6, hueOf(frame, row.channel), row.active ? 2.5 : 1.5);
  }
}

/** Paints a channel's sum on its way through the funnel, where nothing else is written. */
function paintSumOnItsWay(context: Context2D, frame: StageFrame, row: ChannelRow, text: string) {
  const { layout, colors } = frame;
  const { products, line, sum } = row.lane;
  if (!frame.flying || layout.family === 'phone') return;
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
function paintPartialSum(context: Context2D, frame: StageFrame, row: ChannelRow) {
  const { step, colors, granularity, layout } = frame;
  const count = Math.floor(row.products);
  if (granularity !== 'product' || !row.active || !step || step.selected || count === 0) return;
  const { sum } = row.lane;
  let partial = 0;
  for (const product of step.productsOf(row.index).subarray(0, count)) partial += product;
  const text = frame.formatSum(partial);
  context.fillStyle = colors.muted;
  context.font = cssFont(numberSize(sum, text));
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
    context.font = cssFont(Math.min(numberSize(lane.running, running), 24));
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

/** Paints the bias and the total: what of that is finished, or what moves. */
export function paintTotal(context: Context2D, frame: StageFrame, finished: boolean) {
  const { ledger, position, step, totalRect, layout, colors } = frame;
  const progress = Math.max(position.bias, position.place);
  if (finished && ledger && layout.bias) {
    context.fillStyle = colors.text;
    context.font = cssFont(Math.min(numberSize(layout.bias, ledger.bias), 20));
    const text = layout.card ? joinSigned(['', ledger.bias]).trim() : ledger.bias;
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
    context.font = cssFont(numberSize(totalRect, text), 700);
    paintText(context, text, 'right', totalRect.x + totalRect.width, centerOf(totalRect).y, totalRect.width);
  } else {
    const scale = colorScale(frame.theme);
    const index = numberedIndex(step.output, frame.outputMax);
    fillRoundedRect(context, totalRect, 6, scale.css[index] ?? cellColor(scale, 0, 1));
    context.fillStyle = scale.text[index] ?? '';
    context.font = cssFont(numberSize(totalRect, text), 700);
    paintTextIn(context, text, totalRect, 6);
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
function paintUnknown(context: Context2D, { totalRect, colors, layout }: StageFrame) {
  context.fillStyle = colors.accent;
  context.font = cssFont(clamp(totalRect.height * 0.5, 12, 22));
  if (layout.ledger === 'card')
    paintText(context, '?', 'right', totalRect.x + totalRect.width, centerOf(totalRect).y);
  else paintTextIn(context, '?', totalRect, 6);
}
