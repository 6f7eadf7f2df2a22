/** Typed summaries, scenes and tensors for tests. */

import { ApiClient } from '../../../frontend/data/client.ts';
import { stepsToColumns } from '../../../frontend/data/step_columns.ts';
import type { LedgerLayer } from '../../../frontend/model/ledger.ts';
import type { Operation, SceneSummary, StepAnswer, TapTable, Tensor } from '../../../frontend/model/types.ts';
import type { Scene } from '../../../frontend/state/scene.ts';
import { makePages } from '../../../frontend/state/scene.ts';
import { makeSceneModel } from '../../../frontend/views/shared/scene_model.ts';

/** A 3×3 convolution of 5×5 cells, unless told otherwise. */
export function makeSummary(
  operation: object = {},
  shapes: Partial<SceneSummary['shapes']> = {},
): SceneSummary {
  return {
    id: 'x',
    dtype: 'float32',
    dimensions: 2,
    operation: {
      kind: 'conv2d',
      stride: [1, 1],
      padding: makePadding(0),
      padding_mode: 'zeros',
      dilation: [1, 1],
      groups: 1,
      flip: false,
      ...operation,
    } as Operation,
    shapes: { input: [2, 5, 5], weight: [4, 2, 3, 3], bias: null, output: [4, 3, 3], ...shapes },
    counts: { windows: 9, multiply_adds: 0, parameters: 0 },
    links: { self: '', steps: '', taps: '', file: '', page: '' },
    formulas: ['', ''],
    size_formulas: { height: { numbers: '', symbols: '' }, width: { numbers: '', symbols: '' } },
    padding_share: 0,
    idle_rows: [],
    idle_cols: [],
    notes: [],
  };
}

export function makePadding(size: number): Operation['padding'] {
  return { top: size, bottom: size, left: size, right: size };
}

/** numbers: by default 0, 1, 2, … */
export function makeTensor(shape: number[], numbers?: ArrayLike<number>): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from(numbers ?? { length }, (value, k) => (numbers ? value : k)) };
}

/** A step of numbers that are written out. */
export function makeStep(step: StepAnswer) {
  return stepsToColumns([step], 'float64', step.index, 1000).step(step.index);
}

/** Its steps, stamps and outputs are never loaded. */
export function makeScene(
  summary: SceneSummary,
  tensors: Partial<Pick<Scene, 'input' | 'weight' | 'bias'>> = {},
  taps: TapTable = { rows: [], cols: [] },
): Scene {
  const { input, weight } = summary.shapes;
  const pages = makePages(new ApiClient('', 'en'), summary, () => {});
  return {
    summary,
    taps,
    input: makeTensor(input),
    weight: weight && makeTensor(weight),
    bias: null,
    ...tensors,
    ...pages,
  };
}

/** The tap table of one axis, by the definition of a strided window. */
export function makeTapLines({
  count,
  kernel,
  size,
  stride = 1,
  padding = 0,
  dilation = 1,
}: {
  count: number;
  kernel: number;
  size: number;
  stride?: number;
  padding?: number;
  dilation?: number;
}): number[][] {
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: kernel }, (__, u) => {
      const position = i * stride + u * dilation - padding;
      return position >= 0 && position < size ? position : -1;
    }),
  );
}

/** A convolution of square planes without padding, its windows by the definition of the operation. */
export function makeModelOf(
  { channels, outChannels, size, kernel }: Record<'channels' | 'outChannels' | 'size' | 'kernel', number>,
  tensors: Partial<Pick<Scene, 'input' | 'weight' | 'bias'>> = {},
) {
  const count = size - kernel + 1;
  const lines = makeTapLines({ count, kernel, size });
  const shapes = {
    input: [channels, size, size],
    weight: [outChannels, channels, kernel, kernel],
    output: [outChannels, count, count],
    bias: tensors.bias ? [outChannels] : null,
  } satisfies Partial<SceneSummary['shapes']>;
  return makeSceneModel(makeScene(makeSummary({}, shapes), tensors, { rows: lines, cols: lines }));
}

/** The same integers below a bound in every run. */
export function makeRandom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Average pooling of a square input, its windows by the definition of the operation. */
export function makeAveragePool({
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

/** The chapter's first window. */
export const CHAPTER_STEP: StepAnswer = {
  index: 0,
  row: 0,
  col: 0,
  input_rows: [0, 1],
  input_cols: [0, 1],
  patch: [
    [
      [0, 1],
      [3, 4],
    ],
    [
      [1, 2],
      [4, 5],
    ],
  ],
  products: [
    [
      [0, 1],
      [6, 12],
    ],
    [
      [1, 4],
      [12, 20],
    ],
  ],
  channel_sums: [19, 37],
  running_sums: [19, 56],
  output: 56,
};
const CHAPTER_KERNEL = [
  [
    [0, 1],
    [2, 3],
  ],
  [
    [1, 2],
    [3, 4],
  ],
];
/** The chapter's layer, as a ledger needs it. */
export const CHAPTER_LAYER: LedgerLayer = {
  dimensions: 2,
  outChannel: 0,
  inChannels: [0, 1],
  bias: null,
  weight: (c, u, v) => CHAPTER_KERNEL[c]?.[u]?.[v] ?? 0,
};
