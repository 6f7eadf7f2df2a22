import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOfReference, outputOfReference } from '../../../../frontend/controls/lesson/stage_references.ts';
import type { Cell } from '../../../../frontend/model/relations.ts';
import type { SceneSummary } from '../../../../frontend/model/types.ts';

const window: Cell = { grid: 'output', channel: 1, row: 2, col: 3 };

const summary = (kind: string, groups: number, input: number, weight: number[]) =>
  ({
    operation: { kind, groups },
    shapes: { input: [input, 4, 4], weight, bias: [2], output: [2, 3, 3] },
  }) as unknown as SceneSummary;

const plain = summary('conv2d', 1, 3, [2, 3, 2, 2]);

test('things of a text are cells of the stage', () => {
  const cells: Record<string, Partial<Cell> | null> = {
    window,
    'input 2,1,0': { grid: 'input', channel: 2, row: 1, col: 0 },
    'output 1,0,2': { grid: 'output', channel: 1, row: 0, col: 2 },
    'weight 1,2,0,1': { grid: 'weight', channel: 2, row: 0, col: 1 },
    'product 2,1,1': { grid: 'tap', channel: 2, row: 1, col: 1 },
    'sum 1': { grid: 'sum', channel: 1 },
    'running 2': { grid: 'running', channel: 2 },
    'bias 1': { grid: 'bias', channel: 1 },
    'kernel 0,2': { grid: 'sum', channel: 2 },
    nothing: null,
  };
  for (const [reference, expected] of Object.entries(cells)) {
    const cell = cellOfReference(reference, plain, window);
    if (expected === null) assert.equal(cell, null);
    else assert.deepEqual({ ...cell, ...expected }, cell, reference);
  }
});

test('what is said of a filter names its output channel', () => {
  const channelOf = (reference: string, layer = plain) => outputOfReference(reference, layer);
  assert.deepEqual(
    ['output 1,0,2', 'bias 1', 'weight 1,2,0,1', 'kernel 0,2'].map((reference) => channelOf(reference)),
    [1, 1, 1, 0],
  );
  assert.deepEqual(
    ['window', 'input 1,0,0', 'sum 1', 'product 1,0,0'].map((reference) => channelOf(reference)),
    [null, null, null, null],
  );
  assert.equal(channelOf('weight 1,0,0,0', summary('conv_transpose2d', 1, 2, [2, 1, 2, 2])), null);
});

test('a slice of a grouped layer reads a channel of its own group', () => {
  const grouped = summary('conv2d', 2, 4, [2, 2, 2, 2]);
  assert.equal(cellOfReference('weight 1,0,1,1', grouped, window)?.channel, 2);
  assert.equal(cellOfReference('kernel 0,1', grouped, window)?.channel, 1);
});

test('the weight of a transposed layer has its input channels first', () => {
  const transposed = summary('conv_transpose2d', 1, 2, [2, 1, 3, 3]);
  assert.deepEqual(cellOfReference('weight 1,0,2,2', transposed, window), {
    grid: 'weight',
    channel: 1,
    row: 2,
    col: 2,
  });
});
