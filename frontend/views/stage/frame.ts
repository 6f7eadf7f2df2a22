/** Computes all that the painters of the stage need. Pure. */

import type { KernelWindow } from '../../model/geometry.ts';
import { inputChannelsOf, windowAt } from '../../model/geometry.ts';
import type { Ledger } from '../../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import { decimalsFor } from '../../model/numbers.ts';
import type { Relations } from '../../model/relations.ts';
import { findRelations } from '../../model/relations.ts';
import type { LayoutInput, SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { Position } from '../../model/timeline.ts';
import type { Rect, Tensor } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
import { charactersIn, decimalsThatFit, READABLE_CELL } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import type { GridView } from '../shared/zoom.ts';
import type { ChannelRow } from './channel_rows.ts';
import {
  firstVisibleChannel,
  makeChannelRows,
  makeGridViews,
  makeRowsKey,
  slidingWindow,
} from './channel_rows.ts';
import type { StageLayout } from './layout.ts';
import { makeLayout, rectInSlot } from './layout.ts';

/** What the frames of the stage and of the scatter view share. */
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

export interface StageFrame extends ChannelFrame {
  view: 'stage';
  /** Changes only when something is completed, or begins to move. */
  finishedKey: string;
  /** Changes whenever anything moves. */
  positionKey: string;
}

export function makeFrame(request: FrameRequest, previous: StageFrame | null = null): StageFrame {
  const { model, position } = request;
  const { summary, taps, subject } = model;
  const { outChannel, window, place } = position;
  const layout = reuseLayout(request, previous) ?? makeLayout(subject, request.width, request.height);
  const inChannels = inputChannelsOf(summary, outChannel);
  const firstChannel = firstVisibleChannel(
    layout,
    subject.channels,
    inChannels,
    position,
    request.firstChannel,
  );
  const [, height, width] = summary.shapes.output;
  const [row, col] = [Math.floor(window / width), window % width];
  const windowOf = (index: number) => windowAt(summary, taps, Math.floor(index / width), index % width);
  const targetWindow = windowOf(window);
  const step = request.step?.index === window ? request.step : null;
  const views = makeGridViews(request, layout, targetWindow, { rows: [row], cols: [col] });
  return {
    ...request,
    ...views,
    view: 'stage',
    layout,
    firstChannel,
    rows: makeChannelRows(layout, firstChannel, inChannels, position, subject),
    inChannels,
    row,
    col,
    window: slidingWindow(position, targetWindow, windowOf),
    targetWindow,
    step,
    ledger: step && printStep(step, model, outChannel, layout, previous),
    output: request.outputs.get(outChannel) ?? null,
    placedCount: Math.min(window + (place === 1 ? 1 : 0), height * width),
    relations: request.activeCell && findRelations(model, request.activeCell.cell, { row, col }),
    totalRect: placeTotal(layout, subject, firstChannel, inChannels),
    positionKey: Object.values(position).join(),
    finishedKey: makeFinishedKey(position),
    staticKey: makeRowsKey(request, firstChannel, views),
  };
}

/** Joins what is complete at a position, and what moves. */
function makeFinishedKey({ products, ...rest }: Position) {
  const parts = Object.values(rest).map((part) => (Number.isInteger(Number(part)) ? part : 'moves'));
  return [Math.floor(products), Math.ceil(products), ...parts].join();
}

/** Places the output's value: beside the last running sum in sight, or, in pooling, in the one box. */
function placeTotal(
  layout: StageLayout,
  { weighted }: LayoutInput,
  firstChannel: number,
  inChannels: number[],
) {
  const lastSlot = layout.visibleRows - 1;
  const slot = layout.narrow && weighted ? lastSlot : lastVisibleSlot(layout, firstChannel, inChannels);
  return rectInSlot(layout, weighted ? layout.total : layout.sum, slot);
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

/** Prints the step with as many decimals as the cells have room for. */
function printStep(
  step: Step,
  model: SceneModel,
  outChannel: number,
  layout: StageLayout,
  previous: StageFrame | null,
): Ledger {
  if (previous?.ledger && previous.step === step && previous.layout === layout) return previous.ledger;
  const layer = ledgerLayerOf(model, outChannel);
  const { kernelCell, sum } = layout;
  const sums = [step.output, layer.bias, ...step.channelSums, ...step.runningSums];
  // Terms with decimals may well have a whole sum, which is then written like them.
  const readable = kernelCell >= READABLE_CELL;
  const wanted = decimalsFor(readable ? [...step.products, ...sums] : sums, 4);
  const fitting = readable ? decimalsThatFit(step.products, charactersIn(kernelCell), wanted) : wanted;
  return makeLedger(step, layer, decimalsThatFit(sums, Math.floor(sum.width / 9), fitting));
}
