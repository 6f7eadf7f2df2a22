import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rect } from '../../../../frontend/model/types.ts';
import type { SumLayout, SumParts } from '../../../../frontend/views/gradient/sum_layout.ts';
import { placeSum } from '../../../../frontend/views/gradient/sum_layout.ts';

const SIZES: [number, number][] = [
  [1302, 567],
  [1850, 880],
  [1216, 520],
  [960, 420],
  [328, 512],
];

const SHAPES: Record<string, SumParts> = {
  'the chapter': { input: [3, 3], upstream: [2, 2], gradient: [2, 2] },
  'a stride of two': { input: [7, 7], upstream: [3, 3], gradient: [3, 3] },
  'a large kernel': { input: [12, 12], upstream: [2, 2], gradient: [11, 11] },
  'one cell': { input: [1, 1], upstream: [1, 1], gradient: [1, 1] },
  'a photograph': { input: [128, 128], upstream: [126, 126], gradient: [3, 3] },
  'a transposed layer': { input: [3, 3], upstream: [6, 6], gradient: [3, 3] },
  'a wide input': { input: [4, 60], upstream: [4, 58], gradient: [1, 3] },
  'a high input': { input: [60, 4], upstream: [58, 4], gradient: [3, 1] },
  'three biases': { input: null, upstream: [3, 3], gradient: [3, 1] },
  'many biases': { input: null, upstream: [14, 14], gradient: [16, 32] },
};

function partsOf({ input, upstream, products, sums, total, gradient }: SumLayout): Record<string, Rect> {
  const all = { input, upstream, products, sums, total, gradient };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, Rect] => entry[1] !== null),
  );
}

function overlap(one: Rect, other: Rect) {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return width > 0.5 && height > 0.5;
}

for (const [name, parts] of Object.entries(SHAPES))
  for (const [width, height] of SIZES)
    test(`${name} has its place in ${width}×${height}`, () => {
      const layout = placeSum(parts, width, height);
      const placed = Object.entries(partsOf(layout));
      for (const [part, { x, y, width: wide, height: high }] of placed) {
        assert.ok(x >= 0 && y >= 0 && x + wide <= width + 1, `${part} at ${x}, ${y}: ${wide} wide`);
        assert.ok(y + high <= height + 1, `${part} ends at ${y + high} of ${height}`);
      }
      for (const [k, [part, rect]] of placed.entries())
        for (const [other, rest] of placed.slice(k + 1))
          assert.ok(!overlap(rect, rest), `${part} lies on ${other}`);
      for (const { name: heading, y } of layout.headings) assert.ok(y >= 4, `${heading} at ${y}`);
    });

test('the planes are as large as the room allows, and share one size of cell', () => {
  const layout = placeSum({ input: [7, 7], upstream: [3, 3], gradient: [3, 3] }, 1302, 567);
  assert.ok(layout.cell >= 50, String(layout.cell));
  assert.equal(layout.upstream.width, 3 * layout.cell);
  assert.equal(layout.input?.width, 7 * layout.cell);
  assert.ok(layout.outputCell >= 44);
});

test('a phone has them in two lines', () => {
  const layout = placeSum({ input: [5, 5], upstream: [3, 3], gradient: [3, 3] }, 328, 512);
  assert.equal(layout.family, 'stacked');
  assert.ok((layout.products?.y ?? 0) > layout.upstream.y + layout.upstream.height);
});
