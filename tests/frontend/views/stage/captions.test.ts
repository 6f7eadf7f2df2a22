import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { SceneModel } from '../../../../frontend/model/scene_model.ts';
import type { Operation } from '../../../../frontend/model/types.ts';
import { makeCaptions } from '../../../../frontend/views/stage/captions.ts';
import { makeAveragePool } from '../../support/builders.ts';

const texts = JSON.parse(
  readFileSync(new URL('../../../../static/locales/en.json', import.meta.url), 'utf8'),
);

/** Of 3 windows the last would begin in the padding at the end: torch leaves it out. */
function makeCeilPool() {
  const pool = makeAveragePool({ size: 3, kernel: 2, stride: 2, padding: 1, counted: true, windows: 2 });
  const operation = { ...pool.summary.operation, ceil_mode: true } as Operation;
  return { ...pool, summary: { ...pool.summary, operation } };
}

const captionsOf = (model: SceneModel) => makeCaptions(model, { view: 'stage' });

test('what is said has its text, with every value it needs', () => {
  const said = [
    captionsOf(makeAveragePool({ size: 5, kernel: 2, stride: 2, padding: 0, counted: true, windows: 3 })),
    captionsOf(makeAveragePool({ size: 4, kernel: 3, stride: 2, padding: 1, counted: true, windows: 2 })),
    captionsOf(makeAveragePool({ size: 4, kernel: 3, stride: 2, padding: 1, counted: false, windows: 2 })),
    captionsOf({
      ...makeAveragePool({ size: 6, kernel: 2, stride: 4, padding: 0, counted: true, windows: 2 }),
      idleRows: [2, 3],
      idleCols: [5],
    }),
    captionsOf(makeCeilPool()),
  ];
  assert.deepEqual(
    said.map((list) => list.map(([key]) => key)),
    [
      ['note.ceil', 'note.divisor.clipped'],
      ['note.rows', 'note.columns', 'note.divisor.padding'],
      ['note.rows', 'note.columns', 'note.divisor.inside'],
      ['note.rows.between', 'note.columns', 'note.divisor'],
      ['note.ceil.dropped', 'note.divisor.padding'],
    ],
  );
  for (const [key, values] of said.flat())
    for (const [, name] of texts[key].matchAll(/\{(\w+)\}/g)) assert.ok(name in values, `${key}: ${name}`);
});
