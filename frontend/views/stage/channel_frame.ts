/**
 * What the frames of the stage and of the scatter view share: a row for each visible input channel, and what
 * of their grids is in sight. Pure.
 */

import type { KernelWindow, Zoom } from '../../model/geometry.ts';
import { inputChannelsOf, interpolateWindows } from '../../model/geometry.ts';
import type { Ledger } from '../../model/ledger.ts';
import type { Relations } from '../../model/relations.ts';
import { findRelations } from '../../model/relations.ts';
import type { LayoutInput, SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { Position } from '../../model/timeline.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect, Tensor } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
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

export interface ChannelFrame extends Omit<FrameRequest, 'view' | 'stamp'> {
  view: 'stage' | 'scatter';
  layout: StageLayout;
  /** The first visible channel. */
  firstChannel: number;
  rows: ChannelRow[];
  /** Input channels of the step. */
  inChannels: number[];
  /** Output cell of the step, or input cell of the stamp. */
  row: number;
  col: number;
  /** The window where it is now, perhaps on its way. */
  window: KernelWindow;
  targetWindow: KernelWindow;
  /** null: not loaded. */
  step: Step | null;
  /** The step as it is printed. */
  ledger: Ledger | null;
  output: Tensor | null;
  /** Output cells that are complete, in raster order. */
  placedCount: number;
  /** What the active cell is computed from, or takes part in. */
  relations: Relations | null;
  totalRect: Rect;
  /** Of the first visible row. */
  inputView: GridView;
  outputView: GridView;
  /** Changes when anything but the moving parts does. */
  staticKey: string;
}

/** windowOf: the input cells of a window, or of a stamp. outputCells: at work. */
export function makeChannelFrame(
  request: FrameRequest,
  layout: StageLayout,
  { row, col }: { row: number; col: number },
  windowOf: (index: number) => KernelWindow,
  outputCells: KernelWindow,
) {
  const { model, position, activeCell } = request;
  const inChannels = inputChannelsOf(model.summary, position.outChannel);
  const firstChannel = firstVisibleChannel(layout, inChannels, request);
  const targetWindow = windowOf(position.window);
  const views = makeGridViews(request, layout, targetWindow, outputCells);
  return {
    ...request,
    ...views,
    layout,
    firstChannel,
    rows: makeChannelRows(layout, firstChannel, inChannels, position, model.subject),
    inChannels,
    row,
    col,
    window: slidingWindow(position, targetWindow, windowOf),
    targetWindow,
    output: request.outputs.get(position.outChannel) ?? null,
    relations: activeCell && findRelations(model, activeCell.cell, { row, col }),
    staticKey: makeRowsKey(request, firstChannel, views),
  };
}

/** The slot of the step's last channel, or the nearest one to it. */
export function lastVisibleSlot({ visibleRows }: StageLayout, firstChannel: number, inChannels: number[]) {
  return clamp((inChannels.at(-1) ?? 0) - firstChannel, 0, visibleRows - 1);
}

/** The layout of the frame before, where the scene and the size are the same. */
export function reuseLayout({ model, width, height }: FrameRequest, previous: ChannelFrame | null) {
  const same = previous?.model === model && previous.width === width && previous.height === height;
  return same ? previous.layout : null;
}

/** The first visible channel: the reader's choice, or the screenful of the channel at work. */
function firstVisibleChannel(
  { visibleRows }: StageLayout,
  inChannels: number[],
  { model, position, firstChannel: choice }: FrameRequest,
) {
  const max = model.subject.channels - visibleRows;
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

function makeChannelRows(
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
function slidingWindow(
  { window, slide }: Position,
  target: KernelWindow,
  windowOf: (index: number) => KernelWindow,
) {
  if (slide === 1 || window === 0) return target;
  return interpolateWindows(windowOf(window - 1), target, easeInOut(slide));
}

/** What of the grids is in sight; while time runs that includes the cells at work. */
function makeGridViews(
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
function makeRowsKey(
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
