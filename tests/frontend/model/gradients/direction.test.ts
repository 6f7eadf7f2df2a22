import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputChannelsOf } from '../../../../frontend/model/geometry.ts';
import {
  gradientClock,
  hasDirection,
  hasScatter,
  indexOfPair,
  outputChannelsOf,
  pairAt,
  zerosBetween,
} from '../../../../frontend/model/gradients/direction.ts';
import { makeSummary } from '../../support/builders.ts';

const GROUPED = makeSummary(
  { groups: 2, stride: [2, 3] },
  { input: [4, 7, 8], weight: [6, 2, 3, 2], output: [6, 3, 3], bias: [6] },
);
const POOLING = makeSummary(
  { kind: 'max_pool2d', kernel_size: [2, 3] },
  { input: [3, 6, 6], weight: null, output: [3, 3, 2] },
);

test('an output channel reads exactly the inputs that name it', () => {
  for (const layer of [GROUPED, POOLING])
    for (let o = 0; o < layer.shapes.output[0]; o++)
      for (let c = 0; c < layer.shapes.input[0]; c++)
        assert.equal(outputChannelsOf(layer, c).includes(o), inputChannelsOf(layer, o).includes(c));
});

test('every pair comes back from its index', () => {
  const pairs = Array.from({ length: 12 }, (_, k) => pairAt(GROUPED, k));
  assert.equal(new Set(pairs.map(String)).size, 12);
  for (const [k, [o, c]] of pairs.entries()) assert.equal(indexOfPair(GROUPED, o, c), k);
  assert.deepEqual(pairs.slice(5, 8), [
    [2, 1],
    [3, 2],
    [3, 3],
  ]);
  // Of channels that have nothing to do with one another the nearest.
  assert.deepEqual(pairAt(GROUPED, indexOfPair(GROUPED, 4, 0)), [4, 2]);
});

test('a clock runs through the cells of what the gradient is to', () => {
  const clock = (direction: 'input' | 'weight' | 'bias', reading: 'gather' | 'scatter' = 'gather') =>
    gradientClock(GROUPED, direction, reading, 'channel');
  const granularity = 'channel';
  assert.deepEqual(clock('input'), {
    outChannels: 4,
    windows: 56,
    width: 8,
    channels: 3,
    taps: 6,
    granularity,
  });
  assert.deepEqual(clock('input', 'scatter'), {
    ...{ outChannels: 4, windows: 9, width: 3, channels: 3, taps: 6, granularity },
  });
  assert.deepEqual(clock('weight'), {
    outChannels: 12,
    windows: 6,
    width: 2,
    channels: 3,
    taps: 3,
    granularity,
  });
  assert.deepEqual(clock('bias'), {
    outChannels: 6,
    windows: 1,
    width: 1,
    channels: 1,
    taps: 9,
    granularity,
  });
});

test('a layer has the directions of its tensors', () => {
  assert.deepEqual(
    (['forward', 'input', 'weight', 'bias'] as const).filter((direction) => hasDirection(POOLING, direction)),
    ['forward', 'input'],
  );
  assert.ok(hasDirection(GROUPED, 'bias'));
  assert.ok(hasScatter(GROUPED));
  assert.ok(!hasScatter(makeSummary({ kind: 'conv_transpose2d' })));
});

test('zeros stand between where a stride left cells out', () => {
  assert.deepEqual(zerosBetween(GROUPED), [2, 3]);
  for (const operation of [{ padding_mode: 'reflect' }, { kind: 'conv_transpose2d' }, { kind: 'max_pool2d' }])
    assert.deepEqual(zerosBetween(makeSummary({ stride: [2, 2], ...operation })), [1, 1]);
});
