import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatNumber, parsePrinted } from '../../../frontend/model/numbers.ts';
import type { StampLedger } from '../../../frontend/model/stamp_ledger.ts';
import {
  formatStampSentence,
  formatStampSum,
  makeStampLedger,
  printStamp,
} from '../../../frontend/model/stamp_ledger.ts';
import { formatStampTex, formatStampText } from '../../../frontend/model/step_formats.ts';
import type { AppliedStamp, Stamp } from '../../../frontend/model/types.ts';
import { describeStamp } from '../../../frontend/views/scatter/description.ts';
import { makeRandom } from '../support/builders.ts';

test('what is cropped is not told; several channels stand in brackets', () => {
  const stamp: Stamp = {
    index: 0,
    row: 0,
    col: 0,
    output_rows: [null, 0],
    output_cols: [0, 1],
    values: [2, -1],
    products: [
      [
        [9, 9],
        [2, 4],
      ],
      [
        [9, 9],
        [-3, 1],
      ],
    ],
    sums: [
      [9, 9],
      [-1, 5],
    ],
    outputs: [
      [0, 0],
      [9, 5],
    ],
  };
  const told = makeStampLedger(
    { stamp, before: Float64Array.of(10, 0), after: Float64Array.of(9, 5) },
    {
      dimensions: 2,
      outChannel: 1,
      inChannels: [0, 1],
      width: 2,
      weight: (c, _, v) =>
        [
          [1, 2],
          [3, -1],
        ][c]?.[v] ?? null,
    },
  );
  assert.equal(told.cell, 'X[:, 0, 0]');
  assert.deepEqual(
    told.lines.map(({ cell, added, after }) => [cell, added, after]),
    [
      ['Y[1, 0, 0]', '\u22121', '9'],
      ['Y[1, 0, 1]', '5', '5'],
    ],
  );
  assert.equal(told.lines[0] && formatStampSum(told.lines[0], true), '10 + (2·1 + (\u22121)·3)');
});

const WIDTH = 4;

/** A stamp of fractions on a plane of 4 × 4 cells: some of it is cropped, some lands on one cell. */
function makeAppliedStamp(next: (below: number) => number): AppliedStamp {
  const [channels, size] = [1 + next(3), 1 + next(3)];
  const [magnitude, share] = [10 ** (next(6) - 3), 10 ** (next(3) - 1)];
  const number = (scale: number) => ((next(20001) - 10000) / 10000) * scale;
  const plane = (value: () => number) =>
    Array.from({ length: size }, () => Array.from({ length: size }, value));
  const lines = () => Array.from({ length: size }, () => (next(4) === 0 ? null : next(WIDTH)));
  const products = Array.from({ length: channels }, () => plane(() => number(magnitude)));
  const sums = plane(() => 0).map((line, u) =>
    line.map((_, v) => products.reduce((sum, slice) => sum + (slice[u]?.[v] ?? 0), 0)),
  );
  const [output_rows, output_cols] = [lines(), lines()];
  const before = Float64Array.from({ length: WIDTH * WIDTH }, () => number(magnitude * share));
  const after = before.slice();
  for (const [u, i] of output_rows.entries())
    for (const [v, j] of output_cols.entries())
      if (i !== null && j !== null) after[i * WIDTH + j] = (after[i * WIDTH + j] ?? 0) + (sums[u]?.[v] ?? 0);
  const values = Array.from({ length: channels }, () => number(1));
  const stamp = { ...{ index: 0, row: 0, col: 0 }, output_rows, output_cols, values, products, sums };
  return { stamp: { ...stamp, outputs: [] }, before, after };
}

const ledgerOf = (applied: AppliedStamp): StampLedger =>
  makeStampLedger(applied, {
    ...{ dimensions: 2, outChannel: 0, width: WIDTH, weight: () => 0.5 },
    inChannels: applied.stamp.values.map((_, c) => c),
  });

/** `a − (b + c)` with signs, brackets and numbers alone. */
function evaluate(sum: string) {
  const plain = sum.replaceAll('\u2212', '-').replaceAll(' ', '').replaceAll('(', '').replaceAll(')', '');
  assert.match(plain, /^-?[\d.]+([+-]-?[\d.]+)*$/, sum);
  const terms = plain.replaceAll('+-', '-').matchAll(/[+-]?[\d.]+/g);
  return [...terms].reduce((total, [term]) => total + Number(term), 0);
}

test('a stamp of any fractions adds up as it is printed, in every text', () => {
  const next = makeRandom(15);
  for (let run = 0; run < 400; run++) {
    const applied = makeAppliedStamp(next);
    const ledger = ledgerOf(applied);
    if (ledger.whole) continue;
    const rows = describeStamp(String, ledger, { place: 1 } as never).rows({ first: 0, end: 99 });
    const texts = [
      ...formatStampText(ledger).split('\n').slice(1),
      ...formatStampSentence(ledger)
        .replace(/^.*?: /, '')
        .split('; ')
        .filter((part) => part !== '…'),
      ...formatStampTex(ledger)
        .split('\n')
        .slice(1, -1)
        .map((line) => line.replace(' \\\\', '').replace('&\\approx', '=').replaceAll('-', '\u2212')),
      ...ledger.lines.map(({ cell, before, added, after }) => `${cell} = ${before} + (${added}) = ${after}`),
      ...rows.map(({ heading, cells }) => `${heading} = ${cells[0]?.text} = ${cells[2]?.text}`),
    ];
    for (const text of texts.filter((each) => each !== '')) {
      const [, terms = '', total = ''] = text.split(' = ');
      assert.ok(Math.abs(evaluate(terms) - evaluate(total)) < 1e-9 * (1 + Math.abs(evaluate(total))), text);
    }
  }
});

test('what a stamp adds is what its cells on the stage add up to, with any decimals', () => {
  const next = makeRandom(16);
  for (let run = 0; run < 400; run++) {
    const applied = makeAppliedStamp(next);
    const { stamp, before, after } = applied;
    const decimals = next(5);
    const { products, sums } = printStamp(applied, WIDTH, decimals);
    const unit = 10 ** -decimals;
    const added = new Map<number, number>();
    for (const [u, i] of stamp.output_rows.entries())
      for (const [v, j] of stamp.output_cols.entries()) {
        const sum = sums[u]?.[v] ?? 0;
        if (i === null || j === null) {
          assert.equal(sum, stamp.sums[u]?.[v], 'what is cropped adds nothing');
          continue;
        }
        const terms = products.reduce((total, slice) => total + (slice[u]?.[v] ?? 0), 0);
        assert.ok(Math.abs(terms - sum) < 1e-6 * unit, 'the channels add up');
        for (const [c, slice] of products.entries())
          assert.ok(Math.abs((slice[u]?.[v] ?? 0) - (stamp.products[c]?.[u]?.[v] ?? 0)) < 1.01 * unit);
        added.set(i * WIDTH + j, (added.get(i * WIDTH + j) ?? 0) + sum);
      }
    for (const [at, sum] of added) {
      const printed = (plane: Float64Array) => parsePrinted(formatNumber(plane[at] ?? 0, decimals));
      assert.ok(Math.abs(printed(before) + sum - printed(after)) < 1e-6 * unit, 'the output adds up');
    }
  }
});
