/** How the numbers of signals are written: size and decimals. Pure. */

import type { Step } from '../../model/step.ts';
import type { Stamp, Tensor } from '../../model/types.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { fitTensor, fitTerms, NOT_WRITTEN } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import type { SignalFrame } from './frame.ts';

export function fitAll(
  { model, outputMax }: FrameRequest,
  cell: number,
  shown: Step | Stamp | null,
  output: Tensor | null,
): SignalFrame['fits'] {
  const { input, inputLow, inputMax, weight, weightLow, weightMax } = model;
  // A stamp's sums are printed with the decimals of its products.
  const values = shown && 'sums' in shown ? [shown.products, shown.sums].flat(3) : (shown?.products ?? []);
  return {
    input: withFewestDecimals(fitTensor(input.data, inputLow, inputMax, cell), input.data),
    kernel: weight
      ? withFewestDecimals(fitTensor(weight.data, weightLow, weightMax, cell), weight.data)
      : NOT_WRITTEN,
    products: values.length > 0 ? fitTerms(values, cell) : NOT_WRITTEN,
    output: fitTensor(output?.data ?? [outputMax], -outputMax, outputMax, cell),
  };
}

/** Numbers up to which all are looked at. */
const FEW = 4096;

/** Without zeros at the end that all numbers have. */
function withFewestDecimals(fit: NumberFit, values: ArrayLike<number>): NumberFit {
  let { decimals } = fit;
  const isEnough = (places: number) =>
    Array.from(values).every(
      (value) => Math.abs(value * 10 ** places - Math.round(value * 10 ** places)) < 1e-4,
    );
  while (decimals > 0 && values.length <= FEW && isEnough(decimals - 1)) decimals -= 1;
  return { ...fit, decimals };
}
