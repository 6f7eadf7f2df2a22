/** A step: one window of an output channel, as its row in the columns of a page. */

import type { NumberArray, StepAnswer } from './types.ts';

/** shape: the steps come first. */
export interface Column {
  shape: number[];
  data: NumberArray;
}

/** By the names that the API gives them. */
export type Columns = ReadonlyMap<string, Column>;

export class Step {
  readonly index: number;
  readonly row: number;
  readonly col: number;
  /** Height and width. */
  readonly kernel: [number, number];
  /** The input row of each kernel row, -1 where there is none. */
  readonly inputRows: NumberArray;
  readonly inputCols: NumberArray;
  /** (C, kH, kW), flat. */
  readonly patch: NumberArray;
  readonly products: NumberArray;
  /** (C). */
  readonly channelSums: NumberArray;
  readonly runningSums: NumberArray;
  readonly output: number;
  /** The kernel cell that won, of max pooling. */
  readonly selected: [number, number] | null;

  /** k: the row in the columns. width: of the output. */
  constructor(columns: Columns, k: number, index: number, width: number) {
    const part = (name: string) => {
      const column = columns.get(name);
      if (!column) throw new TypeError(`the page of steps has no column ${name}`);
      const size = column.shape.slice(1).reduce((a, b) => a * b, 1);
      return column.data.subarray(k * size, (k + 1) * size);
    };
    const [, , kH = 1, kW = 1] = columns.get('products')?.shape ?? [];
    this.index = index;
    this.row = Math.floor(index / width);
    this.col = index % width;
    this.kernel = [kH, kW];
    this.inputRows = part('input_rows');
    this.inputCols = part('input_cols');
    this.patch = part('patches');
    this.products = part('products');
    this.channelSums = part('channel_sums');
    this.runningSums = part('running_sums');
    this.output = part('outputs')[0] ?? 0;
    const [u = 0, v = 0] = columns.has('selected') ? part('selected') : [];
    this.selected = columns.has('selected') ? [u, v] : null;
  }

  /** The window of the c-th input channel of the step, flat. */
  patchOf(c: number) {
    return this.#channel(this.patch, c);
  }

  productsOf(c: number) {
    return this.#channel(this.products, c);
  }

  /** Whether kernel cell (u, v) finds an input cell. */
  hasInput(u: number, v: number) {
    return (this.inputRows[u] ?? -1) >= 0 && (this.inputCols[v] ?? -1) >= 0;
  }

  /** As the API gives it. */
  toJSON(): StepAnswer {
    const orNull = (lines: NumberArray) => [...lines].map((line) => (line < 0 ? null : line));
    return {
      index: this.index,
      row: this.row,
      col: this.col,
      input_rows: orNull(this.inputRows),
      input_cols: orNull(this.inputCols),
      patch: this.#nest(this.patch),
      products: this.#nest(this.products),
      channel_sums: [...this.channelSums],
      running_sums: [...this.runningSums],
      ...(this.selected && { selected: this.selected }),
      output: this.output,
    };
  }

  #channel(numbers: NumberArray, c: number) {
    const size = this.kernel[0] * this.kernel[1];
    return numbers.subarray(c * size, (c + 1) * size);
  }

  #nest(numbers: NumberArray) {
    const [height, width] = this.kernel;
    return Array.from(this.channelSums, (_, c) =>
      Array.from({ length: height }, (__, u) => [
        ...this.#channel(numbers, c).subarray(u * width, (u + 1) * width),
      ]),
    );
  }
}
