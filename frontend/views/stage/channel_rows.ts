/** The rows of the stage, one for each visible input channel, and what of its grids is in sight. Pure. */

import type { KernelWindow, Zoom } from '../../model/geometry.ts';
import { interpolateWindows } from '../../model/geometry.ts';
import type { LayoutInput, SceneModel } from '../../model/scene_model.ts';
import type { Position } from '../../model/timeline.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import type { GridView } from '../shared/zoom.ts';
import { makeGridView, panToShow } from '../shared/zoom.ts';
import type { StageLayout } from './layout.ts';

export interface ChannelRow {
  slot: number;
  channel: number;
  /** Position in the step, -1: not of this group. */
  index: number;
  active: boolean;
  /** Kernel cells multiplied so far, the last one perhaps in part. */
  products: number;
  /** How far the channel sum and the running sum have come: 0 … 1. */
  sum: number;
  accumulate: number;
}

/** The first visible channel: the reader's choice, or the screenful of the channel at work. */
export function firstVisibleChannel(
  { visibleRows }: StageLayout,
  channels: number,
  inChannels: number[],
  position: Position,
  choice: number | null,
) {
  const max = channels - visibleRows;
  if (max <= 0) return 0;
  if (choice !== null) return Math.min(Math.max(choice, 0), max);
  const index = Math.min(Math.max(position.active, position.channels - 1, 0), inChannels.length - 1);
  const working = inChannels[index] ?? 0;
  const first =
    position.together || working === 0
      ? (inChannels[0] ?? 0)
      : Math.floor(working / visibleRows) * visibleRows;
  return Math.min(first, max);
}

export function makeChannelRows(
  { visibleRows }: StageLayout,
  firstChannel: number,
  inChannels: number[],
  position: Position,
  { kernel }: LayoutInput,
): ChannelRow[] {
  return Array.from({ length: visibleRows }, (_, slot) => {
    const channel = firstChannel + slot;
    const index = channel - (inChannels[0] ?? 0);
    const inGroup = index >= 0 && index < inChannels.length;
    const done = inGroup && index < position.channels;
    const working = inGroup && !done && (position.active === -1 || position.active === index);
    const progress = done ? { products: kernel[0] * kernel[1], sum: 1, accumulate: 1 } : position;
    const { products, sum, accumulate } = done || working ? progress : { products: 0, sum: 0, accumulate: 0 };
    return {
      slot,
      channel,
      index: inGroup ? index : -1,
      active: inGroup && position.active === index,
      products,
      sum,
      accumulate,
    };
  });
}

/** The window on its way from the previous one, if it is. */
export function slidingWindow(
  { window, slide }: Position,
  target: KernelWindow,
  windowOf: (index: number) => KernelWindow,
) {
  if (slide === 1 || window === 0) return target;
  return interpolateWindows(windowOf(window - 1), target, easeInOut(slide));
}

/** What of the grids is in sight; while time runs that includes the cells at work. */
export function makeGridViews(
  { model, zoom, following }: FrameRequest,
  { input, cell, output, outputCell }: StageLayout,
  inputCells: KernelWindow,
  outputCells: KernelWindow,
) {
  const { plane, output: outputSize } = model.subject;
  const view = (
    place: Rect,
    size: number,
    [rows, cols]: [number, number],
    zoom: Zoom,
    needed: KernelWindow,
  ) => {
    const wanted = makeGridView(place, size, rows, cols, zoom);
    if (!following || zoom.scale <= 1) return wanted;
    const shown = panToShow(place, wanted, zoom, [...extent(needed.rows), ...extent(needed.cols)]);
    return makeGridView(place, size, rows, cols, shown);
  };
  return {
    inputView: view(input, cell, [plane.rows, plane.cols], zoom.input, inputCells),
    outputView: view(output, outputCell, outputSize, zoom.output, outputCells),
  };
}

/** The first and one past the last cell of a line, without those that are nowhere. */
function extent(line: number[]): [number, number] {
  const cells = line.filter(Number.isFinite);
  return cells.length ? [Math.min(...cells), Math.max(...cells) + 1] : [0, 1];
}

/** Joins all that the static layer of the rows and the output depends on. */
export function makeRowsKey(
  request: FrameRequest,
  firstChannel: number,
  { inputView, outputView }: { inputView: GridView; outputView: GridView },
) {
  const { x, y, cell } = inputView;
  return makeStaticKey(request, firstChannel, request.kernelTurn, x, y, cell, outputView.cell);
}

/**
 * Where kernel cell (u, v) is shown: a flipped kernel is turned, so that it lies on the window as it is used.
 */
export function displayedTap({ summary, subject }: SceneModel, u: number, v: number): [number, number] {
  return summary.operation.flip ? [subject.kernel[0] - 1 - u, subject.kernel[1] - 1 - v] : [u, v];
}
