/** Which cells can be typed over, as the pinned cell's note says. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEditable } from '../../../frontend/controls/description.ts';
import type { Cell } from '../../../frontend/model/relations.ts';
import { makeSceneModel } from '../../../frontend/views/shared/scene_model.ts';
import { makeScene, makeSummary } from '../support/builders.ts';

const cellOf = (grid: Cell['grid']): Cell => ({ grid, channel: 0, row: 0, col: 0 });

test("a number can be typed over the cells of the layer's own tensors, its bias among them", () => {
  const biased = makeSceneModel(makeScene(makeSummary({}, { bias: [4] })));
  for (const grid of ['input', 'upstream', 'weight', 'bias'] as const)
    assert.ok(isEditable(cellOf(grid), biased), grid);
  for (const grid of ['output', 'padding', 'sum'] as const)
    assert.ok(!isEditable(cellOf(grid), biased), grid);
  const unbiased = makeSceneModel(makeScene(makeSummary()));
  assert.ok(!isEditable(cellOf('bias'), unbiased));
});
