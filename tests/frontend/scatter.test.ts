import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputBeforeStamp } from '../../frontend/data/stamp_pages.ts';
import { formatStampSentence, formatStampSum, makeStampLedger } from '../../frontend/model/stamp_ledger.ts';
import { formatStampTex, formatStampText } from '../../frontend/model/step_formats.ts';
import type { Stamp, StampPage } from '../../frontend/model/types.ts';
import { firstStampIndex, landingWindow } from '../../frontend/views/scatter/frame.ts';
import { makeSceneModel } from '../../frontend/views/shared/scene_model.ts';
import { makeScene, makeSummary } from './support/builders.ts';

/** Where input cell `at` lands through kernel cell u, by the definition of the operation. */
function lands(
  { stride, padding, dilation }: { stride: number; padding: number; dilation: number },
  length: number,
  at: number,
  u: number,
) {
  const found = at * stride - padding + u * dilation;
  return found >= 0 && found < length ? found : NaN;
}

test('a stamp lands where the operation says, and an output cell waits for its first stamp', () => {
  for (const layer of [
    { stride: 1, padding: 0, dilation: 1 },
    { stride: 2, padding: 1, dilation: 1 },
    { stride: 3, padding: 0, dilation: 2 },
    { stride: 2, padding: 2, dilation: 2 },
  ]) {
    for (const [n, k, extra] of [
      [3, 3, 0],
      [4, 2, 1],
      [2, 4, 0],
    ] as const) {
      const length =
        (n - 1) * layer.stride -
        2 * layer.padding +
        layer.dilation * (k - 1) +
        1 +
        Math.min(extra, layer.stride - 1);
      if (length < 1) continue;
      const table = Array.from({ length }, (_, i) =>
        Array.from({ length: k }, (__, u) => {
          for (let at = 0; at < n; at++) if (lands(layer, length, at, u) === i) return at;
          return -1;
        }),
      );
      const summary = makeSummary(
        { kind: 'conv_transpose2d' },
        { input: [1, n, n], weight: [1, 1, k, k], output: [1, length, length] },
      );
      const model = makeSceneModel(makeScene(summary, {}, { rows: table, cols: table }));
      const first = new Map();
      for (let row = 0; row < n; row++)
        for (let col = 0; col < n; col++) {
          const { rows, cols } = landingWindow(model, row, col);
          assert.deepEqual(
            rows,
            Array.from({ length: k }, (_, u) => lands(layer, length, row, u)),
          );
          assert.deepEqual(
            cols,
            Array.from({ length: k }, (_, v) => lands(layer, length, col, v)),
          );
          for (const i of rows)
            for (const j of cols) {
              if (!Number.isNaN(i + j) && !first.has(`${i},${j}`)) first.set(`${i},${j}`, row * n + col);
            }
        }
      for (let i = 0; i < length; i++)
        for (let j = 0; j < length; j++) {
          assert.equal(firstStampIndex(model, i, j), first.get(`${i},${j}`) ?? Infinity);
        }
    }
  }
});

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
    { outChannel: 0, inChannels: [0], width: 3, weight: (_, u, v) => kernel[u]?.[v] ?? null },
  );
  assert.equal(formatStampText(told).split('\n')[3], 'Y[0, 2, 1] = 6 + 3·2 = 12');
  assert.equal(formatStampTex(told).split('\n')[1], '  Y_{0,1,1} &= 4 + 3 \\cdot 0 = 4 \\\\');
  assert.equal(
    formatStampSentence(told),
    'X[0, 1, 1] = 3: Y[0, 1, 1] = 4 + 3·0 = 4; Y[0, 1, 2] = 3 + 3·1 = 6; ' +
      'Y[0, 2, 1] = 6 + 3·2 = 12; Y[0, 2, 2] = 0 + 3·3 = 9',
  );
});

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
