/** What stands still while a window is worked through: names, input signals, indices, the whole in small. */

import { formatNumber } from '../../model/numbers.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clearCanvas, clipTo, cssFont, paintCenteredText, paintText, strokeLine } from '../shared/drawing.ts';
import { paintCell, paintEmptyCell } from '../shared/grid.ts';
import { centerOf } from '../shared/rects.ts';
import { fitNumbers } from '../shared/text_fit.ts';
import { formatShape } from '../stage/headings.ts';
import { hatch } from '../stage/input_plane.ts';
import { isInSight, paintBar, paintGhost, paintZeroLine } from './bars.ts';
import { tapRect } from './cell_rects.ts';
import { channelValues, ghostValue, hueOf, inputScale, isBetween, outputScale } from './cell_values.ts';
import type { SignalFrame, SignalRow } from './frame.ts';
import { columnX } from './frame.ts';

/** Columns narrower than this have no index each. */
const INDEXED = 20;
/** A narrower gutter has no room for names. */
const COMPACT_GUTTER = 60;

export function paintStatic(context: Context2D, frame: SignalFrame) {
  clearCanvas(context, frame);
  for (const row of frame.rows) {
    paintRail(context, frame, row);
    paintNames(context, frame, row);
    clipTo(context, columnsOf(frame, row.lane.plot), () => paintSignal(context, frame, row));
    paintInputIndices(context, frame, row.lane.indices);
  }
  paintOverview(context, frame);
  paintOutputNames(context, frame);
  clipTo(context, columnsOf(frame, frame.layout.output), () =>
    paintZeroLine(context, frame, outputScale(frame)),
  );
  paintOutputIndices(context, frame);
  for (const [k, place] of frame.layout.others.entries()) {
    const channel = frame.otherOutputs[k];
    if (channel !== undefined) paintOtherOutput(context, frame, place, channel);
  }
}

/** The numbers of another output channel below the one at work, empty places until it is computed. */
function paintOtherOutput(context: Context2D, frame: SignalFrame, place: Rect, channel: number) {
  const { layout, colors, theme, model, position, axis, outputMax } = frame;
  const name = `${model.names?.output ?? 'Y'}[${channel}]`;
  context.fillStyle = colors.muted;
  context.font = cssFont(layout.type);
  if (layout.gutter < COMPACT_GUTTER) paintText(context, name, 'left', place.x, place.y - layout.type * 0.6);
  else paintText(context, name, 'right', place.x - 16, centerOf(place).y, place.x - 22);
  const output = channel < position.outChannel ? frame.outputs.get(channel) : undefined;
  const fit = fitNumbers(output?.data ?? [], layout.cell);
  const [, , count] = model.summary.shapes.output;
  context.font = cssFont(Math.min(fit.font, place.height * 0.6));
  for (let index = 0; index < count; index++) {
    const at = axis.outputAt(index);
    if (!isInSight(layout, columnX(frame, at))) continue;
    const box = tapRect(frame, place, at);
    const value = output?.data[index];
    if (value === undefined) paintEmptyCell(context, box, colors);
    else {
      const text = fit.readable ? formatNumber(value, fit.decimals) : '';
      paintCell(context, box, value, outputMax, text, theme, { quiet: true });
    }
  }
}

/** The columns in sight, over the height of a part. */
export function columnsOf({ layout }: SignalFrame, { y, height }: Rect): Rect {
  return { x: layout.left, y, width: layout.columns * layout.cell, height };
}

function paintRail(context: Context2D, frame: SignalFrame, { lane, channel }: SignalRow) {
  context.fillStyle = hueOf(frame, channel);
  context.fillRect(lane.rail.x, lane.rail.y, lane.rail.width, lane.rail.height);
}

/** Names of the rows: in the gutter, or on a phone above the lane. */
function paintNames(context: Context2D, frame: SignalFrame, { lane, channel }: SignalRow) {
  const { layout, colors, model, t } = frame;
  const compact = layout.gutter < COMPACT_GUTTER;
  const shapes = model.summary.shapes;
  const input = `${model.names?.letter ?? 'X'}[${channel}]`;
  context.fillStyle = hueOf(frame, channel);
  context.font = cssFont(layout.type, 600);
  if (compact) {
    const [name, y] = [t('signal.input', { name: input }), lane.plot.y - layout.type * 0.8];
    paintText(context, name, 'left', lane.plot.x, y);
    const left = lane.plot.x + context.measureText(name).width + 8;
    context.fillStyle = colors.muted;
    context.font = cssFont(layout.type);
    paintText(context, formatShape([shapes.input[2]]), 'left', left, y);
    return;
  }
  const end = lane.rail.x - 8;
  const room = end - 6;
  const middle = ({ y, height }: Rect) => y + height / 2;
  const line = layout.type * 0.65;
  paintText(context, t('signal.input', { name: input }), 'right', end, middle(lane.plot) - line, room);
  context.fillStyle = colors.muted;
  context.font = cssFont(layout.type);
  paintText(context, formatShape([shapes.input[2]]), 'right', end, middle(lane.plot) + line, room);
  const kernel = model.names?.slice(frame.position.outChannel, channel) ?? `K[${kernelName(frame, channel)}]`;
  if (lane.kernel && shapes.weight && kernel)
    paintText(context, `× ${kernel}`, 'right', end, middle(lane.kernel), room);
  paintText(context, productsName(frame), 'right', end, middle(lane.products), room);
}

/** The first two indices of the weight, as torch counts them. */
function kernelName({ model, position }: SignalFrame, channel: number) {
  const { shapes, operation } = model.summary;
  const groups = operation.groups ?? 1;
  const { outChannel } = position;
  return operation.kind === 'conv_transpose2d'
    ? [channel, outChannel % (shapes.output[0] / groups)].join(', ')
    : [outChannel, channel % (shapes.input[0] / groups)].join(', ');
}

function productsName({ model, t }: SignalFrame) {
  const { kind } = model.summary.operation;
  if (kind === 'max_pool2d') return t('stage.values');
  return `= ${t(kind === 'avg_pool2d' ? 'signal.shares' : 'stage.products')}`;
}

/** The bars of a channel, and the cells beside it that windows read. */
function paintSignal(context: Context2D, frame: SignalFrame, { lane, channel }: SignalRow) {
  const { axis, model, layout } = frame;
  const scale = inputScale(frame, lane.plot);
  paintZeroLine(context, frame, scale);
  paintUnread(context, frame, lane.plot);
  for (const { index, value } of channelValues(frame, channel)) {
    const x = columnX(frame, axis.inputAt(index));
    if (!isInSight(layout, x)) continue;
    if (isBetween(frame, index)) paintGhost(context, frame, scale, x, 0);
    else paintBar(context, frame, scale, x, value);
  }
  if (model.subject.gathered) return;
  for (const position of ringPositions(frame)) {
    const value = ghostValue(frame, channel, position);
    const x = columnX(frame, position);
    if (value !== null && isInSight(layout, x)) paintGhost(context, frame, scale, x, value);
  }
}

/** Strikes through the columns of cells that no window reads. */
function paintUnread(context: Context2D, frame: SignalFrame, { y, height }: Rect) {
  const { model, layout, colors } = frame;
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  for (const col of model.idleCols) {
    const x = columnX(frame, col - model.plane.left) - layout.cell / 2;
    const band = { x, y, width: layout.cell, height };
    if (isInSight(layout, x + layout.cell / 2)) clipTo(context, band, () => hatch(context, band), 0);
  }
}

/** The positions beside the input at which padding stands. */
function ringPositions({ model }: SignalFrame) {
  const { plane, summary } = model;
  const length = summary.shapes.input[2];
  return Array.from({ length: plane.cols }, (_, col) => col - plane.left).filter(
    (position) => position < 0 || position >= length,
  );
}

function paintInputIndices(context: Context2D, frame: SignalFrame, place: Rect) {
  const { model, axis } = frame;
  const [, apart] = model.spread;
  const count = Math.ceil(model.summary.shapes.input[2] / apart);
  paintIndices(context, frame, place, count, (index) => axis.inputAt(index * apart), apart);
}

function paintOutputIndices(context: Context2D, frame: SignalFrame) {
  const { model, axis, layout } = frame;
  paintIndices(context, frame, layout.outputIndices, model.summary.shapes.output[2], (index) =>
    axis.outputAt(index),
  );
}

/** Indices below the bars: each, or as many as have room. */
function paintIndices(
  context: Context2D,
  frame: SignalFrame,
  place: Rect,
  count: number,
  at: (index: number) => number,
  apart = 1,
) {
  const { layout, colors } = frame;
  const room = layout.cell * apart;
  const every = room >= INDEXED ? 1 : Math.ceil(INDEXED / room / 5) * 5;
  context.font = cssFont(layout.indexType);
  context.fillStyle = colors.muted;
  for (let index = 0; index < count; index += every) {
    const x = columnX(frame, at(index));
    if (!isInSight(layout, x)) continue;
    paintCenteredText(context, String(index), x, place.y + place.height / 2, room * every - 2);
  }
}

/** `output Y[0] of 2, (2, 5)` above the output. */
function paintOutputNames(context: Context2D, frame: SignalFrame) {
  const { layout, colors, model, t, position, axis } = frame;
  const { x, y, height } = layout.outputHeading;
  const { output } = model.summary.shapes;
  context.fillStyle = colors.text;
  context.font = cssFont(layout.type, 600);
  const name = t('stage.outputNamed', { output: position.outChannel });
  paintText(context, name, 'left', x, y + height / 2);
  const end = x + context.measureText(name).width + 8;
  context.fillStyle = colors.muted;
  context.font = cssFont(layout.type);
  const of = output[0] > 1 && !axis.apart ? `${t('stage.outputOf', { count: output[0] })}, ` : '';
  paintText(context, of + formatShape([output[2]]), 'left', end, y + height / 2);
}

/** The whole signal of the channel at work as a line, and what of it is in sight. */
function paintOverview(context: Context2D, frame: SignalFrame) {
  const { layout, axis, colors, ranges, rows, firstColumn } = frame;
  const [row] = rows;
  if (!layout.overview || !row) return;
  const { x, y, width, height } = layout.overview;
  const { low, high } = ranges.input;
  const share = (position: number) => x + ((position - axis.first) / (axis.last - axis.first)) * width;
  context.fillStyle = colors.soft;
  const [from, to] = [share(firstColumn), share(Math.min(firstColumn + layout.columns - 1, axis.last))];
  context.fillRect(from, y, to - from, height);
  context.strokeStyle = hueOf(frame, row.channel);
  context.lineWidth = 1.2;
  context.beginPath();
  for (const { index, value } of channelValues(frame, row.channel)) {
    const top = y + height - ((value - low) / (high - low)) * height;
    if (index === 0) context.moveTo(share(axis.inputAt(index)), top);
    else context.lineTo(share(axis.inputAt(index)), top);
  }
  context.stroke();
  context.strokeStyle = colors.accent;
  context.lineWidth = 1.5;
  for (const edge of [from, to]) strokeLine(context, edge, y, edge, y + height);
}
