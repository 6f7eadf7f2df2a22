/**
 * A layer as the panel describes it, before the server has seen it: its output size, what its fields may be,
 * and why it cannot be. The server has the last word; this gives the reason at once, in the reader's
 * language. Pure.
 */

import { outputLength } from './output_size.ts';
import type { OperationKind } from './types.ts';

export interface Layer {
  kind: OperationKind;
  input: [number, number, number];
  kernel: [number, number];
  /** Output channels, those of the input for pooling. */
  outputs: number;
  stride: [number, number];
  padding: { top: number; bottom: number; left: number; right: number } | 'same';
  padding_mode: string;
  dilation: [number, number];
  output_padding: [number, number];
  groups: number;
  ceil_mode: boolean;
}

export interface LayerProblem {
  /** JSON pointer into the scene's body. */
  at: string;
  /** Below `parameters.`. */
  key: string;
  values: Record<string, string | number>;
}

export function isPooling(kind: OperationKind) {
  return kind === 'max_pool2d' || kind === 'avg_pool2d';
}

/** Four numbers, "same" resolved as torch does: the odd cell goes bottom and right. */
export function resolvePadding({ padding, dilation, kernel }: Layer) {
  if (padding !== 'same') return padding;
  const [height, width] = [dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1)];
  const [top, left] = [Math.floor(height / 2), Math.floor(width / 2)];
  return { top, bottom: height - top, left, right: width - left };
}

/** The output's height and width, worked out. */
export function outputSizes(layer: Layer): { value: number; text: string }[] {
  const { top, bottom, left, right } = resolvePadding(layer);
  return ([0, 1] as const).map((at) =>
    outputLength({
      kind: layer.kind,
      size: layer.input[at + 1] ?? 0,
      before: at === 0 ? top : left,
      after: at === 0 ? bottom : right,
      kernel: layer.kernel[at],
      stride: layer.stride[at],
      dilation: layer.dilation[at],
      extra: layer.output_padding[at],
      ceil: isPooling(layer.kind) && layer.ceil_mode,
    }),
  );
}

/** (C_out, C_in/groups, kH, kW), transposed (C_in, C_out/groups, kH, kW); null for pooling. */
export function weightShape({ kind, input, outputs, groups, kernel }: Layer): number[] | null {
  if (isPooling(kind)) return null;
  return kind === 'conv_transpose2d'
    ? [input[0], outputs / groups, ...kernel]
    : [outputs, input[0] / groups, ...kernel];
}

/** What a layer holds and does, as the server counts it. */
export function layerCost(layer: Layer, hasBias: boolean) {
  const { kind, input, kernel, outputs, groups } = layer;
  const windows = outputSizes(layer).reduce((product, { value }) => product * value, 1);
  const terms = (isPooling(kind) ? 1 : input[0] / groups) * kernel[0] * kernel[1];
  const weights = (weightShape(layer) ?? [0]).reduce((product, size) => product * size, 1);
  return {
    parameters: weights + (hasBias && !isPooling(kind) ? outputs : 0),
    multiplyAdds: outputs * windows * terms,
  };
}

/** The first reason of each field why a layer cannot be. */
export function findProblems(layer: Layer): LayerProblem[] {
  const found = [...numberProblems(layer)];
  if (found.length === 0)
    found.push(...groupProblems(layer), ...paddingProblems(layer), ...outputPaddingProblems(layer));
  if (found.length === 0) {
    outputSizes(layer).forEach(({ value, text }, at) => {
      if (value < 1)
        found.push({ at: '/operation', key: at === 0 ? 'noHeight' : 'noWidth', values: { formula: text } });
    });
  }
  return found.filter(({ at }, k) => found.findIndex((other) => other.at === at) === k);
}

/** Whole numbers, and at least what they must be. */
function numberProblems(layer: Layer) {
  const transposed = layer.kind === 'conv_transpose2d';
  const { padding } = layer;
  const fields: [string, number[], number][] = [
    ['/operation/stride', layer.stride, 1],
    [
      '/operation/padding',
      padding === 'same' ? [] : [padding.top, padding.bottom, padding.left, padding.right],
      0,
    ],
    ['/operation/dilation', layer.dilation, 1],
    ['/operation/output_padding', transposed ? layer.output_padding : [], 0],
    ['/operation/groups', isPooling(layer.kind) ? [] : [layer.groups], 1],
    ['/operation/kernel_size', layer.kernel, 1],
    ['/outputs', isPooling(layer.kind) ? [] : [layer.outputs], 1],
    ['/input', layer.input, 1],
  ];
  return fields.flatMap(([at, values, least]) => {
    if (values.some((value) => !Number.isInteger(value))) return [{ at, key: 'notWhole', values: {} }];
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
  if (layer.padding === 'same' && layer.stride.some((stride) => stride !== 1)) {
    return [{ at, key: 'sameStride', values: { stride: layer.stride.join(', ') } }];
  }
  const { top, bottom, left, right } = resolvePadding(layer);
  return ([0, 1] as const).flatMap((axis) =>
    (
      (() => {
        const widest = axis === 0 ? Math.max(top, bottom) : Math.max(left, right);
        const size = layer.input[axis + 1] ?? 0;
        if (isPooling(layer.kind)) {
          const kernel = layer.kernel[axis];
          return widest > Math.floor(kernel / 2)
            ? [{ at, key: 'poolPadding', values: { padding: widest, kernel } }]
            : [];
        }
        if (layer.kind !== 'conv2d') return [];
        if (layer.padding_mode === 'reflect' && widest >= size)
          return [{ at, key: 'reflect', values: { padding: widest, size } }];
        return layer.padding_mode === 'circular' && widest > size
          ? [{ at, key: 'circular', values: { padding: widest, size } }]
          : [];
      }) as () => LayerProblem[]
    )(),
  );
}

function outputPaddingProblems({ kind, output_padding, stride, dilation }: Layer): LayerProblem[] {
  if (kind !== 'conv_transpose2d') return [];
  return ([0, 1] as const).flatMap((axis) => {
    const most = Math.max(stride[axis], dilation[axis]);
    if (output_padding[axis] < most) return [];
    return [
      {
        at: '/operation/output_padding',
        key: 'outputPadding',
        values: { value: output_padding[axis], stride: stride[axis], dilation: dilation[axis] },
      },
    ];
  });
}

/**
 * What each field may be while the others stay: [least, most] pairs of the two axes, and the divisors for
 * groups.
 */
export function fieldRanges(layer: Layer) {
  const { top, bottom, left, right } = resolvePadding(layer);
  const pads = [top + bottom, left + right];
  const pooling = isPooling(layer.kind);
  const transposed = layer.kind === 'conv_transpose2d';
  const both = (most: (axis: 0 | 1) => number) => [most(0), most(1)] as [number, number];
  const size = (axis: 0 | 1) => (layer.input[axis + 1] ?? 0) + (pads[axis] ?? 0);
  const free = (axis: 0 | 1) => layer.kernel[axis] === 1 || transposed;
  const ring = { reflect: -1, circular: 0 }[layer.padding_mode];
  return {
    kernel: both((axis) => (transposed ? Infinity : Math.floor((size(axis) - 1) / layer.dilation[axis]) + 1)),
    dilation: both((axis) =>
      free(axis) ? Infinity : Math.floor((size(axis) - 1) / (layer.kernel[axis] - 1)),
    ),
    padding: both((axis) => {
      if (pooling) return Math.floor(layer.kernel[axis] / 2);
      return transposed || ring === undefined ? Infinity : (layer.input[axis + 1] ?? 0) + ring;
    }),
    output_padding: both((axis) => Math.max(layer.stride[axis], layer.dilation[axis]) - 1),
    groups: divisors(layer.input[0], layer.outputs),
  };
}

function divisors(a: number, b: number) {
  if (!(a >= 1 && b >= 1 && Math.min(a, b) <= 4096)) return [1];
  return Array.from({ length: Math.min(a, b) }, (_, k) => k + 1).filter((k) => a % k === 0 && b % k === 0);
}
