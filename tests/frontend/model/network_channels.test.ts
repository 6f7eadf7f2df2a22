import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFollowed } from '../../../frontend/model/network.ts';

test('a cell that is followed leads to the channels of its runs, or to all where there are none', () => {
  const channels: [number, number][] = [
    [0, 1],
    [3, 3],
  ];
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((channel) => isFollowed({ channels }, channel)),
    [true, true, false, true, false],
  );
  assert.equal(isFollowed({ channels: null }, 7), true);
});
