import assert from 'node:assert/strict';
import { test } from 'node:test';

import { between, cellAt, inChannels, isSolid, plane, readers, sliceOffset, sources, windowAt } from '../../frontend/geometry.js';

/** @import {Operation, Summary} from '../../frontend/types.js' */

/** @param {Partial<Operation>} operation @param {Partial<Summary['shapes']>} shapes @returns {Summary} */
function summary(operation, shapes) {
  return {
    id: 'x', dtype: 'float32',
    operation: { kind: 'conv2d', stride: [1, 1], padding: { top: 0, bottom: 0, left: 0, right: 0 }, dilation: [1, 1], groups: 1, flip: false, ...operation },
    shapes: { input: [2, 5, 5], weight: [4, 2, 3, 3], bias: null, output: [4, 3, 3], ...shapes },
    counts: { windows: 9, multiply_adds: 0, parameters: 0 },
    links: { self: '', steps: '', taps: '', file: '', page: '' },
  };
}

test('a window lies at stride times its cell, its taps a dilation apart, from the end when flipped', () => {
  const strided = summary({ stride: [2, 1], dilation: [1, 2] }, {});
  assert.deepEqual(windowAt(strided, { rows: [], cols: [] }, 1, 1), { rows: [2, 3, 4], cols: [1, 3, 5] });
  const flipped = summary({ flip: true }, {});
  assert.deepEqual(windowAt(flipped, { rows: [], cols: [] }, 0, 1), { rows: [2, 1, 0], cols: [3, 2, 1] });
});

test('a transposed window has holes where the table has none', () => {
  const transposed = summary({ kind: 'conv_transpose2d' }, {});
  assert.deepEqual(windowAt(transposed, { rows: [[0, -1, 1]], cols: [[-1, -1, 0]] }, 0, 0), { rows: [0, NaN, 1], cols: [NaN, NaN, 0] });
});

test('the plane is the input with its ring', () => {
  const padded = summary({ padding: { top: 1, bottom: 2, left: 3, right: 0 } }, {});
  assert.deepEqual(plane(padded), { rows: 8, cols: 8, top: 1, left: 3 });
});

test('the window on its way is between two windows', () => {
  assert.deepEqual(between({ rows: [0, 1], cols: [0, 1] }, { rows: [0, 1], cols: [2, 3] }, 0.25), { rows: [0, 1], cols: [0.5, 1.5] });
});

test('taps that touch make one frame, others do not', () => {
  assert.ok(isSolid([3]) && isSolid([1, 2, 3]) && isSolid([2, 1, 0]) && isSolid([0.5, 1.5]));
  assert.ok(!isSolid([0, 2, 4]));
});

test('ring cells know the cell whose value they borrow', () => {
  const rows = [[1, 0, 1], [0, 1, 2], [1, 2, 1]];
  assert.deepEqual([...sources(rows, (i) => [i, i + 1, i + 2], 5)], [1, 0, 1, 2, 1]);
});

test('the table the other way round finds every reader', () => {
  assert.deepEqual(readers([[-1, 0], [0, 1], [1, -1]], 2), [[[0, 1], [1, 0]], [[1, 1], [2, 0]]]);
});

test('groups: an output channel reads its own group, and its kernel slices lie where torch puts them', () => {
  const grouped = summary({ groups: 2 }, { input: [4, 5, 5], weight: [6, 2, 3, 3], output: [6, 3, 3] });
  assert.deepEqual(inChannels(grouped, 0), [0, 1]);
  assert.deepEqual(inChannels(grouped, 3), [2, 3]);
  assert.equal(sliceOffset(grouped, 3, 3), (3 * 2 + 1) * 9);
  const transposed = summary({ kind: 'conv_transpose2d', groups: 2 }, { input: [4, 5, 5], weight: [4, 3, 3, 3], output: [6, 7, 7] });
  assert.deepEqual(inChannels(transposed, 4), [2, 3]);
  assert.equal(sliceOffset(transposed, 4, 2), (2 * 3 + 1) * 9);
  const pooled = summary({ kind: 'max_pool2d', kernel_size: [2, 2] }, { weight: null });
  assert.deepEqual(inChannels(pooled, 1), [1]);
});

test('a point finds its cell', () => {
  assert.deepEqual(cellAt({ x: 10, y: 20, width: 40, height: 40 }, 20, 31, 25), [0, 1]);
  assert.equal(cellAt({ x: 10, y: 20, width: 40, height: 40 }, 20, 51, 25), null);
});
