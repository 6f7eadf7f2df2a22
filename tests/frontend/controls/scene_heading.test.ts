/** The line below a layer's title says what its kind does; tests/web/pages has the server's. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { layerLine, layerTitle } from '../../../frontend/controls/scene_heading.ts';
import { makeTranslate } from '../../../frontend/model/i18n.ts';
import type { SceneSummary } from '../../../frontend/model/types.ts';
import { makeSummary } from '../support/builders.ts';

const url = new URL('../../../static/locales/en.json', import.meta.url);
const t = makeTranslate(JSON.parse(readFileSync(url, 'utf8')));

const CASES: [operation: object, shapes: Partial<SceneSummary['shapes']>, end: string][] = [
  [{}, {}, 'then add the channels.'],
  [{}, { bias: [4] }, 'then add the channels. The bias is added, too.'],
  [{ groups: 2 }, { weight: [4, 1, 3, 3] }, 'each output channel reads one input channel.'],
  [{ kind: 'conv_transpose2d' }, { weight: [2, 4, 3, 3] }, 'weighted by the kernel, and add up.'],
  [{ kind: 'max_pool2d' }, { weight: null }, 'the largest number under the window.'],
  [{ kind: 'avg_pool2d' }, { weight: null }, 'the mean of the numbers under the window.'],
];

for (const [operation, shapes, end] of CASES)
  test(`a layer says what its kind does: ${end}`, () => {
    const line = layerLine(makeSummary(operation, shapes), t);
    assert.ok(line.endsWith(end), line);
  });

test('the title of a layer with groups says how many', () => {
  const titleOf = (groups: number) => layerTitle(makeSummary({ groups }, { weight: [4, 1, 3, 3] }), t);
  assert.ok(titleOf(2).endsWith(', 2 groups'), titleOf(2));
  assert.ok(!titleOf(1).includes('group'), titleOf(1));
});
