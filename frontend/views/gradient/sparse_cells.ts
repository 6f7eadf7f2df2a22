/** Which cell of a gradient a place at the sparse matrix is, and a cell's places. Pure. */

import { indexOfPair, pairAt } from '../../model/gradients/direction.ts';
import type { GradientMoment } from '../../model/gradients/moment.ts';
import type { Cell } from '../../model/relations.ts';
import { findReachedOutputs } from '../../model/relations.ts';
import type { Highlights } from '../shared/matrix_viewport.ts';
import { hitTestPane, makeBlock } from '../shared/matrix_viewport.ts';
import type { FrameRequest } from '../shared/view.ts';
import type { SparseEntry } from '../sparse/entries.ts';
import { makeBlocks, rowEntries, visibleOutputs } from '../sparse/entries.ts';
import type { PlaceRequest, SparseFrame, Strip } from '../sparse/frame.ts';
import { placeMatrix } from '../sparse/frame.ts';
import { upstreamValues } from './matrix_sum.ts';

type Frame = Pick<SparseFrame, 'panes' | 'model' | 'position' | 'transposed' | 'outChannel' | 'channel'> & {
  moment: GradientMoment;
};

/** The channels that the matrix is of: of the output, which the upstream has too, and of the input. */
export interface ChannelPair {
  outChannel: number;
  channel: number;
}

/** Places the panes of a gradient's matrix, beside the upstream of its output channel. */
export function placeGradientMatrix(
  request: FrameRequest,
  moment: GradientMoment,
  pair: ChannelPair,
  given: Omit<PlaceRequest, 'findHighlights'>,
) {
  const placed = placeMatrix(request, {
    ...given,
    findHighlights: (panes, cell) => findBackHighlights({ ...request, ...pair, panes, moment }, cell),
  });
  const { outChannel } = pair;
  const [, height, width] = request.model.summary.shapes.output;
  const values = upstreamValues(moment, [outChannel], height * width, placed.cell);
  const upstream: Strip = {
    name: `dY[${outChannel}]`,
    values: { ...values, valueAt: (i, j) => values.valueAt(0, i + j) },
  };
  return { ...placed, upstream };
}

export function hitTestSparse(frame: Frame, x: number, y: number): Cell | null {
  const hit = hitTestPane(frame.panes, x, y);
  if (!hit) return null;
  const { model, outChannel, channel, transposed, moment } = frame;
  const { name, row, col } = hit;
  const { input, output } = model.summary.shapes;
  const inputCell = (at: number): Cell => ({
    grid: moment.direction === 'input' ? 'gradient' : 'input',
    channel,
    row: Math.floor(at / input[2]),
    col: at % input[2],
  });
  if (name === 'output')
    return {
      grid: 'upstream',
      channel: outChannel,
      row: Math.floor((row + col) / output[2]),
      col: (row + col) % output[2],
    };
  if (name === 'input') return inputCell(row + col);
  if (name === 'kernel' || name === 'gradient') return weightCell(frame, { u: row, v: col });
  const [r, c] = transposed ? [col, row] : [row, col];
  const entry = rowEntries(model, r).find((candidate) => candidate.col === c);
  if (!entry) return null;
  return moment.direction === 'input' ? inputCell(c) : weightCell(frame, entry);
}

/** A weight is asked by what is made of it: its product, or its gradient. */
function weightCell(
  { model, moment, outChannel, channel }: Frame,
  { u, v }: Pick<SparseEntry, 'u' | 'v'>,
): Cell | null {
  if (moment.direction === 'input') return { grid: 'tap', channel: outChannel, row: u, col: v };
  if (moment.direction === 'bias') return null;
  return { grid: 'gradient', channel: indexOfPair(model.summary, outChannel, channel), row: u, col: v };
}

/** A cell's places; of a weight's many places those in sight. */
export function findBackHighlights(frame: Frame, { grid, channel, row, col }: Cell): Highlights {
  const { model, transposed, outChannel, channel: inChannel, moment } = frame;
  const { input, output } = model.summary.shapes;
  const blocks = makeBlocks(transposed);
  const none = { self: [], related: [] };
  if (grid === 'upstream') {
    if (channel !== outChannel) return none;
    const r = row * output[2] + col;
    if (moment.direction === 'bias') return { self: [blocks.output(r)], related: [] };
    const read = rowEntries(model, r).flatMap(({ col: c }) => [blocks.entry(r, c), blocks.input(c)]);
    return { self: [blocks.output(r)], related: read };
  }
  if (grid === 'input' || (grid === 'gradient' && moment.direction === 'input')) {
    if (channel !== inChannel) return none;
    const c = row * input[2] + col;
    const reached = findReachedOutputs(model, row, col).map((at) => at.row * output[2] + at.col);
    return {
      self: [blocks.input(c)],
      related: reached.flatMap((r) => [blocks.entry(r, c), blocks.output(r)]),
    };
  }
  if (grid === 'tap' && moment.direction === 'input')
    return channel === outChannel
      ? { self: [makeBlock('kernel', row, col)], related: placesIn(frame, row, col) }
      : none;
  if (grid !== 'gradient' || moment.direction !== 'weight') return none;
  const [o, c] = pairAt(model.summary, channel);
  if (o !== outChannel || c !== inChannel) return none;
  return {
    self: [makeBlock('gradient', row, col), makeBlock('kernel', row, col)],
    related: placesIn(frame, row, col),
  };
}

/** The places of a weight that are in sight. */
function placesIn(frame: Frame, u: number, v: number) {
  const blocks = makeBlocks(frame.transposed);
  const [first = 0, end = 0] = visibleOutputs(frame);
  return Array.from({ length: end - first }, (_, k) => first + k).flatMap((r) =>
    rowEntries(frame.model, r)
      .filter((entry) => entry.u === u && entry.v === v)
      .map(({ col }) => blocks.entry(r, col)),
  );
}
