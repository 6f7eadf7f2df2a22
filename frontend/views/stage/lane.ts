/** A channel's sentence before anything is computed: its rail and name, the kernel slice, empty places. */

import { colorScale, numberedIndex } from '../../model/color.ts';
import { weightIndex, weightOffset } from '../../model/geometry.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  cssFont,
  fillRoundedRect,
  paintCenteredText,
  paintOutline,
  paintText,
  strokeRoundedRect,
} from '../shared/drawing.ts';
import type { CellGrid } from '../shared/grid.ts';
import { cellBox, paintCell, paintEmptyGrid, paintGrid } from '../shared/grid.ts';
import { centerOf, clamp, growRect } from '../shared/rects.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { fitTensor, readableCell, writeNumber } from '../shared/text_fit.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import { displayedTap } from './channel_frame.ts';
import { NAME_WEIGHT } from './heading_lines.ts';
import { formatShape, headingText, paintHeadingText } from './headings.ts';
import type { Lane } from './layout.ts';
import { HEADINGS_HEIGHT } from './phone_layout.ts';
import { hueOf } from './window.ts';

/** A thinner lane than this has no name beside its rail. */
const MIN_NAMED = 44;

/** The size of small type on the stage, in CSS pixels. */
export function smallType({ layout }: Pick<ChannelFrame, 'layout'>) {
  return clamp(11.5 * layout.spacing.scale, 10.5, 15);
}

/** Paints a lane as far as the products' places. */
export function paintLane(context: Context2D, frame: ChannelFrame, row: ChannelRow) {
  const { model } = frame;
  const { lane } = row;
  // A filter has no slice for a channel of another group.
  const isRead = row.index >= 0 || model.subject.perChannel;
  paintRail(context, frame, row, isRead);
  if (model.weight && lane.kernel && isRead) paintKernel(context, frame, row, lane.kernel);
  if (row.index < 0) return;
  if (lane.loupe) paintEmptyTaps(context, frame, lane.loupe, lane.cell);
  paintEmptyTaps(context, frame, lane.products, lane.cell);
  if (!lane.upright && row.index === 0) paintNames(context, frame, lane);
  paintSigns(context, frame, row);
}

function paintRail(
  context: Context2D,
  frame: ChannelFrame,
  { lane, channel, outstanding }: ChannelRow,
  isRead: boolean,
) {
  const { rail, upright } = lane;
  const weight = outstanding ? 5 : 3;
  context.fillStyle = hueOf(frame, channel);
  context.globalAlpha = isRead ? 1 : 0.45;
  if (upright) context.fillRect(rail.x, rail.y, weight, rail.height);
  else context.fillRect(rail.x, rail.y, rail.width, weight);
  context.globalAlpha = 1;
  if (!isRead) context.fillStyle = frame.colors.muted;
  const size = smallType(frame);
  const name = frame.t(frame.model.subject.picture ? `stage.channel.rgb${channel}` : 'stage.channel.name', {
    channel,
  });
  context.font = cssFont(size, outstanding ? 700 : 500);
  if (!upright) {
    paintText(context, name, 'left', rail.x, rail.y + size * 0.5 + 7);
    return;
  }
  if (rail.height < MIN_NAMED || frame.layout.family === 'phone') return;
  context.save();
  context.translate(rail.x + 5 + size * 0.7, centerOf(rail).y);
  context.rotate(-Math.PI / 2);
  paintCenteredText(context, name, 0, 0, rail.height);
  context.restore();
}

function paintSigns(context: Context2D, { layout, colors, model }: ChannelFrame, { lane }: ChannelRow) {
  context.fillStyle = colors.text;
  context.font = cssFont(signSize(layout));
  if (lane.times) paintCenteredText(context, '×', lane.times.x, lane.times.y);
  const arrow = lane.upright ? '→' : '↓';
  paintCenteredText(context, model.weight ? '=' : arrow, lane.equals.x, lane.equals.y);
}

function signSize({ family, spacing }: ChannelFrame['layout']) {
  return family === 'phone' ? 14 : clamp(spacing.sign * 0.75, 14, 24);
}

/** Paints the sign between window and kernel on the band that joins them. */
export function paintTimes(context: Context2D, { layout, colors }: ChannelFrame, { times }: Lane) {
  if (!times) return;
  const { x, y } = times;
  fillRoundedRect(context, { x: x - 10, y: y - 10, width: 20, height: 20 }, 10, colors.paper);
  context.fillStyle = colors.text;
  context.font = cssFont(signSize(layout));
  paintCenteredText(context, '×', x, y);
}

/** Paints the places of numbers to come. */
export function paintEmptyTaps(
  context: Context2D,
  { model, colors }: ChannelFrame,
  rect: Rect,
  cell: number,
) {
  if (cell < readableCell(1)) paintOutline(context, rect, colors.line);
  else paintEmptyGrid(context, rect, cell, model.subject.kernel, colors);
}

/** How the numbers of kernels are written. */
export function weightFit({ weight, weightLow, weightMax }: SceneModel, cell: number): NumberFit {
  return fitTensor(weight?.data ?? [], weightLow, weightMax, cell);
}

function paintKernel(
  context: Context2D,
  frame: ChannelFrame,
  { channel, lane, outstanding }: ChannelRow,
  rect: Rect,
) {
  const { model } = frame;
  const [rows, cols] = model.subject.kernel;
  const outChannel = kernelOutput(frame, channel);
  const offset = weightOffset(model.summary, outChannel, channel);
  const data = model.weight?.data ?? [];
  const valueAt = (i: number, j: number) => {
    const [u, v] = displayedTap(model, i, j);
    return data[offset + u * cols + v] ?? 0;
  };
  const grid = {
    rows,
    cols,
    valueAt,
    max: model.weightMax,
    fit: weightFit(model, lane.cell),
  };
  if (frame.kernelTurn < 1) paintTurningKernel(context, frame, rect, lane.cell, grid);
  else {
    paintGrid(context, rect, lane.cell, grid, frame);
    strokeRoundedRect(context, growRect(rect, 1), 4, hueOf(frame, channel), outstanding ? 2.5 : 1.5);
  }
  if (!lane.upright) paintSliceName(context, frame, rect, sliceName(model, outChannel, channel));
}

/** Of depthwise layers each lane has a filter of its own. */
function kernelOutput({ model, position }: ChannelFrame, channel: number) {
  const { perChannel, outChannels, channels } = model.subject;
  if (!perChannel) return position.outChannel;
  const multiplier = Math.max(1, outChannels / channels);
  return channel * multiplier + (position.outChannel % multiplier);
}

/** The height above kernel and products in which names stand between them and the planes. */
export function namesHeight(frame: Pick<ChannelFrame, 'layout'>, { upright }: Pick<Lane, 'upright'>) {
  if (frame.layout.family === 'phone') return HEADINGS_HEIGHT;
  return upright ? 0 : 9 + smallType(frame) * 0.6;
}

/** Where channels are columns kernel and products have no headings: the first that is read names them. */
function paintNames(context: Context2D, frame: ChannelFrame, { kernel, products }: Lane) {
  const { colors, model, position, t } = frame;
  const size = smallType(frame);
  context.fillStyle = colors.muted;
  context.font = cssFont(size);
  paintText(context, t('stage.products'), 'left', products.x, products.y - 9, products.width);
  const heading = headingText(frame, 'kernel');
  if (!kernel || !heading) return;
  const width = products.x - kernel.x - 6;
  const line = kernel.y + kernel.height + 11 + size * 1.3;
  context.font = cssFont(size, NAME_WEIGHT);
  const fits = context.measureText(`${heading.name} ${heading.detail}`).width <= width;
  const text = fits ? heading : { name: heading.name };
  paintHeadingText(context, colors, { x: kernel.x, y: line, width }, text, size);
  const { outChannels } = model.subject;
  if (model.names || outChannels === 1) return;
  context.fillStyle = colors.muted;
  context.font = cssFont(size);
  const filter = t('stage.filterOf', { filter: position.outChannel + 1, count: outChannels });
  paintText(context, filter, 'left', kernel.x, line + size * 1.3, width);
}

/** `K[0, 1]`, with the first two indices into the weight, as torch counts them. */
function sliceName({ names, summary }: SceneModel, outChannel: number, channel: number) {
  return names?.slice(outChannel, channel) ?? `K[${weightIndex(summary, outChannel, channel).join(', ')}]`;
}

function paintSliceName(context: Context2D, frame: ChannelFrame, rect: Rect, name: string) {
  context.fillStyle = frame.colors.muted;
  context.font = cssFont(smallType(frame));
  const withShape = `${name} ${formatShape(frame.model.subject.kernel)}`;
  const text = context.measureText(withShape).width <= rect.width ? withShape : name;
  paintText(context, text, 'left', rect.x, rect.y + rect.height + 11, rect.width);
}

/** Paints the kernel turning about its center; its numbers stay upright. */
function paintTurningKernel(
  context: Context2D,
  { kernelTurn, theme }: ChannelFrame,
  rect: Rect,
  cell: number,
  { rows, cols, valueAt, max, fit }: CellGrid,
) {
  const angle = (1 - easeInOut(kernelTurn)) * Math.PI;
  const center = centerOf(rect);
  const scale = colorScale(theme);
  context.font = cssFont(fit.font);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) {
      const value = valueAt(i, j) ?? 0;
      context.save();
      context.translate(center.x, center.y);
      context.rotate(-angle);
      context.translate((j + 0.5) * cell - rect.width / 2, (i + 0.5) * cell - rect.height / 2);
      paintCell(
        context,
        cellBox({ x: -cell / 2, y: -cell / 2 }, cell, 0, 0),
        value,
        max,
        fit.readable ? '\u200a' : '',
        theme,
      );
      context.rotate(angle);
      context.fillStyle = scale.text[numberedIndex(value, max)] ?? '';
      if (fit.readable) paintCenteredText(context, writeNumber(value, fit), 0, 0, cell - 4);
      context.restore();
    }
}
