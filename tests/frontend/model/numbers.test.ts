import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  decimalsFor,
  formatCell,
  formatExact,
  formatNumber,
  markRounded,
  parsePrinted,
} from '../../../frontend/model/numbers.ts';
import { makeRandom } from '../support/builders.ts';

test('decimals follow the largest number', () => {
  assert.equal(decimalsFor([1, 2, 3], 4), 0);
  assert.equal(decimalsFor([1 / 3, 1.25], 4), 3);
  assert.equal(decimalsFor([1234.5], 4), 0);
  assert.equal(decimalsFor([1 / 9000], 4), 7);
});

test('no more decimals are written than tell the numbers apart', () => {
  assert.equal(decimalsFor([0.5, 0, -2], 4), 1);
  assert.equal(decimalsFor([0.5, 1.25], 4), 2);
  assert.equal(decimalsFor(Float32Array.of(0.1, 0.7, -12.3), 4), 1);
  assert.equal(decimalsFor([0.5, 0.0001], 4), 4);
  assert.equal(decimalsFor([0.5, 1 / 3], 3), 3);
});

test('of numbers that end early no zeros are written, of rounded ones they are', () => {
  assert.equal(decimalsFor([0.5, 0, 1], 4), 1);
  assert.equal(decimalsFor([0.5, 3.75], 4), 2);
  assert.equal(decimalsFor(Float32Array.of(0.1, -0.2), 4), 1);
  assert.equal(decimalsFor([0.50003], 4), 4);
});

test('the full text of a float32 is the shortest that reads back', () => {
  assert.equal(formatExact(Math.fround(0.1), 'float32'), '0.1');
  assert.equal(formatExact(-0.1, 'float64'), '−0.1');
  assert.equal(formatExact(Math.fround(1 / 3), 'float32'), '0.33333334');
});

test('zero is written like its neighbours', () => {
  assert.deepEqual(
    [0, 1, -0.25, -0].map((value) => formatNumber(value, 2)),
    ['0.00', '1.00', '−0.25', '0.00'],
  );
  assert.equal(formatNumber(0, 0), '0');
  assert.equal(formatNumber(0, 8), '0.00000000');
});

test('figures write the same into their cells', () => {
  const file = new URL('../../goldens/printed_cells.json', import.meta.url);
  for (const { values, decimals, texts, marked } of JSON.parse(readFileSync(file, 'utf8'))) {
    assert.equal(decimalsFor(values, 3), decimals);
    for (const [room, expected] of Object.entries(texts))
      assert.deepEqual(
        values.map((value: number) => formatCell(value, decimals, Number(room))),
        expected,
      );
    for (const [value, printed, text] of marked) assert.equal(markRounded(value, printed, decimals), text);
  }
});

/** Numbers of very different sizes, some of them whole. */
function mixedNumbers(next: (below: number) => number) {
  return Array.from({ length: 9 }, () => {
    const value = (next(2001) - 1000) * 10 ** (next(12) - 7);
    return next(3) === 0 ? Math.round(value) : value;
  });
}

test('beside others of any size no number of a grid is written as 0, or as another of few digits', () => {
  const next = makeRandom(4);
  for (let run = 0; run < 500; run++) {
    const values = mixedNumbers(next);
    const decimals = decimalsFor(values, 3);
    for (const value of values)
      for (const room of [5, 7, 12]) {
        const text = formatCell(value, decimals, room);
        const said = `${value} among ${values}: ${text}`;
        assert.equal(parsePrinted(text) === 0, value === 0, said);
        if (value !== 0 && room === 12) assert.ok(Math.abs(parsePrinted(text) / value - 1) < 0.5, said);
        if (!Number.isInteger(value) && Math.abs(value) < 100) assert.match(text, /[.e]/, said);
      }
  }
});
