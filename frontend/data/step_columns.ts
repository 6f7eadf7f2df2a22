/** A page of steps as columns, one row for each step. */

import { loadOneDimension } from '../model/dimensions.ts';
import type { Column, Columns } from '../model/step.ts';
import { Step } from '../model/step.ts';
import type { DType, StepAnswer } from '../model/types.ts';
import { ARRAYS } from './npy.ts';
import { decodeSafetensors } from './safetensors.ts';

export class StepColumns {
  #last: Step | null = null;

  readonly columns: Columns;
  readonly start: number;
  readonly width: number;

  /** start: the first step's index. width: of the output. */
  constructor(columns: Columns, start: number, width: number) {
    this.columns = columns;
    this.start = start;
    this.width = width;
  }

  /** The step of window `index`; asked for again, the same object. */
  step(index: number): Step {
    if (this.#last?.index !== index)
      this.#last = new Step(this.columns, index - this.start, index, this.width);
    return this.#last;
  }
}

/** Looks into the file, without a copy. */
export async function decodeSteps(buffer: ArrayBuffer, start: number, width: number) {
  const columns = decodeSafetensors(buffer);
  const isSignal = !columns.has('input_rows');
  return new StepColumns(isSignal ? (await loadOneDimension()).liftColumns(columns) : columns, start, width);
}

/** The columns of steps in JSON. */
export function stepsToColumns(steps: StepAnswer[], dtype: DType, start: number, width: number) {
  const Numbers = ARRAYS[dtype];
  const lines = (indices: (number | null)[]) => indices.map((index) => index ?? -1);
  const values = (pick: (step: StepAnswer) => NestedNumbers) => makeColumn(Numbers, steps.map(pick));
  const indices = (pick: (step: StepAnswer) => NestedNumbers) => makeColumn(Int32Array, steps.map(pick));
  const columns: Columns = new Map([
    ['outputs', values(({ output }) => output)],
    ['channel_sums', values(({ channel_sums }) => channel_sums)],
    ['running_sums', values(({ running_sums }) => running_sums)],
    ['patches', values(({ patch = [] }) => patch)],
    ['products', values(({ products = [] }) => products)],
    ['input_rows', indices(({ input_rows }) => lines(input_rows))],
    ['input_cols', indices(({ input_cols }) => lines(input_cols))],
    ...(steps[0]?.selected ? [['selected', indices(({ selected = [] }) => selected)] as const] : []),
  ]);
  return new StepColumns(columns, start, width);
}

type NestedNumbers = number | NestedNumbers[];

function makeColumn(Numbers: (typeof ARRAYS)[DType], rows: NestedNumbers[]): Column {
  const shape: number[] = [];
  for (let part: NestedNumbers | undefined = rows; Array.isArray(part); part = part[0])
    shape.push(part.length);
  return { shape, data: new Numbers((rows as unknown[]).flat(Infinity) as number[]) };
}
