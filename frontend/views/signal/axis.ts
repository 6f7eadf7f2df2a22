/**
 * The axis that the signals of a layer share: where each input, kernel and output cell stands on it, so that
 * what is multiplied stands in one column. Counted in input cells, transposed in output cells. Pure.
 */

import type { PaddedPlane } from '../../model/geometry.ts';
import { kernelSize, windowAt } from '../../model/geometry.ts';
import type { SceneSummary, TapTable } from '../../model/types.ts';

export interface SignalAxis {
  /** The first and the last position at which anything stands. */
  first: number;
  last: number;
  /** From the first kernel cell to the last. */
  span: number;
  inputAt(index: number): number;
  outputAt(index: number): number;
  /** The kernel's cells over window `index`; of the scatter reading over the output cells that it stamps. */
  kernelAt(index: number): number[];
}

type Layer = { summary: SceneSummary; taps: TapTable; plane: PaddedPlane };

/** scatters: one input cell at a time stamps the output. */
export function makeAxis(layer: Layer, scatters: boolean): SignalAxis {
  return layer.summary.operation.kind === 'conv_transpose2d'
    ? transposedAxis(layer.summary, scatters)
    : windowAxis(layer);
}

/** An output cell stands below the middle of its window. */
function windowAxis({ summary, taps, plane }: Layer): SignalAxis {
  const { stride, dilation } = summary.operation;
  const [, , length] = summary.shapes.output;
  const span = (dilation[1] ?? 1) * (kernelSize(summary)[1] - 1);
  const end = (length - 1) * stride[1] + span - plane.left;
  return {
    first: -plane.left,
    last: Math.max(plane.cols - plane.left - 1, end),
    span,
    inputAt: (index) => index,
    outputAt: (index) => index * stride[1] - plane.left + span / 2,
    kernelAt: (index) => windowAt(summary, taps, 0, index).cols.map((col) => col - plane.left),
  };
}

/** An input cell stands above the middle of the cells that it stamps, a stride from the next. */
function transposedAxis(summary: SceneSummary, scatters: boolean): SignalAxis {
  const { stride, dilation, padding } = summary.operation;
  const [, , inputs] = summary.shapes.input;
  const [, , outputs] = summary.shapes.output;
  const kernel = kernelSize(summary)[1];
  const span = (dilation[1] ?? 1) * (kernel - 1);
  const stampAt = (index: number) => index * stride[1] - padding.left;
  const taps = Array.from({ length: kernel }, (_, v) => v * (dilation[1] ?? 1));
  const overhang = scatters ? 0 : span / 2;
  return {
    first: Math.min(-overhang, stampAt(0)),
    last: Math.max(outputs - 1 + overhang, stampAt(inputs - 1) + span),
    span,
    inputAt: (index) => stampAt(index) + span / 2,
    outputAt: (index) => index,
    kernelAt: (index) =>
      scatters
        ? taps.map((tap) => stampAt(index) + tap)
        : // Turned: the kernel cell that an input reaches this output through lies on that input.
          taps.map((tap) => index - tap + span / 2),
  };
}
