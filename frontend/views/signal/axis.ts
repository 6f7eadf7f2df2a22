/**
 * The axis that the signals of a layer share: where each input, kernel and output cell stands on it, so that
 * what is multiplied stands in one column. Counted in input cells, transposed in output cells. Pure.
 */

import { kernelSize } from '../../model/geometry.ts';
import type { SceneModel } from '../../model/scene_model.ts';
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
  /** The input cells that kernel cell v of a window is multiplied with: in a gradient perhaps several. */
  sourcesAt(index: number, v: number): number[];
  /** The output stands in the middle of what is in sight: its cells belong to no column. */
  apart?: boolean;
}

type Layer = Pick<SceneModel, 'summary' | 'taps' | 'plane' | 'windowOf'>;

/** scatters: one input cell at a time stamps the output. */
export function makeAxis(layer: Layer, scatters: boolean): SignalAxis {
  const { operation, shapes } = layer.summary;
  if (operation.kind !== 'conv_transpose2d') return windowAxis(layer);
  const lengths = { inputs: shapes.input[2], outputs: shapes.output[2] };
  return stampAxis(layer.summary, lengths, readSources(layer.taps), scatters);
}

function readSources({ cols }: TapTable): SignalAxis['sourcesAt'] {
  return (index, v) => {
    const source = cols[index]?.[v] ?? -1;
    return source < 0 ? [] : [source];
  };
}

/** An output cell stands below the middle of its window. */
function windowAxis({ summary, taps, plane, windowOf }: Layer): SignalAxis {
  const [, , length] = summary.shapes.output;
  const kernelAt = (index: number) => windowOf(0, index).cols.map((col) => col - plane.left);
  const middles = Array.from({ length }, (_, index) => middleOf(kernelAt(index)));
  const span = (summary.operation.dilation[1] ?? 1) * (kernelSize(summary)[1] - 1);
  return {
    first: -plane.left,
    last: Math.max(plane.cols - plane.left - 1, (middles.at(-1) ?? 0) + span / 2),
    span,
    inputAt: (index) => index,
    outputAt: (index) => middles[index] ?? 0,
    kernelAt,
    sourcesAt: readSources(taps),
  };
}

function middleOf(line: number[]) {
  return ((line[0] ?? 0) + (line.at(-1) ?? 0)) / 2;
}

/**
 * An input cell stands above the middle of the cells that it stamps, a stride from the next. layer: whose
 * kernel, stride, padding and dilation they are.
 */
export function stampAxis(
  layer: SceneSummary,
  { inputs, outputs }: { inputs: number; outputs: number },
  sourcesAt: SignalAxis['sourcesAt'],
  scatters: boolean,
): SignalAxis {
  const { stride, dilation, padding } = layer.operation;
  const kernel = kernelSize(layer)[1];
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
    sourcesAt,
  };
}
