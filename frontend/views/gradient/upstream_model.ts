/**
 * The gradient to the input as a layer of its own, whose input is the upstream: what the stage and the
 * scatter view show of any layer they then show of the gradient. Pure.
 */

import type { KernelWindow } from '../../model/geometry.ts';
import { inputChannelsOf, kernelSize, weightIndex, weightOffset } from '../../model/geometry.ts';
import { borrowsPadding, outputChannelsOf, zerosBetween } from '../../model/gradients/direction.ts';
import type { CellNames, SceneModel } from '../../model/scene_model.ts';
import type { Operation, Reading, SceneSummary, TapTable, Tensor } from '../../model/types.ts';
import { makeSceneModel } from '../shared/scene_model.ts';
import { isTurned } from './stage_texts.ts';

/** detail: of the upstream, for the heading. */
export function makeUpstreamModel(
  forward: SceneModel,
  upstream: Tensor,
  reading: Reading,
  detail: string,
): SceneModel {
  const parts = reading === 'scatter' ? scatterParts(forward) : gatherParts(forward);
  const { operation, taps, windowOf, size } = parts;
  const { summary } = forward;
  const spread = reading === 'scatter' ? [1, 1] : zerosBetween(summary);
  const input = spreadZeros(upstream, size, spread);
  const layer: SceneSummary = {
    ...summary,
    // What is painted of it is kept under another name.
    id: `${summary.id}/${reading}`,
    operation: { ...summary.operation, output_padding: undefined, ...operation } as Operation,
    shapes: {
      ...summary.shapes,
      input: [upstream.shape[0] ?? 1, ...size],
      output: summary.shapes.input,
      weight: upstreamWeightShape(summary, reading),
      bias: null,
    },
    idle_rows: [],
    idle_cols: [],
  };
  const weight = forward.weight && { ...upstreamWeight(forward, layer), shape: layer.shapes.weight ?? [] };
  const model = makeSceneModel({ summary: layer, taps, input, weight, bias: null }, windowOf);
  return {
    ...model,
    subject: { ...model.subject, picture: false, ...parts.subject },
    names: makeNames(forward, detail, isTurned(summary, reading)),
    spread: [spread[0] ?? 1, spread[1] ?? 1],
    ...(reading === 'scatter' && inverseOfScatter(forward)),
  };
}

interface Parts {
  operation: object;
  taps: TapTable;
  windowOf: (row: number, col: number) => KernelWindow;
  /** Height and width of the upstream, with the zeros between. */
  size: [number, number];
  subject: Partial<SceneModel['subject']>;
}

/** The upstream under the kernel: turned over zeros between, or, where that is not a layer, as it is read. */
function gatherParts(forward: SceneModel): Parts {
  const { summary } = forward;
  if (summary.operation.kind === 'conv_transpose2d') return windowedParts(forward);
  return forward.weight && !borrowsPadding(summary) ? turnedParts(forward) : inverseParts(forward);
}

/** Of a transposed layer the gradient is a convolution of the same stride and padding. */
function windowedParts({ summary, inverseRows, inverseCols }: SceneModel): Parts {
  const { operation, shapes } = summary;
  const [kH, kW] = kernelSize(summary);
  const { top, left } = operation.padding;
  const line = (size: number, start: number, apart: number) =>
    Array.from({ length: size }, (_, u) => start + u * apart);
  const [, height, width] = shapes.output;
  const after = (size: number, axis: 0 | 1, kernel: number, before: number, input: number) =>
    Math.max(
      0,
      (input - 1) * operation.stride[axis] + (kernel - 1) * operation.dilation[axis] + 1 - before - size,
    );
  return {
    operation: {
      kind: 'conv2d',
      padding_mode: 'zeros',
      flip: false,
      padding: {
        top,
        left,
        bottom: after(height, 0, kH, top, shapes.input[1]),
        right: after(width, 1, kW, left, shapes.input[2]),
      },
    },
    taps: { rows: firstOutputs(inverseRows, kH), cols: firstOutputs(inverseCols, kW) },
    windowOf: (row, col) => ({
      rows: line(kH, row * operation.stride[0], operation.dilation[0]),
      cols: line(kW, col * operation.stride[1], operation.dilation[1]),
    }),
    size: [height, width],
    subject: {},
  };
}

/** One axis of the turned kernel on the upstream with zeros between. */
interface TurnedAxis {
  /** The plane's cells before and after the upstream. */
  before: number;
  after: number;
  length: number;
  lineOf: (index: number) => number[];
}

function turnedAxis(
  kernel: number,
  inputs: number,
  outputs: number,
  { stride, dilation, padding, flip }: { stride: number; dilation: number; padding: number; flip: boolean },
): TurnedAxis {
  const reach = (kernel - 1) * dilation;
  const length = (outputs - 1) * stride + 1;
  const before = Math.max(0, reach - padding);
  const start = padding - reach + before;
  return {
    before,
    after: Math.max(0, inputs - 1 + padding - (length - 1)),
    length,
    lineOf: (index) =>
      Array.from({ length: kernel }, (_, u) => index + start + (flip ? u * dilation : reach - u * dilation)),
  };
}

function turnedParts({ summary }: SceneModel): Parts {
  const { operation, shapes } = summary;
  const [kH, kW] = kernelSize(summary);
  const flip = operation.flip ?? false;
  const { top, left } = operation.padding;
  const [strideY, strideX] = operation.stride;
  const [dilationY, dilationX] = operation.dilation;
  const down = turnedAxis(kH, shapes.input[1], shapes.output[1], {
    stride: strideY,
    dilation: dilationY,
    padding: top,
    flip,
  });
  const across = turnedAxis(kW, shapes.input[2], shapes.output[2], {
    stride: strideX,
    dilation: dilationX,
    padding: left,
    flip,
  });
  const sources = (axis: TurnedAxis, count: number) =>
    Array.from({ length: count }, (_, index) =>
      axis.lineOf(index).map((position) => {
        const source = position - axis.before;
        return source >= 0 && source < axis.length ? source : -1;
      }),
    );
  return {
    operation: {
      stride: [1, 1],
      flip: !flip,
      padding: { top: down.before, bottom: down.after, left: across.before, right: across.after },
    },
    taps: { rows: sources(down, shapes.input[1]), cols: sources(across, shapes.input[2]) },
    windowOf: (row, col) => ({ rows: down.lineOf(row), cols: across.lineOf(col) }),
    size: [down.length, across.length],
    subject: {},
  };
}

/** Every output cell that reads a cell: the first through each kernel cell, then the others. */
function inverseParts({ summary, inverseRows: rows, inverseCols: cols, weight }: SceneModel): Parts {
  const [kH, kW] = kernelSize(summary);
  const [, height, width] = summary.shapes.output;
  return {
    operation: weight
      ? { kind: 'conv_transpose2d', padding_mode: 'zeros', flip: summary.operation.flip }
      : { kind: 'max_pool2d', padding: { top: 0, bottom: 0, left: 0, right: 0 } },
    taps: { rows: firstOutputs(rows, kH), cols: firstOutputs(cols, kW) },
    windowOf: (row, col) => ({ rows: lineOf(rows[row], kH), cols: lineOf(cols[col], kW) }),
    size: [height, width],
    subject: { gathered: true },
  };
}

type OutputTaps = [output: number, tap: number][];

/** For each kernel row the first output row that reads a cell through it, -1: none. */
function firstOutputs(taps: OutputTaps[], kernel: number): number[][] {
  return taps.map((line) =>
    Array.from({ length: kernel }, (_, u) => line.find(([, tap]) => tap === u)?.[0] ?? -1),
  );
}

/** The first output through each kernel line, NaN for none, and then those that read once more. */
function lineOf(taps: OutputTaps = [], kernel: number): number[] {
  const first = Array.from(
    { length: kernel },
    (_, u) => taps.find(([, tap]) => tap === u)?.[0] ?? Number.NaN,
  );
  const more = taps.map(([output]) => output).filter((output) => !first.includes(output));
  return [...first, ...new Set(more)];
}

/** Each upstream cell stamps the kernel where its window lay. */
function scatterParts({ summary, inverseRows, inverseCols }: SceneModel): Parts {
  const [, height, width] = summary.shapes.output;
  const outputsOf = (taps: OutputTaps[]) => taps.map((line) => line.map(([output]) => output));
  return {
    operation: { kind: 'conv_transpose2d', padding_mode: 'zeros', flip: summary.operation.flip },
    taps: { rows: outputsOf(inverseRows), cols: outputsOf(inverseCols) },
    windowOf: (row, col) => ({ rows: [row], cols: [col] }),
    size: [height, width],
    subject: { gathered: true },
  };
}

/** Where the stamp of each upstream row and column lands. */
function inverseOfScatter({ taps }: SceneModel) {
  const landings = (table: number[][]): OutputTaps[] =>
    table.map((line) =>
      line.flatMap((input, tap) => (input < 0 ? [] : [[input, tap] satisfies [number, number]])),
    );
  return { inverseRows: landings(taps.rows), inverseCols: landings(taps.cols) };
}

/** The upstream with zeros between its cells. */
function spreadZeros({ shape, data }: Tensor, [height, width]: [number, number], apart: number[]): Tensor {
  const [down = 1, across = 1] = apart;
  const [channels = 1, rows = 1, cols = 1] = shape;
  if (down === 1 && across === 1) return { shape, data };
  const spread = new Float64Array(channels * height * width);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++)
        spread[(c * height + i * down) * width + j * across] = data[(c * rows + i) * cols + j] ?? 0;
  return { shape: [channels, height, width], data: spread };
}

/** Whether the layer of the gradient counts its weight as a transposed one does. */
function isTransposed(summary: SceneSummary, reading: Reading) {
  return reading === 'scatter' || borrowsPadding(summary);
}

/** In the words of the gradient's layer: of a conv2d (C_in, C_out/groups, kH, kW), or the other way round. */
function upstreamWeightShape(summary: SceneSummary, reading: Reading): SceneSummary['shapes']['weight'] {
  const { weight, input, output } = summary.shapes;
  if (!weight) return null;
  const groups = summary.operation.groups ?? 1;
  const kernel = kernelSize(summary);
  return isTransposed(summary, reading)
    ? [output[0], input[0] / groups, ...kernel]
    : [input[0], output[0] / groups, ...kernel];
}

/** The same numbers where the gradient's layer looks for them. */
function upstreamWeight({ summary, weight }: SceneModel, layer: SceneSummary): { data: Tensor['data'] } {
  const [kH, kW] = kernelSize(summary);
  const from = weight?.data ?? new Float32Array();
  const data = from.slice();
  for (let c = 0; c < summary.shapes.input[0]; c++)
    for (const o of outputChannelsOf(summary, c)) {
      const start = weightOffset(summary, o, c);
      data.set(from.subarray(start, start + kH * kW), weightOffset(layer, c, o));
    }
  return { data };
}

/** The slice of the forward weight, by the index that it has in torch. */
function makeNames({ summary }: SceneModel, detail: string, turned: boolean): CellNames {
  return {
    output: 'dX',
    letter: 'dY',
    slice: (inChannel, outChannel) =>
      inputChannelsOf(summary, outChannel).includes(inChannel)
        ? `K[${weightIndex(summary, outChannel, inChannel).join(', ')}]${turned ? ' ↻180°' : ''}`
        : '',
    input: detail,
    products: summary.shapes.weight ? 'dy · w' : '',
  };
}
