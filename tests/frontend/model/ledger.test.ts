import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { LedgerLayer } from '../../../frontend/model/ledger.ts';
import { apportionRounding, makeLedger } from '../../../frontend/model/ledger.ts';
import { formatSentence } from '../../../frontend/model/ledger_text.ts';
import { formatNumber } from '../../../frontend/model/numbers.ts';
import type { StepAnswer } from '../../../frontend/model/types.ts';
import { CHAPTER_LAYER, CHAPTER_STEP, makeStep } from '../support/builders.ts';

/** A generator of numbers that are the same in every run (mulberry32). */
function random(seed: number) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test("the chapter's first cell reads as in the book", () => {
  assert.equal(
    formatSentence(makeLedger(makeStep(CHAPTER_STEP), CHAPTER_LAYER)),
    'Y[0, 0, 0] = (0·0 + 1·1 + 3·2 + 4·3) + (1·1 + 2·2 + 4·3 + 5·4) = 19 + 37 = 56',
  );
});

/** A printed number back as units of its last decimal. */
const units = (text: string, decimals: number) =>
  BigInt(Math.round(Number(text.replace('−', '-')) * 10 ** decimals));

test('printed terms add up to printed sums, and those to the printed output, for any floats', () => {
  const next = random(7);
  for (let run = 0; run < 500; run++) {
    const channels = 1 + Math.floor(next() * 5);
    const size = 1 + Math.floor(next() * 4);
    const magnitude = 10 ** Math.floor(next() * 6 - 3);
    const products = Array.from({ length: channels }, () =>
      Array.from({ length: size }, () => Array.from({ length: size }, () => (next() - 0.5) * magnitude)),
    );
    const sums = products.map((slice) => slice.flat().reduce((a, b) => a + b, 0));
    const bias = (next() - 0.5) * magnitude;
    const output = sums.reduce((a, b) => a + b, bias);
    let sofar = 0;
    const running = sums.map((sum) => (sofar += sum));
    const step: StepAnswer = {
      ...CHAPTER_STEP,
      patch: products,
      products,
      channel_sums: sums,
      running_sums: running,
      output,
      input_rows: Array(size).fill(0),
      input_cols: Array(size).fill(0),
    };
    for (const wanted of [0, 1, 3, 5]) {
      const printed = makeLedger(
        makeStep(step),
        { ...CHAPTER_LAYER, inChannels: sums.map((_, c) => c), bias },
        wanted,
      );
      const { decimals } = printed;
      const largest = Math.max(...[output, bias, ...sums, ...products.flat(2)].map(Math.abs));
      assert.ok(largest * 10 ** decimals >= 99, 'three digits for the largest');
      assert.notEqual(units(printed.bias, decimals), 0n, 'the bias shows');
      assert.equal(printed.bias, formatNumber(bias, decimals), 'the bias is the same in every cell');
      let total = units(printed.bias, decimals);
      printed.lines.forEach((line, c) => {
        total += units(line.sum, decimals);
        assert.equal(
          line.terms.reduce((sum, term) => sum + units(term.product, decimals), 0n),
          units(line.sum, decimals),
        );
        // What the bias's own rounding leaves over the last one has.
        const more = c === channels - 1 ? 0.5 : 0;
        const [sum = 0, sofar = 0] = [line.sum, line.running].map((text) => Number(text.replace('−', '-')));
        assert.ok(Math.abs(sum - (sums[c] ?? 0)) < (1.01 + more) * 10 ** -decimals);
        assert.equal(units(line.running, decimals), total - units(printed.bias, decimals));
        assert.ok(Math.abs(sofar - (running[c] ?? 0)) < (0.51 + more) * 10 ** -decimals, 'errors gather');
      });
      assert.equal(total, units(printed.output, decimals));
    }
  }
});

test('apportioning moves no number by a unit or more, and whole numbers not at all', () => {
  assert.deepEqual(apportionRounding([1, 2, 3], 6, 0), [1, 2, 3]);
  assert.deepEqual(apportionRounding([0.333, 0.333, 0.334], 1, 2), [0.33, 0.33, 0.34]);
});

test('figures and notebooks print the same numbers', () => {
  const file = new URL('../../goldens/printed_ledgers.json', import.meta.url);
  for (const { printed, bias, products, ...step } of JSON.parse(readFileSync(file, 'utf8'))) {
    const answer: StepAnswer = {
      ...CHAPTER_STEP,
      ...step,
      products: products.map((each: number[]) => [each]),
      patch: products.map((each: number[]) => [each]),
      input_rows: [0],
      input_cols: Array(9).fill(0),
    };
    const ledger = makeLedger(makeStep(answer), { ...CHAPTER_LAYER, inChannels: [0, 1, 2], bias });
    assert.deepEqual(
      {
        products: ledger.lines.map(({ terms }) => terms.map(({ product }) => product)),
        sums: ledger.lines.map(({ sum }) => sum),
        running: ledger.lines.map(({ running }) => running),
        bias: ledger.bias,
        output: ledger.output,
      },
      printed,
    );
  }
});

/** A step of one channel of 1×1 cells. */
function makeProduct(x: number, weight: number, bias: number) {
  const product = x * weight;
  const step: StepAnswer = {
    ...CHAPTER_STEP,
    patch: [[[x]]],
    products: [[[product]]],
    channel_sums: [product],
    running_sums: [product],
    output: product + bias,
    input_rows: [0],
    input_cols: [0],
  };
  const layer: LedgerLayer = { ...CHAPTER_LAYER, inChannels: [0], weight: () => weight, bias };
  return [makeStep(step), layer] as const;
}

test('a small bias is never printed as 0', () => {
  const printed = (bias: number, wanted?: number) => makeLedger(...makeProduct(1, -0.5583, bias), wanted);
  for (const wanted of [undefined, 0, 2]) {
    const { bias, output, lines } = printed(-0.00648, wanted);
    assert.notEqual(Number(bias.replace('−', '-')), 0);
    const sum = Number(lines[0]?.sum.replace('−', '-')) + Number(bias.replace('−', '-'));
    assert.ok(Math.abs(sum - Number(output.replace('−', '-'))) < 1e-9);
  }
  assert.equal(printed(1e-9).bias, '≈0');
  assert.equal(Number(printed(0).bias), 0);
});

test('sums without room for decimals are not taken for whole numbers', () => {
  const printed = makeLedger(...makeProduct(1234.5, 1, 0));
  assert.equal(printed.whole, false);
  assert.equal(makeLedger(...makeProduct(1234, 1, 0)).whole, true);
});

test('of a kernel that is seen turned the last cell is told first', () => {
  const turned = makeLedger(makeStep(CHAPTER_STEP), { ...CHAPTER_LAYER, turned: true });
  assert.equal(
    formatSentence(turned),
    'Y[0, 0, 0] = (4·3 + 3·2 + 1·1 + 0·0) + (5·4 + 4·3 + 2·2 + 1·1) = 19 + 37 = 56',
  );
  assert.deepEqual(
    turned.lines[0]?.terms.map(({ tap }) => tap),
    [
      [1, 1],
      [1, 0],
      [0, 1],
      [0, 0],
    ],
  );
});

test('a factor that is not 0 is not printed as 0', () => {
  for (const small of [1e-3, 1e-6, 1e-9])
    for (const large of [7, 7e6, 7e9]) {
      const sum = small * large;
      const step = {
        ...{ ...CHAPTER_STEP, input_rows: [0], input_cols: [0, 1] },
        ...{ patch: [[[small, large]]], products: [[[sum, 0]]] },
        ...{ channel_sums: [sum], running_sums: [sum], output: sum },
      };
      const [line] = makeLedger(makeStep(step), { ...CHAPTER_LAYER, inChannels: [0] }).lines;
      for (const { x } of line?.terms ?? []) assert.notEqual(Number(x), 0, `${small} beside ${large}: ${x}`);
    }
});

test('what rounding leaves over is shared out at once, however much it is', () => {
  for (const size of [1e6, 1e15, 1e30]) {
    const values = [size, 0.5, -size / 3];
    assert.equal(apportionRounding(values, size, 0).length, values.length);
  }
  assert.deepEqual(apportionRounding([1.26, 2.26, 3.26], 7.1, 1), [1.3, 2.3, 3.5]);
  const [small = 0, large = 0] = apportionRounding([0.4, 4e12], 4e12 + 300_000, 0);
  assert.ok(small < 2 && large > 4e12, 'what is missing is the largest number’s');
});
