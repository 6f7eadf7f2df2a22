/** Small layers of signals of every setting. */

import { makeSceneModel } from '../../../frontend/views/shared/scene_model.ts';
import { makePadding, makeRandom, makeScene, makeSummary, makeTensor } from './builders.ts';

export interface Layer {
  transposed: boolean;
  channels: number;
  outputs: number;
  length: number;
  kernel: number;
  stride: number;
  padding: number;
  dilation: number;
}

const next = makeRandom(11);

/** Small layers of every setting, of which the output has a cell at least. */
function randomLayer(): Layer {
  for (;;) {
    const layer = {
      transposed: next(2) === 1,
      channels: 1 + next(3),
      outputs: 1 + next(2),
      length: 1 + next(9),
      kernel: 1 + next(4),
      stride: 1 + next(3),
      padding: next(3),
      dilation: 1 + next(3),
    };
    if (outputLength(layer) > 0) return layer;
  }
}

export function outputLength({ transposed, length, kernel, stride, padding, dilation }: Layer) {
  const span = dilation * (kernel - 1) + 1;
  return transposed
    ? (length - 1) * stride - 2 * padding + span
    : Math.floor((length + 2 * padding - span) / stride) + 1;
}

/** The input cell that kernel cell v multiplies for output cell j, by the definition of the operation. */
export function read({ transposed, length, stride, padding, dilation }: Layer, j: number, v: number) {
  const at = j * stride + v * dilation - padding;
  if (!transposed) return at >= 0 && at < length ? at : -1;
  const landing = (index: number) => index * stride - padding + v * dilation;
  return Array.from({ length }, (_, index) => index).find((index) => landing(index) === j) ?? -1;
}

export function build(layer: Layer) {
  const { transposed, channels, outputs, length, kernel, stride, padding, dilation } = layer;
  const output = outputLength(layer);
  const summary = makeSummary(
    {
      kind: transposed ? 'conv_transpose2d' : 'conv2d',
      stride: [1, stride],
      padding: { ...makePadding(0), left: padding, right: padding },
      dilation: [1, dilation],
    },
    {
      input: [channels, 1, length],
      weight: transposed ? [channels, outputs, 1, kernel] : [outputs, channels, 1, kernel],
      output: [outputs, 1, output],
    },
  );
  const cols = Array.from({ length: output }, (_, j) =>
    Array.from({ length: kernel }, (__, v) => read(layer, j, v)),
  );
  const tensor = (shape: number[]) => makeTensor(shape);
  const { input, weight } = summary.shapes;
  const id = JSON.stringify(layer);
  return makeSceneModel(
    makeScene(
      { ...summary, dimensions: 1, id },
      { input: tensor(input), weight: weight && tensor(weight) },
      { rows: [[0]], cols },
    ),
  );
}

export const LAYERS = Array.from({ length: 120 }, randomLayer);
