import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputBeforeStamp } from '../../../frontend/data/stamp_pages.ts';
import { formatStampSentence, makeStampLedger } from '../../../frontend/model/stamp_ledger.ts';
import { formatStampTex, formatStampText } from '../../../frontend/model/step_formats.ts';
import type { Stamp, StampPage } from '../../../frontend/model/types.ts';

const LAST: Stamp = {
  index: 3,
  row: 1,
  col: 1,
  output_rows: [1, 2],
  output_cols: [1, 2],
  values: [3],
  products: [
    [
      [0, 3],
      [6, 9],
    ],
  ],
  sums: [
    [0, 3],
    [6, 9],
  ],
  outputs: [
    [4, 6],
    [12, 9],
  ],
};

/** The last two stamps of X = K = [[0, 1], [2, 3]], stride 1. */
const PAGE: StampPage = {
  scene: 'x',
  out_channel: 0,
  in_channels: [0],
  bias: 0,
  total: 4,
  next: null,
  start: 2,
  stop: 4,
  before: [
    [0, 0, 1],
    [0, 2, 3],
    [0, 0, 0],
  ],
  stamps: [
    {
      index: 2,
      row: 1,
      col: 0,
      output_rows: [1, 2],
      output_cols: [0, 1],
      values: [2],
      products: [
        [
          [0, 2],
          [4, 6],
        ],
      ],
      sums: [
        [0, 2],
        [4, 6],
      ],
      outputs: [
        [0, 4],
        [4, 6],
      ],
    },
    LAST,
  ],
};

test('overlaps add up, in the plane and in words', () => {
  assert.deepEqual([...outputBeforeStamp(PAGE, 2, 3)], [0, 0, 1, 0, 2, 3, 0, 0, 0]);
  const before = outputBeforeStamp(PAGE, 3, 3);
  assert.deepEqual([...before], [0, 0, 1, 0, 4, 3, 4, 6, 0]);
  const after = outputBeforeStamp(PAGE, 4, 3);
  assert.deepEqual([...after], [0, 0, 1, 0, 4, 6, 4, 12, 9]);
  const kernel = [
    [0, 1],
    [2, 3],
  ];
  const told = makeStampLedger(
    { stamp: LAST, before, after },
    { dimensions: 2, outChannel: 0, inChannels: [0], width: 3, weight: (_, u, v) => kernel[u]?.[v] ?? null },
  );
  assert.equal(formatStampText(told).split('\n')[3], 'Y[0, 2, 1] = 6 + 3·2 = 12');
  assert.equal(formatStampTex(told).split('\n')[1], '  Y_{0,1,1} &= 4 + 3 \\cdot 0 = 4 \\\\');
  assert.equal(
    formatStampSentence(told),
    'X[0, 1, 1] = 3: Y[0, 1, 1] = 4 + 3·0 = 4; Y[0, 1, 2] = 3 + 3·1 = 6; ' +
      'Y[0, 2, 1] = 6 + 3·2 = 12; Y[0, 2, 2] = 0 + 3·3 = 9',
  );
});
