import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiClient } from '../../../frontend/data/client.ts';
import { tensorCell } from '../../../frontend/interactions/editable_cells.ts';
import type { Translate } from '../../../frontend/model/i18n.ts';
import { findReachedOutputs, findRelations, findRuns } from '../../../frontend/model/relations.ts';
import { AppState } from '../../../frontend/state/app_state.ts';
import { cellValue } from '../../../frontend/state/cell_value.ts';
import { hasCell } from '../../../frontend/state/url.ts';
import { makeSceneModel } from '../../../frontend/views/shared/scene_model.ts';
import { describeCell } from '../../../frontend/views/stage/relations_description.ts';
import { makePadding, makeScene, makeSummary, makeTapLines, makeTensor } from '../support/builders.ts';

/** A layer whose tables are made here by plain loops. */
function layer({
  size,
  kernel,
  stride,
  padding,
  dilation,
}: {
  size: number;
  kernel: number;
  stride: number;
  padding: number;
  dilation: number;
}) {
  const out = Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  const table = makeTapLines({ count: out, kernel, size, stride, padding, dilation });
  const summary = makeSummary(
    { stride: [stride, stride], padding: makePadding(padding), dilation: [dilation, dilation] },
    { input: [2, size, size], weight: [3, 2, kernel, kernel], output: [3, out, out] },
  );
  return { out, table, model: makeSceneModel(makeScene(summary, {}, { rows: table, cols: table })) };
}

const LAYERS = [
  { size: 5, kernel: 3, stride: 1, padding: 0, dilation: 1 },
  { size: 7, kernel: 3, stride: 2, padding: 1, dilation: 1 },
  { size: 9, kernel: 3, stride: 1, padding: 2, dilation: 2 },
  { size: 6, kernel: 1, stride: 3, padding: 0, dilation: 1 },
  { size: 4, kernel: 4, stride: 1, padding: 3, dilation: 1 },
];

for (const of of LAYERS) {
  const { out, table, model: shown } = layer(of);
  const name = JSON.stringify(of);

  test(`${name}: what an input reaches is where the definition of the layer reads it`, () => {
    for (let r = 0; r < of.size; r++) {
      for (let c = 0; c < of.size; c++) {
        const expected = [];
        for (let i = 0; i < out; i++)
          for (let j = 0; j < out; j++)
            for (let u = 0; u < of.kernel; u++)
              for (let v = 0; v < of.kernel; v++) {
                if (
                  i * of.stride + u * of.dilation - of.padding === r &&
                  j * of.stride + v * of.dilation - of.padding === c
                )
                  expected.push([i, j, u, v].join());
              }
        assert.deepEqual(
          findReachedOutputs(shown, r, c)
            .map(({ row, col, u, v }) => [row, col, u, v].join())
            .sort(),
          expected.sort(),
        );
      }
    }
  });

  test(`${name}: what a weight multiplies is every input it meets`, () => {
    for (let u = 0; u < of.kernel; u++) {
      const { inputs } = findRelations(
        shown,
        { grid: 'weight', channel: 1, row: u, col: 0 },
        { row: 0, col: 0 },
      );
      const expected = new Set(
        table
          .map((line) => line[u] ?? -1)
          .filter((at) => at >= 0)
          .map((at) => at + of.padding),
      );
      assert.deepEqual(new Set(inputs?.plane.rows), expected);
      assert.deepEqual(inputs?.channels, [1]);
    }
  });

  test(`${name}: an output cell came from its window on every channel`, () => {
    const { inputs } = findRelations(
      shown,
      { grid: 'output', channel: 2, row: out - 1, col: 0 },
      { row: 0, col: 0 },
    );
    assert.deepEqual(inputs?.channels, [0, 1]);
    assert.deepEqual(
      inputs?.plane.rows,
      Array.from({ length: of.kernel }, (_, u) => (out - 1) * of.stride + u * of.dilation),
    );
  });
}

for (const of of LAYERS)
  test(`${JSON.stringify(of)}: an output is made from input cells and from padding, each counted`, () => {
    const { out, model } = layer(of);
    const state = new AppState(new ApiClient('', 'en'));
    const t: Translate = (key, values) => JSON.stringify({ key, ...values });
    const isInside = (at: number) => at >= 0 && at < of.size;
    for (const [i, j] of [
      [0, 0],
      [0, out - 1],
      [out >> 1, out >> 1],
      [out - 1, 0],
    ] as const) {
      let [inside, padding] = [0, 0];
      for (let u = 0; u < of.kernel; u++)
        for (let v = 0; v < of.kernel; v++) {
          const row = i * of.stride + u * of.dilation - of.padding;
          const col = j * of.stride + v * of.dilation - of.padding;
          if (isInside(row) && isInside(col)) inside += 1;
          else padding += 1;
        }
      const cell = { grid: 'output', channel: 0, row: i, col: j } as const;
      const said = JSON.parse(describeCell(state, t, model, cell));
      assert.equal(said.key, padding > 0 ? 'ask.output.padded' : 'ask.output');
      assert.deepEqual([said.total, said.padding ?? 0, said.channels], [2 * inside, 2 * padding, 2]);
    }
  });

test('runs put neighbours together', () => {
  assert.deepEqual(findRuns([0, 1, 2, 5, 7, 8]), [
    [0, 3],
    [5, 1],
    [7, 2],
  ]);
  assert.deepEqual(findRuns([]), []);
});

test('the bias of an output channel is a cell of its own, where there is one', () => {
  const biased = makeSummary({}, { bias: [4] });
  const cell = { grid: 'bias' as const, channel: 3, row: 0, col: 0 };
  assert.equal(hasCell(biased, cell), true);
  assert.equal(hasCell(biased, { ...cell, channel: 4 }), false);
  assert.equal(hasCell(makeSummary(), cell), false);
  assert.deepEqual(tensorCell(biased, cell, 3), { tensor: 'bias', index: [3] });
  const model = makeSceneModel(makeScene(biased, { bias: makeTensor([4], [0, 1, 2, -0.5]) }));
  assert.deepEqual(findRelations(model, cell, { row: 0, col: 0 }), {
    inputs: null,
    weights: null,
    outputs: [],
    biasedOutput: 3,
  });
  const state = new AppState(new ApiClient('', 'en'));
  assert.equal(cellValue(state, model, cell), -0.5);
  const t: Translate = (key, values) => `${key} ${JSON.stringify(values)}`;
  assert.equal(
    describeCell(state, t, model, cell),
    'ask.bias {"cell":"b[3]","value":"−0.5","cells":9,"channel":3}',
  );
});
