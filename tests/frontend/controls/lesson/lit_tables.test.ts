import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tablesOf } from '../../../../frontend/controls/lesson/lit_tables.ts';

const of = (kind: string) => ({ cell: [2, 0, 1], scene: { input: { data: [] }, operation: { kind } } });

test('a channel is lit with the slice that lies on it', () => {
  assert.deepEqual(tablesOf('sum 1', of('conv2d')), ['X[1]', 'K[2, 1]']);
  assert.deepEqual(tablesOf('sum 1', of('conv_transpose2d')), ['X[1]', 'K[1, 2]']);
});

test('a bias and a slice are lit alone, and a window has no table', () => {
  assert.deepEqual(tablesOf('bias 2', of('conv2d')), ['b']);
  assert.deepEqual(tablesOf('weight 2,0,0,0', of('conv2d')), ['K[2, 0]']);
  for (const lit of ['output 2,0,1', 'running 1']) assert.deepEqual(tablesOf(lit, of('conv2d')), []);
});
