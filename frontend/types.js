/**
 * What the API returns and what the modules hand to one another. Types only; nothing here runs.
 *
 * @typedef {'conv2d'|'conv_transpose2d'|'max_pool2d'|'avg_pool2d'} Kind
 *
 * @typedef {{
 *   kind: Kind,
 *   stride: [number, number],
 *   padding: {top: number, bottom: number, left: number, right: number},
 *   padding_mode?: 'zeros'|'reflect'|'replicate'|'circular',
 *   dilation: [number, number],
 *   groups?: number,
 *   flip?: boolean,
 *   kernel_size?: [number, number],
 *   output_padding?: [number, number],
 *   ceil_mode?: boolean,
 *   count_include_pad?: boolean,
 * }} Operation
 *
 * @typedef {{
 *   id: string,
 *   operation: Operation,
 *   dtype: 'float32'|'float64'|'int32',
 *   shapes: {
 *     input: [number, number, number],
 *     weight: [number, number, number, number]|null,
 *     bias: [number]|null,
 *     output: [number, number, number],
 *   },
 *   counts: {windows: number, multiply_adds: number, parameters: number},
 *   links: {self: string, steps: string, taps: string, file: string, page: string},
 * }} Summary
 *
 * @typedef {{rows: number[][], cols: number[][]}} Taps  -1 where a tap has no input
 *
 * @typedef {Float32Array|Float64Array|Int32Array} Numbers
 * @typedef {{
 *   shape: number[], data: Numbers, range?: [number, number],
 *   sketch?: {shape: number[], data: Numbers, every: number},
 * }} Tensor
 *   sketch: every n-th row and column; while the numbers are on their way data is empty
 *   range: lowest (0 if none is negative) and largest magnitude, where they were looked for
 *
 * @typedef {{
 *   index: number, row: number, col: number,
 *   input_rows: (number|null)[], input_cols: (number|null)[],
 *   patch: number[][][], products: number[][][],
 *   channel_sums: number[], running_sums: number[], output: number,
 *   selected?: [number, number],
 * }} Step
 *
 * @typedef {{
 *   index: number, row: number, col: number, output_rows: (number|null)[], output_cols: (number|null)[],
 *   values: number[], products: number[][][], sums: number[][], outputs: number[][],
 * }} Stamp  of an input cell of a transposed convolution: null where it is cropped; outputs: once it is added
 *
 * @typedef {{start: number, stop: number, before: number[][], stamps: Stamp[]}} StampsPage
 *
 * @typedef {'product'|'channel'|'window'} Granularity
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Rect
 *
 * @typedef {{name: string, title: string, id: string}} Preset
 *
 * @typedef {{
 *   scene: string, language: string, api: string, messages: Record<string, string>, autoplay: boolean,
 *   presets: Record<string, string>, summary: Summary & {initial: Omit<First, "summary">},
 * }} Boot
 *   presets: their names by id
 *
 * @typedef {{
 *   summary: Summary, taps?: Taps,
 *   tensors: Partial<Record<'input'|'weight'|'bias'|'output', {dtype: Summary['dtype'], shape: number[], data: number[]}>>,
 *   steps?: {out_channel: number, start: number, stop: number, steps: Step[]},
 * }} First
 *   answers of the API that the page carries, as far as they are small; output: of channel 0
 */

export {};
