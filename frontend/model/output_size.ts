/**
 * Output sizes as torch's documentation computes them, with the numbers filled in.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html (ConvTranspose2d, MaxPool2d, AvgPool2d)
 */

import type { Translate } from './i18n.ts';
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
  /** Output_padding. */
  extra?: number;
  ceil?: boolean;
}

const MINUS = '\u2212';

/** `floor((5 + 2·0 − 2·(4−1) − 1)/1 + 1) = −1` */
export function outputLength(axis: Axis): { value: number; text: string } {
  const { value, formula } = axis.kind === 'conv_transpose2d' ? transposed(axis) : windowed(axis);
  return { value, text: `${formula} = ${String(value).replace('-', MINUS)}` };
}

function windowed({ size, before, after, kernel, stride, dilation, ceil }: Axis) {
  const room = size + before + after - dilation * (kernel - 1) - 1;
  const formula = `${ceil ? 'ceil' : 'floor'}((${size} + ${sides(before, after)} ${MINUS} ${dilation}·(${kernel}${MINUS}1) ${MINUS} 1)/${stride} + 1)`;
  if (!ceil) return { value: Math.floor(room / stride) + 1, formula };
  const value = Math.ceil(room / stride) + 1;
  // Torch lets no window start in the padding after the input.
  return (value - 1) * stride >= size + before
    ? { value: value - 1, formula: `${formula} ${MINUS} 1` }
    : { value, formula };
}

function transposed({ size, before, after, kernel, stride, dilation, extra = 0 }: Axis) {
  const value = (size - 1) * stride - before - after + dilation * (kernel - 1) + extra + 1;
  return {
    value,
    formula: `(${size}${MINUS}1)·${stride} ${MINUS} ${sides(before, after)} + ${dilation}·(${kernel}${MINUS}1) + ${extra} + 1`,
  };
}

function sides(before: number, after: number) {
  return before === after ? `2·${before}` : `(${before}+${after})`;
}

/** What a layer holds and does, in words: pooling has nothing to multiply with. */
export function formatCost(
  t: Translate,
  language: string,
  kind: OperationKind,
  { parameters, multiplyAdds }: { parameters: number; multiplyAdds: number },
) {
  const key = kind.endsWith('pool2d') ? `counts.${kind}` : 'counts';
  return t(key, {
    parameters: parameters.toLocaleString(language),
    multiplyAdds: multiplyAdds.toLocaleString(language),
  });
}
