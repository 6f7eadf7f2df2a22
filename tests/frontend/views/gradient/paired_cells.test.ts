import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latticeOf, pairedCells } from '../../../../frontend/views/gradient/sum_frame.ts';
import { makeForward } from '../../support/gradient_layers.ts';

/** Output cells that input cells reach through kernel cell u, by the definition of the operation. */
function reached(size: number, count: number, u: number, stride: number, padding: number) {
  const cells = Array.from({ length: size }, (_, k) => k * stride - padding + u);
  return cells.filter((cell) => cell >= 0 && cell < count);
}

test('to the weight of a transposed layer the upstream cells are lit that an input cell reaches', () => {
  const model = makeForward({
    kind: 'conv_transpose2d',
    size: [3, 3],
    kernel: [3, 3],
    stride: [2, 2],
    padding: 1,
  });
  const [rows, cols] = model.subject.output;
  for (let u = 0; u < 3; u++)
    for (let v = 0; v < 3; v++)
      assert.deepEqual(pairedCells(latticeOf(model, u, v)), {
        rows: reached(3, rows, u, 2, 1),
        cols: reached(3, cols, v, 2, 1),
      });
});

test('of a convolution each upstream cell has its input cell, be it padding', () => {
  const model = makeForward({ kind: 'conv2d', size: [4, 4], kernel: [3, 3], padding: 1 });
  assert.equal(pairedCells(latticeOf(model, 0, 2)), null);
});
