import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstStampIndex, fitProducts, landingWindow } from '../../../../frontend/views/scatter/frame.ts';
import { makeSceneModel } from '../../../../frontend/views/shared/scene_model.ts';
import { makeScene, makeSummary } from '../../support/builders.ts';

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

test('a channel of small products is written where its neighbours are', () => {
  const large = [[-0.523, 0.311, 0.047]];
  for (const small of [0.0299, 0.004, 0.0001]) {
    const products = [[[-0.8 * small, small, 0.3 * small]], large];
    for (let cell = 20; cell <= 72; cell++) {
      const [all, alone] = [fitProducts({ products }, cell), fitProducts({ products: [large] }, cell)];
      assert.deepEqual([all.readable, all.decimals], [alone.readable, alone.decimals], `${cell}`);
    }
  }
});
