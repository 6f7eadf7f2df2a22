import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseNpy } from '../../frontend/api.js';
import { order } from '../../frontend/orders.js';
import { ramp } from '../../frontend/tensors.js';

/** @typedef {import('../../frontend/orders.js').Reading} Reading */

const zero = { top: 0, bottom: 0, left: 0, right: 0 };

/** @type {any} */
const SCENE = {
  summary: { id: 'abc', dtype: 'float32', operation: { kind: 'conv2d' } },
  input: ramp([2, 3, 3]), weight: { shape: [1, 2, 2, 2], data: new Float32Array([0, 1, 2, 3, 1, 2, 3, 4]) }, bias: null,
};

const NO_FILE = { file: null, key: '', seed: 0, distribution: /** @type {const} */ ('integers'), touched: false };

/** @param {Partial<Reading['layer']>} [layer] @param {Partial<Reading>} [others] @returns {Reading} */
const reading = (layer, others) => ({
  layer: {
    kind: 'conv2d', input: [2, 3, 3], kernel: [2, 2], outputs: 1, stride: [1, 1], padding: zero, padding_mode: 'zeros',
    dilation: [1, 1], output_padding: [0, 0], groups: 1, ceil_mode: false, ...layer,
  },
  flip: false, count_include_pad: true, dtype: 'float32', bias: null,
  input: { ...NO_FILE, source: 'keep', sample: 'coffee', picture: false }, weight: { ...NO_FILE, source: 'keep', kernels: [] }, ...others,
});

/** @param {Reading} what @returns {any} */
const body = (what) => order(what, SCENE).body;

test('a parameter alone is a small edit, and the tensors stay', () => {
  const { path, body: sent, known } = order(reading({ stride: [2, 1] }), SCENE);
  assert.equal(path, '/scenes/abc/edits');
  assert.deepEqual(Object.keys(sent), ['operation']);
  assert.deepEqual(/** @type {any} */ (sent).operation, { kind: 'conv2d', stride: [2, 1], padding: zero, padding_mode: 'zeros', dilation: [1, 1], groups: 1, flip: false });
  assert.equal(known.input, SCENE.input);
});

test('the kernel follows the input and its own size', () => {
  assert.deepEqual(body(reading({ input: [1, 3, 3] })).weight, { data: [[[[0, 1], [2, 3]]]] });
  assert.deepEqual(body(reading({ kernel: [1, 3] })).weight, { data: [[[[0, 1, 0]], [[1, 2, 0]]]] });
  assert.deepEqual(body(reading({ input: [3, 2, 2], outputs: 2 })).weight.data.length, 2);
  assert.deepEqual(body(reading({ groups: 2, outputs: 2 })).weight, { data: [[[[0, 1], [2, 3]]], [[[0, 1], [2, 3]]]] });
});

test('the transposed kernel has its channels turned over', () => {
  assert.deepEqual(body(reading({ kind: 'conv_transpose2d' })).weight, { data: [[[[0, 1], [2, 3]]], [[[1, 2], [3, 4]]]] });
});

test('pooling has neither kernel nor bias', () => {
  const sent = body(reading({ kind: 'max_pool2d', outputs: 2, stride: [2, 2] }));
  assert.equal(sent.weight, null);
  assert.deepEqual(sent.operation, { kind: 'max_pool2d', kernel_size: [2, 2], stride: [2, 2], padding: zero, dilation: [1, 1], ceil_mode: false });
});

test('random numbers, samples and named kernels are asked for by name', () => {
  assert.deepEqual(body(reading({}, { input: { ...reading().input, source: 'random', seed: 7, touched: true } })).input, { random: { shape: [2, 3, 3], seed: 7, distribution: 'integers' } });
  assert.deepEqual(body(reading({ input: [3, 8, 9] }, { input: { ...reading().input, source: 'sample', touched: true } })).input, { sample: 'coffee', size: [8, 9] });
  assert.deepEqual(body(reading({ kernel: [3, 3], outputs: 2 }, { weight: { ...reading().weight, source: 'named', kernels: ['sobel_x', 'sobel_y'], touched: true } })).weight, { kernels: ['sobel_x', 'sobel_y'] });
});

test('a bias comes, goes and stays', () => {
  assert.deepEqual(body(reading({}, { bias: [5] })).bias, { data: [5] });
  const biased = { ...SCENE, bias: { shape: [1], data: new Float32Array([5]) } };
  assert.equal(/** @type {any} */ (order(reading(), biased).body).bias, null);
  assert.ok(!('bias' in order(reading({}, { bias: [5] }), biased).body));
});

test('a picture travels as it is, what it does not replace as npy', async () => {
  const file = new Blob(['picture']);
  const what = reading({ input: [3, 40, 60] }, { input: { ...reading().input, source: 'file', file, picture: true, touched: true } });
  const { path, body: form } = order(what, SCENE);
  assert.equal(path, '/scenes?size=40%2C60');
  assert.ok(form instanceof FormData);
  assert.equal(await /** @type {Blob} */ (form.get('input')).text(), 'picture');
  const weight = parseNpy(await /** @type {Blob} */ (form.get('weight')).arrayBuffer());
  assert.deepEqual(weight.shape, [1, 3, 2, 2]);
  assert.deepEqual(JSON.parse(String(form.get('scene'))).dtype, 'float32');
});

test('many numbers, and another type, travel as npy', async () => {
  for (const what of [reading({ input: [2, 200, 200] }), reading({}, { dtype: 'float64' })]) {
    const { path, body: form } = order(what, SCENE);
    assert.equal(path, '/scenes');
    const input = parseNpy(await /** @type {Blob} */ (/** @type {FormData} */ (form).get('input')).arrayBuffer());
    assert.deepEqual(input.shape, what.layer.input);
  }
});
