import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatNumber } from '../../../../frontend/model/numbers.ts';
import { fitMatrix, fitPrinted } from '../../../../frontend/views/shared/matrix_fit.ts';
import { paintPane } from '../../../../frontend/views/shared/matrix_painting.ts';
import { decimalsThatFit } from '../../../../frontend/views/shared/text_fit.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';

test('small weights keep three digits in cells without room for them', () => {
  for (const scale of [1, 0.06, 0.004, 12]) {
    const weights = [-1, 0.55, 0.003, 0].map((share) => share * scale);
    for (const room of [1, 3, 5, 12]) {
      const decimals = decimalsThatFit(weights, room);
      const digits = formatNumber(-scale, decimals).replace(/\D/g, '').replace(/^0+/, '');
      assert.ok(digits.length >= 3, `${scale} in ${room}: ${digits}`);
    }
  }
  assert.equal(decimalsThatFit([-7, 3], 1), 0);
});

test('a number in a matrix is written without being narrowed, or not at all', () => {
  const pixels = { theme: 'light', colors: {} } as never;
  for (const scale of [1, 0.07, 0.004, 12, 5000])
    for (const shares of [
      [-1, 0.55, 0.003],
      [1, 0.5, 0],
    ]) {
      const values = shares.map((share) => share * scale);
      for (let cell = 20; cell <= 72; cell++) {
        const size: [number, number] = [cell, cell];
        const place = { x: 0, y: 0, width: 3 * cell, height: cell };
        const pane = { rows: 1, cols: 3, top: 0, left: 0, place, size, axes: [null, null] as [null, null] };
        for (const fit of [fitMatrix(values, cell), fitPrinted(values, cell, 4)]) {
          if (!fit.readable) continue;
          const { widths, context } = makeRecordingContext();
          paintPane(context, pane, { valueAt: (_, col) => values[col] ?? 0, max: scale, fit }, pixels);
          assert.equal(widths.length, 3);
          for (const width of widths) assert.ok(width > 0.85, `${values} in ${cell}: ${width}`);
        }
      }
    }
});

test('a cell has its number from the size on in which all of its grid can be read', () => {
  assert.deepEqual(
    [25, 41, 42].map((cell) => fitMatrix([-0.0177, 0.0506], cell).readable),
    [false, false, true],
  );
  assert.deepEqual(
    [19, 20].map((cell) => fitMatrix([-7, 3], cell).readable),
    [false, true],
  );
});
