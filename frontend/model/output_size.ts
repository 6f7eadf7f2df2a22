/**
 * Output sizes as torch's documentation computes them, with the numbers filled in.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html (ConvTranspose2d, MaxPool2d, AvgPool2d)
 */

import { MINUS } from './numbers.ts';
import type { OperationKind } from './types.ts';

/** before, after: padding, or cropping where transposed. */
interface Axis {
  kind: OperationKind;
  size: number;
  before: number;
  after: number;
  kernel: number;
  stride: number;
  dilation: number;
  outputPadding: number;
  ceil: boolean;
}

export interface OutputLength {
  value: number;
  /** As torch's documentation has it: `floor((5 + 2·0 − 2·(4−1) − 1)/1 + 1) = −1`. */
  text: string;
  /** As the layer's heading has it: `⌊(5 + 2·0 − (2·(4−1) + 1))/1⌋ + 1 = −1`. */
  short: string;
}

export function outputLength(axis: Axis): OutputLength {
  const { value, formula } = axis.kind === 'conv_transpose2d' ? transposed(axis) : windowed(axis);
  const write = (left: string) => `${left} = ${value}`.replaceAll('-', MINUS);
  return { value, text: write(formula), short: write(shortFormula(axis, value)) };
}

/** What app/conv/size_formulas.py writes. */
function shortFormula(axis: Axis, value: number) {
  const { kind, size, before, after, kernel, stride, dilation, outputPadding, ceil } = axis;
  const span = dilation === 1 ? String(kernel) : `(${dilation}·(${kernel}-1) + 1)`;
  const sides = formatSides(before, after);
  if (kind === 'conv_transpose2d')
    return `(${size}-1)·${stride} - ${sides} + ${span}${outputPadding ? ` + ${outputPadding}` : ''}`;
  const steps = (size + before + after - dilation * (kernel - 1) - 1) / stride;
  const [left, right, rounded] = ceil ? ['⌈', '⌉', Math.ceil(steps)] : ['⌊', '⌋', Math.floor(steps)];
  const tail = rounded + 1 === value ? ' + 1' : ' + 1 - 1';
  return `${left}(${size} + ${sides} - ${span})/${stride}${right}${tail}`;
}

function windowed({ size, before, after, kernel, stride, dilation, ceil }: Axis) {
  const steps = (size + before + after - dilation * (kernel - 1) - 1) / stride;
  const room = `${size} + ${formatSides(before, after)} - ${dilation}·(${kernel}-1) - 1`;
  const formula = `${ceil ? 'ceil' : 'floor'}((${room})/${stride} + 1)`;
  if (!ceil) return { value: Math.floor(steps) + 1, formula };
  const value = Math.ceil(steps) + 1;
  // Torch lets no window start in the padding after the input.
  return (value - 1) * stride >= size + before
    ? { value: value - 1, formula: `${formula} - 1` }
    : { value, formula };
}

function transposed({ size, before, after, kernel, stride, dilation, outputPadding }: Axis) {
  const value = (size - 1) * stride - before - after + dilation * (kernel - 1) + outputPadding + 1;
  const cropped = `(${size}-1)·${stride} - ${formatSides(before, after)}`;
  return { value, formula: `${cropped} + ${dilation}·(${kernel}-1) + ${outputPadding} + 1` };
}

function formatSides(before: number, after: number) {
  return before === after ? `2·${before}` : `(${before}+${after})`;
}
