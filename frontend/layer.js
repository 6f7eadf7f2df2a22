/**
 * A layer as the panel describes it, before the server has seen it: its output size, what its fields may be, and why it
 * cannot be. The server has the last word; this gives the reason at once, in the reader's language. Pure.
 *
 * @import {Kind} from './types.js'
 *
 * @typedef {{
 *   kind: Kind, input: [number, number, number], kernel: [number, number], outputs: number,
 *   stride: [number, number], padding: {top: number, bottom: number, left: number, right: number}|'same',
 *   padding_mode: string, dilation: [number, number], output_padding: [number, number], groups: number, ceil_mode: boolean,
 * }} Layer
 *   outputs: output channels, those of the input for pooling
 *
 * @typedef {{at: string, key: string, values: Record<string, string|number>}} Problem
 *   at: JSON pointer into the scene's body; key: below `parameters.`
 */

import { lengthOf } from './formula.js';

/** @param {Kind} kind */
export function isPooling(kind) {
  return kind === 'max_pool2d' || kind === 'avg_pool2d';
}

/** Four numbers, "same" resolved as torch does: the odd cell goes bottom and right. @param {Layer} layer */
export function paddingOf({ padding, dilation, kernel }) {
  if (padding !== 'same') return padding;
  const [height, width] = [dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1)];
  const [top, left] = [Math.floor(height / 2), Math.floor(width / 2)];
  return { top, bottom: height - top, left, right: width - left };
}

/** The output's height and width, worked out. @param {Layer} layer @returns {{value: number, text: string}[]} */
export function lengths(layer) {
  const { top, bottom, left, right } = paddingOf(layer);
  return /** @type {const} */ ([0, 1]).map((at) => lengthOf({
    kind: layer.kind, size: layer.input[at + 1] ?? 0, before: at === 0 ? top : left, after: at === 0 ? bottom : right,
    kernel: layer.kernel[at], stride: layer.stride[at], dilation: layer.dilation[at],
    extra: layer.output_padding[at], ceil: isPooling(layer.kind) && layer.ceil_mode,
  }));
}

/** (C_out, C_in/groups, kH, kW), transposed (C_in, C_out/groups, kH, kW); null for pooling. @param {Layer} layer @returns {number[]|null} */
export function weightShape({ kind, input, outputs, groups, kernel }) {
  if (isPooling(kind)) return null;
  return kind === 'conv_transpose2d' ? [input[0], outputs / groups, ...kernel] : [outputs, input[0] / groups, ...kernel];
}

/** What a layer holds and does, as the server counts it. @param {Layer} layer @param {boolean} hasBias */
export function cost(layer, hasBias) {
  const { kind, input, kernel, outputs, groups } = layer;
  const windows = lengths(layer).reduce((product, { value }) => product * value, 1);
  const terms = (isPooling(kind) ? 1 : input[0] / groups) * kernel[0] * kernel[1];
  const weights = (weightShape(layer) ?? [0]).reduce((product, size) => product * size, 1);
  return { parameters: weights + (hasBias && !isPooling(kind) ? outputs : 0), multiplyAdds: outputs * windows * terms };
}

/** The first reason of each field why a layer cannot be. @param {Layer} layer @returns {Problem[]} */
export function problems(layer) {
  const found = [...numberProblems(layer)];
  if (found.length === 0) found.push(...groupProblems(layer), ...paddingProblems(layer), ...outputPaddingProblems(layer));
  if (found.length === 0) {
    lengths(layer).forEach(({ value, text }, at) => {
      if (value < 1) found.push({ at: '/operation', key: at === 0 ? 'noHeight' : 'noWidth', values: { formula: text } });
    });
  }
  return found.filter(({ at }, k) => found.findIndex((other) => other.at === at) === k);
}

/** Whole numbers, and at least what they must be. @param {Layer} layer */
function numberProblems(layer) {
  const transposed = layer.kind === 'conv_transpose2d';
  const { padding } = layer;
  /** @type {[string, number[], number][]} */
  const fields = [
    ['/operation/stride', layer.stride, 1],
    ['/operation/padding', padding === 'same' ? [] : [padding.top, padding.bottom, padding.left, padding.right], 0],
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
    return low === undefined ? [] : [{ at, key: 'tooSmall', values: { least, value: String(low).replace('-', '\u2212') } }];
  });
}

/** @param {Layer} layer @returns {Problem[]} */
function groupProblems({ kind, input, outputs, groups }) {
  if (isPooling(kind)) return [];
  const at = '/operation/groups';
  if (input[0] % groups) return [{ at, key: 'groupsInput', values: { channels: input[0], groups } }];
  return outputs % groups ? [{ at, key: 'groupsOutput', values: { channels: outputs, groups } }] : [];
}

/** @param {Layer} layer @returns {Problem[]} */
function paddingProblems(layer) {
  const at = '/operation/padding';
  if (layer.padding === 'same' && layer.stride.some((stride) => stride !== 1)) {
    return [{ at, key: 'sameStride', values: { stride: layer.stride.join(', ') } }];
  }
  const { top, bottom, left, right } = paddingOf(layer);
  return /** @type {const} */ ([0, 1]).flatMap((axis) => /** @type {() => Problem[]} */ (() => {
    const widest = axis === 0 ? Math.max(top, bottom) : Math.max(left, right);
    const size = layer.input[axis + 1] ?? 0;
    if (isPooling(layer.kind)) {
      const kernel = layer.kernel[axis];
      return widest > Math.floor(kernel / 2) ? [{ at, key: 'poolPadding', values: { padding: widest, kernel } }] : [];
    }
    if (layer.kind !== 'conv2d') return [];
    if (layer.padding_mode === 'reflect' && widest >= size) return [{ at, key: 'reflect', values: { padding: widest, size } }];
    return layer.padding_mode === 'circular' && widest > size ? [{ at, key: 'circular', values: { padding: widest, size } }] : [];
  })());
}

/** @param {Layer} layer @returns {Problem[]} */
function outputPaddingProblems({ kind, output_padding, stride, dilation }) {
  if (kind !== 'conv_transpose2d') return [];
  return /** @type {const} */ ([0, 1]).flatMap((axis) => {
    const most = Math.max(stride[axis], dilation[axis]);
    if (output_padding[axis] < most) return [];
    return [{ at: '/operation/output_padding', key: 'outputPadding', values: { value: output_padding[axis], stride: stride[axis], dilation: dilation[axis] } }];
  });
}

/** What each field may be while the others stay: [least, most] pairs of the two axes, and the divisors for groups. @param {Layer} layer */
export function ranges(layer) {
  const { top, bottom, left, right } = paddingOf(layer);
  const pads = [top + bottom, left + right];
  const pooling = isPooling(layer.kind);
  const transposed = layer.kind === 'conv_transpose2d';
  const both = (/** @type {(axis: 0|1) => number} */ most) => /** @type {[number, number]} */ ([most(0), most(1)]);
  const size = (/** @type {0|1} */ axis) => (layer.input[axis + 1] ?? 0) + (pads[axis] ?? 0);
  const free = (/** @type {0|1} */ axis) => layer.kernel[axis] === 1 || transposed;
  const ring = { reflect: -1, circular: 0 }[layer.padding_mode];
  return {
    kernel: both((axis) => (transposed ? Infinity : Math.floor((size(axis) - 1) / layer.dilation[axis]) + 1)),
    dilation: both((axis) => (free(axis) ? Infinity : Math.floor((size(axis) - 1) / (layer.kernel[axis] - 1)))),
    padding: both((axis) => {
      if (pooling) return Math.floor(layer.kernel[axis] / 2);
      return transposed || ring === undefined ? Infinity : (layer.input[axis + 1] ?? 0) + ring;
    }),
    output_padding: both((axis) => Math.max(layer.stride[axis], layer.dilation[axis]) - 1),
    groups: divisors(layer.input[0], layer.outputs),
  };
}

/** @param {number} a @param {number} b */
function divisors(a, b) {
  if (!(a >= 1 && b >= 1 && Math.min(a, b) <= 4096)) return [1];
  return Array.from({ length: Math.min(a, b) }, (_, k) => k + 1).filter((k) => a % k === 0 && b % k === 0);
}
