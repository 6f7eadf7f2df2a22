import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resizeTensor } from '../../../frontend/model/tensors.ts';

test('resizing keeps what is there, fills with zeros and repeats channels', () => {
  const tensor = { shape: [1, 2, 2], data: new Float32Array([1, 2, 3, 4]) };
  assert.deepEqual([...resizeTensor(tensor, [1, 3, 3]).data], [1, 2, 0, 3, 4, 0, 0, 0, 0]);
  assert.deepEqual([...resizeTensor(tensor, [2, 1, 2]).data], [1, 2, 1, 2]);
  assert.deepEqual([...resizeTensor({ shape: [2], data: new Float32Array([5, 6]) }, [3]).data], [5, 6, 0]);
});
