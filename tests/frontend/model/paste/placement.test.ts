import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PasteError } from '../../../../frontend/model/number_syntax.ts';
import { findPlacements } from '../../../../frontend/model/paste/placement.ts';

function place(shape: number[], tensor: number[], index: number[]) {
  const data = Array.from({ length: shape.reduce((a, b) => a * b) }, (_, k) => k + 1);
  const { cells, whole } = findPlacements({ shape, data }, tensor, index);
  return { cells: cells?.map((cell) => [...cell.index, cell.value]) ?? null, whole };
}

test('a block goes into the cells from the chosen one on', () => {
  assert.deepEqual(place([2, 2], [2, 3, 3], [1, 1, 1]), {
    cells: [
      [1, 1, 1, 1],
      [1, 1, 2, 2],
      [1, 2, 1, 3],
      [1, 2, 2, 4],
    ],
    whole: null,
  });
});

test('channels of a block go into channels', () => {
  assert.deepEqual(place([2, 1, 1], [3, 2, 2], [1, 0, 1]).cells, [
    [1, 0, 1, 1],
    [2, 0, 1, 2],
  ]);
});

test('a block of the whole shape replaces the tensor, another size of it too', () => {
  assert.deepEqual(place([2, 3, 3], [2, 3, 3], [0, 1, 1]), { cells: null, whole: [2, 3, 3] });
  assert.deepEqual(place([1, 4, 4], [2, 3, 3], [0, 0, 0]), { cells: null, whole: [1, 4, 4] });
  assert.deepEqual(place([4, 4], [1, 3, 3], [0, 0, 0]), { cells: null, whole: [1, 4, 4] });
});

test('where both are meant, both are offered', () => {
  const { cells, whole } = place([1, 2, 2], [2, 3, 3], [0, 0, 0]);
  assert.deepEqual([cells?.length, whole], [4, [1, 2, 2]]);
});

test('a block that fits nowhere says what is left', () => {
  assert.throws(
    () => place([2, 4], [2, 3, 3], [0, 1, 1]),
    (error) => {
      assert.ok(error instanceof PasteError);
      assert.deepEqual([error.reason, error.values], ['tooLarge', { block: '2×4', room: '2×2' }]);
      return true;
    },
  );
});
