import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFactor, parsePrinted } from '../../../../frontend/model/numbers.ts';
import type { Clock } from '../../../../frontend/model/timeline.ts';
import { positionAt } from '../../../../frontend/model/timeline.ts';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import { inputFit, paintPlane } from '../../../../frontend/views/stage/input_plane.ts';
import { paintLane, weightFit } from '../../../../frontend/views/stage/lane.ts';
import { paintProducts } from '../../../../frontend/views/stage/products.ts';
import { makeModelOf, makeStep, makeTensor } from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';

const SIZES = [
  { width: 1302, height: 600 },
  { width: 900, height: 420 },
  { width: 344, height: 540 },
];

const CLOCK: Clock = { outChannels: 1, windows: 4, width: 2, channels: 1, taps: 4, granularity: 'window' };

test('the factors of a product are written as in the ledger', () => {
  for (const weights of [
    [-0.5, 1, -2, 2],
    [0.5, 0, 0, 0],
    [-2.03, -0.0312, 0.619, 1],
    [1, 2, -1, 0],
  ])
    for (const inputs of [
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
      [-1.57, 0.25, 3.5, 0.001, 2, -1, 0, 1.25, 0.5],
    ]) {
      const [x, w] = [makeTensor([1, 3, 3], inputs), makeTensor([1, 1, 2, 2], weights)];
      const model = makeModelOf({ channels: 1, outChannels: 1, size: 3, kernel: 2 }, { input: x, weight: w });
      const patch = [0, 1, 3, 4].map((k) => x.data[k] ?? 0);
      const products = patch.map((value, k) => value * (w.data[k] ?? 0));
      const sum = products.reduce((a, b) => a + b);
      const square = ([a = 0, b = 0, c = 0, d = 0]: number[]) => [
        [
          [a, b],
          [c, d],
        ],
      ];
      const step = makeStep({
        ...{ index: 0, row: 0, col: 0, input_rows: [0, 1], input_cols: [0, 1] },
        ...{ patch: square(patch), products: square(products) },
        ...{ channel_sums: [sum], running_sums: [sum], output: sum },
      });
      const frame = makeFrame(
        makeFrameRequest(model, 'stage', { step, position: positionAt(CLOCK, 1), width: 1300, height: 600 }),
      );
      const [row] = frame.rows;
      assert.ok(row);
      const painted = makeRecordingContext();
      paintProducts(painted.context, frame, row, true);
      const factors = painted.texts.filter((text) => text.includes('·'));
      const expected = patch.map((value, k) => [value, w.data[k] ?? 0].map(formatFactor));
      assert.deepEqual(
        factors.map((text) => text.replace(/[()]/g, '').split('·')),
        expected,
      );
    }
});

test('beside numbers of any size the grids of the stage write none as 0, or as another whole number', () => {
  let checked = 0;
  for (const [inputs, weights] of [
    [
      [3.5, 250, -0.4, 12.25, 0.05, 80, 7, 8, 9],
      [0.004, 120, 0.5, -0.003],
    ],
    [
      [2e8, 1e-3, -0.4, 12.25, 0.05, 80, 7, 8, 9],
      [1e-3, 2, 0.5, -0.003],
    ],
  ] as const)
    for (const size of SIZES) {
      const [x, w] = [makeTensor([1, 3, 3], inputs), makeTensor([1, 1, 2, 2], weights)];
      const model = makeModelOf({ channels: 1, outChannels: 1, size: 3, kernel: 2 }, { input: x, weight: w });
      const frame = makeFrame(makeFrameRequest(model, 'stage', { ...size, position: positionAt(CLOCK, 1) }));
      const [row] = frame.rows;
      const [plane] = frame.planes;
      assert.ok(row && plane);
      if (!inputFit(frame, plane.view.cell).readable || !weightFit(model, row.lane.cell).readable) continue;
      checked += 1;
      const grids = makeRecordingContext();
      paintLane(grids.context, frame, row);
      paintPlane(grids.context, frame, plane, {} as never);
      for (const value of [...inputs, ...weights]) {
        const near = grids.texts.filter((text) => Math.abs(parsePrinted(text) / value - 1) < 0.05);
        assert.ok(near.length > 0, `${value} is none of ${grids.texts} at ${size.width}`);
      }
    }
  assert.ok(checked > 3, 'grids have room for their numbers');
});
