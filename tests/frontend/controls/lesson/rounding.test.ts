import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRoundingOf } from '../../../../frontend/controls/lesson/rounding.ts';

test('a fraction may be written rounded, and a whole number not', () => {
  const third = -1 / 3;
  assert.deepEqual(
    [third, -0.3333, -0.33, -0.3, -0.34, 0].map((written) => isRoundingOf(written, third)),
    [true, true, true, true, false, false],
  );
  assert.ok(isRoundingOf(36, 36));
  assert.ok(!isRoundingOf(36, 36.25));
});
