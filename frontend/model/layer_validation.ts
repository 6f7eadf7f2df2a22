/**
 * A layer as the panel describes it, before the server has seen it: its output size, its fields' ranges,
 * and what is wrong with it, at once and in the reader's language. The server decides. Pure.
 */

import type { OutputLength } from './output_size.ts';
import { outputLength } from './output_size.ts';
import type { Dimensions, LayerShape, Operation, OperationKind } from './types.ts';

/** Every field of every operation; those that a kind lacks have their defaults. */
export type OperationFields = {
  [Name in Exclude<keyof Operation, 'kind' | 'padding'>]: NonNullable<Operation[Name]>;
} & { padding: Operation['padding'] | 'same' };

export interface Layer extends OperationFields {
  kind: OperationKind;
  /** Of one: all heights are those of a layer without. */
  dimensions: Dimensions;
  input: [number, number, number];
  /** Output channels: those of the input for pooling. */
  outputs: number;
}

export interface LayerProblem {
  /** JSON pointer into the scene's body. */
  at: string;
  /** Below `parameters.`. */
  key: string;
  values: Record<string, string | number>;
}

const AXES = [0, 1] as const;

/** Channels up to which the possible numbers of groups are listed. */
const MAX_LISTED = 4096;

export function isPooling(kind: OperationKind) {
  return kind === 'max_pool2d' || kind === 'avg_pool2d';
}

/** Four numbers, "same" resolved as torch does: the odd cell goes bottom and right. */
export function resolvePadding({ padding, dilation, kernel_size: kernel }: Layer): Operation['padding'] {
  if (padding !== 'same') return padding;
  const [height, width] = [dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1)];
  const [top, left] = [Math.floor(height / 2), Math.floor(width / 2)];
  return { top, bottom: height - top, left, right: width - left };
}

/** The padding before and after, of the rows and of the columns. */
function paddingOfAxes(layer: Layer) {
  const { top, bottom, left, right } = resolvePadding(layer);
  return [
    [top, bottom],
    [left, right],
  ] as const;
}

/** The output's height and width, worked out. */
export function outputSizes(layer: Layer): OutputLength[] {
  const paddings = paddingOfAxes(layer);
  return AXES.map((axis) =>
    outputLength({
      kind: layer.kind,
      size: layer.input[axis + 1] ?? 0,
      before: paddings[axis][0],
      after: paddings[axis][1],
      kernel: layer.kernel_size[axis],
      stride: layer.stride[axis],
      dilation: layer.dilation[axis],
      outputPadding: layer.output_padding[axis],
      ceil: layer.ceil_mode,
    }),
  );
}

/** (C_out, C_in/groups, kH, kW), transposed (C_in, C_out/groups, kH, kW); null for pooling. */
export function weightShape({
  kind,
  input,
  outputs,
  groups,
  kernel_size: kernel,
}: Layer): LayerShape['shapes']['weight'] {
  if (isPooling(kind)) return null;
  return kind === 'conv_transpose2d'
    ? [input[0], outputs / groups, ...kernel]
    : [outputs, input[0] / groups, ...kernel];
}

/** Parameters and multiply-adds, as the server counts them. */
export function layerCost(layer: Layer, hasBias: boolean) {
  const { kind, input, kernel_size: kernel, outputs, groups } = layer;
  const [channels, height, width] = input;
  const windows = outputSizes(layer).reduce((product, { value }) => product * value, 1);
  // The cells of one channel that are multiplied by a whole kernel.
  const cells = kind === 'conv_transpose2d' ? height * width : windows;
  const terms = (isPooling(kind) ? 1 : channels / groups) * kernel[0] * kernel[1];
  const weights = (weightShape(layer) ?? [0]).reduce((product, size) => product * size, 1);
  return {
    parameters: weights + (hasBias && !isPooling(kind) ? outputs : 0),
    multiplyAdds: outputs * cells * terms,
  };
}

/** The first problem of each field. */
export function findProblems(layer: Layer): LayerProblem[] {
  const checks = [
    () => numberProblems(layer),
    () => [...groupProblems(layer), ...paddingProblems(layer), ...outputPaddingProblems(layer)],
    () => outputSizeProblems(layer),
  ];
  for (const check of checks) {
    const problems = check();
    if (problems.length > 0)
      return problems.filter(({ at }, k) => problems.findIndex((other) => other.at === at) === k);
  }
  return [];
}

/** Numbers that are not whole, or below their minimum. */
function numberProblems(layer: Layer): LayerProblem[] {
  const { padding } = layer;
  const fields: [string, number[], number][] = [
    ['/operation/stride', layer.stride, 1],
    ['/operation/padding', padding === 'same' ? [] : Object.values(padding), 0],
    ['/operation/dilation', layer.dilation, 1],
    ['/operation/output_padding', layer.output_padding, 0],
    ['/operation/groups', [layer.groups], 1],
    ['/operation/kernel_size', layer.kernel_size, 1],
    ['/outputs', isPooling(layer.kind) ? [] : [layer.outputs], 1],
    ['/input', layer.input, 1],
  ];
  return fields.flatMap(([at, values, least]) => {
    if (!values.every(Number.isInteger)) return [{ at, key: 'notWhole', values: {} }];
    const low = values.find((value) => value < least);
    return low === undefined
      ? []
      : [{ at, key: 'tooSmall', values: { least, value: String(low).replace('-', '\u2212') } }];
  });
}

function groupProblems({ kind, input, outputs, groups }: Layer): LayerProblem[] {
  if (isPooling(kind)) return [];
  const at = '/operation/groups';
  if (input[0] % groups) return [{ at, key: 'groupsInput', values: { channels: input[0], groups } }];
  return outputs % groups ? [{ at, key: 'groupsOutput', values: { channels: outputs, groups } }] : [];
}

function paddingProblems(layer: Layer): LayerProblem[] {
  const at = '/operation/padding';
  if (layer.padding === 'same' && layer.stride.some((stride) => stride !== 1))
    return [{ at, key: 'sameStride', values: { stride: [...new Set(layer.stride)].join('×') } }];
  const paddings = paddingOfAxes(layer);
  return AXES.flatMap((axis): LayerProblem[] => {
    const padding = Math.max(...paddings[axis]);
    const [kernel, size] = [layer.kernel_size[axis], layer.input[axis + 1] ?? 0];
    if (isPooling(layer.kind))
      return padding > Math.floor(kernel / 2)
        ? [{ at, key: 'poolPadding', values: { padding, kernel } }]
        : [];
    const most = size + ringExcess(layer);
    return padding > most ? [{ at, key: layer.padding_mode, values: { padding, size } }] : [];
  });
}

/** By how much a padding that borrows cells may be wider than the input. */
function ringExcess({ padding_mode }: Layer) {
  return { reflect: -1, circular: 0, zeros: Infinity, replicate: Infinity }[padding_mode];
}

function outputPaddingProblems({ output_padding, stride, dilation }: Layer): LayerProblem[] {
  return AXES.filter((axis) => output_padding[axis] >= Math.max(stride[axis], dilation[axis])).map(
    (axis) => ({
      at: '/operation/output_padding',
      key: 'outputPadding',
      values: { value: output_padding[axis], stride: stride[axis], dilation: dilation[axis] },
    }),
  );
}

function outputSizeProblems(layer: Layer): LayerProblem[] {
  const across = layer.dimensions === 1 ? 'noLength' : 'noWidth';
  return outputSizes(layer).flatMap(({ value, text }, axis) =>
    value < 1 ? [{ at: '/operation', key: axis === 0 ? 'noHeight' : across, values: { formula: text } }] : [],
  );
}

/** The largest value of each field, for both axes, while the others stay; of groups, all values. */
export function fieldRanges(layer: Layer) {
  const transposed = layer.kind === 'conv_transpose2d';
  const paddings = paddingOfAxes(layer);
  const both = (most: (axis: 0 | 1) => number): [number, number] => [most(0), most(1)];
  const input = (axis: 0 | 1) => layer.input[axis + 1] ?? 0;
  const reach = (axis: 0 | 1) =>
    transposed ? Infinity : input(axis) + paddings[axis][0] + paddings[axis][1] - 1;
  return {
    kernel_size: both((axis) => Math.floor(reach(axis) / layer.dilation[axis]) + 1),
    dilation: both((axis) =>
      layer.kernel_size[axis] === 1 ? Infinity : Math.floor(reach(axis) / (layer.kernel_size[axis] - 1)),
    ),
    padding: both((axis) =>
      isPooling(layer.kind) ? Math.floor(layer.kernel_size[axis] / 2) : input(axis) + ringExcess(layer),
    ),
    output_padding: both((axis) => Math.max(layer.stride[axis], layer.dilation[axis]) - 1),
    groups: commonDivisors(layer.input[0], layer.outputs),
  };
}

function commonDivisors(a: number, b: number) {
  if (!(a >= 1 && b >= 1 && Math.min(a, b) <= MAX_LISTED)) return [1];
  return Array.from({ length: Math.min(a, b) }, (_, k) => k + 1).filter((k) => a % k === 0 && b % k === 0);
}
