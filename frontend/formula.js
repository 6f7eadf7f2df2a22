/**
 * Output sizes as torch's documentation computes them, with the numbers filled in.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html (ConvTranspose2d, MaxPool2d, AvgPool2d)
 *
 * @import {Kind, Summary} from './types.js'
 *
 * @typedef {{
 *   kind: Kind, size: number, before: number, after: number, kernel: number, stride: number, dilation: number,
 *   extra?: number, ceil?: boolean,
 * }} Axis
 *   before, after: padding, or cropping where transposed; extra: output_padding
 */

import { kernelSize } from './geometry.js';

const MINUS = '\u2212';

/** One line for the rows and, where it differs, one for the columns. @param {Summary} summary @returns {string[]} */
export function shapeFormulas(summary) {
  const [rows, cols] = [lengthOf(axisOf(summary, 0)).text, lengthOf(axisOf(summary, 1)).text];
  return rows === cols ? [rows] : [rows, cols];
}

/** @param {Summary} summary @param {0|1} at @returns {Axis} */
function axisOf({ operation, shapes }, at) {
  const { top, bottom, left, right } = operation.padding;
  const [before, after] = at === 0 ? [top, bottom] : [left, right];
  return {
    kind: operation.kind, size: shapes.input[at + 1] ?? 0, before, after,
    kernel: kernelSize(/** @type {Summary} */ ({ operation, shapes }))[at], stride: operation.stride[at], dilation: operation.dilation[at],
    extra: operation.output_padding?.[at], ceil: operation.ceil_mode,
  };
}

/** `floor((5 + 2·0 − 2·(4−1) − 1)/1 + 1) = −1` @param {Axis} axis @returns {{value: number, text: string}} */
export function lengthOf(axis) {
  const { value, formula } = axis.kind === 'conv_transpose2d' ? transposed(axis) : windowed(axis);
  return { value, text: `${formula} = ${String(value).replace('-', MINUS)}` };
}

/** @param {Axis} axis */
function windowed({ size, before, after, kernel, stride, dilation, ceil }) {
  const room = size + before + after - dilation * (kernel - 1) - 1;
  const formula = `${ceil ? 'ceil' : 'floor'}((${size} + ${sides(before, after)} ${MINUS} ${dilation}·(${kernel}${MINUS}1) ${MINUS} 1)/${stride} + 1)`;
  if (!ceil) return { value: Math.floor(room / stride) + 1, formula };
  const value = Math.ceil(room / stride) + 1;
  // Torch lets no window start in the padding after the input.
  return (value - 1) * stride >= size + before ? { value: value - 1, formula: `${formula} ${MINUS} 1` } : { value, formula };
}

/** @param {Axis} axis */
function transposed({ size, before, after, kernel, stride, dilation, extra = 0 }) {
  const value = (size - 1) * stride - before - after + dilation * (kernel - 1) + extra + 1;
  return { value, formula: `(${size}${MINUS}1)·${stride} ${MINUS} ${sides(before, after)} + ${dilation}·(${kernel}${MINUS}1) + ${extra} + 1` };
}

/** @param {number} before @param {number} after */
function sides(before, after) {
  return before === after ? `2·${before}` : `(${before}+${after})`;
}

/**
 * What a layer holds and does, in words: pooling has nothing to multiply with.
 * @param {import('./i18n.js').Translate} t @param {string} language @param {Kind} kind
 * @param {{parameters: number, multiplyAdds: number}} cost
 */
export function costText(t, language, kind, { parameters, multiplyAdds }) {
  const key = kind.endsWith('pool2d') ? `counts.${kind}` : 'counts';
  return t(key, { parameters: parameters.toLocaleString(language), multiplyAdds: multiplyAdds.toLocaleString(language) });
}
