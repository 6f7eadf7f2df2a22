import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRange, isInside, parseCellAddress } from '../../../frontend/model/cell_address.ts';

test('an address is read as people type it', () => {
  for (const text of [
    '0,3,5',
    '[0, 3, 5]',
    'Y[0,3,5]',
    ' y [ 0 3 5 ] ',
    'out(0, 3, 5)',
    'Y［0，3，5］',
    '0 3 5',
    'out[0, 0, 3, 5]',
  ])
    assert.deepEqual(parseCellAddress(text, 2), [0, 3, 5], text);
  for (const text of ['1,4', 'Y[1, 4]', '(1 4)', 'out[0, 1, 4]'])
    assert.deepEqual(parseCellAddress(text, 1), [1, 0, 4], text);
});

test('what is no address is none', () => {
  for (const text of ['', '0,3', '1,3,5,1', '0,0,3,5,1', '-1,0,0', '1.5,0,0', 'Y', '[,,]'])
    assert.equal(parseCellAddress(text, 2), null, text);
  for (const text of ['', '0', '1,3,5']) assert.equal(parseCellAddress(text, 1), null, text);
});

test('the range says what there is', () => {
  assert.equal(formatRange([4, 1, 8]), '0 … 3, 0, 0 … 7');
  assert.equal(isInside([3, 0, 7], [4, 1, 8]), true);
  assert.equal(isInside([3, 1, 7], [4, 1, 8]), false);
});
