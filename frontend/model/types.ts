/** What the API answers, by the names that the page uses, and what its modules hand to one another. */

import type { components } from './api_types.ts';

type Schemas = components['schemas'];

/** Fields that only some members of a union have, as undefined for the others. */
type WithAllFields<Union, All = Union> = Union extends unknown
  ? Union & { [Name in Exclude<All extends unknown ? keyof All : never, keyof Union>]?: undefined }
  : never;

export type Operation = WithAllFields<Schemas['Summary']['operation']>;
export type OperationKind = Operation['kind'];
export type DType = SceneSummary['dtype'];
export type SceneSummary = Omit<Schemas['Summary'], 'operation'> & { operation: Operation };
/** What the windows and channels of a layer follow from. */
export interface LayerShape {
  operation: Pick<Operation, 'kind' | 'groups' | 'kernel_size'>;
  shapes: Schemas['Shapes'];
}
export type TensorAnswer = Schemas['Numbers'];
/** -1 where a tap has no input. */
export type TapTable = Schemas['Taps'];
export type StepAnswer = Schemas['Step'];
/** Of an input cell of a transposed convolution: null where it is cropped. */
export type Stamp = Schemas['Stamp'];
export type StampPage = Schemas['Stamps'];
export type GradientStampPage = Schemas['GradientStamps'];
export type ParsedLayer = Schemas['Parsed'];
export type ReadTorchError = Schemas['ReadTorchError'];
export type FittingLayer = Schemas['FittingLayer'];
export type Problem = Schemas['Problem'];

export type NumberArray = Float32Array | Float64Array | Int32Array;

export interface Tensor {
  shape: number[];
  data: NumberArray;
  /** Lowest (0 if none is negative) and largest magnitude, where they were looked for. */
  range?: [number, number];
  /** Every n-th row and column; while the numbers are on their way data is empty. */
  preview?: { shape: number[]; data: NumberArray; every: number };
}

export type Granularity = 'product' | 'channel' | 'window';

/** What time runs through: the output, or the gradient of a loss to one of the layer's tensors. */
export type Direction = 'forward' | 'input' | 'weight' | 'bias';

/** How the gradient to the input comes about: cell by cell of the input, or of the upstream. */
export type Reading = 'gather' | 'scatter';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PageData {
  scene: string;
  language: string;
  api: string;
  /** The texts of the first picture. */
  messages: Record<string, string>;
  autoplay: boolean;
  /** Their names by id. */
  presets: Record<string, string>;
  /** With the initial data. */
  summary: SceneSummary;
}

/** What a reader cannot do while a lesson has the lead: go to other moments, select cells, edit numbers. */
export type Lock = 'time' | 'cells' | 'numbers';

export type ViewName = 'stage' | 'scatter' | 'matrix' | 'sparse';

/** What the reader chose: the size of a cell, the first in sight on each axis. */
export interface ViewportChoice {
  /** Of the view and sizes it was chosen for. */
  key: string;
  cell: number | null;
  at: Record<string, number>;
}

/** before, after: the output channel. */
export interface AppliedStamp {
  stamp: Stamp;
  before: Float64Array;
  after: Float64Array;
}
