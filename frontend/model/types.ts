/** What the API returns and what the modules hand to one another. Types only; nothing here runs. */

export type OperationKind = 'conv2d' | 'conv_transpose2d' | 'max_pool2d' | 'avg_pool2d';

export interface Operation {
  kind: OperationKind;
  stride: [number, number];
  padding: { top: number; bottom: number; left: number; right: number };
  padding_mode?: 'zeros' | 'reflect' | 'replicate' | 'circular';
  dilation: [number, number];
  groups?: number;
  flip?: boolean;
  kernel_size?: [number, number];
  output_padding?: [number, number];
  ceil_mode?: boolean;
  count_include_pad?: boolean;
}

export interface SceneSummary {
  id: string;
  operation: Operation;
  dtype: 'float32' | 'float64' | 'int32';
  shapes: {
    input: [number, number, number];
    weight: [number, number, number, number] | null;
    bias: [number] | null;
    output: [number, number, number];
  };
  counts: { windows: number; multiply_adds: number; parameters: number };
  links: { self: string; steps: string; taps: string; file: string; page: string };
}

/** -1 where a tap has no input. */
export interface TapTable {
  rows: number[][];
  cols: number[][];
}

export type NumberArray = Float32Array | Float64Array | Int32Array;

export interface Tensor {
  shape: number[];
  data: NumberArray;
  /** Lowest (0 if none is negative) and largest magnitude, where they were looked for. */
  range?: [number, number];
  /** Every n-th row and column; while the numbers are on their way data is empty. */
  preview?: { shape: number[]; data: NumberArray; every: number };
}

export interface Step {
  index: number;
  row: number;
  col: number;
  input_rows: (number | null)[];
  input_cols: (number | null)[];
  patch: number[][][];
  products: number[][][];
  channel_sums: number[];
  running_sums: number[];
  output: number;
  selected?: [number, number];
}

/** Of an input cell of a transposed convolution: null where it is cropped. */
export interface Stamp {
  index: number;
  row: number;
  col: number;
  output_rows: (number | null)[];
  output_cols: (number | null)[];
  values: number[];
  products: number[][][];
  sums: number[][];
  /** Once it is added. */
  outputs: number[][];
}

export interface StampPage {
  start: number;
  stop: number;
  before: number[][];
  stamps: Stamp[];
}

export type Granularity = 'product' | 'channel' | 'window';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Preset {
  name: string;
  title: string;
  id: string;
}

export interface PageData {
  scene: string;
  language: string;
  api: string;
  messages: Record<string, string>;
  autoplay: boolean;
  /** Their names by id. */
  presets: Record<string, string>;
  summary: SceneSummary & { initial: Omit<InitialData, 'summary'> };
}

/** Answers of the API that the page carries, as far as they are small; output: of channel 0. */
export interface InitialData {
  summary: SceneSummary;
  taps?: TapTable;
  tensors: Partial<
    Record<
      'input' | 'weight' | 'bias' | 'output',
      { dtype: SceneSummary['dtype']; shape: number[]; data: number[] }
    >
  >;
  steps?: { out_channel: number; start: number; stop: number; steps: Step[] };
}

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
