/**
 * Which reading of a layer gives a number that another implementation has for one output cell: each is
 * recomputed from the served step, the input and the weight. Pure.
 */

import { inputChannelsOf, kernelSize } from '../geometry.ts';
import { formatExact } from '../numbers.ts';
import type { SceneModel } from '../scene_model.ts';
import type { Step } from '../step.ts';
import { groupReadings } from './groups.ts';
import type { FaultReading, KernelTurn, Window } from './sums.ts';
import { ownChannels, reading, sumWindow } from './sums.ts';
import type { TypedValue } from './typed_value.ts';
import { windowReadings } from './windows.ts';

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

/** Rounding errors of sums in another order, as a share of the sum of magnitudes. */
const SUM_ERROR = 2e-6;

/** Those of factors that were rounded to bfloat16, the coarsest of the usual types. */
const SMALL_TYPE_ERROR = 2 ** -8;

/** The last digit that is typed may be off by one: what is printed together is rounded to add up. */
const LAST_DIGIT = 2;

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
  return [
    ...(model.weight
      ? [
          ...channelReadings(step, model, outChannel),
          ...biasReadings(step, model, outChannel),
          ...signReadings(step, model, outChannel),
          ...kernelReadings(step, model, outChannel),
          ...groupReadings(step, model, outChannel),
        ]
      : poolingReadings(step, model)),
    ...windowReadings(step, model, outChannel),
    ...(step.output < 0 ? [reading('relu', 0)] : []),
  ];
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
    // Of two channels, the other one alone is read.
    ...(count === 2
      ? []
      : channels.map((channel, k) =>
          reading('channelLeftOut', sum - (step.channelSums[k] ?? 0) + bias, { channel }),
        )),
    reading('mean', sum / count + bias, { count }),
    ...(bias === 0 ? [] : [reading('meanOfAll', (sum + bias) / count, { count })]),
    ...reversedChannels(step, model, outChannel),
  ];
}

/** Blue, green, red in place of red, green, blue. */
function reversedChannels(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  const own = ownChannels(model, outChannel);
  const channels = own.map(({ slice }, k) => ({ channel: own.at(-1 - k)?.channel ?? 0, slice }));
  const result = sumWindow(model, outChannel, { rows: step.inputRows, cols: step.inputCols }, { channels });
  return result === null ? [] : [reading('reversed', result)];
}

function biasReadings(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  const bias = model.bias[outChannel] ?? 0;
  if (bias === 0) return [];
  const sum = step.runningSums.at(-1) ?? 0;
  const count = step.channelSums.length;
  return [
    reading('noBias', sum),
    reading('minusBias', sum - bias),
    reading('biasTwice', sum + 2 * bias),
    ...(count > 2 ? [reading('biasPerChannel', sum + count * bias, { count })] : []),
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

function kernelReadings(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  const [kH, kW] = kernelSize(model.summary);
  const here: Window = { rows: step.inputRows, cols: step.inputCols };
  const of = (key: string, turn?: KernelTurn, swapped = false) => {
    const result = sumWindow(model, outChannel, here, { turn, swapped });
    return result === null ? [] : [reading(key, result)];
  };
  return [
    ...of('flipped', (u, v) => [kH - 1 - u, kW - 1 - v]),
    ...(kH === kW ? of('kernelTransposed', (u, v) => [v, u]) : []),
    ...of('inputTransposed', undefined, true),
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
