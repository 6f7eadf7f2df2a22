import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIndex, ownKind, ownShape } from '../../../frontend/model/dimensions.ts';
import {
  liftColumns,
  liftParsed,
  liftStamps,
  liftSummary,
  liftTaps,
  liftTensor,
  lowerOperation,
  lowerSource,
  lowerStep,
} from '../../../frontend/model/one_dimension.ts';
import { Step } from '../../../frontend/model/step.ts';
import type { SceneAnswer, StampsAnswer } from '../../../frontend/model/types.ts';
import { makeSummary } from '../support/builders.ts';

const SIGNAL = {
  kind: 'conv1d',
  stride: 2,
  padding: { left: 1, right: 0 },
  padding_mode: 'zeros',
  dilation: 3,
  groups: 1,
  flip: false,
} as const;

const STEP = {
  index: 1,
  row: 0,
  col: 1,
  input_cols: [0, 1, null],
  patch: [
    [1, 2, 0],
    [3, 4, 0],
  ],
  products: [
    [2, 2, 0],
    [6, 4, 0],
  ],
  channel_sums: [4, 10],
  running_sums: [4, 14],
  output: 15,
};

function answer(operation: SceneAnswer['operation'] = SIGNAL): SceneAnswer {
  const { idle_rows: _, ...summary } = makeSummary();
  return {
    ...summary,
    operation,
    shapes: { input: [2, 9], weight: [4, 2, 3], bias: [4], output: [4, 3] },
    formulas: ['floor(…)'],
    size_formulas: { length: { numbers: '', symbols: '' } },
    initial: {
      tensors: {
        input: { name: 'input', channel: null, dtype: 'float32', shape: [2, 9], data: [] },
        bias: { name: 'bias', channel: null, dtype: 'float32', shape: [4], data: [] },
        output: { name: 'output', channel: 0, dtype: 'float32', shape: [3], data: [] },
      },
      taps: { cols: [[0, 1, -1]] },
      steps: {
        scene: 'x',
        out_channel: 0,
        in_channels: [0, 1],
        bias: 1,
        start: 1,
        stop: 2,
        total: 3,
        next: null,
        steps: [STEP],
      },
    },
  } as SceneAnswer;
}

test('a layer of one dimension has a height of 1 on the page', () => {
  const summary = liftSummary(answer());
  assert.equal(summary.dimensions, 1);
  assert.deepEqual(summary.shapes, {
    input: [2, 1, 9],
    weight: [4, 2, 1, 3],
    bias: [4],
    output: [4, 1, 3],
  });
  assert.deepEqual(summary.operation, {
    kind: 'conv2d',
    stride: [1, 2],
    padding: { top: 0, bottom: 0, left: 1, right: 0 },
    padding_mode: 'zeros',
    dilation: [1, 3],
    groups: 1,
    flip: false,
  });
  assert.equal(ownKind(summary.operation.kind, summary.dimensions), 'conv1d');
  assert.deepEqual(summary.idle_rows, []);
  const { tensors, taps, steps } = summary.initial ?? { tensors: {} };
  assert.deepEqual(
    Object.values(tensors).map(({ shape }) => shape),
    [[2, 1, 9], [4], [1, 3]],
  );
  assert.deepEqual(taps, { rows: [[0]], cols: [[0, 1, -1]] });
  const [step] = steps?.steps ?? [];
  assert.deepEqual(step?.input_rows, [0]);
  assert.deepEqual(step?.patch, [[[1, 2, 0]], [[3, 4, 0]]]);
});

test('one of two dimensions stays as it is', () => {
  const summary = makeSummary();
  const { dimensions: _, ...sent } = summary;
  assert.deepEqual(liftSummary(sent as SceneAnswer), summary);
  assert.equal(lowerOperation(summary.operation, 2), summary.operation);
});

test('each field of each operation leads back', () => {
  for (const operation of [
    SIGNAL,
    {
      kind: 'conv_transpose1d',
      stride: 2,
      padding: { left: 1, right: 1 },
      output_padding: 1,
      dilation: 1,
      groups: 2,
    },
    {
      kind: 'avg_pool1d',
      kernel_size: 3,
      stride: 3,
      padding: { left: 0, right: 1 },
      dilation: 1,
      ceil_mode: true,
      count_include_pad: false,
    },
  ]) {
    const lifted = liftSummary(answer(operation as SceneAnswer['operation'])).operation;
    assert.deepEqual(lowerOperation(lifted, 1), operation);
  }
  const parsed = liftParsed({
    operation: { ...SIGNAL, padding: 'same' },
    in_channels: 2,
    out_channels: 4,
    weight_shape: [4, 2, 3],
    bias: true,
  });
  assert.deepEqual(parsed.weight_shape, [4, 2, 1, 3]);
  assert.deepEqual(lowerOperation(parsed.operation, 1), { ...SIGNAL, padding: 'same' });
});

test('steps, stamps and tensors come and go', () => {
  const step = liftSummary(answer()).initial?.steps?.steps[0];
  assert.ok(step);
  assert.deepEqual(lowerStep(step), STEP);
  assert.deepEqual(lowerStep({ ...step, selected: [0, 2] }), { ...STEP, selected: [2] });
  const stamp = { index: 0, row: 0, col: 0, output_cols: [0, 1], values: [3], products: [[3, 6]] };
  const sent = { before: [0, 0, 0], stamps: [{ ...stamp, sums: [3, 6], outputs: [3, 6] }] };
  const page = liftStamps(sent as unknown as StampsAnswer);
  assert.deepEqual(page.before, [[0, 0, 0]]);
  assert.deepEqual(page.stamps[0]?.output_rows, [0]);
  assert.deepEqual(
    page.stamps.map((each) => lowerStep(each)),
    sent.stamps,
  );
  const data = new Float32Array(6);
  assert.deepEqual(liftTensor({ shape: [2, 3], data }).shape, [2, 1, 3]);
  assert.deepEqual(liftTensor({ shape: [1, 2, 3], data }).shape, [1, 2, 1, 3]);
  assert.deepEqual(liftTensor({ shape: [6], data }).shape, [1, 6]);
  assert.deepEqual(liftTaps({ rows: [[4]], cols: [[2]] }), { rows: [[4]], cols: [[2]] });
});

test('columns of steps get their rows', () => {
  const column = (shape: number[], data: number[]) => ({ shape, data: Float64Array.from(data) });
  const columns = liftColumns(
    new Map([
      ['input_cols', column([2, 2], [0, 1, 1, 2])],
      ['patches', column([2, 1, 2], [5, 6, 6, 7])],
      ['products', column([2, 1, 2], [5, 6, 6, 7])],
      ['channel_sums', column([2, 1], [6, 7])],
      ['running_sums', column([2, 1], [6, 7])],
      ['outputs', column([2], [6, 7])],
      ['selected', column([2, 1], [1, 0])],
    ]),
  );
  const step = new Step(columns, 0, 0, 2);
  assert.deepEqual(step.kernel, [1, 2]);
  assert.deepEqual([...step.inputRows], [0]);
  assert.deepEqual(step.selected, [0, 1]);
  assert.deepEqual([...step.patchOf(0)], [5, 6]);
  assert.deepEqual(liftColumns(columns), columns);
});

test('what is sent has no height', () => {
  assert.deepEqual(lowerSource({ data: [[[1, 2]], [[3, 4]]] }, 1), {
    data: [
      [1, 2],
      [3, 4],
    ],
  });
  assert.deepEqual(lowerSource({ data: [[[[1, 2]], [[3, 4]]]] }, 1), {
    data: [
      [
        [1, 2],
        [3, 4],
      ],
    ],
  });
  assert.deepEqual(lowerSource({ data: [1, 2] }, 1), { data: [1, 2] });
  assert.deepEqual(lowerSource({ random: { shape: [3, 1, 9], seed: 2 } }, 1), {
    random: { shape: [3, 9], seed: 2 },
  });
  assert.equal(lowerSource(null, 1), null);
  assert.deepEqual(
    [ownShape(1, [2, 1, 9]), ownShape(2, [2, 1, 9])],
    [
      [2, 9],
      [2, 1, 9],
    ],
  );
  assert.deepEqual(
    [formatIndex('Y', 1, [3, 0, 5]), formatIndex('Y', 2, [3, 0, 5])],
    ['Y[3, 5]', 'Y[3, 0, 5]'],
  );
});
