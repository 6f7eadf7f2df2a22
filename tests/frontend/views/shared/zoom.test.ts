import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNZOOMED } from '../../../../frontend/model/geometry.ts';
import { findTermRanges } from '../../../../frontend/model/ledger_text.ts';
import { makeGridView, panBy, panToShow, zoomAtPoint } from '../../../../frontend/views/shared/zoom.ts';

const place = { x: 100, y: 50, width: 200, height: 100 };

test('zooming keeps the cell under the pointer, and never leaves the grid', () => {
  let zoom = UNZOOMED;
  let now = makeGridView(place, 2, 50, 100, zoom);
  assert.deepEqual([now.x, now.y, now.cell], [100, 50, 2]);
  for (let k = 0; k < 6; k++) {
    const under = (170 - now.x) / now.cell;
    zoom = zoomAtPoint(place, now, zoom, 1.5, 170, 90);
    now = makeGridView(place, 2, 50, 100, zoom);
    assert.ok(Math.abs((170 - now.x) / now.cell - under) < 1e-6);
    assert.ok(now.x <= place.x && now.x + now.width >= place.x + place.width);
  }
  zoom = zoomAtPoint(place, now, zoom, 1e-6, 170, 90);
  assert.deepEqual(zoom, UNZOOMED);
});

test('a zoomed grid follows the hand and the window', () => {
  const zoom = { scale: 5, row: 25, col: 50 };
  const now = makeGridView(place, 2, 50, 100, zoom);
  const moved = makeGridView(place, 2, 50, 100, panBy(now, zoom, place, 30, -20));
  assert.ok(Math.abs(moved.x - now.x - 30) < 1e-9 && Math.abs(moved.y - now.y + 20) < 1e-9);
  const followed = makeGridView(place, 2, 50, 100, panToShow(place, now, zoom, [48, 50, 97, 100]));
  assert.ok(followed.x + 100 * followed.cell <= place.x + place.width + 1e-9);
  assert.equal(panToShow(place, now, UNZOOMED, [0, 1, 0, 1]), UNZOOMED);
});

test('the terms of a printed sum are found in its text', () => {
  const places = (text: string) => findTermRanges(text).map(([a, b]) => text.slice(a, b));
  assert.deepEqual(places('0·0 + 1·(−1) + 3·2'), ['0·0', '1·(−1)', '3·2']);
  assert.deepEqual(places('−0.761 + 0 − 1.412'), ['−0.761', '0', '1.412']);
});
