/** What the active cell is computed from, or takes part in. */

import { cellColor, colorScale, textColor } from '../../model/color.ts';
import { inputChannelsOf } from '../../model/geometry.ts';
import { ledgerLayerOf } from '../../model/ledger.ts';
import { decimalsFor, formatNumber } from '../../model/numbers.ts';
import type { ReachedOutput } from '../../model/relations.ts';
import { findRuns } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, cssFont, frameCells, paintTextIn } from '../shared/drawing.ts';
import { cellRect } from '../shared/rects.ts';
import { fontFor } from '../shared/text_fit.ts';
import type { ChannelFrame } from './channel_frame.ts';
import { outputOf } from './channel_frame.ts';
import type { GridPlace } from './grid_places.ts';
import { findCellRect } from './hit_test.ts';
import { hasNumbers, isComposite } from './input_plane.ts';
import { outputFit } from './output.ts';
import { bracket } from './products.ts';

/** The smallest output cell in which the factors are written. */
const FACTORS_CELL = 24;
/** How strongly cells without numbers are tinted. */
const TINT = 0.28;

export function paintRelations(context: Context2D, frame: ChannelFrame) {
  const { activeCell, relations } = frame;
  if (!activeCell || !relations) return;
  const { cell, pinned } = activeCell;
  const { inputs, biasedOutput } = relations;
  if (inputs) {
    const [rows, cols] = [findRuns(inputs.plane.rows), findRuns(inputs.plane.cols)];
    for (const plane of frame.planes)
      if (!plane.thumbnail && (inputs.channels.includes(plane.channel) || isComposite(frame, plane)))
        paintCells(context, frame, plane, hasNumbers(frame, plane), rows, cols);
  }
  if (relations.outputs.length > 0) paintReachedOutputs(context, frame, cell.channel, relations.outputs);
  const output = biasedOutput === null ? null : outputOf(frame, biasedOutput);
  if (output) {
    const [, rows, cols] = frame.model.summary.shapes.output;
    paintCells(context, frame, output, outputFit(frame, output.view.cell).readable, [[0, rows]], [[0, cols]]);
  }
  if (relations.weights) markRect(context, frame, findCellRect(frame, { ...cell, grid: 'weight' }), 2.5);
  markRect(context, frame, findCellRect(frame, cell), pinned ? 4 : 2.5);
}

function markRect(context: Context2D, { colors }: ChannelFrame, rect: Rect | null, lineWidth: number) {
  if (rect) frameCells(context, rect, rect.width, colors.accent, lineWidth, rect.width < 6 ? 2 : 0);
}

/** Frames the runs of cells; what has no numbers is tinted too. */
function paintCells(
  context: Context2D,
  { colors: { accent } }: ChannelFrame,
  { view, place }: GridPlace,
  numbered: boolean,
  rows: [number, number][],
  cols: [number, number][],
) {
  clipTo(context, place, () => {
    context.fillStyle = accent;
    for (const [row, height] of rows)
      for (const [col, width] of cols) {
        const rect = cellRect(view, view.cell, row, col, height, width);
        context.globalAlpha = TINT;
        if (!numbered) context.fillRect(rect.x, rect.y, rect.width, rect.height);
        context.globalAlpha = 1;
        if (Math.min(rect.width, rect.height) >= 4)
          frameCells(context, rect, view.cell, accent, numbered ? 3 : 1.5, 0);
      }
  });
}

/** Paints the output cells an input cell reaches, in each output that the stage shows. */
function paintReachedOutputs(
  context: Context2D,
  frame: ChannelFrame,
  inChannel: number,
  reached: ReachedOutput[],
) {
  const { summary } = frame.model;
  const outputs = Array.from({ length: summary.shapes.output[0] }, (_, o) => o).filter(
    (o, _, { length }) => length === 1 || inputChannelsOf(summary, o).includes(inChannel),
  );
  const paintIn = (origin: Rect, cell: number, o: number) => () => {
    for (const output of reached) paintReachedOutput(context, frame, origin, cell, o, output);
  };
  for (const o of outputs) {
    const output = outputOf(frame, o);
    if (output) clipTo(context, output.place, paintIn(output.view, output.view.cell, o));
  }
  for (const { channel, rect, cell } of smallOutputs(frame))
    if (outputs.includes(channel)) clipTo(context, rect, paintIn(rect, cell, channel));
}

/** Where the stage shows outputs of other channels in small: on the shelf, or as thumbnails. */
function smallOutputs({ layout, shelfChannels, outputPlaces }: ChannelFrame) {
  const shelf = layout.shelf.map(({ output, outputCell }, k) => ({
    channel: shelfChannels[k] ?? -1,
    rect: output,
    cell: outputCell,
  }));
  const thumbnails = outputPlaces.filter(({ thumbnail }) => thumbnail);
  return [
    ...shelf,
    ...thumbnails.map(({ channel, place, view }) => ({ channel, rect: place, cell: view.cell })),
  ];
}

/** Paints an output cell in the colour of the weight that carries the input there. */
function paintReachedOutput(
  context: Context2D,
  frame: ChannelFrame,
  origin: Rect,
  size: number,
  o: number,
  { row, col, u, v }: ReachedOutput,
) {
  const { model, theme, colors, activeCell } = frame;
  const inChannel = activeCell?.cell.channel ?? 0;
  const weight = ledgerLayerOf(model, o, [inChannel]).weight(0, u, v);
  const scale = colorScale(theme);
  const rect = cellRect(origin, size, row, col);
  context.fillStyle = cellColor(scale, weight ?? model.weightMax, model.weightMax);
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
  context.lineWidth = 2;
  context.strokeStyle = colors.accent;
  if (size >= 5) context.strokeRect(rect.x + 1, rect.y + 1, size - 2, size - 2);
  if (weight === null || size < FACTORS_CELL) return;
  const value = activeInput(frame);
  const whole = Number.isInteger(weight) && Number.isInteger(value);
  const format = (number: number) => formatNumber(number, whole ? 0 : decimalsFor([number], 3));
  const text = `${format(value)}·${bracket(format(weight))}`;
  context.fillStyle = textColor(scale, weight, model.weightMax);
  context.font = cssFont(fontFor(size, text.length));
  paintTextIn(context, text, rect, 6);
}

function activeInput({ model, activeCell }: ChannelFrame) {
  if (activeCell?.cell.grid !== 'input') return 0;
  const { channel, row, col } = activeCell.cell;
  const [, height, width] = model.summary.shapes.input;
  return model.input.data[(channel * height + row) * width + col] ?? 0;
}
