/**
 * The gradient to the input as a product with the transposed sparse matrix: dx = Tᵀ · dy, for one pair of
 * channels; the parts of the other output channels are added to it. Pure.
 */

import { formatIndex } from '../../model/dimensions.ts';
import { outputChannelsOf } from '../../model/gradients/direction.ts';
import type { GradientMoment } from '../../model/gradients/moment.ts';
import type { Ledger } from '../../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import { findReachedOutputs } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { AppliedStamp } from '../../model/types.ts';
import { fitMatrix } from '../shared/matrix_fit.ts';
import type { PaneValues } from '../shared/matrix_painting.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import { shownChannelIndex } from '../sparse/channel_index.ts';
import { makeBlocks, rowEntries } from '../sparse/entries.ts';
import { writeParts } from '../sparse/equation.ts';
import type { SparseFrame } from '../sparse/frame.ts';
import { placeGradientMatrix } from './sparse_cells.ts';

export interface SparseInputInner extends Omit<SparseFrame, 'step' | 'stamp'> {
  step: Step | null;
  stamp: AppliedStamp | null;
  ledger: Ledger | null;
}

/** layer: the model of the layer that the gradient is. */
export function makeSparseInput(
  given: FrameRequest,
  moment: GradientMoment,
  layer: SceneModel,
  previous: SparseInputInner | null,
): SparseInputInner {
  // Rows are cells of the input, as those of the forward matrix are cells of the output.
  const request = { ...given, transposed: !given.transposed };
  const { model, position } = request;
  const channel = position.outChannel;
  const channelIndex = shownChannelIndex(request, 'input');
  const outChannel = outputChannelsOf(model.summary, channel)[channelIndex] ?? 0;
  const work = cellsAtWork(model, moment, position.window);
  const pair = { outChannel, channel };
  const { scrolled, upstream, ...placed } = placeGradientMatrix(request, moment, pair, {
    slices: 1,
    needed: { r: work.outputs[0] ?? 0, c: work.inputs[0] ?? 0 },
  });
  const { cell, viewportKey } = placed;
  const step = moment.step?.index === position.window ? moment.step : null;
  const stamp = moment.stamp?.stamp.index === position.window ? moment.stamp : null;
  const same = previous?.step === step && previous?.position.outChannel === channel;
  const ledger = same ? (previous?.ledger ?? null) : step && makeLedger(step, ledgerLayerOf(layer, channel));
  return {
    ...request,
    ...placed,
    ...pair,
    view: 'sparse',
    channelIndex,
    names: { matrix: request.transposed ? 'Tᵀ' : 'T', input: 'dX', output: 'dY' },
    strips: {
      input: { name: `dX[${channel}]`, values: madeValues(request, moment, stamp, cell) },
      output: upstream,
    },
    filled: 'input',
    sliceGradient: null,
    work: workBlocks(request, moment, work),
    lines: position.place < 1 ? [] : writeLines(request, moment, { ledger, channelIndex, outChannel }),
    step,
    stamp,
    ledger,
    placedCount: position.window + (position.place === 1 ? 1 : 0),
    staticKey: makeStaticKey(
      request,
      ...['input', viewportKey, outChannel, moment.upstreamMax, cell, ...scrolled],
    ),
  };
}

interface Work {
  outputs: number[];
  inputs: number[];
}

/** The input cell at work and the outputs that read it, or the output at work and the cells that it read. */
function cellsAtWork(model: SceneModel, { reading }: GradientMoment, window: number): Work {
  const { input, output } = model.summary.shapes;
  if (reading === 'scatter')
    return { outputs: [window], inputs: [...new Set(rowEntries(model, window).map(({ col }) => col))] };
  const reached = findReachedOutputs(model, Math.floor(window / input[2]), window % input[2]);
  return { inputs: [window], outputs: [...new Set(reached.map(({ row, col }) => row * output[2] + col))] };
}

function workBlocks(
  { model, transposed, position }: FrameRequest,
  { reading }: GradientMoment,
  { outputs, inputs }: Work,
): SparseFrame['work'] {
  const blocks = makeBlocks(transposed);
  const line =
    reading === 'scatter' ? blocks.line(model, position.window) : blocks.linesReading(model, position.window);
  const gathers = reading === 'gather';
  return [
    { block: line, opacity: 0 },
    ...outputs.map((r) => ({ block: blocks.output(r), opacity: gathers ? 0.2 : 0 })),
    ...inputs.map((c) => ({ block: blocks.input(c), opacity: gathers ? 0 : 0.2 })),
  ];
}

/** The gradient's channel, as far as it is made. */
function madeValues(
  { position }: FrameRequest,
  { planes, planeMax, reading }: GradientMoment,
  stamp: AppliedStamp | null,
  cell: number,
): PaneValues {
  const whole = planes.get(position.outChannel)?.data;
  const placed = position.window + (position.place === 1 ? 1 : 0);
  const stamped = position.place === 1 ? stamp?.after : stamp?.before;
  const few = whole?.subarray(0, 1024) ?? [];
  return {
    valueAt: (i, j) => {
      if (reading === 'scatter') return stamped?.[i + j] ?? null;
      return i + j < placed ? (whole?.[i + j] ?? null) : null;
    },
    max: planeMax,
    fit: fitMatrix([planeMax, -planeMax, ...few], cell),
  };
}

interface Written {
  ledger: Ledger | null;
  channelIndex: number;
  outChannel: number;
}

/** The line at work as an equation; as it is stamped, what is added where. */
function writeLines(
  { t, model: { summary }, position, transposed }: FrameRequest,
  { reading }: GradientMoment,
  { ledger, channelIndex, outChannel }: Written,
): string[] {
  const { outChannel: channel, window } = position;
  if (reading === 'scatter') {
    const width = summary.shapes.output[2];
    const index = [outChannel, Math.floor(window / width), window % width];
    const cell = formatIndex('dY', summary.dimensions, index);
    const outputs = outputChannelsOf(summary, channel).length;
    const line = t(`gradient.sparse.stamp${transposed ? '' : '.row'}`, { cell, channel });
    return outputs > 1 ? [line, t('gradient.sparse.stamp.others', { channel })] : [line];
  }
  if (!ledger) return [];
  const line = `gradient.sparse.product${transposed ? '' : '.column'}`;
  const part = 'gradient.sparse.part';
  return writeParts(t, ledger, { index: channelIndex, letter: 'dY', line, part, isBiased: false });
}
