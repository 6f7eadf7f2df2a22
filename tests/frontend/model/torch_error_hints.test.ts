import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findHint } from '../../../frontend/model/torch_error_hints.ts';
import { makePadding, makeSummary } from '../support/builders.ts';

const padded = makeSummary({ padding: makePadding(1), dilation: [2, 1], groups: 2 });

test('an error without sizes is answered with those of the layer shown', () => {
  // Padded it is 7 × 7; the rows of a kernel lie two apart.
  const kernel = { key: 'kernel', values: { height: 4, width: 7 } };
  assert.deepEqual(findHint('torch_error.kernel_size_unnamed', padded), kernel);
  assert.deepEqual(findHint('torch_error.output_size_unnamed', padded), kernel);
  assert.deepEqual(findHint('torch_error.matrix_product_unnamed', padded), {
    key: 'features',
    values: { channels: 4, height: 3, width: 3, features: 36 },
  });
  assert.deepEqual(findHint('torch_error.channels_unnamed', padded), {
    key: 'channels',
    values: { channels: 4 },
  });
});

test('of a signal the length counts, and nothing bounds the kernel of a transposed layer', () => {
  const shapes = { input: [2, 1, 9], weight: [4, 2, 1, 3], bias: null, output: [4, 1, 7] } as const;
  const signal = { ...makeSummary({}, { ...shapes } as never), dimensions: 1 as const };
  assert.deepEqual(findHint('torch_error.kernel_size_unnamed', signal), {
    key: 'length',
    values: { width: 9 },
  });
  const transposed = makeSummary({ kind: 'conv_transpose2d' });
  assert.equal(findHint('torch_error.kernel_size_unnamed', transposed), null);
  assert.equal(findHint('torch_error.channels', padded), null);
});
