import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorCell } from '../../../frontend/interactions/editable_cells.ts';
import {
  averageDivisorAt,
  cellAt,
  findIdleLines,
  findSources,
  inputChannelsOf,
  interpolateWindows,
  invertTapTable,
  isContiguous,
  makePlane,
  weightIndex,
  weightOffset,
  windowAt,
} from '../../../frontend/model/geometry.ts';
import { flatOffset } from '../../../frontend/state/scene_edit.ts';
import { makeAveragePool, makeSummary as summary } from '../support/builders.ts';

test('a window lies at stride times its cell, its taps a dilation apart, from the end when flipped', () => {
  const strided = summary({ stride: [2, 1], dilation: [1, 2] }, {});
  assert.deepEqual(windowAt(strided, { rows: [], cols: [] }, 1, 1), { rows: [2, 3, 4], cols: [1, 3, 5] });
  const flipped = summary({ flip: true }, {});
  assert.deepEqual(windowAt(flipped, { rows: [], cols: [] }, 0, 1), { rows: [2, 1, 0], cols: [3, 2, 1] });
});

test('a transposed window has holes where the table has none', () => {
  const transposed = summary({ kind: 'conv_transpose2d' }, {});
  assert.deepEqual(windowAt(transposed, { rows: [[0, -1, 1]], cols: [[-1, -1, 0]] }, 0, 0), {
    rows: [0, NaN, 1],
    cols: [NaN, NaN, 0],
  });
});

test('the plane is the input with its ring', () => {
  const padded = summary({ padding: { top: 1, bottom: 2, left: 3, right: 0 } }, {});
  assert.deepEqual(makePlane(padded), { rows: 8, cols: 8, top: 1, left: 3 });
});

test('the window on its way is between two windows', () => {
  assert.deepEqual(interpolateWindows({ rows: [0, 1], cols: [0, 1] }, { rows: [0, 1], cols: [2, 3] }, 0.25), {
    rows: [0, 1],
    cols: [0.5, 1.5],
  });
});

test('taps that touch make one frame, others do not', () => {
  assert.ok(
    isContiguous([3]) && isContiguous([1, 2, 3]) && isContiguous([2, 1, 0]) && isContiguous([0.5, 1.5]),
  );
  assert.ok(!isContiguous([0, 2, 4]));
});

test('ring cells know the cell whose value they borrow', () => {
  const rows = [
    [1, 0, 1],
    [0, 1, 2],
    [1, 2, 1],
  ];
  assert.deepEqual([...findSources(rows, (i) => [i, i + 1, i + 2], 5)], [1, 0, 1, 2, 1]);
});

test('idle lines of the plane: those of the input, and of the ring what no window reaches', () => {
  // Input 3 with a ring of 2 before and 1 after; windows of 2 cells, 3 apart, at plane rows 0 and 3.
  const sources = findSources(
    [
      [-1, -1],
      [1, 2],
    ],
    (i) => [3 * i, 3 * i + 1],
    6,
  );
  assert.deepEqual(findIdleLines([0], 2, 3, sources), [2, 5]);
});

test('the table the other way round finds every reader', () => {
  assert.deepEqual(
    invertTapTable(
      [
        [-1, 0],
        [0, 1],
        [1, -1],
      ],
      2,
    ),
    [
      [
        [0, 1],
        [1, 0],
      ],
      [
        [1, 1],
        [2, 0],
      ],
    ],
  );
});

test('groups: an output channel reads its own group, and its kernel slices lie where torch puts them', () => {
  const grouped = summary({ groups: 2 }, { input: [4, 5, 5], weight: [6, 2, 3, 3], output: [6, 3, 3] });
  assert.deepEqual(inputChannelsOf(grouped, 0), [0, 1]);
  assert.deepEqual(inputChannelsOf(grouped, 3), [2, 3]);
  assert.equal(weightOffset(grouped, 3, 3), (3 * 2 + 1) * 9);
  const transposed = summary(
    { kind: 'conv_transpose2d', groups: 2 },
    { input: [4, 5, 5], weight: [4, 3, 3, 3], output: [6, 7, 7] },
  );
  assert.deepEqual(inputChannelsOf(transposed, 4), [2, 3]);
  assert.equal(weightOffset(transposed, 4, 2), (2 * 3 + 1) * 9);
  const pooled = summary({ kind: 'max_pool2d', kernel_size: [2, 2] }, { weight: null });
  assert.deepEqual(inputChannelsOf(pooled, 1), [1]);
});

test('a point finds its cell', () => {
  assert.deepEqual(cellAt({ x: 10, y: 20, width: 40, height: 40 }, 20, 31, 25), [0, 1]);
  assert.equal(cellAt({ x: 10, y: 20, width: 40, height: 40 }, 20, 51, 25), null);
});

test('an average divides by the cells that torch counts', () => {
  // torch.nn.functional.avg_pool2d of ones, 4 / divisor: divisors 4 and, where ceil_mode clips, 2 and 1.
  const clipped = makeAveragePool({ size: 5, kernel: 2, stride: 2, padding: 0, counted: true, windows: 3 });
  assert.deepEqual(
    [
      [0, 0],
      [0, 2],
      [2, 2],
    ].map(([i = 0, j = 0]) => averageDivisorAt(clipped, i, j)),
    [4, 2, 1],
  );
  const padded = { size: 4, kernel: 3, stride: 2, padding: 1, windows: 2 };
  assert.deepEqual(
    [
      [0, 0],
      [0, 1],
      [1, 1],
    ].map(([i = 0, j = 0]) => averageDivisorAt(makeAveragePool({ ...padded, counted: false }), i, j)),
    [4, 6, 9],
  );
  assert.equal(averageDivisorAt(makeAveragePool({ ...padded, counted: true }), 0, 0), 9);
});

test('a weight of a grouped layer is named by its index in torch', () => {
  // Layers and [output channel, input channel] -> the index that torch.nn.functional reads.
  const conv = summary({ groups: 2 }, { input: [64, 5, 5], weight: [128, 32, 3, 3], output: [128, 3, 3] });
  const depthwise = summary({ groups: 3 }, { input: [3, 5, 5], weight: [6, 1, 3, 3], output: [6, 3, 3] });
  const transposed = summary(
    { kind: 'conv_transpose2d', groups: 2 },
    { input: [4, 3, 3], weight: [4, 3, 3, 3], output: [6, 5, 5] },
  );
  assert.deepEqual(weightIndex(conv, 77, 62), [77, 30]);
  assert.deepEqual(weightIndex(conv, 3, 30), [3, 30]);
  assert.deepEqual(weightIndex(depthwise, 5, 2), [5, 0]);
  assert.deepEqual(weightIndex(transposed, 4, 3), [3, 1]);
  for (const [layer, o, c] of [
    [conv, 77, 62],
    [depthwise, 5, 2],
    [transposed, 4, 3],
  ] as const) {
    const index = tensorCell(layer, { grid: 'weight', channel: c, row: 1, col: 2 }, o)?.index ?? [];
    assert.deepEqual(index, [...weightIndex(layer, o, c), 1, 2]);
    assert.equal(flatOffset(layer.shapes.weight ?? [], index), weightOffset(layer, o, c) + 5);
  }
});
