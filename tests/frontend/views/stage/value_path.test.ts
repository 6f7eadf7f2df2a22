import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rect } from '../../../../frontend/model/types.ts';
import type { StageLayout } from '../../../../frontend/views/stage/layout.ts';
import { makeLayout } from '../../../../frontend/views/stage/layout.ts';
import { findValuePath } from '../../../../frontend/views/stage/value_path.ts';
import { makeSubject, STAGE_SIZES, SUBJECTS } from '../../support/stage_subjects.ts';

const LAYERS = {
  ...SUBJECTS,
  'the way back through a pooling': makeSubject([2, 2, 4], [2, 2], [1, 1, 1, 1], {
    weighted: false,
    perChannel: true,
    gathered: true,
  }),
};

/** Each output on the stage, with where its total comes from. */
function outputsOf(layout: StageLayout): { place: Rect; total: Rect }[] {
  const own = layout.lanes.flatMap(({ output, sum }) => (output ? [{ place: output, total: sum }] : []));
  return own.length > 0 ? own : [{ place: layout.output, total: layout.total }];
}

for (const [layer, subject] of Object.entries(LAYERS))
  for (const [screen, [width, height]] of Object.entries({ ...STAGE_SIZES, banner: [1302, 552] as const }))
    test(`${layer} on a ${screen}: a value's way is on the stage, and leaves finished numbers out`, () => {
      const layout = makeLayout(subject, width, height);
      const [rows, cols] = subject.output;
      for (const { place, total } of outputsOf(layout)) {
        const view = { ...place, cell: layout.outputCell };
        const current = { channel: 0, place, view, thumbnail: false };
        for (const [row, col] of [
          [0, 0],
          [rows - 1, cols - 1],
        ] as const) {
          const points = findValuePath({ layout, totalRect: total, row, col, current });
          for (const { x, y } of points) {
            assert.ok(x >= 1 && x <= layout.width - 1, `${layout.family}: x ${x} of ${layout.width}`);
            assert.ok(y >= 1 && y <= layout.height - 1, `${layout.family}: y ${y} of ${layout.height}`);
          }
          // Before the last line, which goes through cells to come, the way is beside the grid.
          for (const { x, y } of points.slice(0, -2)) {
            const inside =
              x > place.x && x < place.x + place.width && y > place.y && y < place.y + place.height - 2;
            assert.ok(!inside, `${layout.family}: turns inside the grid at ${x}, ${y}`);
          }
        }
      }
    });
