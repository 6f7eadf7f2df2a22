/** Which gradients a layer has, and how time runs through them. Pure. */

import { inputChannelsOf, kernelSize } from '../geometry.ts';
import type { Clock } from '../timeline.ts';
import type { Direction, Granularity, LayerShape, Reading, SceneSummary } from '../types.ts';

export const DIRECTIONS: Direction[] = ['forward', 'input', 'weight', 'bias'];

/** Whether a layer has the tensor that a direction leads to. */
export function hasDirection({ shapes }: LayerShape, direction: Direction) {
  return (direction !== 'weight' && direction !== 'bias') || shapes[direction] !== null;
}

/** What a transposed layer stamped forward it only gathers on the way back. */
export function hasScatter({ operation }: LayerShape) {
  return operation.kind !== 'conv_transpose2d';
}

/** The output channels that read input channel `c`. */
export function outputChannelsOf({ operation, shapes }: LayerShape, c: number): number[] {
  if (!shapes.weight) return [c];
  const groups = operation.groups ?? 1;
  const size = shapes.output[0] / groups;
  const first = Math.floor(c / (shapes.input[0] / groups)) * size;
  return Array.from({ length: size }, (_, k) => first + k);
}

/** The channels that a step adds up: input channels, or, to the input, output channels. */
export function stepChannelsOf(layer: LayerShape, direction: Direction, channel: number): number[] {
  return direction === 'input' ? outputChannelsOf(layer, channel) : inputChannelsOf(layer, channel);
}

/** The output and the input channel of a pair: those of an output channel stand one after the other. */
export function pairAt(layer: LayerShape, index: number): [outChannel: number, inChannel: number] {
  const size = inputChannelsOf(layer, 0).length;
  const outChannel = Math.floor(index / size);
  return [outChannel, inputChannelsOf(layer, outChannel)[index % size] ?? 0];
}

/** The index of a pair; of channels that have nothing to do with one another that of the nearest. */
export function indexOfPair(layer: LayerShape, outChannel: number, inChannel: number) {
  const inputs = inputChannelsOf(layer, outChannel);
  const first = inputs[0] ?? 0;
  return outChannel * inputs.length + Math.min(Math.max(inChannel - first, 0), inputs.length - 1);
}

/**
 * The clock of a gradient. Its "output channels" are those of the input, pairs of channels, or those of the
 * output; its "windows" the cells of the input (or upstream, as it scatters), of the kernel, or one; its
 * channels what is added up: output channels, or rows of the upstream; to the bias all of its plane at once.
 */
export function gradientClock(
  layer: LayerShape,
  direction: Exclude<Direction, 'forward'>,
  reading: Reading,
  granularity: Granularity,
): Clock {
  const { input, output } = layer.shapes;
  const [kH, kW] = kernelSize(layer);
  if (direction === 'input') {
    const [, height, width] = reading === 'scatter' && hasScatter(layer) ? output : input;
    const channels = outputChannelsOf(layer, 0).length;
    return { outChannels: input[0], windows: height * width, width, channels, taps: kH * kW, granularity };
  }
  const one = { windows: 1, width: 1, granularity };
  if (direction === 'bias')
    return { ...one, outChannels: output[0], channels: 1, taps: output[1] * output[2] };
  const pairs = output[0] * inputChannelsOf(layer, 0).length;
  return { ...one, outChannels: pairs, windows: kH * kW, width: kW, channels: output[1], taps: output[2] };
}

/** Whether padding borrows cells: then several outputs read one cell through the same kernel cell. */
export function borrowsPadding({ operation }: SceneSummary) {
  return operation.kind === 'conv2d' && !['zeros', undefined].includes(operation.padding_mode);
}

/**
 * From one row and column of the upstream to the next on the plane that the turned kernel slides over: the
 * stride, with zeros between, except where cells are gathered from the upstream as it is.
 */
export function zerosBetween(layer: SceneSummary): [number, number] {
  const { kind, stride } = layer.operation;
  return kind === 'conv2d' && !borrowsPadding(layer) ? stride : [1, 1];
}
