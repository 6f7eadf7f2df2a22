/** What the API answers, by the names that the page uses, and what its modules hand to one another. */

import type { components } from './api_types.ts';

type Schemas = components['schemas'];

/** What the API answers; a layer of one dimension has no height there. */
export type SceneAnswer = Schemas['Summary'];
export type TapsAnswer = Schemas['Taps'];
export type StepsAnswer = Schemas['Steps'];
export type StampsAnswer = Schemas['Stamps'];
export type ParsedAnswer = Schemas['Parsed'];
export type FittingAnswer = Schemas['FittingLayer'];

/** Of a layer. The page gives one of one dimension a height of 1; its kind is that of two dimensions. */
export type Dimensions = 1 | 2;

type OfTwo<Union> = Extract<Union, { kind: `${string}2d` }>;

/** Fields that only some members of a union have, as undefined for the others. */
type WithAllFields<Union, All = Union> = Union extends unknown
  ? Union & { [Name in Exclude<All extends unknown ? keyof All : never, keyof Union>]?: undefined }
  : never;

export type Operation = WithAllFields<OfTwo<SceneAnswer['operation']>>;
export type OperationKind = Operation['kind'];
export type DType = SceneAnswer['dtype'];

export interface Shapes {
  input: [number, number, number];
  weight: [number, number, number, number] | null;
  bias: [number] | null;
  output: [number, number, number];
  upstream?: [number, number, number];
}

export type SceneSummary = Omit<SceneAnswer, 'operation' | 'shapes' | 'idle_rows' | 'initial'> & {
  operation: Operation;
  dimensions: Dimensions;
  shapes: Shapes;
  idle_rows: number[];
  initial?: InitialData | null;
};

/** What a first picture needs. */
export interface InitialData {
  tensors: Record<string, TensorAnswer>;
  taps?: TapTable | null;
  steps?: (Omit<StepsAnswer, 'steps'> & { steps: StepAnswer[] }) | null;
  stamps?: StampPage | null;
}
/** What the windows and channels of a layer follow from. */
export interface LayerShape {
  dimensions: Dimensions;
  operation: Pick<Operation, 'kind' | 'groups' | 'kernel_size'>;
  shapes: Shapes;
}
/** The tensors of a scene that the page asks for. */
export type FetchedTensor = Exclude<Schemas['Numbers']['name'], 'channel_sums' | 'grad_bias'>;
export type TensorAnswer = Schemas['Numbers'];
/** -1 where a tap has no input. */
export type TapTable = Required<TapsAnswer>;
/** The parts that were asked for are there. */
export type StepAnswer = Omit<Schemas['Step'], 'input_rows' | 'patch' | 'products' | 'tap_running_sums'> & {
  input_rows: (number | null)[];
  patch?: number[][][];
  products?: number[][][];
};
/** Of an input cell of a transposed convolution: null where it is cropped. */
export type Stamp = Omit<Schemas['Stamp'], 'output_rows' | 'products' | 'sums' | 'outputs'> & {
  output_rows: (number | null)[];
  products: number[][][];
  sums: number[][];
  outputs: number[][];
};
export type GradientStampsAnswer = Schemas['GradientStamps'];
export type GradientsAnswer = Schemas['Gradients'];
export type DescentAnswer = Schemas['Descent'];
export type StampPage = Omit<StampsAnswer, 'before' | 'stamps'> & { before: number[][]; stamps: Stamp[] };
export type ParsedOperation = WithAllFields<OfTwo<ParsedAnswer['operation']>>;
export type ParsedLayer = Omit<ParsedAnswer, 'operation' | 'weight_shape'> & {
  operation: ParsedOperation;
  dimensions: Dimensions;
  weight_shape: Shapes['weight'];
};
export type TorchErrorRead = Schemas['ReadTorchError'];
export type FittingLayer = Omit<FittingAnswer, 'operation' | 'input_shape' | 'weight_shape'> & {
  operation: ParsedOperation;
  dimensions: Dimensions;
  input_shape: number[];
  weight_shape: number[] | null;
};
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
  /** Frames of other sites: the server's address, '' for where the page is from; who may have them. */
  frames?: { server: string; ancestors: string[] };
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
