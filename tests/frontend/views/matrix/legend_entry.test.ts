/** What is written around matrices leads to an entry that the legend has. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeFrame } from '../../../../frontend/views/matrix/frame.ts';
import { findLegendEntry } from '../../../../frontend/views/matrix/legend_entry.ts';
import { makeFrame as makeSparseFrame } from '../../../../frontend/views/sparse/frame.ts';
import { findLegendEntry as findSparseEntry } from '../../../../frontend/views/sparse/legend_entry.ts';
import { makeFrameRequest } from '../../support/frames.ts';
import { CASES, makeForward, nameOf } from '../../support/gradient_layers.ts';

const PAGE = readFileSync(new URL('../../../../templates/legend.html', import.meta.url), 'utf8');

for (const layer of CASES)
  test(`labels, headings and signs of matrices are explained, cells are not: ${nameOf(layer)}`, () => {
    const model = makeForward(layer);
    for (const width of [1300, 360]) {
      const frame = makeFrame(makeFrameRequest(model, 'matrix', { width }));
      const { left, right } = frame.panes;
      for (const { place } of [left, right]) {
        const middle = place.y + place.height / 2;
        assert.equal(findLegendEntry(frame, place.x + place.width / 2, place.y - 8), 'word-product');
        assert.equal(findLegendEntry(frame, place.x - 8, middle), 'word-product');
        assert.equal(findLegendEntry(frame, place.x + 8, middle), null);
      }
      assert.equal(findLegendEntry(frame, frame.signs.times.x, frame.signs.times.y), 'word-product');
      const sparse = makeSparseFrame(makeFrameRequest(model, 'sparse', { width }));
      const { kernel } = sparse.panes;
      assert.equal(findSparseEntry(sparse, kernel.place.x + 4, kernel.place.y - 14), 'mark-sparse');
      assert.equal(findSparseEntry(sparse, kernel.place.x + 4, kernel.place.y + 4), null);
    }
  });

test('the legend has the entries for matrices', () => {
  assert.match(PAGE, /id="word-product"/);
  assert.match(PAGE, /"sparse"\) %\}\s*<div id="mark-\{\{ name \}\}"/);
});
