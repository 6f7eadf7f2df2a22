/** What the painters of a gradient to the weight or the bias need. Pure. */

import { formatIndex } from '../../model/dimensions.ts';
import type { KernelWindow } from '../../model/geometry.ts';
import { weightIndex } from '../../model/geometry.ts';
import { pairAt } from '../../model/gradients/direction.ts';
import type { SumLedger } from '../../model/gradients/ledger.ts';
import { makeBiasLedger, makeWeightLedger } from '../../model/gradients/ledger.ts';
import type { GradientMoment, WeightStep } from '../../model/gradients/moment.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Position } from '../../model/timeline.ts';
import type { NumberArray } from '../../model/types.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import type { SumLayout } from './sum_layout.ts';
import { placeSum } from './sum_layout.ts';

/** How far a row of products has come: cells multiplied, and 0 … 1 for its sum. */
export interface RowProgress {
  products: number;
  sum: number;
}

/** What a sum is made of, however it is drawn. */
export interface SumMoment extends Omit<FrameRequest, 'view' | 'gradient'> {
  view: 'gradient';
  moment: GradientMoment;
  outChannel: number;
  /** Of the weight. */
  inChannel: number;
  /** The kernel cell. */
  row: number;
  col: number;
  /** null: not loaded. */
  weightStep: WeightStep | null;
  ledger: SumLedger | null;
  /** (H_out, W_out), of the output channel. */
  plane: NumberArray;
  /** The cells of the padded input under the upstream. */
  lattice: KernelWindow;
  /** The gradients of the kernel's slice, or of all biases. */
  gradients: NumberArray | null;
  /** Those that are finished, in raster order. */
  placedCount: number;
}

export interface SumFrame extends SumMoment {
  kind: 'sum';
  layout: SumLayout;
  staticKey: string;
}

export function makeSumFrame(
  request: FrameRequest,
  moment: GradientMoment,
  previous: SumFrame | null,
): SumFrame {
  return {
    ...makeSumMoment(request, moment, previous),
    kind: 'sum',
    layout: layoutOf(request, moment.direction === 'bias', previous),
    staticKey: makeStaticKey(request, 'sum', moment.direction, moment.upstreamMax),
  };
}

export function makeSumMoment(
  request: FrameRequest,
  moment: GradientMoment,
  previous: SumMoment | null,
): SumMoment {
  const { model, position } = request;
  const { shapes } = model.summary;
  const toBias = moment.direction === 'bias';
  const [outChannel, inChannel] = toBias
    ? [position.outChannel, 0]
    : pairAt(model.summary, position.outChannel);
  const kW = model.subject.kernel[1];
  const [row, col] = toBias ? [0, 0] : [Math.floor(position.window / kW), position.window % kW];
  const size = shapes.output[1] * shapes.output[2];
  const plane = moment.upstream.data.subarray(outChannel * size, (outChannel + 1) * size);
  const weightStep = moment.weightStep?.index === position.window ? moment.weightStep : null;
  return {
    ...request,
    view: 'gradient',
    moment,
    outChannel,
    inChannel,
    row,
    col,
    weightStep,
    ledger: ledgerOf(model, moment, previous, { weightStep, outChannel, inChannel, row, col, plane }),
    plane,
    lattice: toBias ? { rows: [], cols: [] } : latticeOf(model, row, col),
    gradients: toBias ? moment.biasGradient : sliceOf(model, moment, outChannel, inChannel),
    placedCount: (toBias ? outChannel : position.window) + (position.place === 1 ? 1 : 0),
  };
}

function layoutOf(request: FrameRequest, toBias: boolean, previous: SumFrame | null): SumLayout {
  const { model, width, height, presenting } = request;
  const before = previous?.moment.direction === (toBias ? 'bias' : 'weight') ? previous : null;
  const same = before?.width === width && before.height === height && before.presenting === presenting;
  if (same && before.model.subject === model.subject) return before.layout;
  const { plane, output, kernel, outChannels } = model.subject;
  return placeSum(
    {
      input: toBias ? null : [plane.rows, plane.cols],
      upstream: output,
      gradient: toBias ? biasGrid(outChannels) : kernel,
    },
    width,
    height,
    presenting,
  );
}

/** The biases stand below one another, and in more columns where they are many. */
const TALLEST = 16;

export function biasGrid(outChannels: number): [rows: number, cols: number] {
  const cols = Math.ceil(outChannels / TALLEST);
  return [Math.ceil(outChannels / cols), cols];
}

type At = Pick<SumMoment, 'weightStep' | 'outChannel' | 'inChannel' | 'row' | 'col' | 'plane'>;

function ledgerOf(model: SceneModel, moment: GradientMoment, previous: SumMoment | null, at: At) {
  const { weightStep, outChannel, inChannel, row, col, plane } = at;
  if (moment.direction === 'bias') {
    const gradient = moment.biasGradient?.[outChannel];
    return gradient === undefined ? null : makeBiasLedger(gradient, `db[${outChannel}]`, plane);
  }
  if (!weightStep) return null;
  if (previous?.weightStep === weightStep && previous.moment.upstream === moment.upstream)
    return previous.ledger;
  const index = [...weightIndex(model.summary, outChannel, inChannel), row, col];
  const cell = formatIndex('dK', model.summary.dimensions, index);
  return makeWeightLedger(weightStep, cell, plane, model.subject.output[1]);
}

/** The padded input's cells that kernel cell (u, v) ever lies on, one for each output row and column. */
export function latticeOf(model: SceneModel, u: number, v: number): KernelWindow {
  const [rows, cols] = model.subject.output;
  return {
    rows: Array.from({ length: rows }, (_, i) => model.windowOf(i, 0).rows[u] ?? Number.NaN),
    cols: Array.from({ length: cols }, (_, j) => model.windowOf(0, j).cols[v] ?? Number.NaN),
  };
}

/** The upstream's cells that are multiplied with a cell of the input; null: all of them are. */
export function pairedCells({ rows, cols }: KernelWindow): KernelWindow | null {
  const places = (line: number[]) => line.flatMap((at, k) => (Number.isFinite(at) ? [k] : []));
  const paired = { rows: places(rows), cols: places(cols) };
  const all = paired.rows.length === rows.length && paired.cols.length === cols.length;
  return all ? null : paired;
}

function sliceOf(
  { summary, subject }: SceneModel,
  moment: GradientMoment,
  outChannel: number,
  inChannel: number,
) {
  const plane = moment.planes.get(outChannel);
  if (!plane) return null;
  const [kH, kW] = subject.kernel;
  const size = plane.shape[0] ?? 1;
  const start = (inChannel % size) * kH * kW;
  return summary.shapes.weight && plane.data.subarray(start, start + kH * kW);
}

/** How far a row of the upstream has come. */
export function progressOf(position: Position, row: number, taps: number): RowProgress {
  if (row < position.channels || position.bias > 0 || position.place > 0) return { products: taps, sum: 1 };
  const works = position.together || row === position.active;
  return works ? { products: position.products, sum: position.sum } : { products: 0, sum: 0 };
}
