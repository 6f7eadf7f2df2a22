import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Operation, SceneSummary } from '../../../../frontend/model/types.ts';
import { makeSceneModel } from '../../../../frontend/views/shared/scene_model.ts';
import { makeCaptions } from '../../../../frontend/views/stage/captions.ts';
import { makePadding, makeScene, makeSummary, makeTapLines } from '../../support/builders.ts';

const texts = JSON.parse(
  readFileSync(new URL('../../../../static/locales/en.json', import.meta.url), 'utf8'),
);

/** Average pooling of a square input, its windows by the definition of the operation. */
function pool({
  size,
  kernel,
  stride,
  padding,
  counted,
  windows,
}: {
  size: number;
  kernel: number;
  stride: number;
  padding: number;
  counted: boolean;
  windows: number;
}) {
  const lines = makeTapLines({ count: windows, kernel, size, stride, padding });
  const operation = {
    kind: 'avg_pool2d',
    kernel_size: [kernel, kernel],
    stride: [stride, stride],
    count_include_pad: counted,
    padding: makePadding(padding),
  } satisfies Partial<Operation>;
  const shapes = {
    input: [1, size, size],
    weight: null,
    output: [1, windows, windows],
  } satisfies Partial<SceneSummary['shapes']>;
  return makeSceneModel(makeScene(makeSummary(operation, shapes), {}, { rows: lines, cols: lines }));
}

test('what is said has its text, with every value it needs', () => {
  const said = [
    makeCaptions(pool({ size: 5, kernel: 2, stride: 2, padding: 0, counted: true, windows: 3 }), 'stage'),
    makeCaptions(pool({ size: 4, kernel: 3, stride: 2, padding: 1, counted: true, windows: 2 }), 'stage'),
    makeCaptions(pool({ size: 4, kernel: 3, stride: 2, padding: 1, counted: false, windows: 2 }), 'stage'),
    makeCaptions(
      {
        ...pool({ size: 6, kernel: 2, stride: 4, padding: 0, counted: true, windows: 2 }),
        idleRows: [2, 3],
        idleCols: [5],
      },
      'stage',
    ),
  ];
  assert.deepEqual(
    said.map((list) => list.map(([key]) => key)),
    [
      ['note.ceil', 'note.divisor.clipped'],
      ['note.rows', 'note.columns', 'note.divisor.padding'],
      ['note.rows', 'note.columns', 'note.divisor.inside'],
      ['note.rows.between', 'note.columns', 'note.divisor'],
    ],
  );
  for (const [key, values] of said.flat())
    for (const [, name] of texts[key].matchAll(/\{(\w+)\}/g)) assert.ok(name in values, `${key}: ${name}`);
});
