import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeTranslate } from '../../../../frontend/model/i18n.ts';
import type { Ledger } from '../../../../frontend/model/ledger.ts';
import { formatProduct } from '../../../../frontend/model/ledger_text.ts';
import type { Clock } from '../../../../frontend/model/timeline.ts';
import { positionAt } from '../../../../frontend/model/timeline.ts';
import type { Granularity } from '../../../../frontend/model/types.ts';
import { describeMoment } from '../../../../frontend/views/stage/moment.ts';
import { makeSummary } from '../../support/builders.ts';

const t = makeTranslate(
  JSON.parse(readFileSync(new URL('../../../../static/locales/en.json', import.meta.url), 'utf8')),
);

const term = (x: string, w: string, product: string) => ({
  x,
  w,
  product,
  tap: [0, 0] as [number, number],
  empty: false,
});

/** (3·1 + 2·(−1)) + (0·5 + 4·1) − 6 = 1 + 4 − 6 = −1 */
const LEDGER: Ledger = {
  cell: 'Y[0, 0, 1]',
  lines: [
    { channel: 0, terms: [term('3', '1', '3'), term('2', '−1', '−2')], sum: '1', running: '1' },
    { channel: 1, terms: [term('0', '5', '0'), term('4', '1', '4')], sum: '4', running: '5' },
  ],
  bias: '−6',
  output: '−1',
  decimals: 0,
  whole: true,
  exact: true,
  largest: false,
};

function say(granularity: Granularity, time: number, operation: object = {}, ledger = LEDGER) {
  const clock: Clock = { outChannels: 2, windows: 4, width: 2, channels: 2, taps: 2, granularity };
  const shapes = { output: [2, 2, 2] as [number, number, number] };
  const summary = makeSummary(operation, shapes);
  const { text, terms } = describeMoment(t, ledger, positionAt(clock, time), { summary, granularity });
  return [text, terms];
}

test('product by product the terms grow, and the one at work shows its factors', () => {
  assert.deepEqual(say('product', 0.8), ['Channel 0, product 1 of 2:', '3·1']);
  assert.deepEqual(say('product', 1), ['Channel 0, product 1 of 2:', '3·1 = 3']);
  assert.deepEqual(say('product', 1.5), ['Channel 0, product 2 of 2:', '3 + 2·(−1)']);
  assert.deepEqual(say('product', 1.7), ['Channel 0: its products add up to 1.', '3 − 2 = 1']);
});

test('a product of fractions is told with its factors, and whether they are rounded', () => {
  const terms = [term('0.52', '−0.45', '−0.235'), term('−0.25', '0.5', '−0.125')];
  const lines = [{ channel: 0, terms, sum: '−0.360', running: '−0.360' }];
  const fractions = { ...LEDGER, lines, bias: '', output: '−0.360', decimals: 3, whole: false };
  assert.equal(say('product', 1, {}, fractions)[1], '0.52·(−0.45) ≈ −0.235');
  assert.equal(formatProduct(terms[1] ?? term('', '', '')), '(−0.25)·0.5 = −0.125');
  assert.equal(formatProduct(term('0.00', '0.5', '0.000')), '0.00·0.5 = 0.000');
});

test('channel by channel', () => {
  assert.deepEqual(say('channel', 0.5)[1], '3·1 + 2·(−1)');
  assert.deepEqual(say('channel', 1), ['Channel 0 adds 1: the running sum is 1.', '']);
  assert.deepEqual(say('channel', 2), ['Channel 1 adds 4: the running sum is 5.', '1 + 4 = 5']);
  assert.deepEqual(say('channel', 2.2), ['Plus the bias −6: −1.', '5 − 6 = −1']);
  assert.deepEqual(say('channel', 3), [
    '−1, with the bias −6, is the output cell Y[0, 0, 1].',
    '1 + 4 − 6 = −1',
  ]);
});

test('without a bias nothing is added to the sums', () => {
  const none = { ...LEDGER, bias: '', output: '5' };
  const placed = ['5 is the output cell Y[0, 0, 1].', '1 + 4 = 5'];
  assert.deepEqual(say('channel', 2.2, {}, none), placed);
  assert.deepEqual(say('channel', 3, {}, none), placed);
  const alone = { ...none, lines: LEDGER.lines.slice(0, 1), output: '1' };
  assert.deepEqual(say('channel', 3, {}, alone), ['1 is the output cell Y[0, 0, 1].', '']);
});

test('a stride says how far the window moves', () => {
  const stride = { stride: [3, 2] };
  assert.match(say('channel', 0, stride)[0] ?? '', /begins at the top left/);
  assert.match(say('channel', 3.1, stride)[0] ?? '', /moves 2 cells to the right \(stride 2\)/);
  assert.match(say('channel', 6.1, stride)[0] ?? '', /back to the left and 3 cells down \(stride 3\)/);
  assert.match(say('channel', 12.1, stride)[0] ?? '', /^Filter 1 begins/);
  assert.match(say('channel', 3.1)[0] ?? '', /moves 1 cell to the right \(stride 1\)/);
});
