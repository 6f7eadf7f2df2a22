/**
 * The output size as torch's documentation computes it, with the numbers filled in.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 *
 * @import {Summary} from './types.js'
 */

import { kernelSize } from './geometry.js';

/** One line for the rows and, where it differs, one for the columns. @param {Summary} summary @returns {string[]} */
export function shapeFormulas(summary) {
  const rows = axisFormula(summary, 0);
  const cols = axisFormula(summary, 1);
  return rows === cols ? [rows] : [rows, cols];
}

/** @param {Summary} summary @param {0|1} axis */
function axisFormula(summary, axis) {
  const { operation, shapes } = summary;
  const { top, bottom, left, right } = operation.padding;
  const [first, second] = axis === 0 ? [top, bottom] : [left, right];
  const padding = first === second ? `2·${first}` : `${first} + ${second}`;
  const [size, out] = [shapes.input[axis + 1] ?? 0, shapes.output[axis + 1] ?? 0];
  const [kernel, stride, dilation] = [kernelSize(summary)[axis], operation.stride[axis], operation.dilation[axis]];
  if (operation.kind === 'conv_transpose2d') {
    const less = first === second ? `2·${first}` : `(${padding})`;
    return `(${size} − 1)·${stride} − ${less} + ${dilation}·(${kernel} − 1) + ${operation.output_padding?.[axis] ?? 0} + 1 = ${out}`;
  }
  const [open, close] = operation.ceil_mode ? ['⌈', '⌉'] : ['⌊', '⌋'];
  return `${open}(${size} + ${padding} − ${dilation}·(${kernel} − 1) − 1) / ${stride} + 1${close} = ${out}`;
}
