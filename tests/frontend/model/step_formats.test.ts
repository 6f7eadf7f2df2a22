import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeLedger } from '../../../frontend/model/ledger.ts';
import { formatSentence } from '../../../frontend/model/ledger_text.ts';
import { formatStepJson, formatStepTex, formatStepText } from '../../../frontend/model/step_formats.ts';
import type { StepAnswer } from '../../../frontend/model/types.ts';
import { makeStep, makeSummary } from '../support/builders.ts';

/** The chapter's second window. */
const STEP: StepAnswer = {
  index: 1,
  row: 0,
  col: 1,
  input_rows: [0, 1],
  input_cols: [1, 2],
  patch: [
    [
      [1, 2],
      [4, 5],
    ],
    [
      [2, 3],
      [5, 6],
    ],
  ],
  products: [
    [
      [0, 2],
      [8, 15],
    ],
    [
      [2, 6],
      [15, 24],
    ],
  ],
  channel_sums: [25, 47],
  running_sums: [25, 72],
  output: 72,
};
const LAYER = {
  dimensions: 2 as const,
  outChannel: 0,
  inChannels: [0, 1],
  bias: null,
  weight: (c: number, u: number, v: number) => c + 2 * u + v,
};

test('text', () => {
  assert.equal(
    formatStepText(makeLedger(makeStep(STEP), LAYER)),
    'Y[0, 0, 1] = (1·0 + 2·1 + 4·2 + 5·3) + (2·1 + 3·2 + 5·3 + 6·4) = 25 + 47 = 72',
  );
});

test('text of numbers that are rounded: a line for each channel', () => {
  const step = { ...STEP, output: 72.25, running_sums: [25, 72.25], channel_sums: [25, 47.25] };
  const [first, ...others] = formatStepText(makeLedger(makeStep(step), LAYER)).split('\n');
  assert.equal(first, 'Y[0, 0, 1] = 25.00 + 47.25 = 72.25');
  assert.equal(others.length, 2);
  assert.match(others[1] ?? '', /^c = 1: .* = 47\.25$/);
  const back = formatStepText(makeLedger(makeStep(step), { ...LAYER, letter: 'dX' }), 'o').split('\n');
  assert.deepEqual(
    back.slice(1),
    others.map((line) => line.replace('c =', 'o =')),
  );
});

test('TeX', () => {
  assert.equal(
    formatStepTex(makeLedger(makeStep(STEP), LAYER)),
    [
      '\\begin{aligned}',
      '  Y_{0,0,1} &= (1 \\cdot 0 + 2 \\cdot 1 + 4 \\cdot 2 + 5 \\cdot 3) \\\\',
      '  &\\quad {}+ (2 \\cdot 1 + 3 \\cdot 2 + 5 \\cdot 3 + 6 \\cdot 4) \\\\',
      '  &= 25 + 47 \\\\',
      '  &= 72',
      '\\end{aligned}',
    ].join('\n'),
  );
});

test('TeX has only characters that every TeX reads, in braces that match', () => {
  const negative = {
    ...STEP,
    products: STEP.products?.map((grid) => grid.map((row) => row.map((x) => -x * 1e-9))),
    running_sums: [-2.5e-8, -7.2e-8],
    output: -7.2e-8,
  };
  for (const step of [STEP, negative, { ...STEP, selected: [1, 1] as [number, number] }]) {
    const text = formatStepTex(makeLedger(makeStep(step), LAYER));
    assert.match(text, /^[\x20-\x7e\n]*$/);
    assert.equal(text.split('{').length, text.split('}').length);
    assert.equal(text.split('(').length, text.split(')').length);
  }
});

test('JSON has every number in full', async () => {
  const summary = makeSummary();
  const step = { ...STEP, output: 72.00000762939453 };
  const found = JSON.parse(await formatStepJson(step, summary, 0, [0, 1], 0.1));
  assert.deepEqual(found, {
    scene: 'x',
    dtype: 'float32',
    operation: summary.operation,
    out_channel: 0,
    in_channels: [0, 1],
    bias: 0.1,
    ...step,
  });
});

test('a mean has its terms and no bias, in text and TeX, whatever its numbers', () => {
  for (const output of [3, 2.5]) {
    const step = { ...STEP, patch: [[[0, 5]]], products: [[[0, output]]], channel_sums: [output] };
    const mean = { ...LAYER, inChannels: [0], bias: 0, weight: () => null };
    const ledger = makeLedger(makeStep({ ...step, running_sums: [output], output }), mean);
    const text = formatStepText(ledger);
    assert.equal(text, formatSentence(ledger));
    const { product } = ledger.lines[0]?.terms[1] ?? { product: '' };
    assert.ok(text.endsWith(` + ${product} = ${product}`), text);
    assert.equal(text.split(' = ').length, 3);
    assert.equal(formatStepTex(ledger).split('\\\\\n').length, 2);
  }
});
