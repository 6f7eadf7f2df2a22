import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeExampleRequest } from '../../../frontend/state/new_example.ts';

const SIZES = { dimensions: 2 as const, channels: 3, height: 4, width: 5, filters: 2, kernel: 3 };

interface Numbers {
  data: number[][][];
}

function bodyOf(sizes: typeof SIZES, seed: number) {
  return makeExampleRequest(sizes, seed).body as unknown as {
    input: Numbers;
    weight: { data: number[][][][] };
  };
}

test('a new example has the sizes asked for, and small numbers that are no copies', () => {
  const { input, weight } = bodyOf(SIZES, 0);
  assert.deepEqual([input.data.length, input.data[0]?.length, input.data[0]?.[0]?.length], [3, 4, 5]);
  assert.deepEqual([weight.data.length, weight.data[0]?.length, weight.data[0]?.[0]?.length], [2, 3, 3]);
  assert.ok(input.data.flat(2).every((value) => value >= 1 && value <= 5 && Number.isInteger(value)));
  assert.ok(weight.data.flat(3).every((value) => value !== 0 && Math.abs(value) <= 2));
  for (const planes of [input.data, weight.data.flat()])
    assert.equal(new Set(planes.map((plane) => plane.join())).size, planes.length);
});

test('made again, it has other numbers; the same seed gives the same', () => {
  assert.notDeepEqual(bodyOf(SIZES, 0), bodyOf(SIZES, 2));
  assert.deepEqual(bodyOf(SIZES, 2), bodyOf(SIZES, 2));
});

test('a large one is left to the server', () => {
  const { input } = bodyOf({ ...SIZES, height: 300, width: 300 }, 4);
  assert.deepEqual(input, { random: { shape: [3, 300, 300], seed: 4, distribution: 'integers' } });
});
