/** What a moment of a gradient shows, as far as it is loaded. Types alone. */

import type { Step } from '../step.ts';
import type { AppliedStamp, Direction, NumberArray, Reading, Stamp, Tensor } from '../types.ts';

/** One kernel cell of a pair: planes (H_out, W_out) flat; sums: of each row. */
export interface WeightStep {
  index: number;
  patch: NumberArray;
  products: NumberArray;
  rowSums: NumberArray;
  gradient: number;
}

/** Planes by channel, as far as they are there. */
export type PlanesByChannel = Pick<Map<number, Tensor>, 'get' | 'has'> & { readonly version: number };

export interface GradientMoment {
  direction: Exclude<Direction, 'forward'>;
  reading: Reading;
  /** (C_out, H_out, W_out). */
  upstream: Tensor;
  upstreamMax: number;
  /** Of a gathering input gradient, in the layer's words: the upstream under the kernel. */
  step: Step | null;
  stamp: AppliedStamp | null;
  weightStep: WeightStep | null;
  /** To the bias: of each output channel. */
  biasGradient: NumberArray | null;
  /** Of the input by input channel, of the weight by output channel. */
  planes: PlanesByChannel;
  planeMax: number;
  /**
   * In the matrix product to the input: what upstream cell `index` gives to an input channel, as far as it is
   * loaded. loaded: changes when more is.
   */
  contributions: { stampOf: (inChannel: number, index: number) => Stamp | null; loaded: number } | null;
}
