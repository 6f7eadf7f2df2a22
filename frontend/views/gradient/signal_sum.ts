/**
 * The gradient of a layer of signals to the weight or the bias, as a layer of its own: its input is the input
 * under a kernel that is the upstream, or the upstream, added up. What is drawn of any signals is then drawn
 * of it. Pure.
 */

import { maxMagnitude } from '../../model/color.ts';
import { weightIndex } from '../../model/geometry.ts';
import type { SumLedger } from '../../model/gradients/ledger.ts';
import type { GradientMoment } from '../../model/gradients/moment.ts';
import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import type { Cell } from '../../model/relations.ts';
import type { CellNames, SceneModel } from '../../model/scene_model.ts';
import type { Column } from '../../model/step.ts';
import { Step } from '../../model/step.ts';
import type { Operation, SceneSummary } from '../../model/types.ts';
import { makeSceneModel } from '../shared/scene_model.ts';
import type { FrameRequest } from '../shared/view.ts';
import type { SignalFrame } from '../signal/frame.ts';
import { makeFrame as makeSignalFrame } from '../signal/frame.ts';
import { biasAxis, weightAxis } from './signal_axis.ts';
import type { SumMoment } from './sum_frame.ts';
import { makeSumMoment } from './sum_frame.ts';

export interface SignalSumFrame extends SumMoment {
  kind: 'signalSum';
  inner: SignalFrame;
  layout: SignalFrame['layout'];
  staticKey: string;
}

export function makeSignalSumFrame(
  request: FrameRequest,
  moment: GradientMoment,
  previous: SignalSumFrame | null,
): SignalSumFrame {
  const before = previous?.moment.direction === moment.direction ? previous : null;
  const sum = makeSumMoment(request, moment, before);
  const inner = makeInner(request, sum, before);
  return { ...sum, kind: 'signalSum', inner, layout: inner.layout, staticKey: inner.staticKey };
}

function makeInner(request: FrameRequest, sum: SumMoment, before: SignalSumFrame | null): SignalFrame {
  const { model, moment, outChannel, inChannel, activeCell } = sum;
  const toBias = moment.direction === 'bias';
  const channel = toBias ? outChannel : inChannel;
  const layer = layerOf(sum, before);
  const cell = activeCell && layerCell(sum, activeCell.cell);
  const window = toBias ? outChannel : sum.position.window;
  const plane = sum.gradients && { shape: [1, 1, sum.gradients.length], data: sum.gradients };
  const outputs = Object.assign(new Map(plane ? [[channel, plane]] : []), { version: moment.planes.version });
  const inner = makeSignalFrame(
    {
      ...request,
      view: 'stage',
      model: layer,
      position: { ...sum.position, outChannel: channel, window },
      step: stepOf(sum, layer, window, before),
      stamp: null,
      gradient: null,
      outputs,
      outputMax: moment.planeMax,
      firstChannel: null,
      activeCell: activeCell && cell && { ...activeCell, cell },
      t: wordsOf(sum),
    },
    before?.inner ?? null,
    () => (toBias ? biasAxis(model.subject.output[1], model.subject.outChannels) : weightAxis(model)),
  );
  const { ledger } = sum;
  return ledger && inner.step
    ? { ...inner, ledger: printSum(inner, inner.step, ledger, before?.inner) }
    : inner;
}

/** The sum with the decimals that the line below the stage has. */
function printSum(
  inner: SignalFrame,
  step: Step,
  { cell, decimals }: SumLedger,
  previous: SignalFrame | undefined,
) {
  const known = previous?.step === step ? previous.ledger : null;
  if (known?.cell === cell && known.decimals === decimals) return known;
  return { ...makeLedger(step, ledgerLayerOf(inner.model, inner.position.outChannel), decimals), cell };
}

/** The same object while the sum is of the same numbers: layouts are kept by it. */
function layerOf(sum: SumMoment, before: SignalSumFrame | null): SceneModel {
  const same =
    before?.model === sum.model &&
    before.moment.upstream === sum.moment.upstream &&
    before.outChannel === sum.outChannel &&
    before.inChannel === sum.inChannel;
  if (same) return before.inner.model;
  return sum.moment.direction === 'bias' ? makeBiasLayer(sum) : makeWeightLayer(sum);
}

/** A depthwise layer, so that channels keep their numbers; all have the kernel of the one that is shown. */
function makeWeightLayer({ model, plane, outChannel, inChannel }: SumMoment): SceneModel {
  const { summary, taps, subject } = model;
  const [channels] = summary.shapes.input;
  const [length, kernel] = [subject.output[1], subject.kernel[1]];
  const kernels = new Float64Array(channels * length);
  for (let c = 0; c < channels; c++) kernels.set(plane, c * length);
  const cols = Array.from({ length: kernel }, (_, v) =>
    Array.from({ length }, (__, j) => taps.cols[j]?.[v] ?? -1),
  );
  const { stride, dilation } = summary.operation;
  const layer: SceneSummary = {
    ...summary,
    id: `${summary.id}/weight/${outChannel}/${inChannel}`,
    operation: {
      ...summary.operation,
      groups: channels,
      stride: dilation,
      dilation: stride,
      flip: false,
    } as Operation,
    shapes: {
      input: summary.shapes.input,
      weight: [channels, 1, 1, length],
      bias: null,
      output: [channels, 1, kernel],
    },
    idle_rows: [],
    idle_cols: [],
  };
  const weight = { shape: [channels, 1, 1, length], data: kernels };
  const windowOf = (_: number, v: number) => ({
    rows: [0],
    cols: Array.from({ length }, (__, j) => model.windowOf(0, j).cols[v] ?? Number.NaN),
  });
  const parts = { summary: layer, taps: { rows: [[0]], cols }, input: model.input, weight, bias: null };
  const names = namesOf('X', 'dK', `dY[${outChannel}]`);
  return { ...makeSceneModel(parts, windowOf), names, weightMax: maxMagnitude(plane) };
}

/** A pooling, whose one window is the whole upstream of a channel. */
function makeBiasLayer({ model, moment, outChannel }: SumMoment): SceneModel {
  const { summary, subject } = model;
  const [outputs, length] = [subject.outChannels, subject.output[1]];
  const layer: SceneSummary = {
    ...summary,
    id: `${summary.id}/bias/${outChannel}`,
    operation: {
      ...summary.operation,
      kind: 'max_pool2d',
      kernel_size: [1, length],
      padding: { top: 0, bottom: 0, left: 0, right: 0 },
    } as Operation,
    shapes: { input: [outputs, 1, length], weight: null, bias: null, output: [outputs, 1, outputs] },
    idle_rows: [],
    idle_cols: [],
  };
  const cells = Array.from({ length }, (_, j) => j);
  const taps = { rows: [[0]], cols: Array.from({ length: outputs }, () => cells) };
  const parts = { summary: layer, taps, input: moment.upstream, weight: null, bias: null };
  const made = makeSceneModel(parts, () => ({ rows: [0], cols: cells }));
  return { ...made, names: namesOf('dY', 'db', '') };
}

function namesOf(letter: string, output: string, slice: string): CellNames {
  return { letter, output, slice: () => slice, input: '', products: '' };
}

/** The sum as a step of its layer, the same object for the same one. */
function stepOf(
  sum: SumMoment,
  layer: SceneModel,
  window: number,
  before: SignalSumFrame | null,
): Step | null {
  const { moment, weightStep, plane, outChannel } = sum;
  const toBias = moment.direction === 'bias';
  const gradient = toBias ? moment.biasGradient?.[outChannel] : weightStep?.gradient;
  if (gradient === undefined || (!toBias && !weightStep)) return null;
  const same =
    before?.inner.model === layer &&
    before.inner.position.window === window &&
    before.weightStep === weightStep &&
    before.moment.biasGradient === moment.biasGradient;
  if (same && before.inner.step) return before.inner.step;
  const patch = toBias ? plane : (weightStep?.patch ?? []);
  const products = toBias ? plane : (weightStep?.products ?? []);
  return makeStep(layer, window, { patch, products, gradient });
}

interface SumNumbers {
  patch: ArrayLike<number>;
  products: ArrayLike<number>;
  gradient: number;
}

function makeStep({ taps }: SceneModel, window: number, { patch, products, gradient }: SumNumbers): Step {
  const column = (values: ArrayLike<number>, ...shape: number[]): Column => ({
    shape: [1, ...shape],
    data: Float64Array.from(values),
  });
  const columns = new Map([
    ['input_rows', column([0], 1)],
    ['input_cols', column(taps.cols[window] ?? [], patch.length)],
    ['patches', column(patch, 1, 1, patch.length)],
    ['products', column(products, 1, 1, patch.length)],
    ['channel_sums', column([gradient], 1)],
    ['running_sums', column([gradient], 1)],
    ['outputs', column([gradient])],
  ]);
  return new Step(columns, 0, window, Number.MAX_SAFE_INTEGER);
}

/** The heading of the output, whose channel is none of the layer's. */
function wordsOf({ t, moment, model, outChannel, inChannel }: SumMoment): FrameRequest['t'] {
  const slice = () => `dK[${weightIndex(model.summary, outChannel, inChannel).join(', ')}]`;
  const name = moment.direction === 'bias' ? 'db' : slice();
  return (key, given = {}) => {
    if (key === 'stage.outputNamed') return t('gradient.signal.output', { name });
    return key === 'signal.input' && moment.direction === 'bias'
      ? t('gradient.signal.input', given)
      : t(key, given);
  };
}

/** A cell in the words of the sum's layer. */
export function layerCell({ moment, outChannel, inChannel }: SumMoment, cell: Cell): Cell | null {
  const toBias = moment.direction === 'bias';
  const channel = toBias ? cell.channel : inChannel;
  switch (cell.grid) {
    case 'upstream':
      return toBias ? { ...cell, grid: 'input' } : { ...cell, grid: 'weight', channel };
    case 'gradient':
      return toBias
        ? { grid: 'output', channel: outChannel, row: 0, col: channel }
        : { ...cell, grid: 'output', channel };
    case 'tap':
      return { ...cell, channel };
    case 'input':
      return toBias ? null : cell;
    default:
      return null;
  }
}

/** The way back. */
export function sumCell({ moment, outChannel, position }: SumMoment, cell: Cell | null): Cell | null {
  const toBias = moment.direction === 'bias';
  switch (cell?.grid) {
    case 'weight':
      return { ...cell, grid: 'upstream', channel: outChannel };
    case 'tap':
      return { ...cell, grid: toBias ? 'upstream' : 'tap', channel: outChannel };
    case 'input':
      return toBias ? { ...cell, grid: 'upstream' } : cell;
    case 'output':
      return toBias
        ? { grid: 'gradient', channel: cell.col, row: 0, col: 0 }
        : { ...cell, grid: 'gradient', channel: position.outChannel };
    default:
      return null;
  }
}
