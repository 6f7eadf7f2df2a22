import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshNumbers, repeatChannels, resizeTensor } from '../../../frontend/model/tensors.ts';

test('resizing keeps what fits, and what is added has fresh small numbers', () => {
  const tensor = { shape: [1, 2, 2], data: new Float32Array([1, 2, 3, 4]) };
  const { data } = resizeTensor(tensor, [3, 3, 3], 0);
  const kept = [data[0], data[1], data[3], data[4]];
  assert.deepEqual(kept, [1, 2, 3, 4]);
  assert.ok([...data].every((value) => Number.isInteger(value) && value >= 1 && value <= 4));
  const channels = [0, 1, 2].map((c) => [...data.subarray(c * 9, c * 9 + 9)].join());
  assert.equal(new Set(channels).size, 3, 'no channel is a copy of another');
  assert.deepEqual(resizeTensor(tensor, [3, 3, 3], 0).data, data, 'the same in every run');
  assert.notDeepEqual(resizeTensor(tensor, [3, 3, 3], 1).data, data, 'others for another seed');
  assert.deepEqual([...resizeTensor(tensor, [1, 1, 2], 0).data], [1, 2]);
});

test('fresh numbers are never zeros, and fractions among fractions', () => {
  const take = (data: number[]) => Array.from({ length: 200 }, (_, k) => freshNumbers(data, 1)(k));
  assert.ok(take([-1, 0, 1]).every((value) => value === -1 || value === 1));
  assert.ok(take([0, 0]).every((value) => Number.isInteger(value) && value !== 0 && Math.abs(value) <= 3));
  const shares = take([0.25, 0.75]);
  assert.ok(shares.every((value) => value >= 0.25 && value <= 0.75));
  assert.equal(new Set(shares).size, 200);
});

test('channels are cut or repeated where that is asked for', () => {
  const tensor = { shape: [2, 1, 2], data: new Float32Array([1, 2, 3, 4]) };
  assert.deepEqual([...repeatChannels(tensor, [3, 1, 2]).data], [1, 2, 3, 4, 1, 2]);
  assert.deepEqual([...repeatChannels(tensor, [1, 1, 2]).data], [1, 2]);
});
