import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeLedger } from '../../../frontend/model/ledger.ts';
import { findTermRanges, formatSentence, joinSigned } from '../../../frontend/model/ledger_text.ts';
import { formatNumber } from '../../../frontend/model/numbers.ts';
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

test('the terms of a printed sum are found in its text', () => {
  const places = (text: string) => findTermRanges(text).map(([a, b]) => text.slice(a, b));
  assert.deepEqual(places('0·0 + 1·(−1) + 3·2'), ['0·0', '1·(−1)', '3·2']);
  assert.deepEqual(places('−0.761 + 0 − 1.412'), ['−0.761', '0', '1.412']);
});
