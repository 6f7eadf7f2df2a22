import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeLedger } from '../../../frontend/model/ledger.ts';
import {
  findTermRanges,
  formatSentence,
  formatSums,
  joinSigned,
  splitTotal,
} from '../../../frontend/model/ledger_text.ts';
import { formatNumber } from '../../../frontend/model/numbers.ts';
import { formatStepTex } from '../../../frontend/model/step_formats.ts';
import { CHAPTER_LAYER, CHAPTER_STEP, makeStep } from '../support/builders.ts';

test('negative numbers carry a true minus: brackets as factors, a sign as terms', () => {
  const step = {
    ...CHAPTER_STEP,
    products: [
      [
        [0, -1],
        [6, 12],
      ],
      [
        [1, 4],
        [12, 20],
      ],
    ],
    patch: [
      [
        [0, -1],
        [3, 4],
      ],
      [
        [1, 2],
        [4, 5],
      ],
    ],
    channel_sums: [17, 37],
    running_sums: [17, 54],
    output: 54,
  };
  assert.match(formatSentence(makeLedger(makeStep(step), CHAPTER_LAYER)), /\(0·0 \+ \(−1\)·1 \+ 3·2/);
  assert.equal(joinSigned(['−1', '2', '−3']), '−1 + 2 − 3');
  assert.equal(formatNumber(-0.0001, 2), '0.00');
});

test('a bias is written where the layer has one, also 0, and else left out', () => {
  const write = (bias: number | null) => {
    const ledger = makeLedger(makeStep(CHAPTER_STEP), { ...CHAPTER_LAYER, bias });
    return [formatSentence(ledger), formatSums(ledger), formatStepTex(ledger)];
  };
  for (const text of write(0)) assert.match(text, /\+ 0/);
  for (const text of write(null)) assert.doesNotMatch(text, /\+ 0/);
  assert.equal(write(null)[1], '19 + 37 = 56');
});

test('where one channel makes a sum without a bias it is the total, and told once', () => {
  const [products, patch] = [CHAPTER_STEP.products?.slice(0, 1), CHAPTER_STEP.patch?.slice(0, 1)];
  const step = { ...CHAPTER_STEP, products, patch, channel_sums: [19], running_sums: [19], output: 19 };
  const ledger = makeLedger(makeStep(step), { ...CHAPTER_LAYER, inChannels: [0], letter: 'dX' });
  assert.equal(formatSentence(ledger), 'dX[0, 0, 0] = 0·0 + 1·1 + 3·2 + 4·3 = 19');
  assert.equal(formatSums(ledger), '19');
  assert.equal(formatStepTex(ledger).split('19').length, 2);
});

test('the terms of a printed sum are found in its text', () => {
  const places = (text: string) => findTermRanges(text).map(([a, b]) => text.slice(a, b));
  assert.deepEqual(places('0·0 + 1·(−1) + 3·2'), ['0·0', '1·(−1)', '3·2']);
  assert.deepEqual(places('−0.761 + 0 − 1.412'), ['−0.761', '0', '1.412']);
});

test('a sum is split before its total, also where parts of it have totals of their own', () => {
  assert.deepEqual(splitTotal('19 + 37 + 0 = 56'), ['19 + 37 + 0', ' = 56']);
  assert.deepEqual(splitTotal('0.52·(−0.45) ≈ −0.235'), ['0.52·(−0.45)', ' ≈ −0.235']);
  assert.deepEqual(splitTotal('1·2 = 2 + 3 = 5'), ['1·2 = 2 + 3', ' = 5']);
  assert.deepEqual(splitTotal('9, 6, 5, 8'), ['9, 6, 5, 8', '']);
  assert.deepEqual(splitTotal(''), ['', '']);
});
