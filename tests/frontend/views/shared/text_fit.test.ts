import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatNumber } from '../../../../frontend/model/numbers.ts';
import { decimalsThatFit } from '../../../../frontend/views/shared/text_fit.ts';

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
