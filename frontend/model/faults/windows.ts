/** The cell of another output channel, and windows that stand elsewhere or read other padding. Pure. */

import { kernelSize } from '../geometry.ts';
import type { SceneModel } from '../scene_model.ts';
import type { Step } from '../step.ts';
import type { Operation } from '../types.ts';
import type { FaultReading, Window } from './sums.ts';
import { ownChannels, reading, sumWindow } from './sums.ts';

/** A window, and which reading of the layer leads there. */
interface MovedWindow {
  key: string;
  window: Window;
  values?: FaultReading['values'];
}

/** What places the windows along rows or columns. */
interface AxisFields {
  stride: number;
  dilation: number;
  before: number;
  after: number;
  mode: Operation['padding_mode'];
}

type Axes = [AxisFields, AxisFields];

/** Products for the cells of other output channels; a layer of more names none. */
const MOST_PRODUCTS = 20_000_000;

export function windowReadings(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  const moved = [...neighbours(step, model), ...otherFields(step, model)].flatMap(
    ({ key, window, values }) => {
      const result = outputOf(model, outChannel, window);
      return result === null ? [] : [reading(key, result, values)];
    },
  );
  return [...moved, ...otherOutputs(step, model, outChannel)];
}

/** The output of a window of any operation; null where it cannot be recomputed. */
function outputOf(model: SceneModel, outChannel: number, window: Window): number | null {
  if (model.weight) return sumWindow(model, outChannel, window, {});
  const { operation, shapes } = model.summary;
  const [, height, width] = shapes.input;
  const { data } = model.input;
  // A last window of ceil_mode may reach beyond the padding, which an average does not count.
  if (data.length === 0 || (operation.kind === 'avg_pool2d' && operation.ceil_mode)) return null;
  const read = Array.from(window.rows).flatMap((row) =>
    Array.from(window.cols).flatMap((col) =>
      row < 0 || col < 0 ? [] : [data[(outChannel * height + row) * width + col] ?? 0],
    ),
  );
  if (operation.kind === 'max_pool2d') return read.length > 0 ? Math.max(...read) : null;
  const count = operation.count_include_pad ? window.rows.length * window.cols.length : read.length;
  return count > 0 ? read.reduce((a, b) => a + b, 0) / count : null;
}

function otherOutputs(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  const [channels] = model.summary.shapes.output;
  const [kH, kW] = kernelSize(model.summary);
  if (channels * ownChannels(model, outChannel).length * kH * kW > MOST_PRODUCTS) return [];
  const window = { rows: step.inputRows, cols: step.inputCols };
  return Array.from({ length: channels }, (_, channel) => channel).flatMap((channel) => {
    const result = channel === outChannel ? null : outputOf(model, channel, window);
    return result === null ? [] : [reading('otherOutput', result, { channel })];
  });
}

/** Cells that an index off by one, or two indices in each other's place, leads to. */
function neighbours({ row, col }: Step, { taps }: SceneModel): MovedWindow[] {
  const around: [string, number, number][] = [
    ['offByOne', row - 1, col],
    ['offByOne', row + 1, col],
    ['offByOne', row, col - 1],
    ['offByOne', row, col + 1],
    ['offByOne', row - 1, col - 1],
    ['offByOne', row + 1, col + 1],
    ...(row === col ? [] : [['swapped', col, row] satisfies [string, number, number]]),
  ];
  return around.flatMap(([key, atRow, atCol]) => {
    const [rows, cols] = [taps.rows[atRow], taps.cols[atCol]];
    return rows && cols ? [{ key, window: { rows, cols }, values: { row: atRow, col: atCol } }] : [];
  });
}

/** Windows by fields of the operation that are not looked at, or off by one. */
function otherFields(step: Step, model: SceneModel): MovedWindow[] {
  const { operation, dimensions } = model.summary;
  const axes = axesOf(operation);
  const of = (key: string, change: (axis: AxisFields) => Partial<AxisFields>, values = {}) => {
    // The height of a signal is the page's, not the layer's.
    const changed = axes.map((axis, k) =>
      k === 0 && dimensions === 1 ? axis : { ...axis, ...change(axis) },
    ) as Axes;
    return [{ key, window: windowAt(step, model, changed), values }];
  };
  const shown = ([rows, cols]: number[]) =>
    dimensions === 1 || rows === cols ? String(cols) : `${rows}, ${cols}`;
  const offByOne = (key: string, name: 'stride' | 'dilation' | 'before', least: number) =>
    [-1, 1].flatMap((by) => {
      const values = axes.map((axis) => axis[name] + by);
      const own = dimensions === 1 ? values.slice(1) : values;
      if (!own.every((value) => value >= least - 1) || !own.some((value) => value >= least)) return [];
      return of(key, (axis) => ({ [name]: axis[name] + by }), { value: shown(values) });
    });
  const has = (test: (axis: AxisFields) => boolean) => axes.some(test);
  const isPadded = has(({ before, after }) => before + after > 0);
  const otherModes = operation.kind === 'conv2d' && isPadded ? modesOf(model, axes) : [];
  return [
    ...(has(({ before }) => before > 0) ? of('noPadding', () => ({ before: 0 })) : []),
    ...(has(({ stride }) => stride > 1) ? of('noStride', () => ({ stride: 1 })) : []),
    ...(has(({ dilation }) => dilation > 1) ? of('noDilation', () => ({ dilation: 1 })) : []),
    // One less than 1 is what "ignored" says.
    ...offByOne('paddingOff', 'before', 1),
    ...offByOne('strideOff', 'stride', 2),
    ...offByOne('dilationOff', 'dilation', 2),
    ...(has(({ before, after }) => before !== after)
      ? of('paddingSides', ({ before, after }) => ({ before: after, after: before }))
      : []),
    ...otherModes
      .filter((mode) => mode !== operation.padding_mode)
      .flatMap((mode) => of('paddingMode', () => ({ mode }), { value: mode })),
  ];
}

/** The padding modes that torch takes for the layer. */
function modesOf({ summary }: SceneModel, axes: Axes): Operation['padding_mode'][] {
  const [, height, width] = summary.shapes.input;
  const fits = (most: number) =>
    axes.every(({ before, after }, k) => Math.max(before, after) <= (k === 0 ? height : width) - most);
  return [
    'zeros',
    'replicate',
    ...(fits(1) ? ['reflect' as const] : []),
    ...(fits(0) ? ['circular' as const] : []),
  ];
}

function axesOf({ stride, dilation, padding, padding_mode: mode }: Operation): Axes {
  const { top, bottom, left, right } = padding;
  const [rows, cols] = [0, 1].map((k) => ({ stride: stride[k] ?? 1, dilation: dilation[k] ?? 1 }));
  return [
    { stride: 1, dilation: 1, ...rows, before: top, after: bottom, mode },
    { stride: 1, dilation: 1, ...cols, before: left, after: right, mode },
  ];
}

function windowAt({ row, col }: Step, { summary }: SceneModel, [rows, cols]: Axes): Window {
  const [kH, kW] = kernelSize(summary);
  const [, height, width] = summary.shapes.input;
  return {
    rows: windowLine(summary.operation, rows, { at: row, kernel: kH, size: height }),
    cols: windowLine(summary.operation, cols, { at: col, kernel: kW, size: width }),
  };
}

/** What the kernel's lines read for output line `at`, as the server plans it; -1: nothing. */
function windowLine(
  { kind, flip }: Operation,
  { stride, dilation, before, mode }: AxisFields,
  { at, kernel, size }: { at: number; kernel: number; size: number },
) {
  return Array.from({ length: kernel }, (_, u) => {
    const tap = (flip ? kernel - 1 - u : u) * dilation;
    const position = kind === 'conv_transpose2d' ? (at + before - tap) / stride : at * stride - before + tap;
    const source = borrow(position, size, mode);
    return Number.isInteger(source) && source >= 0 && source < size ? source : -1;
  });
}

/** The input line whose numbers stand at a position beside the input. */
function borrow(position: number, size: number, mode: Operation['padding_mode']) {
  if (mode === 'replicate') return Math.min(Math.max(position, 0), size - 1);
  if (mode === 'circular') return ((position % size) + size) % size;
  if (mode === 'reflect') return size - 1 - Math.abs(size - 1 - Math.abs(position));
  return position;
}
