import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTranslate } from '../../../../frontend/model/i18n.ts';
import { positionAt } from '../../../../frontend/model/timeline.ts';
import { makeClock } from '../../../../frontend/state/scene.ts';
import { makeSceneModel } from '../../../../frontend/views/shared/scene_model.ts';
import { writeEquation } from '../../../../frontend/views/sparse/equation.ts';
import { makeScene, makeStep, makeSummary, makeTensor } from '../../support/builders.ts';

const t = makeTranslate({
  'sparse.product': 'row · X[{channel}] = {sum}',
  'sparse.part': '{product}, a part:',
  'sparse.others': '{count} others',
  'ledger.bias': 'bias',
});

/** The first cell of a layer of 1×1 kernels; sums: of its channels. */
function equationOf(sums: number[], bias: number | null, channelIndex: number) {
  const channels = sums.length;
  const summary = makeSummary(
    {},
    {
      input: [channels, 1, 1],
      weight: [1, channels, 1, 1],
      bias: bias === null ? null : [1],
      output: [1, 1, 1],
    },
  );
  const scene = makeScene(summary, bias === null ? {} : { bias: makeTensor([1], [bias]) });
  const products = sums.map((sum) => [[sum]]);
  let sofar = 0;
  const running = sums.map((sum) => (sofar += sum));
  const step = makeStep({
    ...{ index: 0, row: 0, col: 0, input_rows: [0], input_cols: [0], patch: products, products },
    ...{ channel_sums: sums, running_sums: running, output: sofar + (bias ?? 0) },
  });
  const clock = makeClock(summary, 'window', 'sparse');
  const at = (time: number) =>
    writeEquation({
      step,
      model: makeSceneModel(scene),
      position: positionAt(clock, time),
      channel: channelIndex,
      channelIndex,
      transposed: false,
      t,
    });
  return { before: at(0), placed: at(1) };
}

test('a row of the sparse matrix is shown as one channel of the output', () => {
  assert.deepEqual(equationOf([43, 77], null, 1).placed, [
    'row · X[1] = 77, a part:',
    '77 (X[1]) + 43 (X[0]) = 120 = Y[0, 0, 0]',
  ]);
  assert.deepEqual(equationOf([1, 2, 4, 8], -3, 2).placed, [
    'row · X[2] = 4, a part:',
    '4 (X[2]) + 11 (3 others) − 3 (bias) = 12 = Y[0, 0, 0]',
  ]);
});

test('the row of a layer with one channel and no bias is the whole output', () => {
  assert.deepEqual(equationOf([56], null, 0).placed, ['row · X[0] = 56 = Y[0, 0, 0]']);
});

test('the parts of a row of fractions add up as printed', () => {
  for (const index of [0, 1, 2]) {
    const [, equation = ''] = equationOf([0.3333, -0.12345, 0.2], 0.00648, index).placed;
    const [left = '', right = ''] = equation.split(' = ');
    const terms = [
      ...left
        .replaceAll(/ \([^)]*\)/g, '')
        .replaceAll('−', '-')
        .replaceAll(/([+-]) /g, '$1')
        .matchAll(/[+-]?[\d.]+/g),
    ];
    assert.equal(terms.length, 3);
    assert.ok(
      Math.abs(terms.reduce((sum, [term]) => sum + Number(term), 0) - Number(right)) < 1e-9,
      equation,
    );
  }
});

test('nothing is said before the output is placed', () => {
  assert.deepEqual(equationOf([43, 77], null, 1).before, []);
});
