import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimalsFor, formatExact, formatNumber } from '../../../frontend/model/numbers.ts';

test('decimals follow the largest number', () => {
  assert.equal(decimalsFor([1, 2, 3], 4), 0);
  assert.equal(decimalsFor([1 / 3, 1.25], 4), 3);
  assert.equal(decimalsFor([1234.5], 4), 0);
  assert.equal(decimalsFor([1 / 9000], 4), 7);
});

test('no more decimals are written than tell the numbers apart', () => {
  assert.equal(decimalsFor([0.5, 0, -2], 4), 1);
  assert.equal(decimalsFor([0.5, 1.25], 4), 2);
  assert.equal(decimalsFor(Float32Array.of(0.1, 0.7, -12.3), 4), 1);
  assert.equal(decimalsFor([0.5, 0.0001], 4), 4);
  assert.equal(decimalsFor([0.5, 1 / 3], 3), 3);
});

test('of numbers that end early no zeros are written, of rounded ones they are', () => {
  assert.equal(decimalsFor([0.5, 0, 1], 4), 1);
  assert.equal(decimalsFor([0.5, 3.75], 4), 2);
  assert.equal(decimalsFor(Float32Array.of(0.1, -0.2), 4), 1);
  assert.equal(decimalsFor([0.50003], 4), 4);
});

test('the full text of a float32 is the shortest that reads back', () => {
  assert.equal(formatExact(Math.fround(0.1), 'float32'), '0.1');
  assert.equal(formatExact(-0.1, 'float64'), '−0.1');
  assert.equal(formatExact(Math.fround(1 / 3), 'float32'), '0.33333334');
});

test('zero is written like its neighbours', () => {
  assert.deepEqual(
    [0, 1, -0.25, -0].map((value) => formatNumber(value, 2)),
    ['0.00', '1.00', '−0.25', '0.00'],
  );
  assert.equal(formatNumber(0, 0), '0');
  assert.equal(formatNumber(0, 8), '0.00000000');
});
