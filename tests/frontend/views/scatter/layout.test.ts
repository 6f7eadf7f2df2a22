import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectValue, placeValue } from '../../../../frontend/views/scatter/layout.ts';
import { makeLayout } from '../../../../frontend/views/stage/layout.ts';
import { makeSubject, STAGE_SIZES } from '../../support/stage_subjects.ts';

const LAYERS = {
  small: makeSubject([4, 3, 9], [2, 3], [2, 2, 2, 3], { gathered: true }),
  square: makeSubject([6, 3, 13], [1, 1], [2, 2, 2, 3], { gathered: true }),
  'of four channels': makeSubject([5, 2, 10], [4, 3], [2, 2, 2, 3], { gathered: true }),
  large: makeSubject([28, 3, 57], [16, 8], [4, 4, 4, 5], { gathered: true }),
};

for (const [layer, subject] of Object.entries(LAYERS))
  for (const [screen, [width, height]] of Object.entries(STAGE_SIZES))
    test(`${layer} on a ${screen}: the line to a stamp's value runs between rows, and ends before names`, () => {
      const layout = makeLayout(subject, width, height);
      const { cell } = layout;
      for (const lane of layout.lanes) {
        const place = lane.input ?? layout.plane;
        assert.ok(place);
        const [rows, cols] = [subject.plane.rows, subject.plane.cols];
        for (let row = 0; row < rows; row++)
          for (let col = 0; col < cols; col++) {
            const view = { ...place, cell };
            const points = connectValue({ view, place }, lane, placeValue(lane), { row, col });
            const [from, edge, end] = points;
            if (!from || !edge || !end) continue;
            assert.ok(Math.abs((from.y - place.y) / cell - Math.round((from.y - place.y) / cell)) < 1e-6);
            assert.ok(from.y === edge.y && Math.abs(edge.x - place.x - place.width) < 1e-6);
            assert.ok(end.x > edge.x, 'runs to the right');
            if (lane.rail.x > edge.x) assert.ok(end.x < lane.rail.x, 'the name at the rail is crossed');
          }
      }
    });
