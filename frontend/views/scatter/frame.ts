/**
 * A transposed convolution the other way: one input cell after another stamps its scaled kernel onto the
 * output. The places are the stage's own, so that both readings show a cell in the same spot. Pure.
 */

import type { KernelWindow } from '../../model/geometry.ts';
import { inputChannelsOf, interpolateWindows } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import { findRelations } from '../../model/relations.ts';
import type { LayoutInput, SceneModel } from '../../model/scene_model.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect, Stamp } from '../../model/types.ts';
import type { FrameRequest } from '../shared/matrix_viewport.ts';
import { READABLE_CELL } from '../shared/text_fit.ts';
import type { StageFrame } from '../stage/frame.ts';
import { firstVisibleChannel, gridViewsOf, makeChannelRows, reuseLayout } from '../stage/frame.ts';
import { findCellRect, hitTest as hitStage } from '../stage/hit_test.ts';
import type { StageLayout } from '../stage/layout.ts';
import { makeLayout } from '../stage/layout.ts';

/**
 * row, col, window, target: of the input cell, window on its way; plane: the output channel as it stands;
 * landing: output rows and columns of the kernel's, NaN where cropped; stampRect: where the channels' stamps
 * add up, null for a single channel or where there is no room.
 */
export type ScatterFrame = StageFrame & {
  view: 'scatter';
  stamp: Stamp | null;
  plane: Float64Array | null;
  landing: KernelWindow;
  valueRect: Rect;
  stampRect: Rect | null;
};

/** Beside the summed stamp, in CSS pixels. */
const AROUND_STAMP = 44;

/** Times the kernel's cells, the output's are at most. */
const LARGER = 1.8;

export function makeFrame(asked: FrameRequest, previous: ScatterFrame | null = null): ScatterFrame {
  const { model, position } = asked;
  const { summary, subject } = model;
  const inputs = inputChannelsOf(summary, position.outChannel);
  const marked = (summary.operation.output_padding ?? [0, 0]).some((size) => size > 0);
  const at =
    reuseLayout(asked, previous) ??
    placesOf(makeLayout(subject, asked.width, asked.height), subject, inputs.length, marked);
  const first = firstVisibleChannel(at, subject.channels, inputs, position, asked.scroll);
  const [, , width] = summary.shapes.input;
  const cellAt = (index: number) => ({ rows: [Math.floor(index / width)], cols: [index % width] });
  const target = cellAt(position.window);
  const [row = 0, col = 0] = [target.rows[0], target.cols[0]];
  const found = asked.stamp?.stamp.index === position.window ? asked.stamp : null;
  const landing = landingWindow(model, row, col);
  const views = gridViewsOf(asked, at, target, landing);
  return {
    ...asked,
    ...views,
    view: 'scatter' as const,
    layout: at,
    first,
    inChannels: inputs,
    row,
    col,
    landing,
    target,
    window:
      position.slide < 1 && position.window > 0
        ? interpolateWindows(cellAt(position.window - 1), target, easeInOut(position.slide))
        : target,
    rows: makeChannelRows(at, first, inputs, position, subject),
    step: null,
    printed: null,
    placedCount: 0,
    total: at.total,
    stamp: found?.stamp ?? null,
    plane: found && (position.place === 1 ? found.after : found.before),
    valueRect: valueRect(at),
    stampRect: inputs.length > 1 ? stampRect(at, subject.kernel) : null,
    question: asked.activeCell && {
      ...asked.activeCell,
      answer: findRelations(model, asked.activeCell.cell, { row: 0, col: 0 }),
    },
    staticKey: [
      'scatter',
      summary.id,
      position.outChannel,
      first,
      asked.theme,
      asked.tinted,
      asked.width,
      asked.height,
      asked.ratio,
      asked.outputMax,
      views.inputView.x,
      views.inputView.y,
      views.inputView.cell,
      views.outputView.x,
      views.outputView.y,
      views.outputView.cell,
    ].join(),
  };
}

/**
 * The stage's places without sums, whose room goes to the output. marked: whether output_padding is named
 * under the output.
 */
function placesOf(
  at: StageLayout,
  { kernel, output: [rows, cols] }: LayoutInput,
  channels: number,
  marked: boolean,
): StageLayout {
  const bare = { ...at, loupe: false };
  if (at.narrow) return bare;
  const { products, output } = at;
  const right = output.x + output.width;
  const left =
    products.x +
    products.width +
    (channels > 1 ? at.kernelCell * kernel[1] + 2 * AROUND_STAMP : AROUND_STAMP);
  const [top, bottom] = [
    at.rowTop + at.stack * 7,
    at.rowTop + at.visible * at.rowHeight - (marked ? 32 : 14),
  ];
  const size = Math.min((right - left) / cols, (bottom - top) / rows, at.kernelCell * LARGER);
  const cell = Math.max(size < 4 ? size : Math.floor(size), at.outputCell);
  const height = cell * rows;
  return {
    ...bare,
    outputCell: cell,
    output: { x: right - cell * cols, y: (top + bottom - height) / 2, width: cell * cols, height },
  };
}

/** Where the kernel's rows and columns land, NaN where that is cropped. */
export function landingWindow(
  { rowReaders, colReaders, subject }: SceneModel,
  row: number,
  col: number,
): KernelWindow {
  const line = (readers: [number, number][] | undefined, size: number) => {
    const outputs = new Array(size).fill(NaN);
    for (const [output, tap] of readers ?? []) outputs[tap] = output;
    return outputs;
  };
  return {
    rows: line(rowReaders[row], subject.kernel[0]),
    cols: line(colReaders[col], subject.kernel[1]),
  };
}

/**
 * The index of the first input cell that stamps output cell (row, col), Infinity for one that none reaches.
 * Of the rows that reach it the first counts, and of the columns: each pair of them stamps it.
 */
export function firstStampIndex({ taps, summary }: SceneModel, row: number, col: number) {
  return firstRead(taps.rows[row]) * summary.shapes.input[2] + firstRead(taps.cols[col]);
}

/** The first input row or column that an output row or column reads. */
function firstRead(line: number[] = []) {
  return Math.min(...line.filter((at) => at >= 0));
}

/** The input cell's number alone, in the middle of where the gather reading enlarges its window. */
function valueRect({ loupeRect, loupeCell }: StageLayout): Rect {
  const size = Math.max(Math.min(loupeCell, loupeRect.width), READABLE_CELL);
  return {
    x: loupeRect.x + (loupeRect.width - size) / 2,
    y: loupeRect.y + (loupeRect.height - size) / 2,
    width: size,
    height: size,
  };
}

/** Between the products and the output, in the middle of the rows. */
function stampRect(
  { narrow, products, output, kernelCell, rowHeight, visible }: StageLayout,
  [kH, kW]: [number, number],
): Rect | null {
  const [width, height] = [kernelCell * kW, kernelCell * kH];
  const room = output.x - products.x - products.width;
  if (narrow || room < width + AROUND_STAMP) return null;
  const middle = products.y + products.height / 2 + ((visible - 1) * rowHeight) / 2;
  return { x: products.x + products.width + (room - width) / 2, y: middle - height / 2, width, height };
}

/** A product of a stamp is asked about as the weight that makes it. */
export function hitTest(frame: ScatterFrame, x: number, y: number): Cell | null {
  const found = hitStage(frame, x, y);
  return found?.grid === 'tap' ? { ...found, grid: 'weight' } : found;
}

/** A weight stands in the kernel and in its product. */
export function cellRects(frame: ScatterFrame, cell: Cell): Rect[] {
  const own = findCellRect(frame, cell);
  if (!own) return [];
  const { kernel, products } = frame.layout;
  return cell.grid === 'weight' ? [own, { ...own, x: own.x + products.x - kernel.x }] : [own];
}
