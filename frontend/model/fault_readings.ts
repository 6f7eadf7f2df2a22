/**
 * Which reading of a layer gives a number that another implementation has for one output cell: each is
 * recomputed from the served step, the input and the weight. Pure.
 */

import { groupReadings } from './fault_groups.ts';
import type { FaultReading, KernelTurn, Window } from './fault_sums.ts';
import { reading, sumWindow } from './fault_sums.ts';
import { inputChannelsOf, kernelSize } from './geometry.ts';
import { formatExact } from './numbers.ts';
import type { SceneModel } from './scene_model.ts';
import type { Step } from './step.ts';

export interface Comparison {
  /**
   * How near the number is to the layer's own: the same, the same as far as it is typed, the same but for the
   * rounding of sums in another order, as near as a smaller type of numbers brings it, or none of these.
   */
  match: 'exact' | 'typed' | 'rounded' | 'near' | 'none';
  /** From the cell's value to the typed one. */
  difference: number;
  readings: FaultReading[];
}

/** A typed number, and by how much what it was rounded from may differ. */
export interface TypedValue {
  value: number;
  tolerance: number;
}

/** Rounding errors of sums in another order, as a share of the sum of magnitudes. */
const SUM_ERROR = 2e-6;

/** Those of factors that were rounded to bfloat16, the coarsest of the usual types. */
const SMALL_TYPE_ERROR = 2 ** -8;

/** The last digit that is typed may be off by one: what is printed together is rounded to add up. */
const LAST_DIGIT = 2;

/** `3.14` stands for all numbers that are written so; whole numbers for themselves. */
export function typedValue(text: string, value: number): TypedValue {
  const [, fraction = '', exponent = '0'] = /\.(\d*)(?:e([+-]?\d+))?/i.exec(text) ?? [];
  return { value, tolerance: fraction ? 0.501 * 10 ** (Number(exponent) - fraction.length) : 0 };
}

export function compareWithValue(
  typed: TypedValue,
  step: Step,
  model: SceneModel,
  outChannel: number,
): Comparison {
  let magnitude = Math.abs(model.bias[outChannel] ?? 0);
  for (const product of step.products) magnitude += Math.abs(product);
  const difference = typed.value - step.output;
  const size = Math.abs(difference);
  const ofSums = SUM_ERROR * magnitude;
  const { dtype } = model.summary;
  const same = formatExact(typed.value, dtype) === formatExact(step.output, dtype);
  if (same) return { match: 'exact', difference, readings: [] };
  if (size <= LAST_DIGIT * typed.tolerance) return { match: 'typed', difference, readings: [] };
  if (size <= ofSums) return { match: 'rounded', difference, readings: [] };
  const gives = ({ result }: FaultReading) =>
    Math.abs(result - typed.value) <= Math.max(typed.tolerance, ofSums);
  const readings = listReadings(step, model, outChannel).filter(gives);
  const near = readings.length === 0 && dtype !== 'int32' && size <= SMALL_TYPE_ERROR * magnitude;
  return { match: near ? 'near' : 'none', difference, readings };
}

/** Every reading that can be recomputed of this cell. */
export function listReadings(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  return model.weight
    ? [
        ...channelReadings(step, model, outChannel),
        ...biasReadings(step, model, outChannel),
        ...signReadings(step, model, outChannel),
        ...windowReadings(step, model, outChannel),
        ...groupReadings(step, model, outChannel),
      ]
    : poolingReadings(step, model);
}

function channelReadings(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  const channels = inputChannelsOf(model.summary, outChannel);
  if (channels.length < 2) return [];
  const bias = model.bias[outChannel] ?? 0;
  const sum = step.runningSums.at(-1) ?? 0;
  const count = channels.length;
  return [
    ...channels.map((channel, k) => reading('channel', (step.channelSums[k] ?? 0) + bias, { channel })),
    ...(bias === 0
      ? []
      : channels.map((channel, k) => reading('channelWithoutBias', step.channelSums[k] ?? 0, { channel }))),
    reading('mean', sum / count + bias, { count }),
    ...(bias === 0 ? [] : [reading('meanOfAll', (sum + bias) / count, { count })]),
  ];
}

function biasReadings(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  const bias = model.bias[outChannel] ?? 0;
  if (bias === 0) return [];
  const sum = step.runningSums.at(-1) ?? 0;
  const count = step.channelSums.length;
  return [
    reading('noBias', sum),
    reading('minusBias', sum - bias),
    ...(count > 1 ? [reading('biasPerChannel', sum + count * bias, { count })] : []),
    ...model.bias.flatMap((other, channel) =>
      channel === outChannel || other === bias ? [] : [reading('otherBias', sum + other, { channel })],
    ),
  ];
}

/** The kernel, or all of the filter, with the other sign. */
function signReadings(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  const bias = model.bias[outChannel] ?? 0;
  const sum = step.runningSums.at(-1) ?? 0;
  return [reading('negated', bias - sum), ...(bias === 0 ? [] : [reading('negatedWithBias', -sum - bias)])];
}

function windowReadings(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  const { taps, summary } = model;
  const [kH, kW] = kernelSize(summary);
  const here: Window = { rows: step.inputRows, cols: step.inputCols };
  const of = (key: string, window: Window, turn?: KernelTurn, values = {}, swapped = false) => {
    const result = sumWindow(model, outChannel, window, { turn, swapped });
    return result === null ? [] : [reading(key, result, values)];
  };
  return [
    ...of('flipped', here, (u, v) => [kH - 1 - u, kW - 1 - v]),
    ...(kH === kW ? of('kernelTransposed', here, (u, v) => [v, u]) : []),
    ...of('inputTransposed', here, undefined, {}, true),
    ...neighbours(step).flatMap(([key, row, col]) => {
      const [rows, cols] = [taps.rows[row], taps.cols[col]];
      return rows && cols ? of(key, { rows, cols }, undefined, { row, col }) : [];
    }),
    ...strideReadings(step, model).flatMap(([key, window]) => of(key, window)),
  ];
}

/** Cells that an index off by one, or two indices in each other's place, leads to. */
function neighbours({ row, col }: Step): [string, number, number][] {
  const around: [string, number, number][] = [
    ['offByOne', row - 1, col],
    ['offByOne', row + 1, col],
    ['offByOne', row, col - 1],
    ['offByOne', row, col + 1],
    ['offByOne', row - 1, col - 1],
    ['offByOne', row + 1, col + 1],
  ];
  return row === col ? around : [...around, ['swapped', col, row]];
}

/** Windows of conv2d that stand elsewhere, since a field of the operation is not looked at. */
function strideReadings({ row, col }: Step, { summary }: SceneModel): [string, Window][] {
  const { operation, shapes } = summary;
  if (operation.kind !== 'conv2d' || operation.padding_mode !== 'zeros' || operation.flip) return [];
  const [kH, kW] = kernelSize(summary);
  const [, height, width] = shapes.input;
  const { top, left } = operation.padding;
  const line = (count: number, size: number, start: number, dilation: number) =>
    Array.from({ length: count }, (_, u) => {
      const at = start + u * dilation;
      return at >= 0 && at < size ? at : -1;
    });
  const windowAt = (stride: number[], [before, side]: number[], dilation: number[]): Window => ({
    rows: line(kH, height, row * (stride[0] ?? 1) - (before ?? 0), dilation[0] ?? 1),
    cols: line(kW, width, col * (stride[1] ?? 1) - (side ?? 0), dilation[1] ?? 1),
  });
  const [stride, dilation] = [operation.stride, operation.dilation];
  const plain = (pair: number[]) => pair.every((value) => value === 1);
  return [
    ...(top || left ? [['noPadding', windowAt(stride, [0, 0], dilation)] satisfies [string, Window]] : []),
    ...(plain(stride)
      ? []
      : [['noStride', windowAt([1, 1], [top, left], dilation)] satisfies [string, Window]]),
    ...(plain(dilation)
      ? []
      : [['noDilation', windowAt(stride, [top, left], [1, 1])] satisfies [string, Window]]),
  ];
}

function poolingReadings(step: Step, { summary }: SceneModel): FaultReading[] {
  const [kH, kW] = kernelSize(summary);
  const values = [...step.patchOf(0)];
  const read = values.filter((_, k) => step.hasInput(Math.floor(k / kW), k % kW));
  const sum = read.reduce((a, b) => a + b, 0);
  return [
    reading('poolSum', sum),
    reading('poolMean', sum / (kH * kW)),
    reading('poolMeanInside', sum / Math.max(read.length, 1)),
    reading('poolMax', Math.max(...read)),
    reading('poolMaxZero', Math.max(0, ...read)),
  ];
}
