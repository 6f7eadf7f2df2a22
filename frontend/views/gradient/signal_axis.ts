/** Where the cells of a gradient stand on the axis that signals share. Pure. */

import { borrowsPadding } from '../../model/gradients/direction.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Reading } from '../../model/types.ts';
import type { SignalAxis } from '../signal/axis.ts';
import { makeAxis, stampAxis } from '../signal/axis.ts';

/**
 * To the input: the upstream's cells stand above the middle of the windows that they were made from, the
 * gradient's where the input's do. upstream: the layer that the gradient is.
 */
export function gradientAxis(forward: SceneModel, upstream: SceneModel, reading: Reading): SignalAxis {
  const { summary, inverseCols } = forward;
  const lies = summary.operation.kind === 'conv_transpose2d' || (forward.weight && !borrowsPadding(summary));
  if (reading === 'gather' && lies) return makeAxis(upstream, false);
  const { input, output } = summary.shapes;
  const outputsThrough = (index: number, tap: number) =>
    (inverseCols[index] ?? []).filter(([, v]) => v === tap).map(([output]) => output);
  const lengths = { inputs: output[2], outputs: input[2] };
  return stampAxis(summary, lengths, outputsThrough, reading === 'scatter');
}

/**
 * To the weight: the upstream lies on the input's cells that one kernel cell was multiplied with. Of a
 * transposed layer the input's cells stand a stride apart, and the upstream moves to the left.
 */
export function weightAxis({ summary, plane, taps, windowOf }: SceneModel): SignalAxis {
  const { operation, shapes } = summary;
  const [, , length] = shapes.output;
  const kernel = shapes.weight?.[3] ?? 1;
  const outputs = Array.from({ length }, (_, j) => j);
  const sourcesAt = (v: number, j: number) => {
    const source = taps.cols[j]?.[v] ?? -1;
    return source < 0 ? [] : [source];
  };
  if (operation.kind === 'conv_transpose2d') {
    const [, apart] = operation.stride;
    const [, dilation] = operation.dilation;
    const { left } = operation.padding;
    const first = Math.min(0, left - (kernel - 1) * dilation);
    return {
      first,
      last: lastColumn(first, Math.max((shapes.input[2] - 1) * apart, length - 1 + left), kernel),
      span: length - 1,
      inputAt: (index) => index * apart,
      outputAt: (index) => index,
      kernelAt: (v) => outputs.map((j) => j + left - v * dilation),
      sourcesAt,
      apart: true,
    };
  }
  const windows = outputs.map((j) => windowOf(0, j).cols);
  const end = Math.max(plane.cols - 1, ...(windows.at(-1) ?? [])) - plane.left;
  return {
    first: -plane.left,
    last: lastColumn(-plane.left, end, kernel),
    span: (length - 1) * operation.stride[1],
    inputAt: (index) => index,
    outputAt: (index) => index,
    kernelAt: (v) => windows.map((cols) => (cols[v] ?? 0) - plane.left),
    sourcesAt,
    apart: true,
  };
}

/** Columns that there are at least for the output's cells. */
const LEAST_COLUMNS = 12;

function lastColumn(first: number, last: number, outputs: number) {
  return Math.max(last, first + Math.min(outputs, LEAST_COLUMNS) - 1);
}

/** To the bias: the upstream is added up where it stands. */
export function biasAxis(length: number, outputs: number): SignalAxis {
  const cells = Array.from({ length }, (_, j) => j);
  return {
    first: 0,
    last: lastColumn(0, length - 1, outputs),
    span: length - 1,
    inputAt: (index) => index,
    outputAt: (index) => index,
    kernelAt: () => cells,
    sourcesAt: (_, j) => [j],
    apart: true,
  };
}
