import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findTerms,
  formatCellTerm,
  listTerms,
  sortBySize,
  sumBySign,
} from '../../../frontend/model/cell_terms.ts';
import { PlainConvolution } from '../support/plain_layer.ts';

const LAYER = {
  ...{ channels: 4, outputs: 6, size: 5, kernel: 3, stride: 1, padding: 1, dilation: 1, groups: 2 },
  bias: [0, 1, 2, 3, 4, 5],
};
const conv = new PlainConvolution(LAYER);
const [o, i, j] = [4, 0, 2] as const;
const terms = listTerms(conv.step(o, i, j), conv.model(), o);

test('the terms of a cell are all products, each with its input and the index of its weight in torch', () => {
  assert.equal(terms.length, 2 * 9);
  assert.equal(
    terms.reduce((sum, { product }) => sum + product, 0),
    conv.sum(o, i, j),
  );
  for (const { channel, tap, input, weight, x, w, product } of terms) {
    const [row, col] = [i + tap[0] - 1, j + tap[1] - 1];
    assert.equal(weight, `K[4, ${channel - 2}, ${tap.join(', ')}]`);
    assert.equal(w, conv.w(o, channel - 2, ...tap));
    assert.equal(input, row < 0 ? '' : `X[${channel}, ${row}, ${col}]`);
    assert.equal(x, row < 0 ? 0 : conv.x(channel, row, col));
    assert.equal(product, x * w);
  }
});

test('the largest terms come first, whatever their sign', () => {
  const sizes = sortBySize(terms).map(({ product }) => Math.abs(product));
  assert.deepEqual(
    sizes,
    [...sizes].sort((a, b) => b - a),
  );
  assert.equal(sizes.length, terms.length);
});

test('the sums of both signs and the bias are the output', () => {
  const output = conv.sum(o, i, j) + 4;
  const { positive, negative, total, rounded } = sumBySign(terms, 4, output, 'int32');
  assert.ok(positive >= 0 && negative <= 0);
  assert.equal(positive + negative + 4, output);
  assert.deepEqual([total, rounded], [output, false]);
  assert.equal(sumBySign(terms, 4, output + 0.5, 'float32').rounded, true);
});

test('text is found in every term, also in those that are not shown first', () => {
  const texts = (wanted: string) =>
    findTerms(terms, wanted, 'float32', 'padding').map(({ weight }) => weight);
  assert.deepEqual(texts('K[4, 1, 2, 2]'), ['K[4, 1, 2, 2]']);
  assert.deepEqual(texts('k[4,1,2,2]'), ['K[4, 1, 2, 2]']);
  assert.equal(texts('').length, terms.length);
  assert.equal(texts('X[3').length, 6);
  const [first] = terms.filter(({ product }) => product < 0);
  assert.ok(texts(`=${first?.product}`).includes(first?.weight ?? ''));
});

test('terms are found by the names that torch has for the tensors', () => {
  const of = (text: string) => findTerms(terms, text, 'float32', 'padding');
  assert.ok(of('K[4, 1').length > 0);
  assert.deepEqual(of('weight[4, 1'), of('K[4, 1'));
  assert.ok(of('X[2, 0').length > 0);
  assert.deepEqual(of('input[2, 0'), of('X[2, 0'));
  assert.deepEqual(of('x[2, 0'), of('X[2, 0'));
});

test('a term says that it reads padding, and is found by that', () => {
  const isBeside = ({ tap: [u] }: (typeof terms)[number]) => i + u - 1 < 0;
  assert.deepEqual(findTerms(terms, 'padding', 'float32', 'padding'), terms.filter(isBeside));
  for (const term of terms) {
    const [first = ''] = formatCellTerm(term, 'float32', 'padding').factors;
    assert.equal(first.startsWith('padding '), isBeside(term), first);
  }
});
