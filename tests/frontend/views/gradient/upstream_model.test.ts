import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputChannelsOf } from '../../../../frontend/model/direction.ts';
import { inputChannelsOf, weightOffset } from '../../../../frontend/model/geometry.ts';
import type { SceneModel } from '../../../../frontend/model/scene_model.ts';
import type { Reading, Tensor } from '../../../../frontend/model/types.ts';
import { makeUpstreamModel } from '../../../../frontend/views/gradient/upstream_model.ts';
import { landingWindow } from '../../../../frontend/views/scatter/frame.ts';
import { makeSceneModel } from '../../../../frontend/views/shared/scene_model.ts';
import { inputValues } from '../../../../frontend/views/stage/input_plane.ts';
import { makePadding, makeScene, makeSummary, makeTensor } from '../../support/builders.ts';

interface Case {
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

const CASES: Case[] = [
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

function makeForward(layer: Case): SceneModel {
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
  return makeSceneModel(makeScene(summary, { weight: numbers(weight, 5) }, taps));
}

/** Small whole numbers without a pattern. */
function numbers(shape: number[], seed: number): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  return makeTensor(
    shape,
    Array.from({ length }, (_, k) => ((k * 7 + seed * 13 + (k % 5) * 3) % 11) - 5),
  );
}

function add(sums: Float64Array, index: number, value: number) {
  sums[index] = (sums[index] ?? 0) + value;
}

/** The gradient by its definition: every output cell adds to what its window read. */
function gradientOf(model: SceneModel, upstream: Tensor): Float64Array {
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

function made(model: SceneModel, reading: Reading) {
  const upstream = numbers(model.summary.shapes.output, 3);
  return {
    upstream,
    layer: makeUpstreamModel(model, upstream, reading, ''),
    gradient: gradientOf(model, upstream),
  };
}

const nameOf = (layer: Case) => JSON.stringify(layer).replaceAll('"', '');

for (const each of CASES.filter(({ mode }) => !mode))
  test(`the kernel on the upstream gives the gradient: ${nameOf(each)}`, () => {
    const model = makeForward(each);
    const { layer, gradient } = made(model, 'gather');
    const [channels, height, width] = model.summary.shapes.input;
    const found = Array.from({ length: channels * height * width }, (_, k) => {
      const [c, row, col] = [Math.floor(k / (height * width)), Math.floor(k / width) % height, k % width];
      const window = layer.windowOf(row, col);
      let sum = 0;
      for (const o of outputChannelsOf(model.summary, c)) {
        const valueAt = inputValues(layer, o);
        const offset = weightOffset(layer.summary, c, o);
        for (const [u, i] of window.rows.entries())
          for (const [v, j] of window.cols.entries())
            sum += (valueAt(i, j) ?? 0) * (layer.weight?.data[offset + u * each.kernel[1] + v] ?? 0);
      }
      return sum;
    });
    assert.deepEqual(found, [...gradient]);
  });

for (const each of CASES.filter(({ mode }) => !mode))
  test(`the window never leaves the plane that is drawn: ${nameOf(each)}`, () => {
    const { layer } = made(makeForward(each), 'gather');
    const [, height, width] = layer.summary.shapes.output;
    for (let row = 0; row < height; row++)
      for (const i of layer.windowOf(row, 0).rows) assert.ok(i >= 0 && i < layer.plane.rows);
    for (let col = 0; col < width; col++)
      for (const j of layer.windowOf(0, col).cols) assert.ok(j >= 0 && j < layer.plane.cols);
  });

for (const each of CASES.filter(({ mode }) => mode))
  test(`where padding borrows every reader is under the window: ${nameOf(each)}`, () => {
    const model = makeForward(each);
    const { layer } = made(model, 'gather');
    const [, height] = model.summary.shapes.input;
    for (let row = 0; row < height; row++) {
      const readers = model.taps.rows.flatMap((line, i) => (line.includes(row) ? [i] : []));
      const shown = layer.windowOf(row, 0).rows.filter(Number.isFinite);
      assert.deepEqual([...new Set(shown)].sort(), [...new Set(readers)].sort());
    }
  });

for (const each of CASES)
  test(`stamps land where the windows lay, and give the gradient: ${nameOf(each)}`, () => {
    const model = makeForward(each);
    const { layer, gradient, upstream } = made(model, 'scatter');
    const [, height, width] = model.summary.shapes.input;
    const [outputs, rows, cols] = model.summary.shapes.output;
    const found = new Float64Array(gradient.length);
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < cols; j++)
          for (const [row, u] of layer.rowReaders[i] ?? [])
            for (const [col, v] of layer.colReaders[j] ?? [])
              for (const c of inputChannelsOf(model.summary, o)) {
                const w = layer.weight?.data[weightOffset(layer.summary, c, o) + u * each.kernel[1] + v] ?? 0;
                add(
                  found,
                  (c * height + row) * width + col,
                  (upstream.data[(o * rows + i) * cols + j] ?? 0) * w,
                );
              }
    assert.deepEqual([...found], [...gradient]);
    if (!each.mode) assert.deepEqual(landingWindow(layer, 0, 0).rows.length, each.kernel[0]);
  });

test('slices are called by the index that they have in torch', () => {
  const { layer } = made(
    makeForward({ size: [4, 4], kernel: [2, 2], channels: 4, outputs: 6, groups: 2 }),
    'scatter',
  );
  assert.equal(layer.names?.slice(3, 5), 'K[5, 1]');
  const turned = made(makeForward({ size: [4, 4], kernel: [2, 2] }), 'gather').layer;
  assert.equal(turned.names?.slice(0, 0), 'K[0, 0] ↻180°');
  const flipped = made(makeForward({ size: [4, 4], kernel: [2, 2], flip: true }), 'gather').layer;
  assert.equal(flipped.names?.slice(0, 0), 'K[0, 0]');
});
