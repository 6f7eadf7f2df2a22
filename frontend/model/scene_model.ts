/** What is worked out of a scene once, for all views. */

import type { KernelWindow, PaddedPlane } from './geometry.ts';
import type { SceneSummary, TapTable, Tensor } from './types.ts';

export interface LayoutInput {
  plane: PaddedPlane;
  kernel: [number, number];
  channels: number;
  /** The channels that a filter reads. */
  slices: number;
  output: [number, number];
  outChannels: number;

  /** There is a kernel. */
  weighted: boolean;

  /** The window's values stand elsewhere than on the input (transposed). */
  gathered: boolean;

  /** Each output channel reads one input channel alone: depthwise layers and pooling. */
  perChannel: boolean;

  biased: boolean;

  /** Three channels that are a picture. */
  picture: boolean;

  /**
   * The longest texts of the numbers, with the fewest decimals that tell them apart. finerProduct: with one
   * more where most fractions would be zeros, for a stage that shows one channel alone. sum: in the ledger.
   */
  chars: {
    input: number;
    kernel: number;
    product: number;
    finerProduct: number;
    output: number;
    sum: number;
  };
}

/** What the stage calls the cells: an output by its letter, a kernel's slice in whole. */
export interface CellNames {
  output: string;
  /** The letter of an input channel, where signals have their names. */
  letter: string;
  slice: (outChannel: number, inChannel: number) => string;
  /** The shape of the input, and how it is padded. */
  input: string;
  /** How a product is made. */
  products: string;
}

/**
 * What does not change while a scene is shown; idleRows, idleCols: of the plane, never under any kernel cell.
 */

export interface SceneModel {
  summary: SceneSummary;
  taps: TapTable;
  plane: PaddedPlane;
  subject: LayoutInput;
  input: Tensor;
  weight: Tensor | null;
  bias: number[];
  inputMax: number;
  weightMax: number;
  inputLow: number;
  weightLow: number;
  rowSources: Int32Array;
  colSources: Int32Array;
  /** For every input row or column the [output, kernel] rows or columns that read it. */
  inverseRows: [number, number][][];
  inverseCols: [number, number][][];
  idleRows: number[];
  idleCols: number[];
  /** The cells of the plane under the kernel, for an output cell. */
  windowOf: (row: number, col: number) => KernelWindow;
  names: CellNames | null;
  /** Rows and columns from one cell of the input to the next, between which there are zeros. */
  spread: [number, number];
}
