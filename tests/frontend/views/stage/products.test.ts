import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../../../frontend/model/timeline.ts';
import { positionAt } from '../../../../frontend/model/timeline.ts';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import { paintPlane } from '../../../../frontend/views/stage/input_plane.ts';
import { paintLane } from '../../../../frontend/views/stage/lane.ts';
import { paintProducts } from '../../../../frontend/views/stage/products.ts';
import { makeModelOf, makeStep, makeTensor } from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';

const CLOCK: Clock = { outChannels: 1, windows: 4, width: 2, channels: 1, taps: 4, granularity: 'window' };

test('the factors of a product are written as in their own grids', () => {
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
      const [plane] = frame.planes;
      assert.ok(row && plane);
      const [grids, painted] = [makeRecordingContext(), makeRecordingContext()];
      paintLane(grids.context, frame, row);
      paintPlane(grids.context, frame, plane, {} as never);
      paintProducts(painted.context, frame, row, true);
      const factors = painted.texts.filter((text) => text.includes('·'));
      assert.equal(factors.length, 4);
      for (const factor of factors.flatMap((text) => text.replace(/[()]/g, '').split('·')))
        assert.ok(grids.texts.includes(factor), `${factor} of ${factors}, beside ${grids.texts}`);
    }
});
