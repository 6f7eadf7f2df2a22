/** What is visible of a gradient: the stage's or the scatter view's frame, or one of sums. Pure. */

import { ownShape } from '../../model/dimensions.ts';
import { zerosBetween } from '../../model/gradients/direction.ts';
import type { GradientMoment } from '../../model/gradients/moment.ts';
import type { Cell } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { ScatterFrame } from '../scatter/frame.ts';
import { makeFrame as makeScatterFrame } from '../scatter/frame.ts';
import type { FrameRequest } from '../shared/view.ts';
import type { SignalFrame } from '../signal/frame.ts';
import { makeFrame as makeSignalFrame } from '../signal/frame.ts';
import type { StageFrame } from '../stage/frame.ts';
import { makeFrame as makeStageFrame } from '../stage/frame.ts';
import { formatShape } from '../stage/headings.ts';
import type { MatrixInputInner } from './matrix_input.ts';
import { makeMatrixInput } from './matrix_input.ts';
import type { MatrixSumFrame } from './matrix_sum.ts';
import { makeMatrixSumFrame } from './matrix_sum.ts';
import { gradientAxis } from './signal_axis.ts';
import type { SignalSumFrame } from './signal_sum.ts';
import { makeSignalSumFrame } from './signal_sum.ts';
import type { SparseInputInner } from './sparse_input.ts';
import { makeSparseInput } from './sparse_input.ts';
import type { SparseSumFrame } from './sparse_sum.ts';
import { makeSparseSumFrame } from './sparse_sum.ts';
import { gradientWords } from './stage_texts.ts';
import type { SumFrame } from './sum_frame.ts';
import { makeSumFrame } from './sum_frame.ts';
import { makeUpstreamModel } from './upstream_model.ts';

/** The gradient to the input, as a layer whose input is the upstream; signals have a drawing of their own. */
export interface LayerFrame<Kind extends 'gather' | 'scatter', Inner extends AnyLayerFrame> {
  view: 'gradient';
  kind: Kind;
  moment: GradientMoment;
  inner: Inner;
  /** The layer that the gradient is. */
  layer: SceneModel;
  layout: Inner['layout'];
  staticKey: string;
  ratio: number;
  /** Of the forward pass. */
  model: SceneModel;
  position: FrameRequest['position'];
  activeCell: FrameRequest['activeCell'];
}

/** The gradient to the input as a matrix, which is made of the forward layer. */
type PaneInner = MatrixInputInner | SparseInputInner;
type AnyLayerFrame = StageFrame | ScatterFrame | SignalFrame | PaneInner;

export type GatherFrame = LayerFrame<'gather', StageFrame | SignalFrame | PaneInner>;
export type GradientScatterFrame = LayerFrame<'scatter', ScatterFrame | SignalFrame | PaneInner>;
export type AnySumFrame = SumFrame | SignalSumFrame | MatrixSumFrame | SparseSumFrame;
export type GradientFrame = GatherFrame | GradientScatterFrame | AnySumFrame;

export function isSumFrame(frame: GradientFrame): frame is AnySumFrame {
  return frame.kind !== 'gather' && frame.kind !== 'scatter';
}

export function makeFrame(request: FrameRequest, previous: GradientFrame | null): GradientFrame {
  const { gradient: moment } = request;
  if (!moment) throw new RangeError('a frame of a gradient is made of its moment');
  if (moment.direction !== 'input') return makeAnySumFrame(request, moment, previous);
  const isSignal = request.model.summary.dimensions === 1;
  const kind = moment.reading === 'scatter' ? 'scatter' : 'gather';
  const before = previous && !isSumFrame(previous) ? previous.inner : null;
  const layer = layerRequest(request, moment, previous);
  const wrap = <Kind extends 'gather' | 'scatter', Inner extends AnyLayerFrame>(as: Kind, inner: Inner) =>
    wrapLayer(as, request, moment, layer.model, inner);
  if (request.view === 'matrix' || request.view === 'sparse') {
    const inner = makePanes(request, moment, layer.model, before);
    return kind === 'scatter' ? wrap(kind, inner) : wrap(kind, inner);
  }
  if (isSignal) {
    const signalRequest: FrameRequest = { ...layer, view: kind === 'scatter' ? 'scatter' : 'stage' };
    const axisOf = () => gradientAxis(request.model, layer.model, moment.reading);
    const inner = makeSignalFrame(signalRequest, before?.view === 'signal' ? before : null, axisOf);
    return kind === 'scatter' ? wrap(kind, inner) : wrap(kind, inner);
  }
  if (kind === 'scatter') {
    const last = before?.view === 'scatter' ? before : null;
    return wrap(kind, makeScatterFrame({ ...layer, view: 'scatter' }, last));
  }
  const last = before?.view === 'stage' ? before : null;
  return wrap(kind, makeStageFrame({ ...layer, view: 'stage' }, last));
}

function makeAnySumFrame(
  request: FrameRequest,
  moment: GradientMoment,
  previous: GradientFrame | null,
): AnySumFrame {
  if (request.view === 'matrix')
    return makeMatrixSumFrame(request, moment, previous?.kind === 'matrixSum' ? previous : null);
  if (request.view === 'sparse')
    return makeSparseSumFrame(request, moment, previous?.kind === 'sparseSum' ? previous : null);
  if (request.model.summary.dimensions === 1)
    return makeSignalSumFrame(request, moment, previous?.kind === 'signalSum' ? previous : null);
  return makeSumFrame(request, moment, previous?.kind === 'sum' ? previous : null);
}

/** layer: the model of the layer that the gradient is. */
function makePanes(
  request: FrameRequest,
  moment: GradientMoment,
  layer: SceneModel,
  before: AnyLayerFrame | null,
): PaneInner {
  if (request.view === 'matrix')
    return makeMatrixInput(request, moment, layer, before?.view === 'matrix' ? before : null);
  return makeSparseInput(request, moment, layer, before?.view === 'sparse' ? before : null);
}

function wrapLayer<Kind extends 'gather' | 'scatter', Inner extends AnyLayerFrame>(
  kind: Kind,
  { model, position, activeCell, ratio }: FrameRequest,
  moment: GradientMoment,
  layer: SceneModel,
  inner: Inner,
): LayerFrame<Kind, Inner> {
  const { layout, staticKey } = inner;
  const shown = { model, position, activeCell, ratio };
  return { view: 'gradient', kind, moment, inner, layer, layout, staticKey, ...shown };
}

/** The request for the layer that the gradient is. */
function layerRequest(
  request: FrameRequest,
  moment: GradientMoment,
  previous: GradientFrame | null,
): FrameRequest {
  const { model, activeCell } = request;
  const active = activeCell && layerCell(model, moment, activeCell.cell);
  return {
    ...request,
    model: upstreamModel(request, moment, previous),
    step: moment.step,
    stamp: moment.stamp,
    gradient: null,
    outputs: moment.planes,
    outputMax: moment.planeMax,
    activeCell: activeCell && active && { ...activeCell, cell: active },
    tinted: false,
    kernelTurn: 1,
    t: gradientWords(request.t, model, moment),
  };
}

/** The same object while the upstream is the same: layouts are kept by it. */
function upstreamModel(
  { model, t }: FrameRequest,
  moment: GradientMoment,
  previous: GradientFrame | null,
): SceneModel {
  const { upstream, reading } = moment;
  const before = previous && !isSumFrame(previous) && previous.model === model ? previous : null;
  if (before?.moment.upstream === upstream && before.moment.reading === reading) return before.layer;
  return makeUpstreamModel(model, upstream, reading, upstreamDetail({ model, t }, moment));
}

/** `(3, 2, 2), zeros between` */
function upstreamDetail(
  { model, t }: Pick<FrameRequest, 'model' | 't'>,
  { upstream, reading }: GradientMoment,
) {
  const shape = formatShape(ownShape(model.summary.dimensions, upstream.shape));
  const spread = reading === 'gather' && model.weight && Math.max(...zerosBetween(model.summary)) > 1;
  return spread ? `${shape}, ${t('gradient.zerosBetween')}` : shape;
}

/** A cell in the words of the layer that the gradient is: its input is the upstream. */
export function layerCell({ summary }: SceneModel, { reading }: GradientMoment, cell: Cell): Cell | null {
  const [down, across] = reading === 'scatter' ? [1, 1] : zerosBetween(summary);
  switch (cell.grid) {
    case 'upstream':
      return { ...cell, grid: 'input', row: cell.row * down, col: cell.col * across };
    case 'gradient':
      return { ...cell, grid: 'output' };
    case 'weight':
    case 'tap':
    case 'sum':
    case 'running':
    case 'total':
      return cell;
    default:
      return null;
  }
}

/** The way back: null for a zero between the upstream's cells. */
export function gradientCell(
  { summary }: SceneModel,
  { reading }: GradientMoment,
  cell: Cell | null,
): Cell | null {
  if (cell?.grid === 'output') return { ...cell, grid: 'gradient' };
  // A weight is asked for by its product.
  if (cell?.grid === 'weight') return { ...cell, grid: 'tap' };
  if (cell?.grid !== 'input') return cell;
  const [down, across] = reading === 'scatter' ? [1, 1] : zerosBetween(summary);
  if (cell.row % down || cell.col % across) return null;
  return { ...cell, grid: 'upstream', row: cell.row / down, col: cell.col / across };
}
