/**
 * The layer as a matrix product: the kernel, a row per output channel, times the unrolled windows, a column
 * each. Of the unrolled windows no more is looked up than is in sight. Pure.
 */

import { inputChannelsOf, weightOffset } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';

/** Of the group of one output channel. */
export interface MatrixProduct {
  taps: number;
  kW: number;
  inputs: number[];
  outputs: number[];
  /** Columns of the kernel = rows of the unrolled windows. */
  depth: number;
  windows: number;
  /** Windows in a row of the output. */
  width: number;
}

export function makeProduct({ summary, subject }: SceneModel, outChannel: number): MatrixProduct {
  const [kH, kW] = subject.kernel;
  const [outChannels, height, width] = summary.shapes.output;
  const size = outChannels / (summary.operation.groups ?? 1);
  const first = Math.floor(outChannel / size) * size;
  const inputs = inputChannelsOf(summary, outChannel);
  return {
    taps: kH * kW,
    kW,
    inputs,
    outputs: Array.from({ length: size }, (_, k) => first + k),
    depth: inputs.length * kH * kW,
    windows: height * width,
    width,
  };
}

/** Whether nothing is unrolled: a pixel is a column. */
export function isPointwise({ summary, subject }: SceneModel) {
  const { kind, stride, padding, groups = 1 } = summary.operation;
  const padded = Object.values(padding).some((size) => size > 0);
  const single = subject.kernel.join() === '1,1' && stride.join() === '1,1';
  return kind === 'conv2d' && single && !padded && groups === 1;
}

/** The rows as torch makes them of the weight, before `reshape`: `K[2:4]`, transposed `K.transpose(0, 1)`. */
export function kernelOf({ summary }: SceneModel, { inputs, outputs }: MatrixProduct, name: 'K' | 'dK') {
  const { kind, groups = 1 } = summary.operation;
  const transposed = kind === 'conv_transpose2d';
  // The first axis of a transposed layer's weight is that of the input channels.
  const { 0: first = 0, length } = transposed ? inputs : outputs;
  const group = groups > 1 ? `${name}[${first}:${first + length}]` : name;
  return transposed ? `${group}.transpose(0, 1)` : group;
}

/** Splits row k of the unrolled windows into the position of its channel and its kernel cell. */
export function splitRow({ taps, kW }: MatrixProduct, k: number) {
  const index = Math.floor(k / taps);
  const tap = k - index * taps;
  const u = Math.floor(tap / kW);
  return { index, tap, u, v: tap - u * kW };
}

/** The index in the input's numbers of row k of window n, -1 on padding and in holes. */
export function inputIndexOf({ summary, taps }: SceneModel, product: MatrixProduct) {
  const [, height, width] = summary.shapes.input;
  const first = product.inputs[0] ?? 0;
  return (k: number, n: number) => {
    const { index, u, v } = splitRow(product, k);
    const i = Math.floor(n / product.width);
    const row = taps.rows[i]?.[u] ?? -1;
    const col = taps.cols[n - i * product.width]?.[v] ?? -1;
    return row < 0 || col < 0 ? -1 : ((first + index) * height + row) * width + col;
  };
}

/** The input cell in row k of window n, null on padding and in holes. */
export function inputCellOf(model: SceneModel, product: MatrixProduct, k: number, n: number): Cell | null {
  const index = inputIndexOf(model, product)(k, n);
  const [, height, width] = model.summary.shapes.input;
  if (index < 0) return null;
  return {
    grid: 'input',
    channel: Math.floor(index / (height * width)),
    row: Math.floor(index / width) % height,
    col: index % width,
  };
}

/** The index in the weight's numbers of row r (an output channel of the group), column k of the kernel. */
export function weightIndexOf({ summary }: SceneModel, product: MatrixProduct) {
  return (r: number, k: number) => {
    const { index, tap } = splitRow(product, k);
    return weightOffset(summary, product.outputs[r] ?? 0, product.inputs[index] ?? 0) + tap;
  };
}
