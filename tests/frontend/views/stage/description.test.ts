import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeTranslate } from '../../../../frontend/model/i18n.ts';
import type { Ledger } from '../../../../frontend/model/ledger.ts';
import type { StampLedger } from '../../../../frontend/model/stamp_ledger.ts';
import { positionAt } from '../../../../frontend/model/timeline.ts';
import { describeStamp } from '../../../../frontend/views/scatter/description.ts';
import type { DescribedRow } from '../../../../frontend/views/shared/description.ts';
import { describeStep } from '../../../../frontend/views/stage/description.ts';
import { makeSummary } from '../../support/builders.ts';

const t = makeTranslate(
  JSON.parse(readFileSync(new URL('../../../../static/locales/en.json', import.meta.url), 'utf8')),
);

/** Channel c adds c. */
function makeSums(channels: number): Ledger {
  return {
    cell: 'Y[0, 0, 0]',
    lines: Array.from({ length: channels }, (_, c) => ({
      channel: c,
      terms: [{ x: String(c), w: '1', product: String(c), tap: [0, 0], empty: false }],
      sum: String(c),
      running: String((c * (c + 1)) / 2),
    })),
    bias: '0',
    output: String((channels * (channels - 1)) / 2),
    decimals: 0,
    whole: true,
    exact: true,
    largest: false,
  };
}

/** The rows of these lines of the table. */
function describe(channels: number, first: number, end: number) {
  const clock = { outChannels: 1, windows: 1, width: 1, channels, taps: 1, granularity: 'channel' } as const;
  const layer = { summary: makeSummary(), granularity: 'channel' } as const;
  return describeStep(t, makeSums(channels), positionAt(clock, 0.5), layer).rows({ first, end });
}

const headingsOf = (rows: DescribedRow[]) => rows.map(({ heading }) => heading);

test('each channel has a row, and the bias', () => {
  const channels = Array.from({ length: 12 }, (_, c) => String(c));
  assert.deepEqual(headingsOf(describe(12, 0, 64)), [...channels, 'bias']);
});

test('without a bias the last row is the cell, with the total alone', () => {
  const clock = {
    outChannels: 1,
    windows: 1,
    width: 1,
    channels: 20,
    taps: 1,
    granularity: 'channel',
  } as const;
  const layer = { summary: makeSummary(), granularity: 'channel' } as const;
  const ledger = { ...makeSums(20), bias: '', whole: false };
  const { rows, sentence } = describeStep(t, ledger, positionAt(clock, 0.5), layer);
  const last = rows({ first: 0, end: 64 }).at(-1);
  assert.equal(last?.heading, 'Y[0, 0, 0]');
  assert.deepEqual(
    last.cells.map(({ text }) => text),
    ['', '', '190'],
  );
  assert.equal(sentence(), 'Y[0, 0, 0] = 0 + 1 + 2 + 3 + 4 + 5 + 6 + 7 + … + 18 + 19 = 190');
});

test('channels without a row are named, with their running sum', () => {
  const rows = describe(12, 4, 8);
  assert.deepEqual(headingsOf(rows), ['0–3', '4', '5', '6', '7', '8–11', 'bias']);
  const texts = (row = -1) => rows.at(row)?.cells.map(({ text }) => text);
  assert.deepEqual(
    [texts(0), texts(-2)],
    [
      ['not listed', '', '6'],
      ['not listed', '', '66'],
    ],
  );
});

test('a stamp has a row for each cell that it is added to', () => {
  const line = (k: number) => ({
    cell: `Y[0, ${Math.floor(k / 3)}, ${k % 3}]`,
    before: '0',
    terms: [{ x: '2', w: String(k), product: String(2 * k) }],
    added: String(2 * k),
    after: String(2 * k),
  });
  const lines = Array.from({ length: 9 }, (_, k) => line(k));
  const ledger: StampLedger = { cell: 'X[0, 0, 0]', values: '2', lines, whole: true };
  const clock = {
    outChannels: 1,
    windows: 1,
    width: 1,
    channels: 1,
    taps: 9,
    granularity: 'window',
  } as const;
  const rows = describeStamp(t, ledger, positionAt(clock, 0.5)).rows({ first: 0, end: 64 });
  assert.deepEqual(
    headingsOf(rows),
    lines.map(({ cell }) => cell),
  );
});
