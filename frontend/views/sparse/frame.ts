/** Computes all that the painters of the sparse matrix need. Pure. */

import { inputChannelsOf } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import { fitMatrixTensor } from '../shared/matrix_fit.ts';
import type { PaneValues } from '../shared/matrix_painting.ts';
import { fitOutput } from '../shared/matrix_painting.ts';
import type { CellBlock, Highlights, PaneFrame, Panes } from '../shared/matrix_viewport.ts';
import { revealHighlights, viewportFor } from '../shared/matrix_viewport.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import { shownChannelIndex } from './channel_index.ts';
import { makeBlocks, rowEntries } from './entries.ts';
import { writeEquation } from './equation.ts';
import { findHighlights } from './hit_test.ts';
import type { PaneName, SparseLayout } from './layout.ts';
import { makeLayout, makePanes } from './layout.ts';

export interface Strip {
  name: string;
  values: PaneValues;
}

export interface SparseFrame extends PaneFrame<PaneName> {
  view: 'sparse';
  /** The pair of channels that the matrix is of, and the position of one of them in the step. */
  outChannel: number;
  channel: number;
  channelIndex: number;
  /** Of the matrix, and of the tensors that its rows and columns are cells of. */
  names: Record<'matrix' | 'input' | 'output', string>;
  /** The cells of the input and of the output; `filled` is the one that fills with time. */
  strips: Record<'input' | 'output', Strip>;
  filled: 'input' | 'output' | null;
  /** The gradient of the kernel's slice. */
  sliceGradient: Strip | null;
  /** What is at work, from the weakest frame to the strongest. */
  work: { block: CellBlock; opacity: number }[];
  /** The line at work as an equation. */
  lines: string[];
  footer: SparseLayout['footer'];
}

export function makeFrame(request: FrameRequest): SparseFrame {
  const { model, position, transposed } = request;
  const { outChannel, window } = position;
  const channelIndex = shownChannelIndex(request);
  const channel = inputChannelsOf(model.summary, outChannel)[channelIndex] ?? 0;
  const pair = { outChannel, channel };
  const { scrolled, ...placed } = placeMatrix(request, {
    slices: 1,
    needed: { r: window, c: rowEntries(model, window)[0]?.col ?? 0 },
    findHighlights: (panes, cell) => findHighlights({ model, position, transposed, channel, panes }, cell),
  });
  const { cell, viewportKey } = placed;
  const placedCount = window + (position.place === 1 ? 1 : 0);
  return {
    ...request,
    ...placed,
    ...pair,
    view: 'sparse',
    channelIndex,
    names: { matrix: matrixName(request), input: 'X', output: 'Y' },
    strips: {
      input: { name: `${request.t('stage.input')}[${channel}]`, values: inputValues(model, channel, cell) },
      output: {
        name: `${request.t('stage.output')}[${outChannel}]`,
        values: outputValues(request, placedCount, cell),
      },
    },
    filled: 'output',
    sliceGradient: null,
    work: workOf(request),
    lines: writeEquation({ ...request, channel, channelIndex }),
    placedCount,
    staticKey: makeStaticKey(request, viewportKey, channel, cell, ...scrolled),
  };
}

/** S is the matrix of conv2d, whichever way round it is. */
function matrixName({ model, transposed }: FrameRequest) {
  return (model.summary.operation.kind === 'conv_transpose2d') === transposed ? 'S' : 'Sᵀ';
}

export interface PlaceRequest {
  slices: 1 | 2;
  needed: { r: number; c: number };
  findHighlights: (panes: Panes<PaneName>, cell: Cell) => Highlights;
}

/** Places the panes, and scrolls to the highlighted cell. */
export function placeMatrix(request: FrameRequest, { slices, needed, findHighlights }: PlaceRequest) {
  const { model, transposed, activeCell, following } = request;
  const { input, weight, output } = model.summary.shapes;
  const viewportKey = ['sparse', input, weight, output, transposed].join('/');
  const viewport = viewportFor(request, viewportKey);
  const placed = makeLayout(request, viewport.cell, slices);
  const panes = makePanes(request, placed, viewport.first, needed);
  const highlights = activeCell && findHighlights(panes, activeCell.cell);
  const revealed = following ? revealHighlights(panes, highlights) : panes;
  const scrolled = Object.values(revealed).flatMap(({ top, left }) => [top, left]);
  const { layout, cell, leastCell, footer } = placed;
  return { layout, cell, leastCell, footer, panes: revealed, highlights, viewportKey, scrolled };
}

/** An input channel as a strip. */
export function inputValues(
  { inputLow, inputMax, input, summary }: SceneModel,
  channel: number,
  cell: number,
): PaneValues {
  const [, height, width] = summary.shapes.input;
  return {
    valueAt: (i, j) => input.data[channel * height * width + i + j] ?? 0,
    max: inputMax,
    fit: fitMatrixTensor(input.data, inputLow, inputMax, cell),
  };
}

function outputValues(request: FrameRequest, placedCount: number, cell: number): PaneValues {
  const { outputs, position, outputMax } = request;
  const data = outputs.get(position.outChannel)?.data;
  return {
    valueAt: (i, j) => (i + j < placedCount ? (data?.[i + j] ?? null) : null),
    max: outputMax,
    fit: fitOutput({ outputs, outputMax, position, cell }),
  };
}

/** The row at work, the inputs that it reads, its output. */
function workOf({ model, position: { window }, transposed }: FrameRequest): SparseFrame['work'] {
  const blocks = makeBlocks(transposed);
  return [
    { block: blocks.line(model, window), opacity: 0 },
    ...rowEntries(model, window).map(({ col }) => ({ block: blocks.input(col), opacity: 0.2 })),
    { block: blocks.output(window), opacity: 0 },
  ];
}
