import { stepsToColumns } from '../../frontend/data/step_columns.ts';
import type { SceneSummary, StepAnswer } from '../../frontend/model/types.ts';

/** A step of numbers that are written out. */
export function makeStep(step: StepAnswer) {
  return stepsToColumns([step], 'float64', step.index, 1000).step(step.index);
}

/** The summary of a layer, a 3×3 kernel on 5×5 unless told. */
export function makeSummary(operation: object, shapes: Partial<SceneSummary['shapes']>): SceneSummary {
  return {
    id: 'x',
    dtype: 'float32',
    operation: {
      kind: 'conv2d',
      stride: [1, 1],
      padding: { top: 0, bottom: 0, left: 0, right: 0 },
      padding_mode: 'zeros',
      dilation: [1, 1],
      groups: 1,
      flip: false,
      ...operation,
    },
    shapes: { input: [2, 5, 5], weight: [4, 2, 3, 3], bias: null, output: [4, 3, 3], ...shapes },
    counts: { windows: 9, multiply_adds: 0, parameters: 0 },
    links: { self: '', steps: '', taps: '', file: '', page: '' },
    formulas: ['', ''],
    padding_share: 0,
    idle_rows: [],
    idle_cols: [],
    notes: [],
  };
}
