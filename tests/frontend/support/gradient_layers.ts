/** Layers of two dimensions of every kind, by the definitions of their operations, and their gradients. */

import { inputChannelsOf, weightOffset } from '../../../frontend/model/geometry.ts';
import type { SceneModel } from '../../../frontend/model/scene_model.ts';
import type { Tensor } from '../../../frontend/model/types.ts';
import { makeSceneModel } from '../../../frontend/views/shared/scene_model.ts';
import { makePadding, makeScene, makeSummary, makeTensor } from './builders.ts';

export interface Case {
  kind?: 'conv2d' | 'conv_transpose2d';
  channels?: number;
  outputs?: number;
  size: [number, number];
  kernel: [number, number];
  stride?: [number, number];
  padding?: number;
  dilation?: [number, number];
  groups?: number;
  flip?: boolean;
  mode?: 'zeros' | 'reflect' | 'replicate' | 'circular';
}

export const CASES: Case[] = [
  { size: [3, 3], kernel: [2, 2] },
  { size: [5, 5], kernel: [3, 3], stride: [2, 2], padding: 1, channels: 2, outputs: 3 },
  { size: [5, 6], kernel: [3, 2], stride: [2, 3], padding: 1, channels: 4, outputs: 6, groups: 2 },
  { size: [7, 8], kernel: [3, 3], dilation: [2, 1], padding: 2 },
  { size: [4, 4], kernel: [1, 1], stride: [2, 2], padding: 3 },
  { size: [5, 5], kernel: [3, 2], flip: true, stride: [2, 1] },
  { size: [4, 5], kernel: [3, 3], padding: 2, mode: 'reflect', stride: [1, 2], channels: 2 },
  { size: [3, 3], kernel: [3, 3], padding: 1, mode: 'replicate' },
  { size: [3, 4], kernel: [2, 3], padding: 2, mode: 'circular', outputs: 2 },
  { kind: 'conv_transpose2d', size: [3, 3], kernel: [3, 3], stride: [2, 2], padding: 1, outputs: 2 },
  { kind: 'conv_transpose2d', size: [2, 3], kernel: [2, 3], channels: 4, outputs: 2, groups: 2 },
];

/** The input cell that a padded position reads, -1: none; by the definitions of the modes. */
function sourceOf(position: number, size: number, mode: Case['mode']) {
  if (position >= 0 && position < size) return position;
  if (mode === 'replicate') return position < 0 ? 0 : size - 1;
  if (mode === 'circular') return (position + 2 * size) % size;
  if (mode === 'reflect') return position < 0 ? -position : 2 * (size - 1) - position;
  return -1;
}

/** One axis of a tap table: of each output line the input line that each kernel line reads. */
function tapLines(layer: Case, axis: 0 | 1): number[][] {
  const [size, kernel] = [layer.size[axis], layer.kernel[axis]];
  const { padding = 0, mode = 'zeros', flip = false } = layer;
  const [stride, dilation] = [layer.stride?.[axis] ?? 1, layer.dilation?.[axis] ?? 1];
  const taps = Array.from({ length: kernel }, (_, u) => (flip ? kernel - 1 - u : u) * dilation);
  if (layer.kind === 'conv_transpose2d') {
    const outputs = (size - 1) * stride + (kernel - 1) * dilation + 1 - 2 * padding;
    return Array.from({ length: outputs }, (_, i) =>
      taps.map((tap) => {
        const at = (i + padding - tap) / stride;
        return Number.isInteger(at) && at >= 0 && at < size ? at : -1;
      }),
    );
  }
  const outputs = Math.floor((size + 2 * padding - (kernel - 1) * dilation - 1) / stride) + 1;
  return Array.from({ length: outputs }, (_, i) =>
    taps.map((tap) => sourceOf(i * stride - padding + tap, size, mode)),
  );
}

export function makeForward(layer: Case): SceneModel {
  const { kind = 'conv2d', channels = 1, outputs = 1, groups = 1, kernel, size } = layer;
  const taps = { rows: tapLines(layer, 0), cols: tapLines(layer, 1) };
  const weight: [number, number, number, number] =
    kind === 'conv2d' ? [outputs, channels / groups, ...kernel] : [channels, outputs / groups, ...kernel];
  const summary = makeSummary(
    {
      ...{ kind, groups, flip: layer.flip ?? false, padding_mode: layer.mode ?? 'zeros' },
      ...{ stride: layer.stride ?? [1, 1], dilation: layer.dilation ?? [1, 1] },
      padding: makePadding(layer.padding ?? 0),
    },
    {
      input: [channels, ...size],
      weight,
      output: [outputs, taps.rows.length, taps.cols.length],
    },
  );
  return makeSceneModel(
    makeScene(summary, { input: numbers(summary.shapes.input, 8), weight: numbers(weight, 5) }, taps),
  );
}

/** Small whole numbers without a pattern. */
export function numbers(shape: number[], seed: number): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  return makeTensor(
    shape,
    Array.from({ length }, (_, k) => ((k * 7 + seed * 13 + (k % 5) * 3) % 11) - 5),
  );
}

export function add(sums: Float64Array, index: number, value: number) {
  sums[index] = (sums[index] ?? 0) + value;
}

/** The gradient by its definition: every output cell adds to what its window read. */
export function gradientOf(model: SceneModel, upstream: Tensor): Float64Array {
  const { summary, taps, weight, subject } = model;
  const [channels, height, width] = summary.shapes.input;
  const [outputs, rows, cols] = summary.shapes.output;
  const gradient = new Float64Array(channels * height * width);
  for (let o = 0; o < outputs; o++)
    for (const c of inputChannelsOf(summary, o))
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < cols; j++)
          for (const [u, row] of taps.rows[i]?.entries() ?? [])
            for (const [v, col] of taps.cols[j]?.entries() ?? []) {
              if (row < 0 || col < 0) continue;
              const w = weight?.data[weightOffset(summary, o, c) + u * subject.kernel[1] + v] ?? 0;
              add(
                gradient,
                (c * height + row) * width + col,
                (upstream.data[(o * rows + i) * cols + j] ?? 0) * w,
              );
            }
  return gradient;
}

export const nameOf = (layer: Case) => JSON.stringify(layer).replaceAll('"', '');
