/** The other filters, in small below the output: their kernel slices, and the outputs that they make. */

import { weightOffset } from '../../model/geometry.ts';
import type { Context2D } from '../shared/drawing.ts';
import { cssFont, paintOutline, paintText } from '../shared/drawing.ts';
import { paintGrid } from '../shared/grid.ts';
import { centerOf, squareAround } from '../shared/rects.ts';
import { fitNumbers, fitTensor } from '../shared/text_fit.ts';
import type { ChannelFrame } from './channel_frame.ts';
import { displayedTap } from './channel_frame.ts';
import { smallType } from './lane.ts';
import type { ShelfPlace } from './layout.ts';
import { hueOf } from './window.ts';

/** Paints the other filters: their slices, and the outputs that they make. */
export function paintShelf(context: Context2D, frame: ChannelFrame) {
  frame.layout.shelf.forEach((place, k) => {
    const channel = frame.shelfChannels[k];
    if (channel !== undefined) paintFilter(context, frame, place, channel);
  });
}

function paintFilter(context: Context2D, frame: ChannelFrame, place: ShelfPlace, channel: number) {
  const { model, colors, t, layout } = frame;
  const data = model.weight?.data ?? [];
  const [rows, cols] = model.subject.kernel;
  const cell = layout.shelfCell;
  const fit = fitTensor(data, model.weightLow, model.weightMax, cell);
  const size = smallType(frame);
  context.fillStyle = colors.text;
  context.font = cssFont(size, 600);
  const name = t('stage.kernelOf', { output: channel });
  paintText(context, name, 'left', place.heading.x, place.heading.y);
  const nameWidth = context.measureText(name).width;
  context.fillStyle = colors.muted;
  context.font = cssFont(size);
  const more = othersLeft(frame, place);
  const room = place.heading.width - nameWidth - 5;
  const [text = ''] = [t('stage.makes', { output: channel }) + more, more.trim()].filter(
    (each) => context.measureText(each).width <= room,
  );
  paintText(context, text, 'left', place.heading.x + nameWidth + 5, place.heading.y);
  const channels = inputsOf(frame, channel);
  place.kernels.forEach((rect, c) => {
    const input = channels[c];
    if (input === undefined) return;
    const offset = weightOffset(model.summary, channel, input);
    const valueAt = (i: number, j: number) => {
      const [u, v] = displayedTap(model, i, j);
      return data[offset + u * cols + v] ?? 0;
    };
    paintGrid(context, rect, cell, { rows, cols, valueAt, max: model.weightMax, fit, quiet: true }, frame);
    context.fillStyle = hueOf(frame, input);
    context.fillRect(rect.x, rect.y + rect.height + 1, rect.width, 2);
  });
  paintShelfOutput(context, frame, place, channel);
}

/** Beside the last filter, how many have found no room. */
function othersLeft({ layout, model, t }: ChannelFrame, place: ShelfPlace) {
  const count = model.subject.outChannels - 1 - layout.shelf.length;
  return count > 0 && place === layout.shelf.at(-1) ? ` ${t('stage.moreFilters', { count })}` : '';
}

function inputsOf({ model }: ChannelFrame, channel: number) {
  const { channels, outChannels } = model.subject;
  const groups = model.summary.operation.groups ?? 1;
  const size = channels / groups;
  const first = Math.floor(channel / (outChannels / groups)) * size;
  return Array.from({ length: size }, (_, k) => first + k);
}

/** Paints the other filter's output: complete once it is, else only that it comes later. */
function paintShelfOutput(
  context: Context2D,
  frame: ChannelFrame,
  { heading, output: rect, outputCell }: ShelfPlace,
  channel: number,
) {
  const { model, colors, t, position, outputMax } = frame;
  const [rows, cols] = model.subject.output;
  const output = frame.outputs.get(channel);
  if (channel < position.outChannel && output) {
    const valueAt = (row: number, col: number) => output.data[row * cols + col] ?? 0;
    const fit = fitNumbers(output.data, outputCell);
    paintGrid(context, rect, outputCell, { rows, cols, valueAt, max: outputMax, fit, quiet: true }, frame);
    return;
  }
  const lines = rows <= 8 && cols <= 8;
  context.globalAlpha = 0.6;
  if (lines)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++)
        paintOutline(
          context,
          squareAround(rect.x + (j + 0.5) * outputCell, rect.y + (i + 0.5) * outputCell, outputCell - 3),
          colors.line,
        );
  else paintOutline(context, rect, colors.line);
  context.globalAlpha = 1;
  context.fillStyle = colors.muted;
  context.font = cssFont(smallType(frame));
  const text = t('stage.comesAfter', { output: channel - 1 });
  paintText(
    context,
    text,
    'left',
    rect.x + rect.width + 8,
    centerOf(rect).y,
    heading.x + heading.width - rect.x - rect.width - 8,
  );
}
