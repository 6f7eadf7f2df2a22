import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCodeRequest, textRangeOf } from '../../frontend/state/code_request.ts';

const scene: any = {
  summary: { id: 'x', shapes: { input: [3, 8, 8], weight: [4, 3, 3, 3], bias: [4], output: [4, 6, 6] } },
};
const operation: any = { kind: 'conv2d', stride: [2, 2] };

test('what still fits is kept', () => {
  const parsed = {
    operation,
    weight_shape: [4, 3, 3, 3] as [number, number, number, number],
    bias: true,
    in_channels: 3,
    out_channels: 4,
  };
  assert.deepEqual(makeCodeRequest(parsed, scene), {
    path: '/scenes/x/edits',
    body: { operation },
    known: {},
  });
});

test('what does not fit is made anew', () => {
  const parsed = {
    operation,
    weight_shape: [16, 1, 5, 5] as [number, number, number, number],
    bias: true,
    in_channels: 1,
    out_channels: 16,
  };
  const body = makeCodeRequest(parsed, scene).body as any;
  assert.deepEqual(
    [body.input.random.shape, body.weight.random.shape, body.bias.random.shape],
    [[1, 8, 8], [16, 1, 5, 5], [16]],
  );
});

test('a layer without bias, and one without weights', () => {
  const parsed = {
    operation,
    weight_shape: [4, 3, 3, 3] as [number, number, number, number],
    bias: false,
    in_channels: 3,
    out_channels: 4,
  };
  assert.deepEqual(makeCodeRequest(parsed, scene).body, { operation, bias: null });
  const pool: any = { kind: 'max_pool2d' };
  const pooled = makeCodeRequest(
    { operation: pool, weight_shape: null, bias: null, in_channels: null, out_channels: null },
    scene,
  );
  assert.deepEqual(pooled.body, { operation: pool, weight: null, bias: null });
  const functional = makeCodeRequest(
    { operation, weight_shape: null, bias: null, in_channels: null, out_channels: null },
    scene,
  );
  assert.deepEqual(functional.body, { operation });
});

test('a place that counts code points is found in a text that counts UTF-16', () => {
  const text = 'x = 1\n𝒙 = nn.Conv3d()';
  const [start, end] = textRangeOf(text, { line: 2, column: 5, end_column: 14 });
  assert.equal(text.slice(start, end), 'nn.Conv3d');
});
