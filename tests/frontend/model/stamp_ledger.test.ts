import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatStampSum, makeStampLedger } from '../../../frontend/model/stamp_ledger.ts';
import type { Stamp } from '../../../frontend/model/types.ts';

test('what is cropped is not told; several channels stand in brackets', () => {
  const stamp: Stamp = {
    index: 0,
    row: 0,
    col: 0,
    output_rows: [null, 0],
    output_cols: [0, 1],
    values: [2, -1],
    products: [
      [
        [9, 9],
        [2, 4],
      ],
      [
        [9, 9],
        [-3, 1],
      ],
    ],
    sums: [
      [9, 9],
      [-1, 5],
    ],
    outputs: [
      [0, 0],
      [9, 5],
    ],
  };
  const told = makeStampLedger(
    { stamp, before: Float64Array.of(10, 0), after: Float64Array.of(9, 5) },
    {
      dimensions: 2,
      outChannel: 1,
      inChannels: [0, 1],
      width: 2,
      weight: (c, _, v) =>
        [
          [1, 2],
          [3, -1],
        ][c]?.[v] ?? null,
    },
  );
  assert.equal(told.cell, 'X[:, 0, 0]');
  assert.deepEqual(
    told.lines.map(({ cell, added, after }) => [cell, added, after]),
    [
      ['Y[1, 0, 0]', '\u22121', '9'],
      ['Y[1, 0, 1]', '5', '5'],
    ],
  );
  assert.equal(told.lines[0] && formatStampSum(told.lines[0], true), '10 + (2·1 + (\u22121)·3)');
});
