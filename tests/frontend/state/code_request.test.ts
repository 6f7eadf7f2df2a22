import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParsedLayer } from '../../../frontend/model/types.ts';
import { fittingSize, makeCodeRequest, textRangeOf } from '../../../frontend/state/code_request.ts';
import { makeScene, makeSummary } from '../support/builders.ts';

const summary = makeSummary(
  { stride: [2, 2] },
  { input: [3, 8, 8], weight: [4, 3, 3, 3], bias: [4], output: [4, 6, 6] },
);
const scene = makeScene(summary);
const { operation } = summary;

test('what still fits is kept', () => {
  const parsed: ParsedLayer = {
    operation,
    dimensions: 2,
    weight_shape: [4, 3, 3, 3],
    bias: true,
    in_channels: 3,
    out_channels: 4,
  };
  assert.deepEqual(makeCodeRequest(parsed, scene), {
    path: '/scenes/x/edits',
    begins: true,
    dimensions: 2,
    body: { operation },
  });
});

test('what does not fit is made anew', () => {
  const parsed: ParsedLayer = {
    operation,
    dimensions: 2,
    weight_shape: [16, 1, 5, 5],
    bias: true,
    in_channels: 1,
    out_channels: 16,
  };
  const body = makeCodeRequest(parsed, scene).body as Record<string, { random: { shape: number[] } }>;
  assert.deepEqual(
    ['input', 'weight', 'bias'].map((name) => body[name]?.random.shape),
    [[1, 8, 8], [16, 1, 5, 5], [16]],
  );
});

test('a layer without bias, and one without weights', () => {
  const parsed: ParsedLayer = {
    operation,
    dimensions: 2,
    weight_shape: [4, 3, 3, 3],
    bias: false,
    in_channels: 3,
    out_channels: 4,
  };
  assert.deepEqual(makeCodeRequest(parsed, scene).body, { operation, bias: null });
  const pool = makeSummary({ kind: 'max_pool2d' }).operation;
  const pooled = makeCodeRequest(
    { operation: pool, dimensions: 2, weight_shape: null, bias: null, in_channels: null, out_channels: null },
    scene,
  );
  assert.deepEqual(pooled.body, { operation: pool, weight: null, bias: null });
  const functional = makeCodeRequest(
    { operation, dimensions: 2, weight_shape: null, bias: null, in_channels: null, out_channels: null },
    scene,
  );
  assert.deepEqual(functional.body, { operation });
});

test('a place that counts code points is found in a text that counts UTF-16', () => {
  const text = 'x = 1\n𝒙 = nn.Conv3d()';
  const [start, end] = textRangeOf(text, { line: 2, column: 5, end_column: 14 });
  assert.equal(text.slice(start, end), 'nn.Conv3d');
});

test('the size of an input that fits lets the window slide along both axes', () => {
  const parsed: ParsedLayer = {
    operation: { ...operation, stride: [2, 3], dilation: [2, 1] },
    weight_shape: [1, 1, 3, 5],
    bias: false,
    in_channels: 1,
    out_channels: 1,
  } as ParsedLayer;
  const [height, width] = fittingSize(parsed, scene);
  // floor((n − dilation·(kernel − 1) − 1) / stride) + 1
  assert.deepEqual([Math.floor((height - 2 * 2 - 1) / 2) + 1, Math.floor((width - 4 - 1) / 3) + 1], [3, 3]);
});
