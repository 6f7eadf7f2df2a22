/** The panes of a matrix product: none over another, in whole cells, as large as the room lets them be. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelRoom, makeLayout } from '../../../../frontend/views/matrix/layout.ts';

const SIZES = [
  { width: 800, height: 320 },
  { width: 912, height: 600 },
  { width: 1310, height: 600 },
  { width: 1864, height: 860 },
  { width: 944, height: 668, presenting: true },
  { width: 1864, height: 980, presenting: true },
];
const COUNTS = [1, 2, 3, 9, 25, 200];
const CHOICES = [null, 8, 72];
const NAMES = ['left', 'right', 'products', 'product'] as const;
/** Of a heading with a size, in CSS pixels. */
const HEADING = 38;

const products = COUNTS.flatMap((rows) =>
  COUNTS.flatMap((depth) => COUNTS.map((cols) => ({ rows, depth, cols, folded: null }))),
);

for (const size of SIZES)
  test(`panes have their places at ${size.width}×${size.height}${size.presenting ? ', presented' : ''}`, () => {
    for (const product of products)
      for (const choice of CHOICES) {
        const { rects, cell, layout, signs } = makeLayout(product, size, choice);
        const said = JSON.stringify({ product, choice, rects });
        const { above, beside } = labelRoom(layout);
        const heading = HEADING * layout.scale;
        const places = NAMES.map((name) => {
          const { x, y, width, height } = rects[name];
          assert.ok(x >= beside && x + width <= layout.width, said);
          assert.ok(y >= heading && y + height <= layout.height, said);
          assert.equal(Math.round((height / cell) * 1e6) % 1e6, 0, said);
          const top = name === 'products' ? y : y - above - heading;
          return { left: x, right: x + width, top, bottom: y + height };
        });
        for (const [k, one] of places.entries())
          for (const other of places.slice(k + 1)) {
            const isBeside = one.right <= other.left || other.right <= one.left;
            const isBelow = one.bottom <= other.top || other.bottom <= one.top;
            assert.ok(isBeside || isBelow, said);
          }
        assert.equal(rects.right.width, rects.product.width, said);
        assert.ok(signs.equals.x > 0 && signs.times.x > rects.left.x + rects.left.width, said);
      }
  });

test('a product that is wide and low stands below its columns, where its cells are larger', () => {
  const wide = makeLayout({ rows: 2, depth: 3, cols: 9, folded: null }, { width: 912, height: 600 }, null);
  const { left, right, product } = wide.rects;
  assert.equal(product.x, right.x);
  assert.ok(product.y > right.y + right.height);
  // In one line 22 columns and what stands between them would have 912 px.
  assert.ok(wide.cell > 1.25 * ((912 - 2 * labelRoom({ scale: 1 }).beside) / 22), `${wide.cell}`);
  assert.deepEqual([left.width, right.width], [3 * wide.cell, 9 * wide.cell]);
});

test('the equation of a high product stays in one line', () => {
  const { rects } = makeLayout(
    { rows: 1, depth: 8, cols: 4, folded: null },
    { width: 1310, height: 600 },
    null,
  );
  const [one, other] = [rects.product, rects.right].map(({ y, height }) => y + height / 2);
  assert.ok(Math.abs((one ?? 0) - (other ?? 0)) <= 1, `${one}, ${other}`);
});
