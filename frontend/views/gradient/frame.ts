/** What is visible of a gradient: the stage's or the scatter view's frame, or one of sums. Pure. */

import { ownShape } from '../../model/dimensions.ts';
import { zerosBetween } from '../../model/direction.ts';
import type { GradientMoment } from '../../model/gradient_moment.ts';
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
import { gradientAxis } from './signal_axis.ts';
import type { SignalSumFrame } from './signal_sum.ts';
import { makeSignalSumFrame } from './signal_sum.ts';
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
  layout: Inner['layout'];
  staticKey: string;
  ratio: number;
  /** Of the forward pass. */
  model: SceneModel;
  position: FrameRequest['position'];
  activeCell: FrameRequest['activeCell'];
}

type AnyLayerFrame = StageFrame | ScatterFrame | SignalFrame;

export type GatherFrame = LayerFrame<'gather', StageFrame | SignalFrame>;
export type GradientScatterFrame = LayerFrame<'scatter', ScatterFrame | SignalFrame>;
export type AnySumFrame = SumFrame | SignalSumFrame;
export type GradientFrame = GatherFrame | GradientScatterFrame | AnySumFrame;

export function isSumFrame(frame: GradientFrame): frame is AnySumFrame {
  return frame.kind === 'sum' || frame.kind === 'signalSum';
}

export function makeFrame(request: FrameRequest, previous: GradientFrame | null): GradientFrame {
  const { gradient: moment } = request;
  if (!moment) throw new RangeError('a frame of a gradient is made of its moment');
  const isSignal = request.model.summary.dimensions === 1;
  if (moment.direction !== 'input') {
    if (isSignal)
      return makeSignalSumFrame(request, moment, previous?.kind === 'signalSum' ? previous : null);
    return makeSumFrame(request, moment, previous?.kind === 'sum' ? previous : null);
  }
  const kind = moment.reading === 'scatter' ? 'scatter' : 'gather';
  const before = previous && 'inner' in previous ? previous.inner : null;
  const layer = layerRequest(request, moment);
  if (isSignal) {
    const signalRequest: FrameRequest = { ...layer, view: kind === 'scatter' ? 'scatter' : 'stage' };
    const axisOf = () => gradientAxis(request.model, layer.model, moment.reading);
    const inner = makeSignalFrame(signalRequest, before?.view === 'signal' ? before : null, axisOf);
    return kind === 'scatter' ? wrap(kind, request, moment, inner) : wrap(kind, request, moment, inner);
  }
  if (kind === 'scatter') {
    const last = before?.view === 'scatter' ? before : null;
    return wrap(kind, request, moment, makeScatterFrame({ ...layer, view: 'scatter' }, last));
  }
  const last = before?.view === 'stage' ? before : null;
  return wrap(kind, request, moment, makeStageFrame({ ...layer, view: 'stage' }, last));
}

function wrap<Kind extends 'gather' | 'scatter', Inner extends AnyLayerFrame>(
  kind: Kind,
  { model, position, activeCell, ratio }: FrameRequest,
  moment: GradientMoment,
  inner: Inner,
): LayerFrame<Kind, Inner> {
  const { layout, staticKey } = inner;
  return { view: 'gradient', kind, moment, inner, layout, staticKey, ratio, model, position, activeCell };
}

/** The request for the layer that the gradient is. */
function layerRequest(request: FrameRequest, moment: GradientMoment): FrameRequest {
  const { model, activeCell } = request;
  const active = activeCell && layerCell(model, moment, activeCell.cell);
  return {
    ...request,
    model: upstreamModel(request, moment),
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

let lastModel: { key: [SceneModel, GradientMoment['upstream'], string, unknown]; made: SceneModel } | null =
  null;

/** The same object for the same scene: layouts are kept by it. */
function upstreamModel({ model, t }: FrameRequest, moment: GradientMoment): SceneModel {
  const { upstream, reading } = moment;
  const key: NonNullable<typeof lastModel>['key'] = [model, upstream, reading, t];
  if (!lastModel || lastModel.key.some((part, k) => part !== key[k]))
    lastModel = {
      key,
      made: makeUpstreamModel(model, upstream, reading, upstreamDetail({ model, t }, moment)),
    };
  return lastModel.made;
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
