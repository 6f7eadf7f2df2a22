/** A convolution by plain loops over nested lists, and the same layer as the page has it. */

import { stepsToColumns } from '../../../frontend/data/step_columns.ts';
import type { SceneModel } from '../../../frontend/model/scene_model.ts';
import type { Step } from '../../../frontend/model/step.ts';
import { makeSceneModel } from '../../../frontend/views/shared/scene_model.ts';
import { makePadding, makeRandom, makeScene, makeSummary, makeTapLines, makeTensor } from './builders.ts';

export interface PlainLayer {
  channels: number;
  outputs: number;
  size: number;
  kernel: number;
  stride: number;
  padding: number;
  dilation: number;
  groups: number;
  bias: number[] | null;
}

/** What a wrong implementation does otherwise. */
export interface Deviation {
  stride?: number;
  padding?: number;
  dilation?: number;
  weightAt?: (u: number, v: number) => [number, number];
  swapsInput?: boolean;
  /** The input line in place of one beside the input. */
  borrow?: (position: number, size: number) => number;
  /** The input channels that are read, in the order of the filter's slices, which begin again where they end. */
  reads?: number[];
  /** The output channel whose filter is taken. */
  filter?: number;
}

export class PlainConvolution {
  readonly layer: PlainLayer;
  readonly x: (c: number, i: number, j: number) => number;
  readonly w: (o: number, c: number, u: number, v: number) => number;
  readonly out: number;

  constructor(layer: PlainLayer, seed = 1) {
    this.layer = layer;
    const { channels, outputs, size, kernel, groups } = layer;
    const next = makeRandom(seed);
    const inner = channels / groups;
    const xs = Array.from({ length: channels * size * size }, () => next(19) - 9);
    const ws = Array.from({ length: outputs * inner * kernel * kernel }, () => next(19) - 9);
    this.x = (c, i, j) => xs[(c * size + i) * size + j] ?? 0;
    this.w = (o, c, u, v) => ws[((o * inner + c) * kernel + u) * kernel + v] ?? 0;
    const { stride, padding, dilation } = layer;
    this.out = Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  }

  /** One input channel's part; c: its place among those that are read. */
  channelSum(o: number, i: number, j: number, c: number, deviation: Deviation = {}) {
    const { size, kernel, channels, outputs, groups } = this.layer;
    const { stride, padding, dilation } = { ...this.layer, ...deviation };
    const { weightAt = (u: number, v: number): [number, number] => [u, v], swapsInput = false } = deviation;
    const inner = channels / groups;
    const channel = deviation.reads?.[c] ?? Math.floor(o / (outputs / groups)) * inner + c;
    const filter = deviation.filter ?? o;
    let sum = 0;
    for (let u = 0; u < kernel; u++)
      for (let v = 0; v < kernel; v++) {
        const [row, col] = [i * stride + u * dilation - padding, j * stride + v * dilation - padding].map(
          (position) => deviation.borrow?.(position, size) ?? position,
        ) as [number, number];
        if (row < 0 || col < 0 || row >= size || col >= size) continue;
        const value = swapsInput ? this.x(channel, col, row) : this.x(channel, row, col);
        sum += value * this.w(filter, c % inner, ...weightAt(u, v));
      }
    return sum;
  }

  /** Without the bias. */
  sum(o: number, i: number, j: number, deviation: Deviation = {}) {
    const { channels, groups } = this.layer;
    const length = deviation.reads?.length ?? channels / groups;
    const sums = Array.from({ length }, (_, c) => this.channelSum(o, i, j, c, deviation));
    return sums.reduce((a, b) => a + b, 0);
  }

  model(): SceneModel {
    const { channels, outputs, size, kernel, stride, padding, dilation, groups, bias } = this.layer;
    const lines = makeTapLines({ count: this.out, kernel, size, stride, padding, dilation });
    const inner = channels / groups;
    const summary = makeSummary(
      { stride: [stride, stride], padding: makePadding(padding), dilation: [dilation, dilation], groups },
      {
        input: [channels, size, size],
        weight: [outputs, inner, kernel, kernel],
        bias: bias && [outputs],
        output: [outputs, this.out, this.out],
      },
    );
    const { input, weight } = summary.shapes;
    const xs = numbersOf(input, ([c = 0, i = 0, j = 0]) => this.x(c, i, j));
    const ws = numbersOf(weight ?? [], ([o = 0, c = 0, u = 0, v = 0]) => this.w(o, c, u, v));
    return makeSceneModel(
      makeScene(
        summary,
        {
          input: makeTensor(input, xs),
          weight: makeTensor(weight ?? [], ws),
          bias: bias && makeTensor([outputs], bias),
        },
        { rows: lines, cols: lines },
      ),
    );
  }

  step(o: number, i: number, j: number): Step {
    const { channels, outputs, size, kernel, stride, padding, dilation, groups, bias } = this.layer;
    const inner = channels / groups;
    const first = Math.floor(o / (outputs / groups)) * inner;
    const line = (at: number) =>
      makeTapLines({ count: this.out, kernel, size, stride, padding, dilation })[at] ?? [];
    const [rows, cols] = [line(i), line(j)];
    const planes = (value: (c: number, u: number, v: number) => number) =>
      Array.from({ length: inner }, (_, c) =>
        Array.from({ length: kernel }, (__, u) => Array.from({ length: kernel }, (___, v) => value(c, u, v))),
      );
    const patchAt = (c: number, u: number, v: number) => {
      const [row = -1, col = -1] = [rows[u], cols[v]];
      return row < 0 || col < 0 ? 0 : this.x(first + c, row, col);
    };
    const sums = Array.from({ length: inner }, (_, c) => this.channelSum(o, i, j, c));
    let sofar = 0;
    const index = i * this.out + j;
    const answer = {
      ...{ index, row: i, col: j },
      input_rows: rows.map((row) => (row < 0 ? null : row)),
      input_cols: cols.map((col) => (col < 0 ? null : col)),
      patch: planes(patchAt),
      products: planes((c, u, v) => patchAt(c, u, v) * this.w(o, c, u, v)),
      channel_sums: sums,
      running_sums: sums.map((sum) => (sofar += sum)),
      output: this.sum(o, i, j) + (bias?.[o] ?? 0),
    };
    return stepsToColumns([answer], 'float64', index, this.out).step(index);
  }
}

function numbersOf(shape: number[], value: (index: number[]) => number) {
  const count = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, k) => {
    let rest = k;
    const index = shape.toReversed().map((size) => {
      const at = rest % size;
      rest = Math.floor(rest / size);
      return at;
    });
    return value(index.reverse());
  });
}
