import assert from 'node:assert/strict';
import { test } from 'node:test';

import { codeOrder, placeIn } from '../../frontend/code.js';

/** @type {any} */
const scene = { summary: { id: 'x', shapes: { input: [3, 8, 8], weight: [4, 3, 3, 3], bias: [4], output: [4, 6, 6] } } };
/** @type {any} */
const operation = { kind: 'conv2d', stride: [2, 2] };

test('what still fits is kept', () => {
  const parsed = { operation, weight_shape: /** @type {[number, number, number, number]} */ ([4, 3, 3, 3]), bias: true, in_channels: 3, out_channels: 4 };
  assert.deepEqual(codeOrder(parsed, scene), { path: '/scenes/x/edits', body: { operation }, known: {} });
});

test('what does not fit is made anew', () => {
  const parsed = { operation, weight_shape: /** @type {[number, number, number, number]} */ ([16, 1, 5, 5]), bias: true, in_channels: 1, out_channels: 16 };
  const body = /** @type {any} */ (codeOrder(parsed, scene).body);
  assert.deepEqual([body.input.random.shape, body.weight.random.shape, body.bias.random.shape], [[1, 8, 8], [16, 1, 5, 5], [16]]);
});

test('a layer without bias, and one without weights', () => {
  const parsed = { operation, weight_shape: /** @type {[number, number, number, number]} */ ([4, 3, 3, 3]), bias: false, in_channels: 3, out_channels: 4 };
  assert.deepEqual(codeOrder(parsed, scene).body, { operation, bias: null });
  const pool = /** @type {any} */ ({ kind: 'max_pool2d' });
  const pooled = codeOrder({ operation: pool, weight_shape: null, bias: null, in_channels: null, out_channels: null }, scene);
  assert.deepEqual(pooled.body, { operation: pool, weight: null, bias: null });
  const functional = codeOrder({ operation, weight_shape: null, bias: null, in_channels: null, out_channels: null }, scene);
  assert.deepEqual(functional.body, { operation });
});

test('a place that counts code points is found in a text that counts UTF-16', () => {
  const text = 'x = 1\n𝒙 = nn.Conv3d()';
  const [start, end] = placeIn(text, { line: 2, column: 5, end_column: 14 });
  assert.equal(text.slice(start, end), 'nn.Conv3d');
});
