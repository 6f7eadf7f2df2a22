import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputChannelsOf, weightOffset } from '../../../../frontend/model/geometry.ts';
import { outputChannelsOf } from '../../../../frontend/model/gradients/direction.ts';
import type { SceneModel } from '../../../../frontend/model/scene_model.ts';
import type { Reading } from '../../../../frontend/model/types.ts';
import { makeUpstreamModel } from '../../../../frontend/views/gradient/upstream_model.ts';
import { landingWindow } from '../../../../frontend/views/scatter/frame.ts';
import { inputValues } from '../../../../frontend/views/stage/input_plane.ts';
import { add, CASES, gradientOf, makeForward, nameOf, numbers } from '../../support/gradient_layers.ts';

function made(model: SceneModel, reading: Reading) {
  const upstream = numbers(model.summary.shapes.output, 3);
  return {
    upstream,
    layer: makeUpstreamModel(model, upstream, reading, ''),
    gradient: gradientOf(model, upstream),
  };
}

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
          for (const [row, u] of layer.inverseRows[i] ?? [])
            for (const [col, v] of layer.inverseCols[j] ?? [])
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
