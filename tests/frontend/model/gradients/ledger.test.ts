import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatSumSentence,
  makeBiasLedger,
  makeWeightLedger,
} from '../../../../frontend/model/gradients/ledger.ts';
import { parsePrinted } from '../../../../frontend/model/numbers.ts';
import { makeRandom } from '../../support/builders.ts';

/** A step of planes (height, width) by plain loops. */
function makeStep(patch: number[], upstream: number[], width: number) {
  const products = patch.map((x, k) => x * (upstream[k] ?? 0));
  const rowSums = Array.from({ length: patch.length / width }, (_, row) =>
    products.slice(row * width, (row + 1) * width).reduce((a, b) => a + b, 0),
  );
  return {
    index: 0,
    patch: Float64Array.from(patch),
    products: Float64Array.from(products),
    rowSums: Float64Array.from(rowSums),
    gradient: rowSums.reduce((a, b) => a + b, 0),
  };
}

test('a small step is written out, row by row', () => {
  const ledger = makeWeightLedger(
    makeStep([0, 1, 3, 4], [1, 2, 0, -1], 2),
    'dK[0, 0, 0, 0]',
    Float64Array.of(1, 2, 0, -1),
    2,
  );
  assert.equal(formatSumSentence(ledger), 'dK[0, 0, 0, 0] = (0·1 + 1·2) + (3·0 + 4·(−1)) = 2 − 4 = −2');
});

test('what is printed adds up, to the rows and to the whole', () => {
  const next = makeRandom(4);
  const draw = (count: number) => Array.from({ length: count }, () => (next(2000) - 1000) / 317);
  for (const [height, width] of [
    [3, 3],
    [2, 5],
    [9, 1],
  ] as const) {
    const [patch, upstream] = [draw(height * width), draw(height * width)];
    const ledger = makeWeightLedger(
      makeStep(patch, upstream, width),
      'dK',
      Float64Array.from(upstream),
      width,
    );
    const unit = 10 ** ledger.decimals;
    const total = (texts: string[]) =>
      texts.reduce((sum, text) => sum + Math.round(parsePrinted(text) * unit), 0);
    assert.equal(total(ledger.rows.map(({ sum }) => sum)), Math.round(parsePrinted(ledger.total) * unit));
    for (const { terms, sum } of ledger.rows)
      assert.equal(total(terms.map(({ product }) => product)), Math.round(parsePrinted(sum) * unit));
  }
});

test('a sentence of many rows has their sums, of very many some of them', () => {
  const upstream = Array.from({ length: 40 }, () => 1);
  const step = makeStep(
    upstream.map((_, k) => k),
    upstream,
    2,
  );
  const sentence = formatSumSentence(makeWeightLedger(step, 'dK', Float64Array.from(upstream), 2));
  assert.equal(sentence, 'dK = 1 + 5 + 9 + 13 + 17 + 21 + 25 + 29 + 33 + 37 + 41 + … = 780');
});

test('the bias has the cells of its plane as terms', () => {
  const ledger = makeBiasLedger(-2, 'db[1]', Float64Array.of(1, -4, 0, 1));
  assert.equal(formatSumSentence(ledger), 'db[1] = 1 − 4 + 0 + 1 = −2');
});

test('what is copied of the bias has every term of a plane of 20 × 20', () => {
  for (const count of [4, 16, 13 * 13, 400]) {
    const ledger = makeBiasLedger(count, 'db[0]', new Float64Array(count).fill(1));
    const sentence = formatSumSentence(ledger, 400);
    assert.equal(sentence.match(/\b1\b/g)?.length, count + (count === 1 ? 1 : 0), sentence);
    assert.doesNotMatch(sentence, /…/);
  }
});
