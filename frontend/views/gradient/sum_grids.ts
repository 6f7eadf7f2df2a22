/** The grids of a sum, and where their cells are, for what stands still and what moves. */

import { channelHue } from '../../model/color.ts';
import type { CellGrid } from '../shared/grid.ts';
import { cellRect } from '../shared/rects.ts';
import { fitTensor } from '../shared/text_fit.ts';
import { inputValues } from '../stage/input_plane.ts';
import type { SumFrame } from './sum_frame.ts';
import { biasGrid } from './sum_frame.ts';

export function hueOf({ theme, model }: SumFrame, channel: number) {
  return channelHue(theme, channel, model.subject.picture);
}

export function inputGrid(frame: SumFrame, quiet: boolean): CellGrid {
  const { model, layout, inChannel } = frame;
  const { plane, input, inputLow, inputMax } = model;
  const fit = fitTensor(input.data, inputLow, inputMax, layout.cell);
  return {
    rows: plane.rows,
    cols: plane.cols,
    valueAt: inputValues(model, inChannel),
    max: inputMax,
    fit,
    quiet,
  };
}

export function upstreamGrid({ model, moment, plane, layout }: SumFrame): CellGrid {
  const [rows, cols] = model.subject.output;
  const fit = fitTensor(moment.upstream.data, -moment.upstreamMax, moment.upstreamMax, layout.cell);
  return { rows, cols, valueAt: (i, j) => plane[i * cols + j] ?? 0, max: moment.upstreamMax, fit };
}

export function gradientCellRect(
  { layout, moment, model }: SumFrame,
  channel: number,
  row: number,
  col: number,
) {
  if (moment.direction !== 'bias') return cellRect(layout.gradient, layout.outputCell, row, col);
  const [rows] = biasGrid(model.subject.outChannels);
  return cellRect(layout.gradient, layout.outputCell, channel % rows, Math.floor(channel / rows));
}

export function gradientSize({ moment, model }: SumFrame) {
  return moment.direction === 'bias' ? biasGrid(model.subject.outChannels) : model.subject.kernel;
}
